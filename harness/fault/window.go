package fault

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/squall-harness/squall/harness/history"
)

// window is a fault from its beginning to its end.
type window struct {
	nemesis *Nemesis
	ctx     context.Context // of the run
	planned Planned
	aim     *aim // of its requests
	effect  effect
	resolve func() // ends what the status site tells
	closing gate
	closed  bool // guarded by closing

	mu   sync.Mutex
	seen history.Window
}

// struck opens the window of a fault that waited for its moment.
func (w *window) struck() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.seen.From = w.nemesis.Clock()
	w.nemesis.Recorder.Fault(w.seen)
}

// ended notes that the integration is no more: what it acknowledged on its way
// out still counts as from before.
func (w *window) ended() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.seen.Took = w.nemesis.Clock() - w.seen.From
}

// close ends the fault and records what it did. Whoever calls it again waits
// until that is done.
func (w *window) close() {
	w.closing.Lock()
	defer w.closing.Unlock()
	if w.closed {
		return
	}
	w.closed = true
	n := w.nemesis
	n.mu.Lock()
	n.open = slices.DeleteFunc(n.open, func(o *window) bool { return o == w })
	n.mu.Unlock()
	hits, note, err := w.effect.end()
	w.resolve()
	if w.planned.Site != "" {
		note += "; the status site showed: " + w.planned.Site
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.seen.Hits, w.seen.Note, w.seen.To = hits, note, n.Clock()
	if err != nil {
		w.seen.Note += ": " + err.Error()
		n.note(fmt.Errorf("fault %q: %w", w.planned.Name, err))
	}
	n.Recorder.Fault(w.seen)
}

// closeAfter lets the window close after d, or at once on HealAll.
func (w *window) closeAfter(d time.Duration) {
	n := w.nemesis
	n.background.Go(func() {
		n.turn.Lock()   // waits until the fault has begun
		n.turn.Unlock() //nolint:staticcheck // nothing to do in between
		n.sleepUntil(w.ctx, n.Clock()+d)
		w.close()
	})
}
