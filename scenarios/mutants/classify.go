package mutants

import (
	"math"
	"net/http"
	"time"

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
	Name:     "timeout-means-failed",
	Defect:   "It takes a missing answer for a refusal and makes the transaction a dead letter.",
	Source:   "seen in a public client whose create returns false after every network error, timeouts too",
	Scenario: outage,
	Breaks:   []string{noLoss},
	Run:      with(misjudge(func(f *reference.Failure) bool { return f.Err != nil })),
}

var htmlIsPermanent = Mutant{
	Name:     "html-is-permanent",
	Defect:   "It takes a maintenance page that it cannot parse for a refusal.",
	Source:   "seen in several public clients: the parse error of the HTML page hides the status 503",
	Scenario: outage,
	Breaks:   []string{noLoss},
	Run:      with(misjudge(func(f *reference.Failure) bool { return f.Foreign })),
}

var lockIsPermanent = Mutant{
	Name:     "lock-is-permanent",
	Defect:   "It takes a record that is locked for the moment for bad data.",
	Source:   "seen in public issues of several clients: UNABLE_TO_LOCK_ROW was never retried",
	Scenario: outage,
	Breaks:   []string{noLoss},
	Run:      with(misjudge(func(f *reference.Failure) bool { return f.Code == "UNABLE_TO_LOCK_ROW" })),
}

var outageSpendsAttempts = Mutant{
	Name:     "outage-spends-attempts",
	Defect:   "It counts attempts while Salesforce is down, and gives a transaction up after five.",
	Source:   "seen in products that document their retry schedule: after the last step the change is dropped",
	Scenario: outage,
	Breaks:   []string{noLoss},
	Run: with(func(p *reference.Parts) {
		p.Client.Gate.Strikes = math.MaxInt // it goes on trying
		p.GiveUp = func(class reference.Class, attempts, rejections int) bool {
			return attempts >= 5 || reference.GiveUp(class, attempts, rejections)
		}
	}),
}

var forbiddenIsPermanent = Mutant{
	Name:     "403-is-permanent",
	Defect:   "It takes every 403 for a missing permission: what Salesforce refused for today's limit becomes a dead letter.",
	Source:   "seen in reviews of public clients: REQUEST_LIMIT_EXCEEDED comes with 403",
	Scenario: limits,
	Breaks:   []string{noLoss},
	Run:      with(misjudge(func(f *reference.Failure) bool { return f.Status == http.StatusForbidden })),
}

var limitIsSuccess = Mutant{
	Name:     "limit-is-success",
	Defect:   "It ends its work without an error when the limit of calls is reached, and counts the rest as done.",
	Source:   "seen in a public connector: the run was reported as a success, and the rest was to come tomorrow",
	Scenario: limits,
	Breaks:   []string{noLoss},
	Run: with(func(p *reference.Parts) {
		p.Client.Classify = func(f *reference.Failure) reference.Class {
			if f.Code == "REQUEST_LIMIT_EXCEEDED" {
				return reference.Delivered
			}
			return reference.Classify(f)
		}
	}),
}

var waitsFor429 = Mutant{
	Name:     "waits-for-429",
	Defect:   "It slows down for a 429 only: a limit that is told with 403 is asked again at full speed.",
	Source:   "seen in the source of a connector whose adaptive retry knows 429, which this API does not send",
	Scenario: limits,
	Breaks:   []string{noOverload},
	Run: with(func(p *reference.Parts) {
		p.Client.Gate.Strikes, p.Pause = math.MaxInt, brief
		p.Client.Classify = func(f *reference.Failure) reference.Class {
			if f.Code == "REQUEST_LIMIT_EXCEEDED" && f.Status != http.StatusTooManyRequests {
				return reference.Retry
			}
			return reference.Classify(f)
		}
	}),
}

// brief is no pause to speak of.
var brief = reference.Backoff{Base: time.Millisecond, Cap: 5 * time.Millisecond}

var retryStorm = Mutant{
	Name:     "retry-storm",
	Defect:   "It repeats what failed after milliseconds, with all its workers, for as long as Salesforce is down.",
	Source:   "seen in the fixes of public packages that call it a death spiral",
	Scenario: outage,
	Breaks:   []string{noOverload},
	Run:      with(func(p *reference.Parts) { p.Client.Gate.Strikes, p.Pause = math.MaxInt, brief }),
}

var refreshOn401Only = Mutant{
	Name:     "401-only-refresh",
	Defect:   "It logs in again on the status 401 only: INVALID_SESSION_ID with another status makes dead letters.",
	Source:   "seen in the fix of a public integration framework: one of the APIs says it with 400",
	Scenario: limits,
	Breaks:   []string{noLoss},
	Run: with(misjudge(func(f *reference.Failure) bool {
		return f.Code == "INVALID_SESSION_ID" && f.Status != http.StatusUnauthorized
	})),
}

var choiceIsSuccess = Mutant{
	Name:     "300-is-success",
	Defect:   "It takes every status up to 300 for success: 300 says that the external id means several records, and nothing was written.",
	Source:   "seen in the source of a public Go client, with a test that blesses it",
	Scenario: poison,
	Breaks:   []string{noLoss},
	Run: with(func(p *reference.Parts) {
		p.Client.Classify = func(f *reference.Failure) reference.Class {
			if f.Status == http.StatusMultipleChoices {
				return reference.Delivered
			}
			return reference.Classify(f)
		}
	}),
}
