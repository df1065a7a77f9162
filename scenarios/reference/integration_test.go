package reference

import (
	"context"
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

// mixture makes n transactions of all kinds, some with keys that a URL must
// escape, some of one hot key.
func mixture(n int) (txs []*Transaction) {
	odd := []string{"", "/", "?", "#", " ", "+", "%", "&", "'", `"`, "ä"}
	for i := range n {
		id := fmt.Sprintf("t-%06d", i)
		key := fmt.Sprintf("k%d%sx", i, odd[i%len(odd)])
		switch i % 4 {
		case 0:
			txs = append(txs, contact(id, key, nil))
		case 1:
			txs = append(txs, order(id, key))
		case 2:
			txs = append(txs, transaction(id, key, Record{Object: "Activity_Log__c"}))
		default:
			txs = append(txs, order(id, "hot"))
		}
	}
	return txs
}

// every returns a hook that decides about every nth write.
func every(n int64, d mocksf.Decision) mocksf.Hook {
	var writes atomic.Int64
	return func(c *mocksf.Call) mocksf.Decision {
		if c.Write && writes.Add(1)%n == 0 {
			return d
		}
		return mocksf.Decision{}
	}
}

var maintenance = mocksf.Decision{Reply: &mocksf.Reply{Status: 503, ContentType: "text/html", Body: "<html>Down for maintenance</html>"}}

func TestDelivers(t *testing.T) {
	for name, hook := range map[string]mocksf.Hook{
		"on a good day":          func(*mocksf.Call) mocksf.Decision { return mocksf.Decision{} },
		"through lost answers":   every(3, mocksf.Decision{Cut: true}),
		"through locked rows":    every(3, mocksf.Decision{RowError: &mocksf.RowError{Code: "UNABLE_TO_LOCK_ROW"}}),
		"through maintenance":    every(2, maintenance),
		"through rate limits":    every(20, mocksf.Decision{Reply: &mocksf.Reply{Status: 403, Body: `[{"errorCode":"REQUEST_LIMIT_EXCEEDED","message":"x"}]`}}),
		"through foreign 200s":   every(3, mocksf.Decision{Reply: &mocksf.Reply{Status: 200, ContentType: "text/html", Body: "<html>"}}),
		"through expired tokens": every(5, mocksf.Decision{Reply: &mocksf.Reply{Status: 401, Body: `[{"errorCode":"INVALID_SESSION_ID","message":"x"}]`}}),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			r.faults(hook)
			r.start(nil)
			txs := mixture(80)
			r.offer(txs...)
			r.delivered(txs...)
		})
	}
}

func TestAllKindsOfCallsAreUsed(t *testing.T) {
	r := newRig(t)
	r.start(func(p *Parts) { p.Queue.Plan.Workers = 2 })
	alone := contact("t-alone", "alone", nil) // one that finds an idle worker goes by itself
	r.offer(alone)
	r.delivered(alone)
	txs := mixture(80)
	r.faults(func(*mocksf.Call) mocksf.Decision { return maintenance })
	r.offer(txs...)
	r.faults(func(*mocksf.Call) mocksf.Decision { return mocksf.Decision{} })
	r.delivered(txs...)
	for _, api := range []commitlog.API{commitlog.APIRow, commitlog.APICollections, commitlog.APIGraph} {
		assert.NotZero(t, r.came()[api], api)
	}
}

func TestTheSameIDIsStoredOnce(t *testing.T) {
	r := newRig(t)
	r.start(nil)
	tx := contact("t-1", "a", nil)
	r.offer(tx, tx)
	r.delivered(tx)
	r.offer(tx, contact("t-2", "b", nil))
	r.delivered(contact("t-2", "b", nil))
	assert.Equal(t, 2, r.org.Log().Len())
}

func TestRefusesWhatIsNoTransaction(t *testing.T) {
	r := newRig(t)
	r.start(nil)
	assert.Equal(t, http.StatusBadRequest, r.post([]byte(`{"id":"t-1"}`)))
	assert.Equal(t, http.StatusRequestEntityTooLarge, r.post(make([]byte, maxBody+1)))
}

func TestAPoisonedTransactionHoldsUpNobody(t *testing.T) {
	r := newRig(t)
	r.start(func(p *Parts) { p.Queue.Plan.Workers = 1 })
	good := []*Transaction{contact("t-1", "b", nil), contact("t-2", "c", nil), contact("t-4", "a", nil)}
	poison := contact("t-3", "a", map[string]any{"Nope__c": "x"})
	r.offer(good[0], good[1], poison, good[2])
	r.delivered(good...)
	assert.Zero(t, r.landed()["t-3.0"])
	require.Eventually(t, func() bool { return len(r.told()) > 0 }, 5*time.Second, time.Millisecond)
	assert.Equal(t, []string{"firing DeadLetters"}, r.told())
	assert.Contains(t, r.alerts[0].CommonAnnotations["cause"], "t-3")
	assert.Equal(t, 1.0, r.gauge("integration_dead_letters"))
	require.Eventually(t, func() bool { return r.gauge("integration_backlog") == 0 }, 5*time.Second, time.Millisecond)
}

