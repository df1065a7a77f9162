package harness

import (
	"context"
	"sync"
	"time"

	"github.com/squall-harness/squall/harness/history"
	"github.com/squall-harness/squall/mocksf/commitlog"
)

// clock is the one monotonic base of a run. Both ledgers are stamped with it.
type clock struct{ base time.Time }

func newClock() *clock { return &clock{base: time.Now()} }

func (c *clock) since() time.Duration { return time.Since(c.base) }

// activity remembers when the subject last worked at the org.
type activity struct {
	mu   sync.Mutex
	last time.Duration
}

// note counts requests that write or that concern a bulk job; a program that
// merely asks for limits or logs in is not delivering anything.
func (a *activity) note(q commitlog.Request, now time.Duration) {
	if q.Records == 0 && q.Job == "" {
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.last = now
}

func (a *activity) quietFor(now time.Duration) time.Duration {
	a.mu.Lock()
	defer a.mu.Unlock()
	return now - a.last
}

// settle is how long the org must stay silent once everything has arrived: a
// late second delivery would show in it.
const settle = 1500 * time.Millisecond

// afterBudget is how long a run waits beyond the budget for a subject that is
// still at work, so that "late" and "never" can be told apart.
const afterBudget = 5 * time.Second

// awaitQuiet waits until nothing more will come. It sets the mark "quiet" when
// that is proven, and gives up at the cap without it.
func (r *rig) awaitQuiet() error {
	healed, _ := history.Fold(r.recorder.Since(0)).Mark(history.MarkHealed)
	end := max(healed.At+r.scenario.Expect.Drained, r.recorder.Now()) + afterBudget
	t := newTracker(r.scenario.Source.Token)
	for r.recorder.Now() < end {
		t.take(r.recorder, r.org.Log())
		if why := r.quiet(t); why != "" {
			r.recorder.Mark(history.MarkQuiet, why)
			break
		}
		if err := r.pauseOrFail(100 * time.Millisecond); err != nil {
			return err
		}
	}
	r.recorder.Mark(history.MarkEnd, "")
	return nil
}

// quiet says why nothing more will come; "" while something may.
func (r *rig) quiet(t *tracker) string {
	silence := r.activity.quietFor(r.recorder.Now())
	definite := t.accepted+t.refused >= t.offered
	switch {
	case !definite || r.org.OpenJobs() > 0:
		return ""
	case t.backlog() == 0 && silence >= settle:
		return "everything accepted has arrived, and the org stayed silent since"
	case silence >= r.scenario.Expect.Quiet && !r.stillHolds():
		return "the org stayed silent, and the subject does not report a backlog"
	}
	return ""
}

// stillHolds is true when the subject itself says that it has a backlog: what
// it still holds is late, not lost.
func (r *rig) stillHolds() bool {
	gauges := history.Fold(r.recorder.Since(0)).Gauges
	if len(gauges) == 0 {
		return false
	}
	last := gauges[len(gauges)-1]
	return last.Error == "" && last.Backlog > 0
}

func (r *rig) pauseOrFail(d time.Duration) error {
	done := make(chan struct{})
	timer := time.AfterFunc(d, func() { close(done) })
	defer timer.Stop()
	return r.await(done)
}

// sleepUntil waits for a time on the run's clock; false when ctx ended first.
func sleepUntil(ctx context.Context, now func() time.Duration, at time.Duration) bool {
	timer := time.NewTimer(at - now())
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
