package eventlog

import (
	"slices"
	"time"
)

// ring holds the newest events of one type. It grows up to its bound and then
// writes over the oldest.
type ring struct {
	events []Event // the oldest is at start
	start  int
}

// add tells whether an event was pushed out.
func (r *ring) add(e Event, most int) (pushed bool) {
	if len(r.events) < most {
		r.events = append(r.events, e) // start is 0 until it is full
		return false
	}
	r.events[r.start] = e
	r.start = (r.start + 1) % len(r.events)
	return true
}

// first is the oldest; there must be one.
func (r *ring) first() Event { return r.events[r.start] }

// before takes out the events up to the first that happened at the end or
// later.
func (r *ring) before(end time.Time) []Event {
	all := slices.Concat(r.events[r.start:], r.events[:r.start])
	n := 0
	for n < len(all) && all[n].At().Before(end) {
		n++
	}
	r.events, r.start = append([]Event(nil), all[n:]...), 0
	return all[:n]
}