// gauge reads one gauge of /metrics.
func (r *rig) gauge(name string) (value float64) {
	resp, err := http.Get("http://" + r.env.ListenAddr + "/metrics")
	require.NoError(r.t, err)
	defer resp.Body.Close() // read only
	text := new(strings.Builder)
	_ = resp.Write(text)
	for line := range strings.Lines(text.String()) {
		if _, err := fmt.Sscanf(line, name+" %g", &value); err == nil {
			return value
		}
	}
	r.t.Fatalf("no gauge %s", name)
	return 0
}

func TestAMissingParentIsWaitedFor(t *testing.T) {
	r := newRig(t)
	r.start(nil)
	child := transaction("t-1", "c", Record{Object: "Activity_Log__c",
		Parent: &Parent{Field: "Account__c", Object: "Account", ExternalIDField: "Ext_Id__c", ExternalID: "p"}})
	r.offer(child)
	parent := order("t-2", "p")
	r.offer(parent)
	r.delivered(child, parent)
}

func TestDeletes(t *testing.T) {
	r := newRig(t)
	r.start(nil)
	r.faults(every(2, mocksf.Decision{Cut: true}))
	gone := contact("t-2", "a", nil)
	gone.Records[0].Op = "delete"
	gone.body = []byte(toJSON(t, gone))
	last := contact("t-3", "a", nil)
	r.offer(contact("t-1", "a", nil), gone, last)
	require.Eventually(t, func() bool { return r.landed()["t-3.0"] != 0 }, 5*time.Second, time.Millisecond)
	var ops []commitlog.Op
	for _, c := range r.org.Log().Since(0) {
		ops = append(ops, c.Changes[0].Op)
	}
	assert.Equal(t, []commitlog.Op{commitlog.Insert, commitlog.Delete, commitlog.Insert}, ops[:3])
}

func TestOneLoginForAllWhenTokensExpire(t *testing.T) {
	r := newRig(t)
	r.start(nil)
	first := mixture(40)
	r.offer(first...)
	r.delivered(first...)
	r.org.ExpireTokens()
	second := contact("t-x", "x", nil)
	r.offer(second)
	r.delivered(second)
	assert.EqualValues(t, 2, r.logins.Load())
}

// Salesforce accepts connections and says nothing.
func TestABlackHoleEndsWithATimeout(t *testing.T) {
	r := newRig(t)
	silent, heal := context.WithCancel(t.Context())
	defer heal()
	r.faults(func(*mocksf.Call) mocksf.Decision {
		<-silent.Done()
		return mocksf.Decision{}
	})
	r.start(func(p *Parts) {
		p.Client.Timeout, p.Client.ProbeTimeout = 50*time.Millisecond, 50*time.Millisecond
		p.Client.Tokens = &Login{HTTP: p.Client.HTTP, Env: p.Env, Timeout: 50 * time.Millisecond}
	})
	txs := mixture(40)
	r.offer(txs...)
	require.Eventually(t, func() bool { return len(r.told()) > 0 }, 5*time.Second, time.Millisecond)
	assert.Equal(t, "no answer in time", r.alerts[0].CommonAnnotations["cause"])
	heal()
	r.delivered(txs...)
}

func TestStopsInOrder(t *testing.T) {
	r := newRig(t)
	entered, release := make(chan struct{}), make(chan struct{})
	var first atomic.Bool
	r.faults(func(c *mocksf.Call) mocksf.Decision {
		if c.Write && first.CompareAndSwap(false, true) {
			close(entered)
			<-release
		}
		return mocksf.Decision{}
	})
	stop := r.start(nil)
	tx := contact("t-1", "a", nil)
	r.offer(tx, contact("t-2", "a", nil))
	<-entered
	stopped := make(chan struct{})
	go func() { stop(); close(stopped) }()
	require.Eventually(t, func() bool { return r.post(tx.body) == http.StatusServiceUnavailable }, 5*time.Second, time.Millisecond)
	close(release)
	<-stopped
	r.delivered(tx) // what was under way is finished, what waited waits
	assert.Zero(t, r.landed()["t-2.0"])
	r.start(nil)
	r.delivered(tx, contact("t-2", "a", nil))
	assert.Equal(t, 2, r.org.Log().Len(), "and nothing was sent again")
}

func TestStopsWhileSalesforceIsAway(t *testing.T) {
	r := newRig(t)
	r.faults(func(*mocksf.Call) mocksf.Decision { return maintenance })
	stop := r.start(func(p *Parts) { p.Grace = time.Hour })
	r.offer(mixture(60)...)
	require.Eventually(t, func() bool { return len(r.told()) > 0 }, 5*time.Second, time.Millisecond)
	stop()
}

func TestTheOutboxBelongsToOne(t *testing.T) {
	r := newRig(t)
	first, err := OpenOutbox(r.env.StateDir)
	require.NoError(t, err)
	defer first.Close() // the test is over
	_, err = openOutbox(r.env.StateDir, 10)
	assert.ErrorContains(t, err, "outbox")
}
