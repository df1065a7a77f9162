package mutants

import (
	"context"
	"sync"
	"time"

	"github.com/squall-harness/squall/scenarios/reference"
)

var ackBeforeStore = Mutant{
	Name:   "ack-before-store",
	Defect: "It answers 2xx when the transaction is in memory and stores it half a second later.",
	Source: "seen wherever a write-behind cache stands in front of a queue: a restart empties it",
	Breaks: []string{durability},
	Run:    with(func(p *reference.Parts) { p.Outbox = &lazyOutbox{Outbox: p.Outbox} }),
}

// lazyOutbox collects transactions and stores them together.
type lazyOutbox struct {
	reference.Outbox
	mu      sync.Mutex
	pending []*reference.Transaction
}

func (o *lazyOutbox) Accept(tx *reference.Transaction) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if len(o.pending) == 0 {
		time.AfterFunc(500*time.Millisecond, o.flush)
	}
	o.pending = append(o.pending, tx)
	return nil
}

func (o *lazyOutbox) flush() {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, tx := range o.pending {
		_ = o.Outbox.Accept(tx) // too late to tell anybody
	}
	o.pending = nil
}

func (o *lazyOutbox) Close() error {
	o.flush()
	return o.Outbox.Close()
}

var skipsAtRestart = Mutant{
	Name:   "skips-at-restart",
	Defect: "After a restart it goes on with what arrives from then on, not with what was left.",
	Source: "seen in outbox readers that start at the highest sequence number they find",
	Breaks: []string{durability},
	Run:    with(func(p *reference.Parts) { p.Outbox = &forgetfulOutbox{Outbox: p.Outbox} }),
}

// forgetfulOutbox stores everything and never looks back.
type forgetfulOutbox struct {
	reference.Outbox
	skipped int
}

func (o *forgetfulOutbox) Waiting() ([]*reference.Transaction, error) {
	o.skipped, _ = o.Outbox.Counts()
	return nil, nil
}

// Counts counts what it knows of.
func (o *forgetfulOutbox) Counts() (waiting, dead int) {
	waiting, dead = o.Outbox.Counts()
	return waiting - o.skipped, dead
}

var markBeforeSend = Mutant{
	Name:   "mark-before-send",
	Defect: "It marks transactions as delivered and then sends them.",
	Source: "seen in sync connectors that emit their state ahead of their records: a kill leaves a gap for good",
	Breaks: []string{durability},
	Run: with(func(p *reference.Parts) {
		send := p.Send
		p.Send = func(ctx context.Context, b reference.Batch) []reference.Result {
			if err := p.Outbox.Settle(all(b, reference.Delivered)); err != nil {
				return all(b, reference.Retry)
			}
			return send(ctx, b)
		}
	}),
}

// all gives every transaction of a batch the same result.
func all(b reference.Batch, class reference.Class) []reference.Result {
	results := make([]reference.Result, len(b.Txs))
	for i, tx := range b.Txs {
		results[i] = reference.Result{Tx: tx, Class: class}
	}
	return results
}
