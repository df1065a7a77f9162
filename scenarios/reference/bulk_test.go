package reference

import (
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/squall-harness/squall/mocksf"
	"github.com/squall-harness/squall/mocksf/commitlog"
)

// An outage: people are told, the backlog is shown, and after the heal it
// goes by Bulk and composite calls; the alerts end with the backlog.
func TestRecoversFromAnOutageByBulk(t *testing.T) {
	r := newRig(t)
	r.start(func(p *Parts) { p.Queue.Plan.BulkFrom, p.Queue.Plan.BulkUntil = 100, 20 })
	known := contact("t-known", "cleared", map[string]any{"Phone": "1"})
	r.offer(known)
	r.delivered(known)
	r.faults(func(*mocksf.Call) mocksf.Decision { return maintenance })
	txs := []*Transaction{contact("t-clear", "cleared", map[string]any{"Phone": nil})}
	for i := range 600 {
		id := fmt.Sprintf("t-%06d", i)
		switch {
		case i%10 == 0:
			txs = append(txs, order(id, "hot"))
		case i%3 == 0:
			txs = append(txs, contact(id, id, map[string]any{"LastName": "a,\"b\"\nc", "Phone": "2"}))
		default:
			txs = append(txs, contact(id, id+"/?ä", nil))
		}
	}
	r.offer(txs...)
	require.Eventually(t, func() bool { return len(r.told()) == 2 }, 5*time.Second, time.Millisecond)
	assert.Equal(t, 601.0, r.gauge("integration_backlog"))
	r.faults(func(*mocksf.Call) mocksf.Decision { return mocksf.Decision{} })
	r.delivered(txs...)
	assert.NotZero(t, r.came()[commitlog.APIBulk])
	assert.NotZero(t, r.came()[commitlog.APIGraph])
	assert.Equal(t, map[string]any{"LastName": "L", "Phone": nil, "Token__c": "t-clear.0"}, r.written("t-clear.0"))
	assert.Equal(t, "a,\"b\"\nc", r.written("t-000003.0")["LastName"])
	require.Eventually(t, func() bool { return len(r.told()) == 4 }, 5*time.Second, time.Millisecond)
	assert.ElementsMatch(t, []string{"firing SalesforceUnreachable", "firing BacklogHigh",
		"resolved SalesforceUnreachable", "resolved BacklogHigh"}, r.told())
}

// written is what the commit with that token wrote, without the external id.
func (r *rig) written(token string) map[string]any {
	for _, c := range r.org.Log().Since(0) {
		for _, change := range c.Changes {
			if change.Fields["Token__c"] == token {
				delete(change.Fields, "Ext_Id__c")
				return change.Fields
			}
		}
	}
	return nil
}

func TestRowsThatBulkRefusesGoTheSmallWay(t *testing.T) {
	r := newRig(t)
	r.faults(func(c *mocksf.Call) mocksf.Decision {
		if c.Method == http.MethodPut {
			return mocksf.Decision{RowError: &mocksf.RowError{Code: "UNABLE_TO_LOCK_ROW"}}
		}
		return mocksf.Decision{}
	})
	r.bulkBacklog(200)
	assert.NotZero(t, r.came()[commitlog.APIBulk])
	assert.NotZero(t, r.came()[commitlog.APIRow], "the locked row")
}

// bulkBacklog starts with a backlog that goes by Bulk at once.
func (r *rig) bulkBacklog(n int) {
	txs := r.store(n)
	r.start(func(p *Parts) { p.Queue.Plan.BulkFrom, p.Queue.Plan.BulkUntil = 50, 1 })
	r.delivered(txs...)
	require.Eventually(r.t, func() bool { return r.gauge("integration_backlog") == 0 }, 15*time.Second, 5*time.Millisecond)
}

// store puts n contacts into the outbox of an integration that does not run.
func (r *rig) store(n int) (txs []*Transaction) {
	outbox, err := OpenOutbox(r.env.StateDir)
	require.NoError(r.t, err)
	for i := range n {
		id := fmt.Sprintf("t-%06d", i)
		txs = append(txs, contact(id, id, nil))
		require.NoError(r.t, outbox.Accept(txs[i]))
	}
	require.NoError(r.t, outbox.Close())
	return txs
}

// Whatever answer of the Bulk API is lost, once or for a while, no row is lost
// and none is written by two jobs.
func TestBulkThroughLostAnswers(t *testing.T) {
	for _, c := range []struct{ name, method, path string }{
		{"create", http.MethodPost, "/jobs/ingest"}, {"upload", http.MethodPut, "/batches"}, {"close", http.MethodPatch, "/jobs/ingest/"},
		{"poll", http.MethodGet, "/jobs/ingest/"}, {"results", http.MethodGet, "/successfulResults"}, {"failures", http.MethodGet, "/failedResults"},
	} {
		for _, d := range []mocksf.Decision{{Cut: true}, maintenance} {
			t.Run(fmt.Sprint(c.name, " cut ", d.Cut), func(t *testing.T) {
				t.Parallel()
				r := newRig(t)
				var hits atomic.Int64
				r.faults(func(call *mocksf.Call) mocksf.Decision {
					if call.Method == c.method && strings.Contains(call.Path, c.path) && hits.Add(1) <= 2 {
						return d
					}
					return mocksf.Decision{}
				})
				r.bulkBacklog(120)
				assert.GreaterOrEqual(t, hits.Load(), int64(1))
				if c.name != "upload" { // its rows may go the small way
					assert.NotZero(t, r.came()[commitlog.APIBulk])
				}
			})
		}
	}
}

func TestBulkRefusedGoesTheSmallWay(t *testing.T) {
	for _, method := range []string{http.MethodPost, http.MethodPut} {
		t.Run(method, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			r.faults(func(c *mocksf.Call) mocksf.Decision {
				if c.Method == method && strings.Contains(c.Path, "/jobs/ingest") {
					return mocksf.Decision{Reply: &mocksf.Reply{Status: 400, Body: `[{"errorCode":"EXCEEDEDQUOTA","message":"x"}]`}}
				}
				return mocksf.Decision{}
			})
			r.bulkBacklog(120)
			assert.Zero(t, r.came()[commitlog.APIBulk])
		})
	}
}
