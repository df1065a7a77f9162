package reference

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/squall-harness/squall/mocksf"
	"github.com/squall-harness/squall/mocksf/commitlog"
)

// TestMain is also the program that the crash tests kill: only a process can
// die without another word.
func TestMain(m *testing.M) {
	if os.Getenv("REFERENCE_CHILD") != "" {
		os.Exit(child())
	}
	goleak.VerifyTestMain(m)
}

func child() int {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	env, err := EnvFrom(os.Getenv)
	if err == nil {
		var parts *Parts
		if parts, err = Assemble(env); err == nil {
			parts.Queue.Plan.BulkFrom, parts.Queue.Plan.BulkUntil = 50, 1
			err = RunParts(ctx, parts)
		}
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

// spawn starts the integration as a process. It is killed at the test's end.
func (r *rig) spawn() {
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "REFERENCE_CHILD=1", "SF_LOGIN_URL="+r.env.LoginURL, "SF_CLIENT_ID=id", "SF_CLIENT_SECRET=secret",
		"SF_API_VERSION=67.0", "LISTEN_ADDR="+r.env.ListenAddr, "ALERT_URL="+r.env.AlertURL, "STATE_DIR="+r.env.StateDir)
	require.NoError(r.t, cmd.Start())
	r.child.Store(cmd)
	r.t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
}

// killAt kills the process in the middle of the first call that matches; with
// commit set after its work was committed, else before it was begun.
func (r *rig) killAt(commit bool, match func(*mocksf.Call) bool) (killed chan struct{}) {
	killed = make(chan struct{})
	var once atomic.Bool
	kill := func() {
		_ = r.child.Load().Process.Kill()
		_ = r.child.Load().Wait()
		close(killed)
	}
	r.faults(func(c *mocksf.Call) mocksf.Decision {
		switch {
		case !match(c) || !once.CompareAndSwap(false, true):
		case commit:
			return mocksf.Decision{AfterCommit: kill}
		default:
			kill()
		}
		return mocksf.Decision{}
	})
	return killed
}

func TestKilledBetweenCommitAndAnswer(t *testing.T) {
	for _, api := range []commitlog.API{commitlog.APIRow, commitlog.APIGraph} {
		t.Run(string(api), func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			r.spawn()
			r.ready()
			var seen atomic.Int64
			killed := r.killAt(true, func(c *mocksf.Call) bool { return c.API == api && seen.Add(1) == 5 })
			accepted := r.offerUntilDeath(mixture(60), killed)
			require.NotEmpty(t, accepted)
			r.spawn()
			r.delivered(accepted...)
		})
	}
}

// offerUntilDeath offers one after another and returns what was acknowledged.
func (r *rig) offerUntilDeath(txs []*Transaction, death <-chan struct{}) (accepted []*Transaction) {
	for _, tx := range txs {
		resp, err := http.Post("http://"+r.env.ListenAddr+"/transactions", "application/json", strings.NewReader(string(tx.body)))
		if err != nil {
			break
		}
		_ = resp.Body.Close()
		if resp.StatusCode == http.StatusAccepted {
			accepted = append(accepted, tx)
		}
	}
	<-death
	return accepted
}

// A kill at each step of a Bulk job: the next start follows the job that the
// last one began, and no row is lost or written by two jobs.
func TestKilledInABulkJob(t *testing.T) {
	for _, c := range []struct{ name, method, path string }{
		{"create", http.MethodPost, "/jobs/ingest"}, {"upload", http.MethodPut, "/batches"}, {"close", http.MethodPatch, "/jobs/ingest/"},
		{"poll", http.MethodGet, "/jobs/ingest/"}, {"results", http.MethodGet, "/successfulResults"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, func(c *mocksf.Config) { c.Service.BulkStart = 50 * time.Millisecond })
			txs := r.store(120)
			killed := r.killAt(false, func(call *mocksf.Call) bool {
				return call.Method == c.method && strings.Contains(call.Path, c.path)
			})
			r.spawn()
			<-killed
			r.spawn()
			r.ready()
			r.delivered(txs...)
			require.Eventually(t, func() bool { return r.gauge("integration_backlog") == 0 }, 15*time.Second, 5*time.Millisecond)
			assert.LessOrEqual(t, r.timesWritten(txs), 1, "by how many jobs")
		})
	}
}

// timesWritten is the largest number of commits with the same token.
func (r *rig) timesWritten(txs []*Transaction) (most int) {
	n := map[any]int{}
	for _, c := range r.org.Log().Since(0) {
		for _, change := range c.Changes {
			n[change.Fields["Token__c"]]++
		}
	}
	for _, tx := range txs {
		most = max(most, n[token(tx, 0)])
	}
	return most
}
