package subject

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func freeAddr(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, l.Close())
	return l.Addr().String()
}

func TestProcessIsGivenTheContractAndNoSecretsOfTheCaller(t *testing.T) {
	t.Setenv("AWS_SECRET_ACCESS_KEY", "the caller's own")
	i, log := start(t, helperSubject("env"), Env{LoginURL: "http://127.0.0.1:1", ClientSecret: "s", Extra: map[string]string{"B": "2", "A": "1", "GORACE": "atexit_sleep_ms=0"}})
	require.NoError(t, ended(t, i))
	text := Tail(log, 1000)
	for _, line := range []string{"SF_LOGIN_URL=http://127.0.0.1:1", "SF_CLIENT_SECRET=s", "A=1", "B=2", "PATH=" + os.Getenv("PATH")} {
		assert.Contains(t, text, line)
	}
	assert.NotContains(t, text, "AWS_SECRET")
	assert.NotContains(t, text, "ALERT_URL", "what is empty is not set")
}

func TestProcessErr(t *testing.T) {
	i, log := start(t, helperSubject("exit"), Env{})
	assert.EqualError(t, ended(t, i), "exit status 3")
	assert.Equal(t, "about to fail", Tail(log, 5))
	assert.NoError(t, i.Kill(), "killing what has ended is no error")
	assert.NoError(t, i.Stop(time.Second))
	assert.NoError(t, i.(Pausable).Pause())
}

func TestProcessThatIsNotThere(t *testing.T) {
	_, err := Process("./no-such-program").Start(t.Context(), Env{}, filepath.Join(t.TempDir(), "log"))
	assert.ErrorContains(t, err, "no-such-program")
	_, err = helperSubject("env").Start(t.Context(), Env{}, filepath.Join(t.TempDir(), "no", "such", "log"))
	assert.ErrorContains(t, err, "no such file or directory")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = helperSubject("env").Start(ctx, Env{}, filepath.Join(t.TempDir(), "log"))
	assert.ErrorIs(t, err, context.Canceled)
}

func TestProcessServesStopsAndStartsAgain(t *testing.T) {
	env := Env{ListenAddr: freeAddr(t), StateDir: t.TempDir()}
	s := helperSubject("serve")
	var log string
	for range 2 {
		var i Instance
		i, log = start(t, s, env)
		require.NoError(t, WaitReady(t.Context(), Machine(), i, env.ListenAddr, log, 10*time.Second))
		require.NoError(t, i.Stop(10*time.Second))
		assert.NoError(t, i.Err())
	}
	assert.Contains(t, Tail(log, 5), "goodbye")
}

func TestProcessOutputIsAppended(t *testing.T) {
	log := filepath.Join(t.TempDir(), "log")
	for range 2 {
		i, err := helperSubject("exit").Start(t.Context(), Env{}, log)
		require.NoError(t, err)
		_ = ended(t, i)
	}
	assert.Equal(t, 2, strings.Count(Tail(log, 100), "about to fail"))
}

func TestKillIsSIGKILL(t *testing.T) {
	i, log := start(t, helperSubject("stubborn"), Env{})
	written(t, log, "ready")
	require.NoError(t, i.Kill())
	assert.EqualError(t, i.Err(), "signal: killed", "it is dead when Kill returns")
}

func TestStopKillsAfterGrace(t *testing.T) {
	i, log := start(t, helperSubject("stubborn"), Env{})
	written(t, log, "ready")
	err := i.Stop(20 * time.Millisecond)
	assert.ErrorContains(t, err, "did not end within 20ms of SIGTERM")
	assert.EqualError(t, i.Err(), "signal: killed")
}

func TestNoOrphans(t *testing.T) {
	for name, args := range map[string][]string{"killed with its parent": {"parent"}, "left behind by its parent": {"parent", "leave"}} {
		t.Run(name, func(t *testing.T) {
			i, log := start(t, helperSubject(args...), Env{})
			written(t, log, "child ")
			if len(args) == 1 {
				require.NoError(t, i.Kill())
			}
			_ = ended(t, i)
			var child int
			_, err := fmt.Sscanf(Tail(log, 10)[strings.Index(Tail(log, 10), "child "):], "child %d", &child)
			require.NoError(t, err)
			assert.Eventually(t, func() bool { return !alive(child) }, 10*time.Second, 5*time.Millisecond)
		})
	}
}

// alive is false for zombies too, which only their parent can remove.
func alive(pid int) bool {
	if syscall.Kill(pid, 0) != nil {
		return false
	}
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	return err != nil || !strings.Contains(string(stat), ") Z ")
}

func TestContextEndsTheProcess(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	i, err := helperSubject("stubborn").Start(ctx, Env{}, filepath.Join(t.TempDir(), "log"))
	require.NoError(t, err)
	cancel()
	assert.EqualError(t, ended(t, i), "signal: killed")
}

func TestPause(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("the state of a process is read from /proc")
	}
	env := Env{ListenAddr: freeAddr(t), StateDir: t.TempDir()}
	i, log := start(t, helperSubject("serve"), env)
	require.NoError(t, WaitReady(t.Context(), Machine(), i, env.ListenAddr, log, 10*time.Second))
	state := func() string {
		stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", i.(*running).cmd.Process.Pid))
		require.NoError(t, err)
		_, rest, _ := strings.Cut(string(stat), ") ")
		return rest[:1]
	}
	require.NoError(t, i.(Pausable).Pause())
	require.Eventually(t, func() bool { return state() == "T" }, 10*time.Second, 5*time.Millisecond)
	require.NoError(t, i.(Pausable).Resume())
	require.Eventually(t, func() bool { return state() != "T" }, 10*time.Second, 5*time.Millisecond)
	require.NoError(t, WaitReady(t.Context(), Machine(), i, env.ListenAddr, log, 10*time.Second))
	require.NoError(t, i.(Pausable).Pause())
	assert.NoError(t, i.Stop(10*time.Second), "a paused program hears SIGTERM too")
}

func TestProcessDiesWithTheHarness(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("only Linux ties a child's life to its parent's")
	}
	harness := exec.Command(os.Args[0], "helper", "harness", filepath.Join(t.TempDir(), "log"))
	out, err := harness.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, harness.Start())
	var pid int
	_, err = fmt.Fscanf(out, "subject %d", &pid)
	require.NoError(t, err)
	assert.True(t, alive(pid))
	require.NoError(t, harness.Process.Kill())
	_ = harness.Wait()
	assert.Eventually(t, func() bool { return !alive(pid) }, 10*time.Second, 5*time.Millisecond)
}
