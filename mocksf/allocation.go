package mocksf

import (
	"container/list"
	"sync"
	"time"

	"github.com/squall-harness/squall/mocksf/internal/apierr"
)

// Limits are what an org can bear. The zero value is an enterprise org that
// never fills up and whose records are never locked.
type Limits struct {
	// LongRequests is how many requests may be under way for LongAfter or more
	// before others are refused with REQUEST_LIMIT_EXCEEDED: 0 is 25, as in
	// production orgs and sandboxes, 5 is right for developer and trial orgs,
	// and below 0 there is no bound. LongAfter: 0 is 20 s (REST API guide, API
	// Request Limits).
	LongRequests int
	LongAfter    time.Duration

	// StorageMB is the data storage, of which a record takes two kilobytes
	// whatever it holds (Salesforce Help, Data and File Storage Allocations). A
	// record too many is STORAGE_LIMIT_EXCEEDED. 0 is 10,240, shown and not
	// enforced.
	StorageMB int

	// LockWait is how long a write waits for records that others have locked
	// before it fails with UNABLE_TO_LOCK_ROW; 0 is an org without locks. Real
	// ones are said to wait for 10 s.
	LockWait time.Duration

	// Ramp is an org that comes back from an outage.
	Ramp Ramp
}

// The allocation of a day is counted in slices of five minutes: what a slice
// holds is given back together, a day after the slice began.
const (
	day       = 24 * time.Hour
	daySlices = 288
	slice     = day / daySlices
)

// window counts calls of the last 24 hours. The zero window is empty.
type window struct {
	counts [daySlices]int
	total  int
	last   int // the slice that was counted in last
}

// add counts n calls and returns those of the last 24 hours.
func (w *window) add(now time.Duration, n int) int {
	at := int(now / slice)
	for gone := min(at-w.last, daySlices); gone > 0; gone-- {
		oldest := &w.counts[(at-gone+1)%daySlices]
		w.total -= *oldest
		*oldest = 0
	}
	w.last = max(w.last, at)
	w.counts[w.last%daySlices] += n
	w.total += n
	return w.total
}

// allocation is what the clients have used of the org: calls of the last day,
// and requests under way.
type allocation struct {
	mu    sync.Mutex
	calls window
	under list.List // times of arrival of requests that may last long, in the order of their admission: who sends slowly came earlier
}

// used is the number of calls of the last 24 hours.
func (o *Org) used() int { return o.count(0) }

// count counts calls against the daily allocation and returns what it is at.
func (o *Org) count(n int) int {
	o.quota.mu.Lock()
	defer o.quota.mu.Unlock()
	return o.quota.calls.add(o.cfg.Clock(), n)
}

// enter admits a request of a client, or says which limit refuses it: what was
// refused is not counted. Whoever is admitted leaves through done.
func (o *Org) enter(at time.Duration) (done func(), err *apierr.Error) {
	a := &o.quota
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.calls.add(at, 0) >= o.cfg.DailyRequests {
		return nil, apierr.RequestLimit.New()
	}
	if limit := o.cfg.Limits.LongRequests; limit > 0 && a.long(at-o.cfg.Limits.LongAfter, limit) {
		return nil, apierr.ConcurrentLimit.New()
	}
	a.calls.add(at, 1)
	place := a.under.PushBack(at)
	return func() {
		a.mu.Lock()
		defer a.mu.Unlock()
		a.under.Remove(place)
	}, nil
}

// long tells whether so many requests have been under way since then.
func (a *allocation) long(since time.Duration, limit int) bool {
	for e := a.under.Front(); e != nil; e = e.Next() {
		if e.Value.(time.Duration) <= since {
			limit--
		}
	}
	return limit <= 0
}
