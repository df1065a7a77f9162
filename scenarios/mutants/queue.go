package mutants

import (
	"context"
	"math"
	"slices"
	"time"

	"github.com/squall-harness/squall/scenarios/reference"
)

var noOrderPerKey = Mutant{
	Name:     "no-order-per-key",
	Defect:   "It sends whatever waits side by side, several versions of one record too.",
	Source:   "seen wherever workers share a queue without looking at keys: the older version lands last",
	Scenario: outage,
	Breaks:   []string{order},
	Run: with(func(p *reference.Parts) {
		p.Queue.Lane = func(tx *reference.Transaction) string { return tx.ID }
	}),
}

var retryOvertaken = Mutant{
	Name:     "retry-overwrites-newer",
	Defect:   "It puts what failed at the end of the queue: an older version is written after a newer one.",
	Source:   "seen in a public fix that keeps stale updates from being written",
	Scenario: outage,
	Breaks:   []string{order},
	Run: with(func(p *reference.Parts) {
		p.Again = func(tx *reference.Transaction, pause time.Duration) {
			p.Queue.Done(tx)
			time.AfterFunc(pause, func() { p.Queue.Add(tx) })
		}
	}),
}

var deleteOvertakes = Mutant{
	Name:     "delete-reordered",
	Defect:   "It sends deletes on a way of their own: a record is revived by its last change, or the new one under its key goes.",
	Source:   "seen in the documentation of a sync product: records that were deleted come again",
	Scenario: deletes,
	Breaks:   []string{order},
	Run: with(func(p *reference.Parts) {
		p.Queue.Lane = func(tx *reference.Transaction) string { return tx.Records[0].Op + "/" + tx.Key }
	}),
}

var childBesideParent = Mutant{
	Name:     "child-beside-parent",
	Defect:   "It sends log entries beside the account that they belong to, and gives up those that come too early.",
	Source:   "seen in the documentation of an integration: a missing parent is not retried",
	Scenario: outage,
	Breaks:   []string{order},
	Run: with(func(p *reference.Parts) {
		p.Queue.Lane = func(tx *reference.Transaction) string {
			if isInsert(tx) {
				return tx.ID
			}
			return tx.Key
		}
		p.GiveUp = func(class reference.Class, attempts, rejections int) bool {
			return class == reference.Doubtful || reference.GiveUp(class, attempts, rejections)
		}
	}),
}

var unknownTypeSkipped = Mutant{
	Name:     "unknown-type-skipped",
	Defect:   "It acknowledges what it has no mapping for, writes a warning into its log and goes on.",
	Source:   "seen in a public connector: no mapping, skipping",
	Scenario: outage,
	Breaks:   []string{noLoss},
	Run: with(func(p *reference.Parts) {
		mapped := []string{"Account", "Order__c", "OrderLine__c", "Activity_Log__c"}
		send := p.Send
		p.Send = func(ctx context.Context, b reference.Batch) []reference.Result {
			if b.Route.Object != "" && !slices.Contains(mapped, b.Route.Object) {
				return results(b, reference.Delivered, "")
			}
			return send(ctx, b)
		}
	}),
}

var oneByOne = Mutant{
	Name:     "one-by-one",
	Defect:   "It makes one call for each transaction, however many wait.",
	Source:   "seen in a post-mortem: six million changes in single calls took days and ran into the API limit",
	Scenario: slowOrg,
	Breaks:   []string{drained},
	Run: with(func(p *reference.Parts) {
		p.Queue.Plan.Workers = 10
		p.Queue.Plan.Rows, p.Queue.Plan.Graphs, p.Queue.Plan.BulkFrom = 1, 1, math.MaxInt
	}),
}

var thresholdOnPage = Mutant{
	Name:     "threshold-on-page",
	Defect:   "It reads a page of 25 rows at a time and looks at its size, never at the backlog: Bulk is never used.",
	Source:   "what explains integrations that have a bulk mode and never enter it",
	Scenario: slowOrg,
	Breaks:   []string{drained},
	Run: with(func(p *reference.Parts) {
		p.Queue.Plan.Workers, p.Queue.Plan.BulkFrom = 4, math.MaxInt
		p.Queue.Plan.Rows, p.Queue.Plan.Graphs = 25, 25
	}),
}

var alwaysSerial = Mutant{
	Name:     "always-serial",
	Defect:   "It makes one call at a time, although nothing is in the way of several.",
	Source:   "seen wherever serial mode was once the cure for locked rows",
	Scenario: slowOrg,
	Breaks:   []string{drained},
	Run: with(func(p *reference.Parts) {
		p.Queue.Plan.Workers, p.Queue.Plan.BulkFrom = 1, math.MaxInt
	}),
}

var alwaysBulk = Mutant{
	Name:     "always-bulk",
	Defect:   "It sends everything that may go that way by Bulk, one row too, and waits as long as Bulk takes.",
	Source:   "seen in a public issue: single rows in jobs that were queued for a week",
	Scenario: slowBulk,
	Breaks:   []string{drained},
	Run: with(func(p *reference.Parts) {
		p.Queue.Plan.BulkFrom, p.Queue.Plan.BulkUntil, p.Queue.Plan.BulkLeast = 1, 1, 1
		leaveToBulk(p)
	}),
}

var tinyJobs = Mutant{
	Name:     "tiny-jobs",
	Defect:   "It makes a Bulk job for every twenty rows.",
	Source:   "seen in the fix of a public package: tons of super tiny bulk jobs",
	Scenario: outage,
	Breaks:   []string{drained},
	Run: with(func(p *reference.Parts) {
		p.Queue.Plan.BulkFrom, p.Queue.Plan.BulkUntil, p.Queue.Plan.BulkLeast, p.Queue.Plan.BulkRows = 1, 1, 1, 20
		leaveToBulk(p)
	}),
}

// leaveToBulk keeps the small way from what may go by Bulk.
func leaveToBulk(p *reference.Parts) {
	send, mayBulk := p.Send, p.Queue.MayBulk
	p.Send = func(ctx context.Context, b reference.Batch) (done []reference.Result) {
		rest := reference.Batch{Route: b.Route}
		for _, tx := range b.Txs {
			if mayBulk(tx) {
				done = append(done, reference.Result{Tx: tx, Cause: "left to Bulk"})
			} else {
				rest.Txs = append(rest.Txs, tx)
			}
		}
		if len(rest.Txs) > 0 {
			done = append(done, send(ctx, rest)...)
		}
		return done
	}
}

var poisonAtHead = Mutant{
	Name:     "poison-at-head",
	Defect:   "It repeats what can never succeed, and whoever does so does nothing else.",
	Source:   "seen in public plug-ins and in triggers that stop after nine retries: everything behind the bad row waits",
	Scenario: poison,
	Breaks:   []string{drained},
	Run: with(func(p *reference.Parts) {
		send := p.Send
		p.Send = func(ctx context.Context, b reference.Batch) []reference.Result {
			for {
				done := send(ctx, b)
				hopeless := slices.ContainsFunc(done, func(r reference.Result) bool { return r.Class == reference.Permanent })
				if !hopeless || !pause(ctx, time.Second) {
					return done
				}
			}
		}
	}),
}

var trustsTheOrg = Mutant{
	Name:     "trusts-the-org",
	Defect:   "It goes on where it was when Salesforce is back, and never looks whether Salesforce still has what it acknowledged.",
	Source:   "seen after a public outage of 2016: hours of acknowledged writes were gone, and only comparing found it",
	Scenario: restored,
	Breaks:   []string{durability},
	Run:      with(func(p *reference.Parts) { p.Reconcile.Keep = 0 }),
}
