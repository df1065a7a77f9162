package recovery

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/squall-harness/squall/harness/history"
	"github.com/squall-harness/squall/harness/match"
	"github.com/squall-harness/squall/mocksf/commitlog"
)

const ms = time.Millisecond

// run is a pair of ledgers made by hand; times are in milliseconds.
type run struct {
	h        history.History
	commits  []commitlog.Commit
	requests []commitlog.Request
}

// op tells of an operation that was offered when it was due and acknowledged
// after 10 ms. Each record is one of the tokens id.0, id.1, ...
func (r *run) op(id string, due, records int) {
	op := &history.Operation{ID: id, Due: time.Duration(due) * ms, Outcome: history.OK}
	op.Attempts = []history.Attempt{{At: op.Due, Took: 10 * ms, Outcome: history.OK}}
	for i := range records {
		op.Records = append(op.Records, history.Record{Object: "Account", Fields: map[string]any{"Token__c": fmt.Sprintf("%s.%d", id, i)}})
	}
	r.h.Operations = append(r.h.Operations, op)
}

func (r *run) commit(at int, api commitlog.API, tokens ...string) {
	c := commitlog.Commit{LSN: uint64(len(r.commits) + 1), At: time.Duration(at) * ms, API: api}
	for _, token := range tokens {
		c.Changes = append(c.Changes, commitlog.Change{Op: commitlog.Insert, Object: "Account", Fields: map[string]any{"Token__c": token}})
	}
	r.commits = append(r.commits, c)
}

func (r *run) fault(from, to int) {
	r.h.Windows = append(r.h.Windows, history.Window{From: time.Duration(from) * ms, To: time.Duration(to) * ms, Hits: 1})
}

func (r *run) mark(name string, at int) {
	r.h.Marks = append(r.h.Marks, history.Mark{Name: name, At: time.Duration(at) * ms})
}

func (r *run) measure() Figures { return Measure(&r.h, r.commits, r.requests, match.Names{}) }

// outage: one operation before it, three during it, one in the drain, one
// after.
func outage() *run {
	r := &run{}
	r.mark(history.MarkStarted, 0)
	r.op("a", 100, 1)
	r.commit(150, commitlog.APIRow, "a.0")
	r.fault(500, 2000)
	r.op("b", 600, 2)
	r.op("c", 700, 1)
	r.op("d", 800, 1)
	r.mark(history.MarkHealed, 2000)
	r.commit(2500, commitlog.APIBulk, "c.0", "b.0")
	r.op("e", 2600, 1)
	r.commit(3000, commitlog.APIRow, "b.1")
	r.commit(3500, commitlog.APIBulk, "e.0")
	r.commit(4000, commitlog.APIBulk, "d.0", "c.0")
	r.op("f", 5000, 1)
	r.commit(5020, commitlog.APIRow, "f.0")
	r.mark(history.MarkEnd, 6000)
	return r
}

func TestFiguresOfAnOutage(t *testing.T) {
	f := outage().measure()
	assert.Equal(t, 2000*ms, f.HealedAt)
	assert.Equal(t, 3, f.BacklogAtHeal)
	assert.Equal(t, 2500*ms, f.FirstSuccess)
	assert.Equal(t, 3, f.Peak)
	assert.Equal(t, 810*ms, f.PeakAt)
	assert.Equal(t, 4000*ms, f.DrainedAt)
	assert.Equal(t, 2000*ms, f.Drain)
	assert.Equal(t, 2.0, f.DrainRate, "b, c, d and e in two seconds")
	assert.Equal(t, 3500*ms, f.CaughtUpAt, "one operation was under way before the fault, too")
	assert.Equal(t, Latency{N: 1, P50: 50 * ms, P95: 50 * ms, P99: 50 * ms, Max: 50 * ms}, f.Before)
	assert.Equal(t, 900*ms, f.During.Max)
	assert.Equal(t, 20*ms, f.After.Max)
}

