// Package harness is the machine: it rehearses a scenario on a subject and
// judges what happened. It is the only package that sees every stage.
package harness

import (
	"fmt"
	"slices"
	"time"

	"github.com/squall-harness/squall/harness/crowd"
	"github.com/squall-harness/squall/harness/fault"
	"github.com/squall-harness/squall/harness/history"
	"github.com/squall-harness/squall/harness/verify"
	"github.com/squall-harness/squall/harness/workload"
)

// Scenario is one promise put to the test, as data: what is offered, what
// breaks meanwhile, and what must hold all the same. Times are durations such
// as 1.5s, from the first transaction on.
type Scenario struct {
	Name    string        `yaml:"name"`
	Promise string        `yaml:"promise"` // one sentence
	Seed    uint64        `yaml:"seed"`    // fixes the transactions and the fault plan, not the interleaving
	Virtual bool          `yaml:"virtual"` // for virtual time only: it lasts too long for anybody to wait
	Org     Org           `yaml:"org"`
	Source  Source        `yaml:"source"`
	Subject SubjectRules  `yaml:"subject"`
	Load    workload.Spec `yaml:"load"`
	Faults  []fault.Fault `yaml:"faults"`
	Crowd   crowd.Spec    `yaml:"crowd"`
	Expect  Expect        `yaml:"expect"`

	file string // where it came from, for messages
	text []byte // as written, for messages and for the run directory
	err  error  // why it cannot be run; see Err
	site bool   // a fault that was left out says what the status site shows
}

// Org is the mock Salesforce org.
type Org struct {
	APIVersion string        `yaml:"apiVersion"` // given to the subject
	Describe   []string      `yaml:"describe"`   // files or folders with describes of the user's own org, see schema.Load
	Profile    string        `yaml:"profile"`    // how strong it is, see mocksf.LoadProfile; the five keys below override it
	Call       time.Duration `yaml:"call"`       // service time of every request
	Record     time.Duration `yaml:"record"`     // added for every record written
	BulkStart  time.Duration `yaml:"bulkStart"`  // from the close of a bulk job to its first chunk
	BulkChunk  time.Duration `yaml:"bulkChunk"`  // one chunk of 200 rows
	BulkSlots  int           `yaml:"bulkSlots"`  // chunks at once
	TokenLife  time.Duration `yaml:"tokenLife"`
}

// Source is how transactions are offered to the subject.
type Source struct {
	Kind     string        `yaml:"kind"`     // SourcePush or SourceFeed
	Window   time.Duration `yaml:"window"`   // how long a feed keeps a transaction; 0: for ever
	Path     string        `yaml:"path"`     // where to POST them, or to GET the feed
	Body     string        `yaml:"body"`     // Go template over {{.ID}} {{.Key}} {{.Records}}; "" is the default JSON
	Accepted []int         `yaml:"accepted"` // statuses that acknowledge; none: every 2xx
	Timeout  time.Duration `yaml:"timeout"`  // of one attempt
	Key      string        `yaml:"key"`      // external id field, the business key
	Token    string        `yaml:"token"`    // field copied verbatim into the record, unique per version; none: there is no such field
	Version  string        `yaml:"version"`  // field that holds the version number; "" is none
	Fills    []string      `yaml:"fills"`    // fields that the integration fills by itself: what it writes there is not compared
	// Objects holds what differs from object to object.
	Objects map[string]workload.Fields `yaml:"objects"`
}

// The kinds of sources: one that offers each transaction to the subject, and
// one that publishes them for the subject to fetch.
const (
	SourcePush = "push"
	SourceFeed = "feed"
)

// SubjectRules is what the scenario says about the subject.
type SubjectRules struct {
	Ready       time.Duration     `yaml:"ready"`       // until GET /healthz must answer
	Grace       time.Duration     `yaml:"grace"`       // from SIGTERM to SIGKILL
	Backlog     string            `yaml:"backlog"`     // name of its backlog gauge
	DeadLetters string            `yaml:"deadLetters"` // name of its dead letter gauge
	Env         map[string]string `yaml:"env"`         // further variables; values are Go templates over the contract's: {{.SF_LOGIN_URL}}
}

// Expect is what must hold.
type Expect struct {
	Drained      time.Duration      `yaml:"drained"`      // from the heal until the backlog must be clear
	Quiet        time.Duration      `yaml:"quiet"`        // silence that proves that nothing more will come
	Calls        float64            `yaml:"calls"`        // most requests for each record written; 0 limits nothing
	Logins       int                `yaml:"logins"`       // most logins within any minute; 0 limits nothing
	Alerted      time.Duration      `yaml:"alerted"`      // from the last commit before an outage until an alert must fire; 0 judges nothing
	BacklogTruth float64            `yaml:"backlogTruth"` // how far the reported backlog may be off, in percent of its peak; 0 judges nothing
	NotClaimed   []verify.Guarantee `yaml:"notClaimed"`   // promises that this scenario does not make
	Minima       map[string]int     `yaml:"minima"`       // least evidence per guarantee, where it differs from the default
	Repairs      bool               `yaml:"repairs"`      // what a restore of the org from a backup takes must come back
	Invariants   []verify.Invariant `yaml:"invariants"`   // what must hold after every commit
}

