// Package verify judges a run: pure functions of the two ledgers. It reaches
// no network, no clock and no file.
package verify

import (
	"fmt"
	"time"

	"github.com/squall-harness/squall/harness/history"
	"github.com/squall-harness/squall/mocksf/commitlog"
)

// Result is the verdict on one guarantee, or on a run.
type Result uint8

// The results. The zero value is honest: a verdict never reached is no
// evidence, and no evidence is not a pass.
const (
	NoEvidence Result = iota // the run never put the promise to the test
	Pass
	Fail
	NotClaimed // the scenario makes no such promise
)

var resultNames = [...]string{"no evidence", "pass", "fail", "not claimed"}

// String returns the field's word for r.
func (r Result) String() string { return resultNames[r] }

// MarshalText writes the word.
func (r Result) MarshalText() ([]byte, error) { return []byte(r.String()), nil }

// UnmarshalText reads the word.
func (r *Result) UnmarshalText(b []byte) error {
	for i, name := range resultNames {
		if name == string(b) {
			*r = Result(i)
			return nil
		}
	}
	return fmt.Errorf("unknown result %q", b)
}

// Guarantee names a promise.
type Guarantee string

// The guarantees, in the order in which reports show them.
const (
	NoLoss       Guarantee = "no loss"
	NoDuplicates Guarantee = "no duplicates"
	NoPhantoms   Guarantee = "no phantoms"
	Integrity    Guarantee = "integrity"
	Order        Guarantee = "order"
	Atomicity    Guarantee = "atomicity"
	Consistency  Guarantee = "consistency"
	Isolation    Guarantee = "isolation"
	Durability   Guarantee = "durability"
	Drained      Guarantee = "drained in time"
	NoOverload   Guarantee = "no overload"
	Alerted      Guarantee = "alerted"
	BacklogTold  Guarantee = "backlog told truly"
)

// Guarantees lists them all, in the order in which reports show them.
var Guarantees = []Guarantee{NoLoss, NoDuplicates, NoPhantoms, Integrity, Order, Atomicity, Consistency, Isolation, Durability, Drained, NoOverload, Alerted, BacklogTold}

// Promise is the sentence that a guarantee stands for.
func (g Guarantee) Promise() string { return promises[g] }

var promises = map[Guarantee]string{
	NoLoss:       "Every acknowledged operation reaches Salesforce.",
	NoDuplicates: "No operation takes effect twice.",
	NoPhantoms:   "Nothing happens that the source did not intend and see accepted.",
	Integrity:    "What arrives is what was sent, field by field.",
	Order:        "Changes of one key take effect in the order of their acknowledgement.",
	Atomicity:    "The records of one transaction appear together or not at all.",
	Consistency:  "The declared invariants hold after every commit, lookups lead to records, external ids are unique.",
	Isolation:    "Whoever reads or edits in Salesforce meanwhile sees no half of a transaction, and loses nothing.",
	Durability:   "What was acknowledged before a crash survives it.",
	Drained:      "The backlog is cleared within the budget after the outage.",
	NoOverload:   "The integration asks no more of Salesforce than the scenario allows.",
	Alerted:      "Somebody is told of an outage in time, and it is not taken back before its backlog has arrived.",
	BacklogTold:  "The backlog that the integration reports is the true one, as closely as the scenario asks.",
}

// Count is one figure with its name, for example {"unknown outcomes", 41}.
type Count struct {
	Name string `json:"name"`
	N    int    `json:"n"`
}

// Verdict is the judgement on one guarantee.
type Verdict struct {
	Guarantee Guarantee `json:"guarantee"`
	Result    Result    `json:"result"`
	// Reason is one sentence: what was found, or what evidence is missing.
	Reason string `json:"reason"`
	// Evidence is what the run offered to judge by.
	Evidence []Count `json:"evidence"`
	// Found counts all anomalies; Anomalies holds the first of each class, up
	// to MaxAnomalies, the smallest story first.
	Found     int       `json:"found"`
	Anomalies []Anomaly `json:"anomalies,omitempty"`
	// Classes splits Found by class, under the words of Class.
	Classes []Count `json:"classes,omitempty"`
}

// MaxAnomalies is how many anomalies of one class keep their witness.
const MaxAnomalies = 5

// Class names a kind of anomaly.
type Class string

