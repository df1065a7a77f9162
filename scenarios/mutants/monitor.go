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

var livenessOnly = Mutant{
	Name:     "liveness-only",
	Defect:   "It is well as long as its process runs: nobody is told that nothing arrives any more.",
	Source:   "seen in post-mortems of two days and of eight: the process was healthy",
	Scenario: poison,
	Breaks:   []string{noLoss},
	Run:      with(func(p *reference.Parts) { p.Alerts.URL = "" }),
}

var alertLate = Mutant{
	Name:     "alert-late",
	Defect:   "It looks for trouble once a day.",
	Source:   "seen in a public post-mortem: twelve days went by",
	Scenario: poison,
	Breaks:   []string{noLoss},
	Run:      with(func(p *reference.Parts) { p.Alerts.Every = 24 * time.Hour }),
}
