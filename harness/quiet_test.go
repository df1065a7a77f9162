package harness

import (
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/squall-harness/squall/harness/history"
	"github.com/squall-harness/squall/harness/match"
	"github.com/squall-harness/squall/mocksf"
	"github.com/squall-harness/squall/mocksf/commitlog"
)

// scene is a run at its end: one operation, acknowledged and written at 1 s.
type scene struct {
	*rig
	now time.Duration
}

func newScene(t *testing.T, arrived bool) *scene {
	s, err := ParseScenario("small.yaml", []byte(good), Setting{"load.for", "20ms"}, Setting{"faults", "[]"})
	require.NoError(t, err)
	c := &scene{now: time.Second}
	clock := func() time.Duration { return c.now }
	c.rig = &rig{scenario: s, recorder: history.NewRecorder(clock), org: mocksf.New(mocksf.Config{Clock: clock})}
	t.Cleanup(c.org.Close)
	c.recorder.Offer(history.Operation{ID: "t-1", Records: []history.Record{{Fields: map[string]any{"Token__c": "t-1.0"}}}})
	c.recorder.Answer("t-1", history.Attempt{Outcome: history.OK})
	if arrived {
		c.org.Log().Append(commitlog.Commit{Changes: []commitlog.Change{{Fields: map[string]any{"Token__c": "t-1.0"}}}}, clock)
	}
	c.activity.ended(commitlog.Request{Records: 1}, c.now)
	return c
}

// at is the proof that quiet finds at a time, when the subject said something
// just before.
func (c *scene) at(t time.Duration, late bool, said ...history.Gauge) string {
	c.now = t
	for _, g := range said {
		c.recorder.Gauge(g)
	}
	tr := newTracker(match.Names{})
	tr.take(c.recorder, c.org.Log())
	return c.quiet(tr, late)
}

// The org has been silent since 1 s; expect.quiet is 5 s.
func TestQuietIsProven(t *testing.T) {
	t.Parallel()
	says := func(n float64) history.Gauge { return history.Gauge{At: 1100 * time.Millisecond, Backlog: n} }
	stale := history.Gauge{At: 900 * time.Millisecond}
	mute := history.Gauge{At: 1100 * time.Millisecond, Error: "no gauge"}
	for name, c := range map[string]struct {
		arrived, late bool
		silence       time.Duration
		said          history.Gauge
		want          string // "" for no proof
	}{
		"all there, and the subject says so":       {true, false, 1500 * time.Millisecond, says(0), "everything accepted has arrived, the subject reports no backlog"},
		"all there, too early":                     {true, false, 1400 * time.Millisecond, says(0), ""},
		"all there, it said so before":             {true, false, 2 * time.Second, stale, ""},
		"all there, it says nothing":               {true, false, 4 * time.Second, mute, ""},
		"all there, it says nothing for long":      {true, false, 5 * time.Second, mute, "everything accepted has arrived"},
		"all there, it holds something back":       {true, false, time.Minute, says(1), ""},
		"all there, it holds back till the end":    {true, true, time.Minute, says(1), "the deadline is over"},
		"missing, and it says that it has nothing": {false, false, 5 * time.Second, says(0), "the subject reports no backlog"},
		"missing, too early":                       {false, false, 4 * time.Second, says(0), ""},
		"missing, and it says nothing":             {false, false, time.Minute, mute, ""},
		"missing, it says nothing till the end":    {false, true, time.Minute, mute, "the deadline is over"},
		"missing, and it still holds it":           {false, true, time.Minute, says(1), ""},
	} {
		got := newScene(t, c.arrived).at(time.Second+c.silence, c.late, c.said)
		if c.want == "" {
			assert.Empty(t, got, name)
		} else {
			assert.Contains(t, got, c.want, name)
		}
	}
}

// Between two transactions the org may be silent for longer than expect.quiet.
func TestWhatWasJustAcceptedIsWaitedFor(t *testing.T) {
	t.Parallel()
	c := newScene(t, true)
	c.scenario.Load.For *= 2
	c.now = time.Minute
	c.recorder.Offer(history.Operation{ID: "t-2", Records: []history.Record{{Fields: map[string]any{"Token__c": "t-2.0"}}}})
	c.recorder.Answer("t-2", history.Attempt{Outcome: history.OK})
	none := func(at time.Duration) history.Gauge { return history.Gauge{At: at} }
	assert.Empty(t, c.at(time.Minute+time.Second, false, none(time.Minute-time.Second)))
	assert.Empty(t, c.at(time.Minute+4*time.Second, false, none(time.Minute+time.Second)))
	assert.NotEmpty(t, c.at(time.Minute+5*time.Second, false, none(time.Minute+time.Second)))
}

// What never arrives is to be told to somebody, which no silence of the org shows.
func TestPoisonTakesTheWholeSilence(t *testing.T) {
	t.Parallel()
	c := newScene(t, true)
	c.recorder.Offer(history.Operation{ID: "t-2", Class: history.ClassPoison})
	c.recorder.Answer("t-2", history.Attempt{Outcome: history.OK})
	c.scenario.Load.For *= 2
	none := history.Gauge{At: 1100 * time.Millisecond}
	assert.Empty(t, c.at(time.Second+4900*time.Millisecond, false, none))
	assert.NotEmpty(t, c.at(time.Second+5*time.Second, false, none))
}