// defaults is the scenario that a file's keys are laid over.
func defaults() Scenario {
	return Scenario{
		Seed:   1,
		Org:    Org{APIVersion: "67.0", TokenLife: 2 * time.Hour},
		Source: Source{Kind: SourcePush, Path: "/transactions", Timeout: 10 * time.Second, Key: workload.DefaultFields.Key, Token: workload.DefaultFields.Token},
		Subject: SubjectRules{Ready: 15 * time.Second, Grace: 10 * time.Second,
			Backlog: "integration_backlog", DeadLetters: "integration_dead_letters"},
		Crowd:  crowd.Spec{Every: 200 * time.Millisecond},
		Load:   workload.Spec{HotKeys: 20, Lines: 4},
		Expect: Expect{Drained: 30 * time.Second, Quiet: 5 * time.Second},
	}
}

// Err says why the scenario cannot be run; nil when it can.
func (s *Scenario) Err() error { return s.err }

// Invalid is a scenario that cannot be run because of err. Run and Test report
// it, so that whoever loads one in an expression need not check for errors.
func Invalid(err error) *Scenario { return &Scenario{err: err} }

// WithoutFaults is the control run: the same transactions through the same
// proxy, and nothing goes wrong.
func (s *Scenario) WithoutFaults() *Scenario {
	c := *s
	c.Faults, c.site = nil, s.showsSite()
	return &c
}

// Without is the scenario without the faults of these names; the others are
// drawn as before.
func (s *Scenario) Without(names ...string) *Scenario {
	c := *s
	c.Faults, c.site = slices.DeleteFunc(slices.Clone(s.Faults), func(f fault.Fault) bool { return slices.Contains(names, f.Name) }), s.showsSite()
	return &c
}

// showsSite tells whether the subject is told of a status site. Where a fault is
// left out, only its trouble is gone: the subject may not start without it.
func (s *Scenario) showsSite() bool {
	return s.site || slices.ContainsFunc(s.Faults, func(f fault.Fault) bool { return f.Site != "" })
}

// Faster plays the same scenario k times faster: durations shrink, and the
// number of transactions with them, since the rate stays. Its Err tells when
// nothing is left of a fault or of the load.
func (s *Scenario) Faster(k float64) *Scenario {
	c := *s
	shrink := func(d *time.Duration) { *d = time.Duration(float64(*d) / k) }
	shrink(&c.Load.For)
	shrink(&c.Source.Window)
	c.Faults = append([]fault.Fault(nil), s.Faults...)
	for i := range c.Faults {
		shrink(&c.Faults[i].At)
		shrink(&c.Faults[i].For)
		shrink(&c.Faults[i].Jitter)
		shrink(&c.Faults[i].Back)
	}
	shrink(&c.Expect.Drained)
	shrink(&c.Expect.Alerted)
	if c.err == nil {
		if c.err = c.check(); c.err != nil {
			c.err = fmt.Errorf("%v times faster: %w", k, c.err)
		}
	}
	return &c
}

// settings are the judge's part of the scenario.
func (s *Scenario) settings() verify.Settings {
	minima := map[verify.Guarantee]int{}
	for g, n := range s.Expect.Minima {
		minima[verify.Guarantee(g)] = n
	}
	tokens := s.names().Tokens()
	return verify.Settings{TokenField: tokens.Default, Tokens: tokens.Objects, Fills: tokens.Fills, Budget: s.Expect.Drained, Alerted: s.Expect.Alerted, BacklogTruth: s.Expect.BacklogTruth,
		NotClaimed: s.Expect.NotClaimed, Minima: minima, Invariants: s.Expect.Invariants,
		Readers: s.Crowd.Readers, Users: s.Crowd.Users, Repairs: s.Expect.Repairs,
		Limits: verify.Limits{Calls: s.Expect.Calls, Logins: s.Expect.Logins}}
}

// markOptional notes which faults the run means something without.
func (s *Scenario) markOptional(h *history.History) {
	for i := range h.Windows {
		h.Windows[i].Optional = slices.ContainsFunc(s.Faults, func(f fault.Fault) bool { return f.Optional && f.Name == h.Windows[i].Fault })
	}
}