func TestUsageByAPI(t *testing.T) {
	r := outage()
	r.requests = []commitlog.Request{
		{API: commitlog.APIRow, Status: 200}, {API: commitlog.APIRow, Status: 503}, {API: commitlog.APIRow},
		{API: commitlog.APIRow, Status: 200, Fate: commitlog.FateCut}, {API: commitlog.APIAuth, Status: 200},
	}
	assert.Equal(t, []Usage{
		{API: commitlog.APIRow, Calls: 4, Failed: 3, Operations: 3, DrainRate: 0.5},
		{API: commitlog.APIBulk, Operations: 3, DrainRate: 1.5},
		{API: commitlog.APIAuth, Calls: 1},
	}, r.measure().Usage)
}

func TestCurve(t *testing.T) {
	f := outage().measure()
	require.Len(t, f.Curve, 25, "every 250 ms, and the end")
	assert.Equal(t, Point{At: 0}, f.Curve[0])
	assert.Equal(t, Point{At: 1000 * ms, Offered: 4, Accepted: 4, Committed: 1, Backlog: 3}, f.Curve[4])
	assert.Equal(t, Point{At: 6000 * ms, Offered: 6, Accepted: 6, Committed: 6}, f.Curve[24])
}

func TestALongRunHasABoundedCurve(t *testing.T) {
	r := outage()
	r.mark("later", 0)
	r.op("z", 24*3600*1000, 1)
	curve := r.measure().Curve
	assert.LessOrEqual(t, len(curve), maxPoints)
	assert.Equal(t, 6, curve[len(curve)-1].Committed)
	assert.Equal(t, 1, curve[len(curve)-1].Backlog)
}

func TestNeverDrained(t *testing.T) {
	r := outage()
	r.commits = r.commits[:4] // d never arrives
	f := r.measure()
	assert.Zero(t, f.DrainedAt)
	assert.Zero(t, f.Drain)
	assert.Zero(t, f.DrainRate)
	assert.Equal(t, 3, f.BacklogAtHeal)
	assert.Equal(t, 2500*ms, f.FirstSuccess)
	assert.Equal(t, 1, f.During.N, "e, due after the heal")
	assert.Zero(t, f.After.N)
}

func TestNeverHealed(t *testing.T) {
	r := outage()
	r.h.Marks = nil
	f := r.measure()
	assert.Zero(t, f.HealedAt)
	assert.Zero(t, f.DrainedAt)
	assert.Zero(t, f.CaughtUpAt)
	assert.Equal(t, 3, f.Peak)
	assert.Equal(t, 1, f.Before.N)
	assert.Zero(t, f.During.N)
	assert.NotEmpty(t, f.Curve)
}

func TestNothingHappened(t *testing.T) {
	assert.Equal(t, Figures{}, Measure(nil, nil, nil, match.Names{}))
	assert.Equal(t, Figures{}, Measure(&history.History{Operations: []*history.Operation{nil}}, nil, nil, match.Names{}))
}

func TestAHealWithoutABacklogIsDrainedAtOnce(t *testing.T) {
	r := &run{}
	r.op("a", 100, 1)
	r.commit(150, commitlog.APIRow, "a.0")
	r.mark(history.MarkHealed, 500)
	f := r.measure()
	assert.Equal(t, 500*ms, f.DrainedAt)
	assert.Zero(t, f.Drain)
	assert.Equal(t, 500*ms, f.CaughtUpAt)
	assert.Zero(t, f.FirstSuccess)
}

// The commit may come before the acknowledgement: the operation was never in
// the backlog, and the backlog is never negative.
func TestACommitBeforeItsAcknowledgement(t *testing.T) {
	r := &run{}
	r.op("a", 100, 1)
	r.commit(105, commitlog.APIRow, "a.0")
	f := r.measure()
	assert.Zero(t, f.Peak)
	assert.Equal(t, 5*ms, f.Before.Max)
}

func TestRefusedAndUnknownOperationsAreNoBacklog(t *testing.T) {
	r := &run{}
	r.op("a", 100, 1)
	r.op("b", 200, 1)
	r.h.Operations[0].Outcome, r.h.Operations[1].Outcome = history.Info, history.Fail
	f := r.measure()
	assert.Equal(t, 2, f.Curve[len(f.Curve)-1].Offered)
	assert.Zero(t, f.Curve[len(f.Curve)-1].Accepted)
}

