package mutants

import (
	"context"
	"maps"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/squall-harness/squall/scenarios/reference"
)

var collectionsOK = Mutant{
	Name:     "collections-200-ok",
	Defect:   "It takes the status 200 of a collections call for the success of every row in it.",
	Source:   "seen in a public connector that logs the failed rows as a warning and acknowledges the batch",
	Scenario: badRows,
	Breaks:   []string{noLoss},
	Run: with(func(p *reference.Parts) {
		read := p.Sender.Read
		p.Sender.Read = func(b reference.Batch, reply reference.Reply, classify func(*reference.Failure) reference.Class) []reference.Result {
			if b.Route.Kind == reference.Rows {
				return results(b, reference.Delivered, "")
			}
			return read(b, reply, classify)
		}
	}),
}

var updateIsError = Mutant{
	Name:     "200-upsert-is-error",
	Defect:   "It knows 201 and 204 as answers to an upsert: an update that is answered with 200 is tried for ever.",
	Source:   "seen in the source of a public Go client: newer versions of the API answer 200, and the default is an error",
	Scenario: outage,
	Breaks:   []string{drained},
	Run: with(func(p *reference.Parts) {
		read := p.Sender.Read
		p.Sender.Read = func(b reference.Batch, reply reference.Reply, classify func(*reference.Failure) reference.Class) []reference.Result {
			if isSingle := b.Route.Kind != reference.Units && len(b.Txs) == 1; isSingle && reply.Status == http.StatusOK {
				return results(b, reference.Retry, "HTTP 200")
			}
			return read(b, reply, classify)
		}
	}),
}

var unescapedID = Mutant{
	Name:     "unescaped-external-id",
	Defect:   "It puts external ids into URLs as they are: a ? or # cuts them short, a / leads elsewhere.",
	Source:   "seen on the wire from a public Go client",
	Scenario: outage,
	Breaks:   []string{noPhantoms},
	Run: with(func(p *reference.Parts) {
		p.Sender.Path = func(object, field, value string) string {
			return "/sobjects/" + object + "/" + field + "/" + value
		}
	}),
}

var nullLeftOut = Mutant{
	Name:     "null-left-out",
	Defect:   "It leaves fields that are null out of its small calls: they keep their old value instead of being cleared.",
	Source:   "seen in serialisers that omit empty values by default",
	Scenario: outage,
	Breaks:   []string{integrity},
	Run: with(func(p *reference.Parts) {
		p.Sender.Writes = func(tx *reference.Transaction) []reference.Write {
			writes := reference.Writes(tx)
			for i := range writes {
				writes[i].Fields = maps.Clone(writes[i].Fields)
				maps.DeleteFunc(writes[i].Fields, func(_ string, value any) bool { return value == nil })
			}
			return writes
		}
	}),
}

var dropReference = Mutant{
	Name:     "drop-reference",
	Defect:   "It writes a child without its parent when Salesforce does not find the parent at once.",
	Source:   "seen in loaders that fall back to a record without the lookup and mean to repair it later",
	Scenario: badRows,
	Breaks:   []string{integrity},
	Run: with(func(p *reference.Parts) {
		orphans := known{}
		p.Send = noting(p.Send, "INVALID_CROSS_REFERENCE_KEY", &orphans)
		p.Sender.Writes = func(tx *reference.Transaction) []reference.Write {
			writes := reference.Writes(tx)
			for i := range writes {
				if orphans.has(tx.ID) {
					writes[i].Parent = nil
				}
			}
			return writes
		}
	}),
}

var fieldStripping = Mutant{
	Name:     "field-stripping",
	Defect:   "It leaves a field out that Salesforce complained about, for good and for all records.",
	Source:   "seen in the source of a public connector: a field is blocked until the next start",
	Scenario: poison,
	Breaks:   []string{integrity},
	Run: with(func(p *reference.Parts) {
		var emails known
		p.Send = noting(p.Send, "INVALID_EMAIL_ADDRESS", &emails)
		p.Sender.Writes = func(tx *reference.Transaction) []reference.Write {
			writes := reference.Writes(tx)
			for i := range writes {
				if emails.any() {
					writes[i].Fields = maps.Clone(writes[i].Fields)
					delete(writes[i].Fields, "Email")
				}
			}
			return writes
		}
	}),
}

// noting is send, with the transactions noted that failed with a code.
func noting(send func(context.Context, reference.Batch) []reference.Result, code string, failed *known) func(context.Context, reference.Batch) []reference.Result {
	return func(ctx context.Context, b reference.Batch) []reference.Result {
		done := send(ctx, b)
		for _, r := range done {
			if strings.Contains(r.Cause, code) {
				failed.add(r.Tx.ID)
			}
		}
		return done
	}
}

// known is a set that many goroutines share.
type known struct{ m sync.Map }

func (k *known) add(id string)      { k.m.Store(id, true) }
func (k *known) has(id string) bool { _, is := k.m.Load(id); return is }
func (k *known) any() (is bool) {
	k.m.Range(func(any, any) bool { is = true; return false })
	return is
}

var claimWithoutLock = Mutant{
	Name:     "claim-without-lock",
	Defect:   "A second worker reads the same rows before the first one has marked them, and sends them too.",
	Source:   "seen where two nodes, or two runs of a job that overlap, share a table without locking rows",
	Scenario: outage,
	Breaks:   []string{order},
	Run: with(func(p *reference.Parts) {
		send := p.Send
		p.Send = func(ctx context.Context, b reference.Batch) []reference.Result {
			go func() { // the second one, a little slower
				if pause(ctx, 100*time.Millisecond) {
					send(ctx, b)
				}
			}()
			return send(ctx, b)
		}
	}),
}

var leaseWithoutFence = Mutant{
	Name:     "lease-without-fence",
	Defect:   "Rows that are not settled within two seconds go to another worker, and the first one goes on with them.",
	Source:   "a classic of leases: who was away comes back and does not know that its time is over",
	Scenario: badRows,
	Breaks:   []string{order},
	Run: with(func(p *reference.Parts) {
		send := p.Send
		p.Send = func(ctx context.Context, b reference.Batch) []reference.Result {
			done := make(chan []reference.Result, 1)
			go func() { done <- untilDelivered(ctx, b, send) }()
			select {
			case r := <-done:
				return r
			case <-time.After(2 * time.Second):
				return results(b, reference.Retry, "the lease is over")
			}
		}
	}),
}

// untilDelivered repeats a batch until all of it is settled, with pauses that
// outlast the lease.
func untilDelivered(ctx context.Context, b reference.Batch, send func(context.Context, reference.Batch) []reference.Result) []reference.Result {
	for {
		done := send(ctx, b)
		waiting := false
		for _, r := range done {
			waiting = waiting || r.Class == reference.Retry
		}
		if !waiting || !pause(ctx, 4*time.Second) {
			return done
		}
	}
}
