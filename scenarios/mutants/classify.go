package mutants

import (
	"math"

	"github.com/squall-harness/squall/scenarios/reference"
)

// misjudge returns a Run that calls the failures that match hopeless.
func misjudge(match func(*reference.Failure) bool) func(*reference.Parts) {
	return func(p *reference.Parts) {
		p.Client.Classify = func(f *reference.Failure) reference.Class {
			if match(f) {
				return reference.Permanent
			}
			return reference.Classify(f)
		}
	}
}

var timeoutMeansFailed = Mutant{
	Name:   "timeout-means-failed",
	Defect: "It takes a missing answer for a refusal and makes the transaction a dead letter.",
	Source: "seen in a public client whose create returns false after every network error, timeouts too",
	Breaks: []string{noLoss},
	Run:    with(misjudge(func(f *reference.Failure) bool { return f.Err != nil })),
}

var htmlIsPermanent = Mutant{
	Name:   "html-is-permanent",
	Defect: "It takes a maintenance page that it cannot parse for a refusal.",
	Source: "seen in several public clients: the parse error of the HTML page hides the status 503",
	Breaks: []string{noLoss},
	Run:    with(misjudge(func(f *reference.Failure) bool { return f.Foreign })),
}

var lockIsPermanent = Mutant{
	Name:   "lock-is-permanent",
	Defect: "It takes a record that is locked for the moment for bad data.",
	Source: "seen in public issues of several clients: UNABLE_TO_LOCK_ROW was never retried",
	Breaks: []string{noLoss},
	Run:    with(misjudge(func(f *reference.Failure) bool { return f.Code == "UNABLE_TO_LOCK_ROW" })),
}

var outageSpendsAttempts = Mutant{
	Name:   "outage-spends-attempts",
	Defect: "It counts attempts while Salesforce is down, and gives a transaction up after five.",
	Source: "seen in products that document their retry schedule: after the last step the change is dropped",
	Breaks: []string{noLoss},
	Run: with(func(p *reference.Parts) {
		p.Client.Gate.Strikes = math.MaxInt // it goes on trying
		p.GiveUp = func(class reference.Class, attempts, rejections int) bool {
			return attempts >= 5 || reference.GiveUp(class, attempts, rejections)
		}
	}),
}
