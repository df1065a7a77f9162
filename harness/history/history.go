// Package history is ledger 1: what was offered to the integration, what it
// answered, and which faults were at work meanwhile, all on one clock. It is a
// leaf: it imports nothing of this project.
package history

import "time"

// Outcome is what the source knows about an operation.
type Outcome uint8

// The outcomes. The zero value is honest: an operation that was never answered
// may or may not have been accepted.
const (
	Info Outcome = iota // unknown
	OK                  // acknowledged: from now on it is the integration's to deliver
	Fail                // definitely not accepted
)

// String returns the field's word for o.
func (o Outcome) String() string {
	switch o {
	case OK:
		return "ok"
	case Fail:
		return "fail"
	}
	return "info"
}

// Parent says which record a record belongs to, by the parent's external id.
type Parent struct {
	Field           string `json:"field"` // lookup field on the child, for example Account__c
	Object          string `json:"object"`
	ExternalIDField string `json:"externalIdField"`
	ExternalID      string `json:"externalId"`
}

// Record is one record write that an operation intends.
type Record struct {
	Object          string  `json:"object"`
	ExternalIDField string  `json:"externalIdField,omitempty"`
	ExternalID      string  `json:"externalId,omitempty"` // "" means insert
	Version         int     `json:"version,omitempty"`    // rises by one per record, 0 when there is none
	Op              string  `json:"op,omitempty"`         // "" writes, "delete" deletes
	Parent          *Parent `json:"parent,omitempty"`
	// Fields holds what must end up in the target, verbatim: the token, which
	// is unique per version, among them. nil clears a field.
	Fields map[string]any `json:"fields"`
}

// Attempt is one time the source offered an operation.
type Attempt struct {
	At      time.Duration // when the request was started
	Took    time.Duration
	Status  int    // HTTP status, 0 when there was no answer
	Error   string // why there was no answer
	Outcome Outcome
}

// End is the time of the answer.
func (a Attempt) End() time.Duration { return a.At + a.Took }

// Operation is one business transaction that the source intends: one or more
// record writes that form an atomic unit.
type Operation struct {
	ID       string
	Key      string // operations with one key take effect in the order of their acknowledgement
	Class    string // which part of the workload it belongs to
	Due      time.Duration
	Offered  time.Duration // when the source took it up; later than Due when the harness was late
	Records  []Record
	Attempts []Attempt
	Outcome  Outcome // of all attempts together
}

// ClassPoison is the class of operations that the target can never accept: bad
// data, whose only good end is that somebody is told.
const ClassPoison = "poison"

// Poison tells whether the target can never accept the operation.
func (o *Operation) Poison() bool { return o.Class == ClassPoison }

// Answer adds an attempt. One acknowledgement among the attempts settles the
// matter for good; a refusal only counts while nothing better is known, and an
// unknown attempt never takes a refusal's place before the operation was
// offered again with a definite answer.
func (o *Operation) Answer(a Attempt) {
	o.Attempts = append(o.Attempts, a)
	if a.Outcome == OK || o.Outcome == Info {
		o.Outcome = a.Outcome
	}
}

// Invoked is the time of the first attempt; Due when there was none.
func (o *Operation) Invoked() time.Duration {
	if len(o.Attempts) == 0 {
		return o.Due
	}
	return o.Attempts[0].At
}

// Resolved is the time of the first answer that made the outcome definite.
// ok is false when no answer did.
func (o *Operation) Resolved() (at time.Duration, ok bool) {
	for _, a := range o.Attempts {
		if a.Outcome != Info {
			return a.End(), true
		}
	}
	return 0, false
}

// Acknowledged is the time of the first acknowledgement: from then on the
// operation is the integration's to deliver. ok is false when there was none.
func (o *Operation) Acknowledged() (at time.Duration, ok bool) {
	if o.Outcome != OK {
		return 0, false
	}
	for _, a := range o.Attempts {
		if a.Outcome == OK {
			return a.End(), true
		}
	}
	return o.Due, true
}

// Window is the time during which one fault was active.
type Window struct {
	Fault string        `json:"fault"` // its name in the scenario
	Kind  string        `json:"kind"`  // refuse, blackhole, cut-reply, ...
	From  time.Duration `json:"from"`
	To    time.Duration `json:"to"`             // 0 while it is active
	Hits  int           `json:"hits"`           // how often it did something: 0 means that it never fired
	Note  string        `json:"note,omitempty"` // what Hits counts, in words
	Took  time.Duration `json:"took,omitempty"` // kill, stop: from From until the integration had ended
	// Optional says that the run means something without it. The ledger does
	// not hold it: who reads one knows the scenario.
	Optional bool `json:"optional,omitempty"`
}

// Gauge is one look at what the subject says about itself.
type Gauge struct {
	At          time.Duration
	Backlog     float64
	DeadLetters float64
	Error       string // why there is no figure
}

// Alert is one alert that the subject sent.
type Alert struct {
	At     time.Duration `json:"at"`
	Name   string        `json:"name"`
	Status string        `json:"status"` // firing or resolved
	Cause  string        `json:"cause,omitempty"`
}

// The marks that the harness sets.
const (
	MarkStarted  = "started"  // the first operation is due
	MarkHealed   = "healed"   // all faults are over
	MarkLoadDone = "loaddone" // the last operation was offered
	MarkQuiet    = "quiet"    // quiescence was proven
	MarkEnd      = "end"      // the harness stopped watching
)

// Mark is a named point in time.
type Mark struct {
	Name string
	At   time.Duration
	Note string
}

// History is ledger 1, folded from its events.
type History struct {
	Operations []*Operation // in the order in which they were offered
	Windows    []Window
	Gauges     []Gauge
	Alerts     []Alert
	Marks      []Mark
}

// Mark returns the first mark of that name.
func (h *History) Mark(name string) (Mark, bool) {
	for _, m := range h.Marks {
		if m.Name == name {
			return m, true
		}
	}
	return Mark{}, false
}
