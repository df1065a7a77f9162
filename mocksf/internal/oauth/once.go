package oauth

import (
	"maps"
	"sync"
	"time"
)

// maxKept bounds what is remembered of one kind, so that nobody can fill the
// memory by asking.
const maxKept = 1 << 16

// roomIn returns kept with room for one more: first those go that are dead, and
// all when that is not enough.
func roomIn[V any](kept map[string]V, dead func(V) bool) map[string]V {
	if len(kept) >= maxKept {
		maps.DeleteFunc(kept, func(_ string, v V) bool { return dead(v) })
	}
	if kept == nil || len(kept) >= maxKept {
		return map[string]V{}
	}
	return kept
}

// Once keeps values that can be fetched one time, until they expire: pages that
// wait for an answer, authorization codes.
type Once[V any] struct {
	mu   sync.Mutex
	kept map[string]perishable[V]
}

type perishable[V any] struct {
	value V
	until time.Duration
}

// Put keeps a value until a time on the run's clock.
func (o *Once[V]) Put(name string, value V, until, now time.Duration) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.kept = roomIn(o.kept, func(p perishable[V]) bool { return p.until <= now })
	o.kept[name] = perishable[V]{value, until}
}

// Take fetches a value and forgets it; ok is false when there is none, or no
// longer.
func (o *Once[V]) Take(name string, now time.Duration) (value V, ok bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	p, ok := o.kept[name]
	delete(o.kept, name)
	if !ok || p.until <= now {
		return value, false
	}
	return p.value, true
}