// The classes of anomalies.
const (
	Lost             Class = "lost"                // acknowledged, quiescent, absent
	Duplicate        Class = "duplicate"           // took effect twice
	Phantom          Class = "phantom"             // never intended
	FalseFailure     Class = "false failure"       // refused, and applied all the same
	Corrupted        Class = "corrupted"           // other values than were sent
	StaleOverwrite   Class = "stale overwrite"     // an older version replaced a newer one
	Reordered        Class = "reordered"           // took effect before an operation that was acknowledged earlier
	Torn             Class = "torn"                // some records of a unit are missing at the end
	TornWindow       Class = "torn window"         // the records of a unit appeared one after another
	Inconsistent     Class = "inconsistent"        // broke a declared invariant
	Orphan           Class = "orphan"              // stood without the parent that it was given
	NotUnique        Class = "not unique"          // an external id was held by two records
	DirtyRead        Class = "dirty read"          // somebody saw what never came to be
	IntermediateRead Class = "intermediate read"   // somebody saw what its operation changed again
	NonRepeatable    Class = "non-repeatable read" // a record went back under the eyes of a reader
	ReadSkew         Class = "read skew"           // somebody saw an operation in parts
	LostUpdate       Class = "lost update"         // what somebody wrote was overwritten by whom nobody had asked to
	DirtyWrite       Class = "dirty write"         // two operations wrote over each other
	CircularFlow     Class = "circular flow"       // each saw what the other wrote
	WriteSkew        Class = "write skew"          // each wrote on what the other made out of date
	PredicateAnomaly Class = "predicate anomaly"   // written on the answer to a question that was out of date
	NotDurable       Class = "not durable"         // acknowledged before a crash, lost after it
	TakenBack        Class = "taken back"          // taken by a restore of the org, and never delivered again
	Shortfall        Class = "shortfall"           // not delivered by the deadline
	Unannounced      Class = "unannounced"         // nobody was told of an outage in time
	ClearedEarly     Class = "cleared early"       // the last alert was taken back while the outage's backlog had not arrived
	Misreported      Class = "misreported"         // the reported backlog was too far from the true one
	TooManyCalls     Class = "too many calls"      // more requests for each record than the scenario allows
	TooManyLogins    Class = "too many logins"     // more of them within a minute than the scenario allows
)

// Anomaly is one broken promise with its witness.
type Anomaly struct {
	Class     Class         `json:"class"`
	Operation string        `json:"operation"`        // id of the operation; "" for a phantom that belongs to none
	Key       string        `json:"key"`              // key or object and external id
	Text      string        `json:"text"`             // one sentence
	From      time.Duration `json:"from"`             // when it became true
	To        time.Duration `json:"to"`               // when it was over; 0 when it stayed
	Faults    []string      `json:"faults,omitempty"` // those that Blame names, in its order
	Blame     []Blame       `json:"blame,omitempty"`  // faults that may have led to it, the likeliest first
	// Unprovoked tells that the control run, without any fault, broke the same
	// promise in the same way.
	Unprovoked bool   `json:"unprovoked,omitempty"`
	Story      []Step `json:"story"`
}

// Step is one line of an anomaly's timeline.
type Step struct {
	At      time.Duration  `json:"at"`
	Kind    string         `json:"kind"` // intent, answer, request, commit, fault, mark
	Text    string         `json:"text"`
	Request string         `json:"request,omitempty"`
	Fate    commitlog.Fate `json:"fate,omitempty"`
	LSN     uint64         `json:"lsn,omitempty"`
}

// Input is everything that a judgement depends on.
type Input struct {
	History  *history.History
	Commits  []commitlog.Commit
	Requests []commitlog.Request
	Reads    []commitlog.Read
	Settings Settings
	Rest     Rest
}

// Settings is what a scenario says about judging.
type Settings struct {
	TokenField   string            // the field that is copied verbatim and is unique per version; "" is Token__c, match.None is none
	Tokens       map[string]string // objects that have another token field, or match.None
	Fills        []string          // fields that the integration fills by itself: what it writes there is not compared
	Budget       time.Duration     // from the heal until the backlog must be clear; 0 gives it until the end of the run
	Alerted      time.Duration     // from the last commit before an outage until an alert must fire; 0 judges nothing
	BacklogTruth float64           // how far the reported backlog may be off, in percent of its peak; 0 judges nothing
	NotClaimed   []Guarantee       // promises that the scenario does not make
	Readers      int               // how many read whole units beside the integration
	Users        int               // how many edit records; without either, isolation is not claimed
	Invariants   []Invariant       // what must hold after every commit; without any, consistency is not claimed
	Repairs      bool              // what a restore from a backup takes must come back
	Limits       Limits            // what may be asked of Salesforce; without any, no overload is not claimed
	// Minima is the least evidence for a pass, where it differs from the
	// default: it replaces the first minimum of the guarantee; 0 waives them all.
	Minima map[Guarantee]int
}
