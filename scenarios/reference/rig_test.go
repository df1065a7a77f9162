package reference

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/squall-harness/squall/mocksf"
	"github.com/squall-harness/squall/mocksf/commitlog"
)

// rig is an org, an alert receiver and an integration between them.
type rig struct {
	t      *testing.T
	org    *mocksf.Server
	env    Env
	hook   atomic.Value // mocksf.Hook
	logins atomic.Int64
	child  atomic.Pointer[exec.Cmd] // of the crash tests
	mu     sync.Mutex
	alerts []webhook
}

func newRig(t *testing.T, options ...func(*mocksf.Config)) *rig {
	r := &rig{t: t}
	r.faults(func(*mocksf.Call) mocksf.Decision { return mocksf.Decision{} })
	r.org = mocksf.RunT(t, append(options, func(c *mocksf.Config) {
		c.Hook = func(call *mocksf.Call) mocksf.Decision {
			if call.API == commitlog.APIAuth {
				r.logins.Add(1)
			}
			return r.hook.Load().(mocksf.Hook)(call)
		}
	})...)
	receiver := httptest.NewServer(http.HandlerFunc(r.alert))
	t.Cleanup(receiver.Close)
	r.env = Env{LoginURL: r.org.URL, ClientID: "id", ClientSecret: "secret", APIVersion: "67.0",
		ListenAddr: freeAddress(t), AlertURL: receiver.URL, StateDir: t.TempDir()}
	return r
}

// freeAddress is one that nobody listens on: the environment names an address
// before the integration starts.
func freeAddress(t *testing.T) string {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer listener.Close() // nothing was written
	return listener.Addr().String()
}

func (r *rig) faults(h mocksf.Hook) { r.hook.Store(h) }

func (r *rig) alert(_ http.ResponseWriter, req *http.Request) {
	var m webhook
	if json.NewDecoder(req.Body).Decode(&m) == nil {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.alerts = append(r.alerts, m)
	}
}

// told returns the alerts so far, such as "firing BacklogHigh", each once.
func (r *rig) told() (list []string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	seen := map[string]bool{}
	for _, m := range r.alerts {
		text := m.Status + " " + m.Alerts[0].Labels["alertname"]
		if !seen[text] {
			list = append(list, text)
		}
		seen[text] = true
	}
	return list
}

// start runs the integration, changed by change; the result stops it.
func (r *rig) start(change func(*Parts)) (stop func()) {
	parts, err := Assemble(r.env)
	require.NoError(r.t, err)
	parts.Alerts.Every = 10 * time.Millisecond
	if change != nil {
		change(parts)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- RunParts(ctx, parts) }()
	var once sync.Once
	stop = func() {
		once.Do(func() {
			cancel()
			assert.NoError(r.t, <-ended)
		})
	}
	r.t.Cleanup(stop)
	r.ready()
	return stop
}

func (r *rig) ready() {
	r.t.Helper()
	require.Eventually(r.t, func() bool {
		resp, err := http.Get("http://" + r.env.ListenAddr + "/healthz")
		if err != nil {
			return false
		}
		return resp.Body.Close() == nil && resp.StatusCode == http.StatusOK
	}, 10*time.Second, 5*time.Millisecond)
}

// post offers one transaction and returns the status.
func (r *rig) post(body []byte) int {
	r.t.Helper()
	resp, err := http.Post("http://"+r.env.ListenAddr+"/transactions", "application/json", bytes.NewReader(body))
	require.NoError(r.t, err)
	_, _ = io.Copy(io.Discard, resp.Body)
	require.NoError(r.t, resp.Body.Close())
	return resp.StatusCode
}

// offer offers transactions, those of one key in their order, the keys in parallel.
func (r *rig) offer(txs ...*Transaction) {
	r.t.Helper()
	lanes := map[string][]*Transaction{}
	for _, tx := range txs {
		lanes[tx.Key] = append(lanes[tx.Key], tx)
	}
	slots := make(chan struct{}, 16)
	var all sync.WaitGroup
	for _, lane := range lanes {
		slots <- struct{}{}
		all.Go(func() {
			defer func() { <-slots }()
			for _, tx := range lane {
				assert.Equal(r.t, http.StatusAccepted, r.post(tx.body))
			}
		})
	}
	all.Wait()
}

// delivered waits until every token of the transactions is in the org, and
// checks how it came there: no record was created twice, no older version
// came after a newer one of its key, and each unit appeared whole.
func (r *rig) delivered(txs ...*Transaction) {
	r.t.Helper()
	require.EventuallyWithT(r.t, func(c *assert.CollectT) {
		landed := r.landed()
		missing := 0
		for _, tx := range txs {
			for i := range tx.Records {
				if landed[token(tx, i)] == 0 {
					missing++
				}
			}
		}
		assert.Zero(c, missing, "tokens that are not in the org")
	}, 15*time.Second, 10*time.Millisecond)
	r.createdOnce()
	landed := r.landed()
	last := map[string]*Transaction{}
	for _, tx := range txs {
		for i := range tx.Records {
			assert.Equal(r.t, landed[token(tx, 0)], landed[token(tx, i)], "%s is whole", tx.ID)
		}
		if before := last[tx.Key]; before != nil {
			assert.Less(r.t, r.lastOf(before), landed[token(tx, 0)], "%s after %s", tx.ID, before.ID)
		}
		last[tx.Key] = tx
	}
}

func token(tx *Transaction, i int) string { return fmt.Sprintf("%s.%d", tx.ID, i) }

// landed maps each token to the first commit that holds it.
func (r *rig) landed() map[string]uint64 {
	first := map[string]uint64{}
	for _, c := range r.org.Log().Since(0) {
		for _, change := range c.Changes {
			if token, _ := change.Fields["Token__c"].(string); first[token] == 0 {
				first[token] = c.LSN
			}
		}
	}
	return first
}

// lastOf is the last commit that holds the first token of tx.
func (r *rig) lastOf(tx *Transaction) (lsn uint64) {
	for _, c := range r.org.Log().Since(0) {
		for _, change := range c.Changes {
			if change.Fields["Token__c"] == token(tx, 0) {
				lsn = c.LSN
			}
		}
	}
	return lsn
}

func (r *rig) createdOnce() {
	r.t.Helper()
	created := map[string]int{}
	for _, c := range r.org.Log().Since(0) {
		for _, change := range c.Changes {
			if change.Op == commitlog.Insert {
				created[change.Object+" "+change.ExternalID]++
			}
		}
	}
	for record, n := range created {
		assert.Equal(r.t, 1, n, "%s was created", record)
	}
}

// came tells through which doors the commits came.
func (r *rig) came() map[commitlog.API]int {
	n := map[commitlog.API]int{}
	for _, c := range r.org.Log().Since(0) {
		n[c.API]++
	}
	return n
}
