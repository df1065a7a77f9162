package mutants

import (
	"time"

	"github.com/squall-harness/squall/scenarios/reference"
)

var swallowedFailure = Mutant{
	Name:     "swallowed-failure",
	Defect:   "It catches what Salesforce refuses for good, writes a debug line and goes on: no dead letter, no alert.",
	Source:   "seen in public issues: it fails, and nothing is reported",
	Scenario: poison,
	Breaks:   []string{noLoss},
	Run: with(func(p *reference.Parts) {
		p.Client.Classify = func(f *reference.Failure) reference.Class {
			class := reference.Classify(f)
			if class == reference.Permanent {
				return reference.Delivered
			}
			return class
		}
	}),
}

var backlogBlind = Mutant{
	Name:     "backlog-blind",
	Defect:   "Its gauge counts the page that it has read, a hundred rows at most, not what waits.",
	Source:   "seen in a post-mortem whose first lesson was to monitor the size of the queue",
	Scenario: outage,
	Breaks:   []string{backlogTold},
	Run:      with(func(p *reference.Parts) { p.Outbox = pageOutbox{p.Outbox} }),
}

// pageOutbox counts no further than one page.
type pageOutbox struct{ reference.Outbox }

func (o pageOutbox) Counts() (waiting, dead int) {
	waiting, dead = o.Outbox.Counts()
	return min(waiting, 100), dead
}

var livenessOnly = Mutant{
	Name:     "liveness-only",
	Defect:   "It is well as long as its process runs: nobody is told that nothing arrives any more.",
	Source:   "seen in post-mortems of two days and of eight: the process was healthy",
	Scenario: outage,
	Breaks:   []string{alerted},
	Run:      with(func(p *reference.Parts) { p.Alerts.URL = "" }),
}

var alertLate = Mutant{
	Name:     "alert-late",
	Defect:   "It looks for trouble once a day.",
	Source:   "seen in a public post-mortem: twelve days went by",
	Scenario: outage,
	Breaks:   []string{alerted},
	Run:      with(func(p *reference.Parts) { p.Alerts.Every = 24 * time.Hour }),
}

var clearedTooEarly = Mutant{
	Name:     "cleared-too-early",
	Defect:   "It takes an alert back with the first call that succeeds, although the backlog has just begun to shrink.",
	Source:   "seen in incidents that were resolved while the service was still degraded",
	Scenario: outage,
	Breaks:   []string{alerted},
	Run:      with(func(p *reference.Parts) { p.Alerts.Outbox = noBacklog{p.Alerts.Outbox} }),
}

// noBacklog sees dead letters only.
type noBacklog struct{ reference.Outbox }

func (o noBacklog) Counts() (waiting, dead int) {
	_, dead = o.Outbox.Counts()
	return 0, dead
}
