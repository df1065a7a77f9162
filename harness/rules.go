package harness

import (
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/squall-harness/squall/harness/fault"
	"github.com/squall-harness/squall/harness/subject"
	"github.com/squall-harness/squall/harness/verify"
	"github.com/squall-harness/squall/harness/workload"
)

// check holds the rules that the types cannot say.
func (s *Scenario) check() error {
	if s.Name == "" {
		return s.problem("$", "name is missing: give the scenario a short name")
	}
	if p := s.Load.Check(); p != nil {
		return s.problem("$.load."+p.Key, p.Text)
	}
	if p := s.Crowd.Check(); p != nil {
		return s.problem("$.crowd."+p.Key, p.Text)
	}
	if err := s.checkTimes(); err != nil {
		return err
	}
	if err := s.checkWords(); err != nil {
		return err
	}
	return s.checkFaults()
}

func (s *Scenario) checkTimes() error {
	for _, t := range []struct {
		key string
		d   time.Duration
	}{
		{"org.call", s.Org.Call}, {"org.record", s.Org.Record}, {"org.bulkStart", s.Org.BulkStart}, {"org.bulkChunk", s.Org.BulkChunk},
		{"org.tokenLife", s.Org.TokenLife}, {"subject.ready", s.Subject.Ready}, {"subject.grace", s.Subject.Grace},
		{"source.timeout", s.Source.Timeout}, {"source.window", s.Source.Window}, {"expect.drained", s.Expect.Drained}, {"expect.alerted", s.Expect.Alerted}, {"expect.quiet", s.Expect.Quiet},
	} {
		if t.d < 0 {
			return s.problem("$."+t.key, fmt.Sprintf("%s is %v: a duration cannot be negative", t.key, t.d))
		}
	}
	switch {
	case s.Subject.Ready == 0:
		return s.problem("$.subject.ready", "subject.ready is 0s: give the subject time to start, for example 15s")
	case s.Expect.Quiet < leastQuiet:
		return s.problem("$.expect.quiet", fmt.Sprintf("expect.quiet is %v: so short a silence proves nothing, write at least %v", s.Expect.Quiet, leastQuiet))
	}
	return nil
}

// checkSource holds the keys of a source against its kind.
func (s *Scenario) checkSource() error {
	switch q := s.Source; {
	case q.Kind != SourcePush && q.Kind != SourceFeed:
		return s.problem("$.source.kind", fmt.Sprintf("source.kind is %q: write %s, or %s for transactions that the subject fetches", q.Kind, SourcePush, SourceFeed))
	case q.Kind == SourcePush && q.Window != 0:
		return s.problem("$.source.window", "source.window is for a feed, which keeps transactions for a while: add kind: feed, or leave it out")
	case q.Kind == SourceFeed && strings.Contains(q.Path, "?"):
		return s.problem("$.source.path", fmt.Sprintf("source.path is %q: the subject adds the query of a feed itself, leave it out", q.Path))
	case q.Kind == SourceFeed && len(q.Accepted) > 0:
		return s.problem("$.source.accepted", "source.accepted is for a push: what a feed has published is acknowledged")
	}
	return nil
}

// leastQuiet is the shortest silence that may count as one.
const leastQuiet = time.Second

func (s *Scenario) checkWords() error {
	if u, err := url.Parse("http://127.0.0.1" + s.Source.Path); err != nil || !strings.HasPrefix(s.Source.Path, "/") || u.Fragment != "" {
		return s.problem("$.source.path", fmt.Sprintf("source.path is %q: it must be the path of a URL, which must begin with a slash and holds no #", s.Source.Path))
	}
	if err := s.checkSource(); err != nil {
		return err
	}
	if err := s.checkNames(); err != nil {
		return err
	}
	if err := s.checkProfile(); err != nil {
		return err
	}
	if s.Org.BulkSlots < 0 {
		return s.problem("$.org.bulkSlots", fmt.Sprintf("org.bulkSlots is %d: write how many chunks are worked on at once", s.Org.BulkSlots))
	}
	if err := s.checkTemplates(); err != nil {
		return err
	}
	if err := s.checkLimits(); err != nil {
		return err
	}
	return s.checkGuarantees()
}

