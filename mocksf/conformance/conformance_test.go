//go:build conformance

package conformance_test

import (
	"bufio"
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// step is one line that a program prints.
type step struct {
	Name, Detail string
	OK           bool
}

// TestConformance runs every suite against an org of its own and reports each
// step as a subtest.
func TestConformance(t *testing.T) {
	squall := build(t, "../..")
	credentials := makeCredentials(t)
	ready := map[string]func() (string, error){} // by folder; several suites share one
	for _, s := range suites {
		if ready[s.folder] == nil {
			ready[s.folder] = sync.OnceValues(func() (string, error) { return prepare(s.folder, filepath.Dir(squall)) })
		}
	}
	for _, s := range suites {
		t.Run(s.name(), func(t *testing.T) {
			t.Parallel()
			start, err := ready[s.folder]()
			require.NoError(t, err)
			began := time.Now()
			said := run(t, s.command(t, start), append(credentials.environment(), "SF_LOGIN_URL="+serve(t, squall, credentials)))
			t.Logf("%d steps in %.1f s", len(said), time.Since(began).Seconds())
			for _, step := range said {
				t.Run(step.Name, func(t *testing.T) { assert.True(t, step.OK, step.Detail) })
			}
			assert.Len(t, said, s.steps)
		})
	}
}

func build(t *testing.T, module string) string {
	t.Helper()
	bin := filepath.Join(t.TempDir(), "squall")
	require.NoError(t, output(module, "go", "build", "-o", bin, "."))
	return bin
}

// output runs a command in a folder; its error has what it printed.
func output(dir, name string, args ...string) error {
	cmd := exec.Command(name, args...)
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	if err != nil {
		return &exec.Error{Name: strings.Join(cmd.Args, " ") + "\n" + string(out), Err: err}
	}
	return nil
}

// prepare installs the packages of a folder by its lock file, or builds the Go
// programs, and says what starts its programs, or the folder that they are in.
func prepare(folder, bin string) (start string, err error) {
	if folder == goModule {
		return bin, output(folder, "go", "build", "-o", bin, "./...")
	}
	if !installed(folder) {
		if err := output(folder, "npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"); err != nil {
			return "", err
		}
	}
	start, err = filepath.Abs(filepath.Join(folder, "node_modules", ".bin", "node"))
	if _, missing := os.Stat(start); missing != nil {
		return "node", err // of the system
	}
	return start, err
}

// installed says whether what npm installed last is what the lock file says.
func installed(folder string) bool {
	lock, err := os.Stat(filepath.Join(folder, "package-lock.json"))
	if err != nil {
		return false
	}
	done, err := os.Stat(filepath.Join(folder, "node_modules", ".package-lock.json"))
	return err == nil && done.ModTime().After(lock.ModTime())
}

func (s suite) command(t *testing.T, start string) *exec.Cmd {
	t.Helper()
	if s.folder == goModule {
		return exec.CommandContext(t.Context(), filepath.Join(start, s.program))
	}
	return exec.CommandContext(t.Context(), start, filepath.Join(s.folder, s.program))
}

// serve starts an org and returns its address.
func serve(t *testing.T, squall string, c credentials) string {
	t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	cmd := exec.CommandContext(ctx, squall, append([]string{"serve", "--addr", "127.0.0.1:0"}, c.flags()...)...)
	cmd.Stderr = t.Output()
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	t.Cleanup(func() { stop(); _ = cmd.Wait() }) // killed, it ends with an error
	line, err := bufio.NewReader(out).ReadString('\n')
	require.NoError(t, err)
	words := strings.Fields(line)
	return words[len(words)-1]
}

// run runs a program to its end and returns what it reported.
func run(t *testing.T, cmd *exec.Cmd, env []string) (said []step) {
	t.Helper()
	cmd.Env = append(os.Environ(), env...)
	cmd.Stderr = t.Output()
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		var s step
		if json.Unmarshal(lines.Bytes(), &s) != nil || s.Name == "" {
			t.Log(lines.Text()) // what a client says for itself
			continue
		}
		said = append(said, s)
	}
	assert.NoError(t, cmd.Wait(), "the program ended early")
	return said
}
