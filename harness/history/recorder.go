package history

import (
	"sync"
	"time"
)

// Kind tells the events of ledger 1 apart.
type Kind string

// The kinds of events.
const (
	KindOffer  Kind = "offer"  // an operation is about to be offered for the first time
	KindAnswer Kind = "answer" // an attempt ended
	KindFault  Kind = "fault"  // a fault window opened, or closed (then To is set)
	KindGauge  Kind = "gauge"
	KindAlert  Kind = "alert"
	KindMark   Kind = "mark"
)

// Event is one line of ledger 1. Exactly one of the pointers is set, the one
// that Kind names.
type Event struct {
	Seq       uint64 // 1, 2, 3, ...
	At        time.Duration
	Kind      Kind
	ID        string     // of the operation, fault or mark
	Operation *Operation `json:",omitempty"` // offer: without attempts
	Attempt   *Attempt   `json:",omitempty"`
	Window    *Window    `json:",omitempty"`
	Gauge     *Gauge     `json:",omitempty"`
	Alert     *Alert     `json:",omitempty"`
	Mark      *Mark      `json:",omitempty"`
}

// Recorder collects the events of a run. It is safe for concurrent use; it
// stamps time and sequence number under one lock.
type Recorder struct {
	mu     sync.RWMutex
	clock  func() time.Duration
	events []Event
}

// NewRecorder returns a recorder on the run's clock: time since its base.
func NewRecorder(clock func() time.Duration) *Recorder {
	return &Recorder{clock: clock}
}

// Now is the time on the run's clock.
func (r *Recorder) Now() time.Duration { return r.clock() }

func (r *Recorder) add(e Event) {
	r.mu.Lock()
	defer r.mu.Unlock()
	e.Seq = uint64(len(r.events)) + 1
	e.At = r.clock()
	r.events = append(r.events, e)
}

// Offer records the intent, before the source may emit it.
func (r *Recorder) Offer(op Operation) {
	op.Attempts, op.Outcome = nil, Info
	r.add(Event{Kind: KindOffer, ID: op.ID, Operation: &op})
}

// Answer records the end of one attempt to offer the operation id.
func (r *Recorder) Answer(id string, a Attempt) {
	r.add(Event{Kind: KindAnswer, ID: id, Attempt: &a})
}

// Fault records that a fault window opened (To is 0) or closed.
func (r *Recorder) Fault(w Window) { r.add(Event{Kind: KindFault, ID: w.Fault, Window: &w}) }

// Gauge records what the subject says about itself.
func (r *Recorder) Gauge(g Gauge) { r.add(Event{Kind: KindGauge, Gauge: &g}) }

// Alert records an alert that the subject sent.
func (r *Recorder) Alert(a Alert) { r.add(Event{Kind: KindAlert, ID: a.Name, Alert: &a}) }

// Mark sets a named point in time: now.
func (r *Recorder) Mark(name, note string) {
	r.add(Event{Kind: KindMark, ID: name, Mark: &Mark{Name: name, At: r.clock(), Note: note}})
}

// Since returns a copy of the events after the first n.
func (r *Recorder) Since(n int) []Event {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return append([]Event(nil), r.events[min(n, len(r.events)):]...)
}

// Fold makes the history of a run out of its events, in their order.
func Fold(events []Event) *History {
	f := folder{ops: map[string]*Operation{}, windows: map[string]int{}, h: &History{}}
	for _, e := range events {
		f.event(e)
	}
	return f.h
}

type folder struct {
	h       *History
	ops     map[string]*Operation
	windows map[string]int
}

func (f *folder) event(e Event) {
	switch {
	case e.Operation != nil:
		f.offer(*e.Operation, e.At)
	case e.Attempt != nil:
		f.answer(e.ID, *e.Attempt)
	case e.Window != nil:
		f.window(*e.Window)
	case e.Gauge != nil:
		f.h.Gauges = append(f.h.Gauges, *e.Gauge)
	case e.Alert != nil:
		f.h.Alerts = append(f.h.Alerts, *e.Alert)
	case e.Mark != nil:
		f.h.Marks = append(f.h.Marks, *e.Mark)
	}
}

func (f *folder) offer(op Operation, at time.Duration) {
	if _, again := f.ops[op.ID]; again {
		return
	}
	op.Offered = at
	f.ops[op.ID] = &op
	f.h.Operations = append(f.h.Operations, &op)
}

// answer joins an attempt to its operation.
func (f *folder) answer(id string, a Attempt) {
	op, ok := f.ops[id]
	if !ok {
		return
	}
	op.Answer(a)
}

func (f *folder) window(w Window) {
	if i, ok := f.windows[w.Fault]; ok {
		f.h.Windows[i] = w
		return
	}
	f.windows[w.Fault] = len(f.h.Windows)
	f.h.Windows = append(f.h.Windows, w)
}
