package harness

import (
	"context"
	"sync"
	"time"

	"github.com/squall-harness/squall/harness/history"
	"github.com/squall-harness/squall/mocksf"
	"github.com/squall-harness/squall/mocksf/commitlog"
)

// clock is the one monotonic base of a run. Both ledgers are stamped with it.
type clock struct{ base time.Time }

func newClock() *clock { return &clock{base: time.Now()} }

func (c *clock) since() time.Duration { return time.Since(c.base) }

// activity remembers when the subject last worked at the org. Requests that
// write or that concern a bulk job count; a program that merely asks for limits
// or logs in is not delivering anything.
type activity struct {
	mu   sync.Mutex
	busy map[string]bool // ids of requests under way
	last time.Duration
}

func (a *activity) began(c *mocksf.Call) {
	if c.Records == 0 && c.API != commitlog.APIBulk && c.API != commitlog.APIClassic {
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.busy == nil {
		a.busy = map[string]bool{}
	}
	a.busy[c.ID] = true
}

func (a *activity) ended(q commitlog.Request, now time.Duration) {
	a.mu.Lock()
	defer a.mu.Unlock()
	delete(a.busy, q.ID)
	if q.Records > 0 || q.Job != "" {
		a.last = now
	}
}

// working tells whether work is under way at the org.
func (a *activity) working() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return len(a.busy) > 0
}

// silentSince is the time of the last work at the org; now while some is under
// way.
func (a *activity) silentSince(now time.Duration) time.Duration {
	a.mu.Lock()
	defer a.mu.Unlock()
	if len(a.busy) > 0 {
		return now
	}
	return a.last
}

// settle is how long the org must stay silent once everything has arrived and
// the subject says so too: a late second delivery would show in it. Where somebody
// must still be told of what never arrives, that is too short.
const settle = 1500 * time.Millisecond

// afterBudget is how long a run waits beyond the budget for a subject that is
// still at work, so that "late" and "never" can be told apart.
const afterBudget = 5 * time.Second

// awaitQuiet waits until nothing more will come. It sets the mark "quiet" when
// that is proven, and gives up at the cap without it.
func (r *rig) awaitQuiet() error {
	healed, _ := history.Fold(r.recorder.Since(0)).Mark(history.MarkHealed)
	deadline := max(healed.At, r.recorder.Now()) + r.scenario.Expect.Drained
	t := newTracker(r.scenario.names().Tokens())
	for r.recorder.Now() < deadline+afterBudget {
		t.take(r.recorder, r.org.Log())
		if why := r.quiet(t, r.recorder.Now() > deadline); why != "" {
			r.recorder.Mark(history.MarkQuiet, why)
			break
		}
		if err := r.pauseOrFail(r.beat(100 * time.Millisecond)); err != nil {
			return err
		}
	}
	r.recorder.Mark(history.MarkEnd, "")
	return nil
}

// quiet says why nothing more will come; "" while something may. Silence alone
// is no proof before the deadline: a sender may wait long before it tries again.
func (r *rig) quiet(t *tracker, late bool) string {
	now := r.recorder.Now()
	since := max(r.activity.silentSince(now), t.answered) // what has just been accepted is not late yet
	silence := now - since
	definite := t.offered >= r.scenario.Load.Count() && t.accepted+t.refused >= t.offered
	said := t.gauge.Error == "" && t.gauge.At > since // what it said before its last work is out of date
	idle, holds := said && t.gauge.Backlog <= 0, said && t.gauge.Backlog > 0
	arrived := t.backlog() == 0
	switch {
	case !definite || r.org.OpenJobs() > 0:
		return ""
	case arrived && idle && silence >= settle && t.poisoned == 0: // an alert is no work at the org, and may take its time
		return "everything accepted has arrived, the subject reports no backlog, and the org stayed silent since"
	case silence < r.scenario.Expect.Quiet:
		return ""
	case idle:
		return "the org stayed silent, and the subject reports no backlog"
	case arrived && !holds:
		return "everything accepted has arrived, and the org stayed silent since"
	case late && (arrived || !holds):
		return "the org stayed silent, and the deadline is over"
	}
	return ""
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
