package reference

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"
)

// ErrStopping is returned to callers that wait at a gate which will not open
// again because the integration stops.
var ErrStopping = errors.New("the integration is stopping")

// Gate decides how many calls to Salesforce run at once. While the org answers
// that is up to max; while it does not, the gate is shut and one probe at a
// time looks whether it is back. Then the number grows again from one, by one
// with each answer, so that an org just recovered is not run over.
type Gate struct {
	Strikes int // failures in a row that shut the gate: single cut connections happen every day

	mu      sync.Mutex
	waiting []*waiter // in the order of their arrival
	max     int
	limit   int // calls that may run now
	running int
	strikes int // calls without an answer from the org, in a row
	shut    bool
	stopped bool
	trouble Trouble
	turn    time.Time // when the one who was let through last goes on
}

// Trouble says since when no call succeeds, and why. Its zero value is no trouble.
type Trouble struct {
	Since time.Time
	Cause string
}

// NewGate returns an open gate for up to limit calls at once.
func NewGate(limit int) *Gate {
	return &Gate{Strikes: 5, max: limit, limit: limit}
}

// Enter waits for permission to make a call. Each Enter without error needs a Leave.
func (g *Gate) Enter(ctx context.Context) error {
	return g.await(ctx, &waiter{call: true, ready: func() bool {
		if g.shut || g.running >= g.limit {
			return false
		}
		g.running++
		return true
	}})
}

// ErrSentBack is returned to callers that waited when something else had to go
// first.
var ErrSentBack = errors.New("sent back to the queue")

// SendBack lets nobody in who waits to make a call.
func (g *Gate) SendBack() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.waiting = slices.DeleteFunc(g.waiting, func(w *waiter) bool {
		if !w.call {
			return false
		}
		g.let(w, ErrSentBack)
		return true
	})
}

// Wait waits until calls are let through at all.
func (g *Gate) Wait(ctx context.Context) error {
	return g.await(ctx, &waiter{ready: func() bool { return !g.shut }})
}

// waiter is somebody who waits until ready, which is called with the lock held,
// returns true.
type waiter struct {
	ready func() bool
	call  bool       // to make a call
	over  chan error // gets nil, ErrStopping or ErrSentBack
	turn  time.Time  // when to go on
}

// let ends a wait. Whoever waited goes on after all who were let go on, by this
// event or by another of this instant. At the stop only calls have turns of their
// own: the others leave by themselves in that instant, some before they are asked.
func (g *Gate) let(w *waiter, err error) {
	w.turn = time.Now()
	if g.turn.After(w.turn) {
		w.turn = g.turn
	}
	w.turn = w.turn.Add(gateTurn)
	if w.call || !g.stopped {
		g.turn = w.turn
	}
	if errors.Is(err, ErrSentBack) {
		w.turn = w.turn.Add(backTurn)
	}
	w.over <- err
}

// await waits for its turn: first come, first served.
func (g *Gate) await(ctx context.Context, w *waiter) error {
	w.over = make(chan error, 1)
	g.mu.Lock()
	g.waiting = append(g.waiting, w)
	g.notify()
	g.mu.Unlock()
	select {
	case err := <-w.over:
		sleep(ctx, time.Until(w.turn))
		return err
	case <-ctx.Done():
		return g.leave(w, ctx.Err())
	}
}

// leave ends a wait. What was permitted meanwhile stays permitted.
func (g *Gate) leave(w *waiter, err error) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if i := slices.Index(g.waiting, w); i >= 0 {
		g.waiting = slices.Delete(g.waiting, i, i+1)
		return err
	}
	return <-w.over
}

// Leave ends a call. class and err tell how it went.
func (g *Gate) Leave(class Class, err error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.running--
	if answered(class) {
		g.success()
	} else {
		g.strike(class, err)
	}
	g.notify()
}

// answered tells whether the org did its work, even if the answer was no.
func answered(class Class) bool {
	return class == Delivered || class == Permanent || class == Doubtful
}

// success believes a call only while the gate is open: a straggler from before
// the outage says nothing about now.
func (g *Gate) success() {
	if g.shut {
		return
	}
	g.strikes, g.trouble = 0, Trouble{}
	g.limit = min(g.limit+1, g.max)
}

func (g *Gate) strike(class Class, err error) {
	g.strikes++
	if g.trouble.Since.IsZero() {
		g.trouble.Since = time.Now()
	}
	g.trouble.Cause = err.Error()
	if class == Throttled || g.strikes >= g.Strikes {
		g.shut = true
	}
}

// notify asks everybody who waits.
func (g *Gate) notify() {
	g.waiting = slices.DeleteFunc(g.waiting, func(w *waiter) bool {
		switch {
		case w.ready():
			g.let(w, nil)
		case g.stopped:
			g.let(w, ErrStopping)
		default:
			return false
		}
		return true
	})
}

// Trouble returns what keeps calls from succeeding at the moment.
func (g *Gate) Trouble() Trouble {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.trouble
}

// mostPatience is the longest time between two probes.
const mostPatience = time.Minute

// probePause is the time before a probe. An outage of hours is not asked about
// every second: the pause grows to a twentieth of the time that it has lasted.
func probePause(pause Backoff, attempt int, lasted time.Duration) time.Duration {
	return max(pause.Delay("probe", attempt), min(lasted/20, mostPatience))
}

// Run probes whenever the gate is shut, until ctx ends.
func (g *Gate) Run(ctx context.Context, pause Backoff, probe func(context.Context) (Class, error)) {
	defer g.stop()
	isShut := func() bool { return g.shut }
	for g.await(ctx, &waiter{ready: isShut}) == nil {
		shut := time.Now()
		for attempt := 1; sleep(ctx, probePause(pause, attempt, time.Since(shut))); attempt++ {
			class, err := probe(ctx)
			if answered(class) {
				g.reopen()
				break
			}
			g.note(err)
		}
		if ctx.Err() != nil {
			return
		}
	}
}

func (g *Gate) reopen() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.shut, g.strikes, g.limit, g.trouble = false, 0, 1, Trouble{}
	g.notify()
}

func (g *Gate) note(err error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.trouble.Cause = err.Error()
}

func (g *Gate) stop() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.stopped = true
	g.notify()
}
