// Package rowlock keeps the locks that requests hold on records while they
// work, as the database under a real org does. It knows keys only.
package rowlock

import (
	"slices"
	"sync"
	"time"
)

// grace is how much longer than told everybody waits. In virtual time releases
// fall on round instants, and a few nanoseconds after them: a wait must not end
// there too, or chance would tell which comes first.
const grace = 333 * time.Microsecond

// Table holds the locks of an org. The zero Table is ready.
type Table struct {
	mu      sync.Mutex
	held    map[string]struct{}
	waiting []*waiter // first come, first served
}

type waiter struct {
	keys  []string
	place chan int // gets one number when the locks are the waiter's
}

// Held is what Take got. The zero Held is nothing.
type Held struct {
	// Taken are the keys that others did not give up in time.
	Taken map[string]bool

	table *Table
	keys  []string
}

// Take gets the locks of all keys, each given once, at the same time, and
// waits for those that others hold. When the time is up it goes on with the
// rest. ok is false when gone or closed ended the wait: then nothing is held.
//
// Who waited begins some nanoseconds after the others who were waiting for the
// same release: in virtual time, where nothing else parts them, the order of
// what they do next would be chance.
func (t *Table) Take(keys []string, wait time.Duration, gone, closed <-chan struct{}) (h Held, ok bool) {
	w := t.ask(keys)
	if w == nil {
		return Held{table: t, keys: keys}, true
	}
	timer := time.NewTimer(wait + grace)
	defer timer.Stop()
	select {
	case n := <-w.place:
		return t.granted(w, n), true
	case <-timer.C:
		if h, left := t.settle(w); left {
			return h, true
		}
		return t.granted(w, <-w.place), true // in this very instant
	case <-gone:
	case <-closed:
	}
	t.leave(w)
	return Held{}, false
}

// granted begins as the n-th of those who got their locks together.
func (t *Table) granted(w *waiter, n int) Held {
	time.Sleep(time.Duration(n))
	return Held{table: t, keys: w.keys}
}

// ask takes the locks at once, nil, or lines up.
func (t *Table) ask(keys []string) *waiter {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.free(keys, t.claims()) {
		t.hold(keys)
		return nil
	}
	w := &waiter{keys: keys, place: make(chan int, 1)}
	t.waiting = append(t.waiting, w)
	return w
}

// claims are the keys that somebody waits for already: nobody overtakes.
func (t *Table) claims() map[string]struct{} {
	claims := map[string]struct{}{}
	for _, w := range t.waiting {
		for _, key := range w.keys {
			claims[key] = struct{}{}
		}
	}
	return claims
}

func (t *Table) free(keys []string, claims map[string]struct{}) bool {
	for _, key := range keys {
		_, held := t.held[key]
		_, claimed := claims[key]
		if held || claimed {
			return false
		}
	}
	return true
}

func (t *Table) hold(keys []string) {
	if t.held == nil {
		t.held = map[string]struct{}{}
	}
	for _, key := range keys {
		t.held[key] = struct{}{}
	}
}

// settle ends a wait whose time is up: the waiter gets what nobody holds. left
// is false when it was granted before it could leave the line.
func (t *Table) settle(w *waiter) (h Held, left bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.remove(w) {
		return h, false
	}
	h = Held{table: t, Taken: map[string]bool{}}
	for _, key := range w.keys {
		if _, held := t.held[key]; held {
			h.Taken[key] = true
		} else {
			h.keys = append(h.keys, key)
		}
	}
	t.hold(h.keys)
	t.grant()
	return h, true
}

// leave ends a wait of which nothing is to come.
func (t *Table) leave(w *waiter) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.remove(w) {
		t.drop(w.keys)
	}
	t.grant()
}

// remove takes a waiter out of the line; false when it was granted before.
func (t *Table) remove(w *waiter) bool {
	i := slices.Index(t.waiting, w)
	if i < 0 {
		return false
	}
	t.waiting = slices.Delete(t.waiting, i, i+1)
	return true
}

func (t *Table) drop(keys []string) {
	for _, key := range keys {
		delete(t.held, key)
	}
}

// Release gives the locks back.
func (h Held) Release() {
	if len(h.keys) == 0 {
		return
	}
	h.table.mu.Lock()
	defer h.table.mu.Unlock()
	h.table.drop(h.keys)
	h.table.grant()
}

// grant gives the locks to those who wait, in the order in which they came.
func (t *Table) grant() {
	claims, n := map[string]struct{}{}, 0
	t.waiting = slices.DeleteFunc(t.waiting, func(w *waiter) bool {
		if !t.free(w.keys, claims) {
			for _, key := range w.keys {
				claims[key] = struct{}{}
			}
			return false
		}
		t.hold(w.keys)
		n++
		w.place <- n
		return true
	})
}