func TestDeletionsComplete(t *testing.T) {
	r := &run{}
	gone := history.Record{Object: "Account", ExternalIDField: "Ext_Id__c", ExternalID: "x", Op: "delete", Fields: map[string]any{"Token__c": "a.0"}}
	for _, id := range []string{"a", "b"} {
		r.op(id, 100, 0)
		r.h.Operations[len(r.h.Operations)-1].Records = []history.Record{gone}
	}
	named := commitlog.Change{Op: commitlog.Delete, Object: "Account", ID: "1", ExternalID: "x"}
	byID := commitlog.Change{Op: commitlog.Delete, Object: "Account", ID: "1"}
	born := commitlog.Change{Op: commitlog.Insert, Object: "Account", ID: "1", ExternalID: "x"}
	for _, change := range []commitlog.Change{named, born, byID, byID} {
		r.commit(200, commitlog.APIRow)
		r.commits[len(r.commits)-1].Changes = []commitlog.Change{change}
	}
	assert.Equal(t, 2, r.measure().Before.N)
}

func TestPercentilesAreExact(t *testing.T) {
	var times []time.Duration
	for i := 100; i >= 1; i-- {
		times = append(times, time.Duration(i)*ms)
	}
	assert.Equal(t, Latency{N: 100, P50: 50 * ms, P95: 95 * ms, P99: 99 * ms, Max: 100 * ms}, distribution(times))
	assert.Equal(t, Latency{N: 1, P50: ms, P95: ms, P99: ms, Max: ms}, distribution([]time.Duration{ms}))
}

// Whatever the run: counts only grow, the backlog is their difference and never
// negative, no point is above the peak, and the figures agree with each other.
func TestLawsOfTheFigures(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := drawRun(t).measure()
		var before Point
		for _, p := range f.Curve {
			require.GreaterOrEqual(t, p.Backlog, 0)
			require.Equal(t, p.Accepted-p.Committed, p.Backlog)
			require.LessOrEqual(t, p.Accepted, p.Offered)
			require.LessOrEqual(t, p.Backlog, f.Peak)
			require.GreaterOrEqual(t, p.Committed, before.Committed)
			before = p
		}
		require.LessOrEqual(t, len(f.Curve), maxPoints)
		require.LessOrEqual(t, f.BacklogAtHeal, f.Peak)
		if f.DrainedAt > 0 {
			require.Equal(t, f.DrainedAt-f.HealedAt, f.Drain)
			rates := 0.0
			for _, u := range f.Usage {
				rates += u.DrainRate
			}
			require.InDelta(t, f.DrainRate, rates, 1e-6)
		}
	})
}

func drawRun(t *rapid.T) *run {
	r := &run{}
	at := rapid.IntRange(0, 20000)
	n := rapid.IntRange(0, 30).Draw(t, "operations")
	clock := 0
	for i := range n {
		r.op(fmt.Sprint(i), at.Draw(t, "due"), 1)
		if rapid.Bool().Draw(t, "committed") {
			clock += rapid.IntRange(0, 1500).Draw(t, "gap")
			r.commit(clock, rapid.SampledFrom(apis).Draw(t, "api"), fmt.Sprintf("%d.0", i))
		}
	}
	if rapid.Bool().Draw(t, "healed") {
		r.mark(history.MarkHealed, at.Draw(t, "heal"))
		r.fault(at.Draw(t, "from"), 0)
	}
	return r
}

func TestPaceOfTheWholeRun(t *testing.T) {
	r := outage()
	r.requests = []commitlog.Request{{API: commitlog.APIRow}, {API: commitlog.APIAuth}}
	p := r.measure().Pace
	assert.Equal(t, Latency{N: 6, P50: 10 * ms, P95: 10 * ms, P99: 10 * ms, Max: 10 * ms}, p.Acceptance)
	assert.Equal(t, Latency{N: 6, P50: 900 * ms, P95: 3200 * ms, P99: 3200 * ms, Max: 3200 * ms}, p.Delivery)
	assert.InDelta(t, 6/4.92, p.Throughput, 1e-9, "from 0.1 s to 5.02 s")
	assert.Equal(t, 2, p.Calls)
	assert.Zero(t, Measure(nil, nil, nil, match.Names{}).Pace)
}