func TestNothingIsQuietWhileSomethingMayCome(t *testing.T) {
	t.Parallel()
	c := newScene(t, true)
	c.activity.began(&mocksf.Call{ID: "req-1", Records: 1})
	assert.Empty(t, c.at(time.Minute, true), "a write under way")
	c.activity.ended(commitlog.Request{ID: "req-1", Records: 1}, time.Minute)
	assert.NotEmpty(t, c.at(2*time.Minute, true))
	c.recorder.Offer(history.Operation{ID: "t-2"})
	assert.Empty(t, c.at(3*time.Minute, true), "an offer without a definite answer")

	c = newScene(t, true)
	c.scenario.Load.For = time.Second
	assert.Empty(t, c.at(time.Minute, true), "not all is offered yet")
}

// The tracker knows the operation of every commit that it sees, however the
// two ledgers grow meanwhile.
func TestTheTrackerIsNotOvertakenByCommits(t *testing.T) {
	t.Parallel()
	c, tr := newScene(t, true), newTracker(match.Names{})
	const n = 3000
	done := make(chan struct{})
	go func() {
		defer close(done)
		for i := range n {
			id := fmt.Sprintf("x-%d", i)
			fields := map[string]any{"Token__c": id}
			c.recorder.Offer(history.Operation{ID: id, Records: []history.Record{{Fields: fields}}})
			c.org.Log().Append(commitlog.Commit{Changes: []commitlog.Change{{Fields: fields}}}, c.recorder.Now)
			c.recorder.Answer(id, history.Attempt{Outcome: history.OK})
		}
	}()
	for tr.offered <= n {
		tr.take(c.recorder, c.org.Log())
	}
	<-done
	tr.take(c.recorder, c.org.Log())
	assert.Equal(t, n+1, tr.committed)
	assert.Zero(t, tr.backlog())
}

// Deletions carry no token: the tracker goes by the record's name, and each
// intended deletion is carried out once.
func TestTheTrackerKnowsDeletions(t *testing.T) {
	t.Parallel()
	c, tr := newScene(t, true), newTracker(match.Names{})
	tr.take(c.recorder, c.org.Log())
	before := tr.committed
	gone := commitlog.Commit{Changes: []commitlog.Change{{Op: commitlog.Delete, Object: "Contact", ExternalID: "c-1"}}}
	for _, id := range []string{"d-1", "d-2"} {
		c.recorder.Offer(history.Operation{ID: id, Records: []history.Record{{Op: "delete", Object: "Contact", ExternalID: "c-1"}}})
		c.recorder.Answer(id, history.Attempt{Outcome: history.OK})
	}
	for want := 2; want >= 0; want-- {
		tr.take(c.recorder, c.org.Log())
		assert.Equal(t, want, tr.backlog())
		c.org.Log().Append(gone, c.recorder.Now)
	}
	tr.take(c.recorder, c.org.Log())
	assert.Equal(t, before+2, tr.committed, "a third deletion is nobody's")
}

// After a restore from a backup the tracker waits again for what was undone.
func TestTheTrackerKnowsRestores(t *testing.T) {
	t.Parallel()
	c, tr := newScene(t, true), newTracker(match.Names{})
	tr.take(c.recorder, c.org.Log())
	lsn, before := c.org.Log().Len(), tr.committed
	fields := map[string]any{"Token__c": "x-1"}
	c.recorder.Offer(history.Operation{ID: "x-1", Records: []history.Record{{Fields: fields}}})
	c.recorder.Answer("x-1", history.Attempt{Outcome: history.OK})
	delivered := commitlog.Commit{Changes: []commitlog.Change{{Fields: fields}}}
	c.org.Log().Append(delivered, c.recorder.Now)
	tr.take(c.recorder, c.org.Log())
	assert.Equal(t, []int{0, before + 1}, []int{tr.backlog(), tr.committed})
	c.org.Log().Append(commitlog.Commit{API: commitlog.APIRestore, Request: commitlog.Backup(uint64(lsn))}, c.recorder.Now)
	tr.take(c.recorder, c.org.Log())
	assert.Equal(t, []int{1, before}, []int{tr.backlog(), tr.committed})
	c.org.Log().Append(delivered, c.recorder.Now)
	tr.take(c.recorder, c.org.Log())
	assert.Equal(t, []int{0, before + 1}, []int{tr.backlog(), tr.committed})
}

// What is committed while the tracker looks at a restore counts once.
func TestTheTrackerCountsOnceAcrossRestores(t *testing.T) {
	t.Parallel()
	c, tr := newScene(t, true), newTracker(match.Names{})
	tr.take(c.recorder, c.org.Log())
	before := tr.committed
	const n = 2000
	for i := range n {
		c.recorder.Offer(history.Operation{ID: fmt.Sprintf("d-%d", i), Records: []history.Record{{Op: "delete", Object: "Contact", ExternalID: "c-1"}}})
	}
	var made atomic.Int64 // or about to be
	done := make(chan struct{})
	go func() {
		defer close(done)
		gone := commitlog.Commit{Changes: []commitlog.Change{{Op: commitlog.Delete, Object: "Contact", ExternalID: "c-1"}}}
		for i := range n {
			made.Add(1)
			c.org.Log().Append(gone, c.recorder.Now)
			if i%20 != 0 {
				continue
			}
			last := uint64(c.org.Log().Len())
			c.org.Log().Append(commitlog.Commit{API: commitlog.APIRestore, Request: commitlog.Backup(last)}, c.recorder.Now)
		}
	}()
	for tr.committed < before+n {
		tr.take(c.recorder, c.org.Log())
		require.LessOrEqual(t, int64(tr.committed-before), made.Load())
	}
	<-done
}
