package subject

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	ossignal "os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

// TestMain is also the program that the tests start: the test binary called
// with "helper" and what to do.
func TestMain(m *testing.M) {
	if len(os.Args) > 2 && os.Args[1] == "helper" {
		os.Exit(helper(os.Args[2], os.Args[3:]))
	}
	goleak.VerifyTestMain(m)
}

func helper(what string, args []string) int {
	switch what {
	case "env":
		fmt.Println(strings.Join(os.Environ(), "\n"))
	case "exit":
		fmt.Println("about to fail")
		return 3
	case "serve": // until SIGTERM
		return serve()
	case "stubborn":
		ossignal.Ignore(syscall.SIGTERM)
		fmt.Println("ready")
		select {}
	case "parent": // a child in the same group; its id is written down
		child := exec.Command(os.Args[0], "helper", "stubborn")
		if err := child.Start(); err != nil {
			return 1
		}
		fmt.Printf("child %d\n", child.Process.Pid)
		if len(args) > 0 {
			return 0 // leave it behind
		}
		select {}
	case "harness": // starts a subject, says its id, and waits to be killed
		i, err := Process(os.Args[0], "helper", "stubborn").Start(context.Background(), Env{}, args[0])
		if err != nil {
			return 1
		}
		fmt.Printf("subject %d\n", i.(*running).cmd.Process.Pid)
		select {}
	}
	return 0
}

func serve() int {
	stop := make(chan os.Signal, 1)
	ossignal.Notify(stop, syscall.SIGTERM)
	go func() {
		_ = http.ListenAndServe(os.Getenv("LISTEN_ADDR"), http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if _, err := os.Stat(filepath.Join(os.Getenv("STATE_DIR"), "sick")); err == nil {
				w.WriteHeader(http.StatusServiceUnavailable)
			}
		}))
	}()
	<-stop
	fmt.Println("goodbye")
	return 0
}

func helperSubject(args ...string) Subject {
	return Process(os.Args[0], append([]string{"helper"}, args...)...)
}

// start starts a subject and sees to it that it ends.
func start(t *testing.T, s Subject, env Env) (i Instance, log string) {
	t.Helper()
	log = filepath.Join(t.TempDir(), "subject.log")
	if env.Extra == nil {
		env.Extra = map[string]string{"GORACE": "atexit_sleep_ms=0"} // or it takes a second to end
	}
	i, err := s.Start(t.Context(), env, log)
	require.NoError(t, err)
	t.Cleanup(func() { _ = i.Kill() })
	return i, log
}

func ended(t *testing.T, i Instance) error {
	t.Helper()
	select {
	case <-i.Done():
	case <-time.After(10 * time.Second):
		require.Fail(t, "it did not end")
	}
	return i.Err()
}

func written(t *testing.T, log, text string) {
	t.Helper()
	require.Eventually(t, func() bool { return strings.Contains(Tail(log, 1000), text) }, 10*time.Second, 5*time.Millisecond)
}