// checkLimits bounds what may be asked of Salesforce, far below where a
// product overflows.
func (s *Scenario) checkLimits() error {
	switch e := s.Expect; {
	case !(e.Calls >= 0 && e.Calls <= maxLimit): // not a number is neither
		return s.problem("$.expect.calls", fmt.Sprintf("expect.calls is %v: write how many requests each record written may cost, at most %d", e.Calls, maxLimit))
	case !(e.BacklogTruth >= 0 && e.BacklogTruth <= 100):
		return s.problem("$.expect.backlogTruth", fmt.Sprintf("expect.backlogTruth is %v: write how far the reported backlog may be off, in percent of its peak, at most 100", e.BacklogTruth))
	case e.Logins < 0 || e.Logins > maxLimit:
		return s.problem("$.expect.logins", fmt.Sprintf("expect.logins is %d: write how many logins may come within a minute, at most %d", e.Logins, maxLimit))
	}
	return nil
}

const maxLimit = 1_000_000

// checkTemplates fills the templates in once, with samples.
func (s *Scenario) checkTemplates() error {
	body, err := workload.Body(s.Source.Body)
	if err != nil {
		return s.problem("$.source.body", "source.body is no Go template: "+err.Error())
	}
	sample := s.Load
	if sample.Count() > 50 {
		sample.For = time.Duration(50 / s.Load.Rate * float64(time.Second))
	}
	for _, op := range s.transactions(sample) {
		text, err := workload.Fill(body, op)
		if err != nil {
			return s.problem("$.source.body", fmt.Sprintf("source.body: %s; it may use {{.ID}}, {{.Key}} and {{.Records}}", inTemplate(err)))
		}
		if s.Source.Kind == SourceFeed && s.Source.Body != "" && !json.Valid(text) {
			return s.problem("$.source.body", "source.body makes no JSON of transaction "+op.ID+", and the pages of a feed are JSON; {{json .Key}} writes any part as JSON")
		}
	}
	x := "x"
	if _, err := expand(s.Subject.Env, subject.Env{LoginURL: x, ClientID: x, ClientSecret: x, Username: x, Password: x,
		APIVersion: x, ListenAddr: x, SourceURL: x, AlertURL: x, StatusURL: x, StateDir: x}); err != nil {
		return s.problem("$.subject.env", err.Error())
	}
	return nil
}

func (s *Scenario) checkGuarantees() error {
	for g, n := range s.Expect.Minima {
		if !slices.Contains(verify.Guarantees, verify.Guarantee(g)) {
			return s.problem("$.expect.minima", fmt.Sprintf("%q is no guarantee; they are: %s", g, guaranteeList()))
		}
		if n < 1 {
			return s.problem("$.expect.minima", fmt.Sprintf("%s: %d would pass without evidence: write 1 or more, or name the guarantee in notClaimed", g, n))
		}
	}
	for _, g := range s.Expect.NotClaimed {
		if !slices.Contains(verify.Guarantees, g) {
			return s.problem("$.expect.notClaimed", fmt.Sprintf("%q is no guarantee; they are: %s", g, guaranteeList()))
		}
	}
	return s.checkInvariants()
}

func (s *Scenario) checkInvariants() error {
	names := map[string]bool{}
	for i := range s.Expect.Invariants {
		v := &s.Expect.Invariants[i]
		what := v.Check()
		if what == "" && names[v.Name] {
			what = fmt.Sprintf("two invariants are called %q", v.Name)
		}
		if what != "" {
			return s.problem(fmt.Sprintf("$.expect.invariants[%d]", i), what)
		}
		names[v.Name] = true
	}
	return nil
}

func guaranteeList() string {
	names := make([]string, len(verify.Guarantees))
	for i, g := range verify.Guarantees {
		names[i] = string(g)
	}
	return strings.Join(names, ", ")
}

func (s *Scenario) checkFaults() error {
	for i := range s.Faults {
		if err := fault.CheckAll(s.Faults[:i+1], s.Load.For); err != nil {
			return s.problem(fmt.Sprintf("$.faults[%d]", i), err.Error())
		}
	}
	return nil
}
