package subject

import (
	"context"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/moby/moby/client"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/testcontainers/testcontainers-go"
)

// needDocker skips where no engine answers. CI has one: there a skip would
// hide that nothing was tested.
func needDocker(t *testing.T) {
	t.Helper()
	t.Setenv("TESTCONTAINERS_RYUK_DISABLED", "true") // its image would be pulled
	engine, err := testcontainers.NewDockerClientWithOpts(t.Context())
	if err == nil {
		_, err = engine.Ping(t.Context(), client.PingOptions{})
		_ = engine.Close()
	}
	if err == nil {
		return
	}
	if os.Getenv("CI") == "true" {
		require.NoError(t, err, "CI must have a Docker engine")
	}
	t.Skipf("no Docker engine answers: %v", err)
}

// serverImage is testdata/server and nothing else, built from scratch.
func serverImage(t *testing.T) testcontainers.ContainerCustomizer {
	t.Helper()
	dir := t.TempDir()
	build := exec.Command("go", "build", "-o", filepath.Join(dir, "server"), "./testdata/server")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	out, err := build.CombinedOutput()
	require.NoError(t, err, string(out))
	dockerfile := "FROM scratch\nCOPY server /server\nENTRYPOINT [\"/server\"]\n"
	require.NoError(t, os.WriteFile(filepath.Join(dir, "Dockerfile"), []byte(dockerfile), 0o600))
	return testcontainers.WithDockerfile(testcontainers.FromDockerfile{Context: dir})
}

func TestContainer(t *testing.T) {
	needDocker(t)
	s := Container("", serverImage(t))
	env := Env{ListenAddr: freeAddr(t), StateDir: t.TempDir()}
	i, log := start(t, s, env)
	require.NoError(t, WaitReady(t.Context(), Machine(), i, env.ListenAddr, log, 20*time.Second))

	require.NoError(t, i.(Pausable).Pause())
	hasty := &http.Client{Timeout: 50 * time.Millisecond, Transport: &http.Transport{DisableKeepAlives: true}}
	_, err := hasty.Get("http://" + env.ListenAddr)
	assert.Error(t, err, "silent while it is paused")
	require.NoError(t, i.(Pausable).Resume())
	require.NoError(t, WaitReady(t.Context(), Machine(), i, env.ListenAddr, log, 20*time.Second))

	require.NoError(t, i.Kill())
	assert.EqualError(t, i.Err(), "exit status 137")
	assert.NoError(t, i.Kill(), "killing what has ended is no error")
	assert.NotContains(t, Tail(log, 100), "goodbye")

	i, err = s.Start(t.Context(), env, log)
	require.NoError(t, err)
	require.NoError(t, WaitReady(t.Context(), Machine(), i, env.ListenAddr, log, 20*time.Second))
	require.NoError(t, i.Stop(10*time.Second))
	assert.NoError(t, i.Err())
	assert.Equal(t, "life 1\nlife 2\ngoodbye", Tail(log, 100), "its state survived, its output was appended")
}

func TestContextEndsTheContainer(t *testing.T) {
	needDocker(t)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	i, err := Container("", serverImage(t)).Start(ctx, Env{ListenAddr: freeAddr(t), StateDir: t.TempDir()}, filepath.Join(t.TempDir(), "log"))
	require.NoError(t, err)
	cancel()
	assert.EqualError(t, ended(t, i), "exit status 137")
}

func TestContainerThatIsNotThere(t *testing.T) {
	needDocker(t)
	s := Container("127.0.0.1:1/no-such-image:none")
	assert.Equal(t, "docker run --network host 127.0.0.1:1/no-such-image:none", s.Command())
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	_, err := s.Start(ctx, Env{}, filepath.Join(t.TempDir(), "log"))
	assert.ErrorContains(t, err, "no-such-image")
}
