package mutants

import (
	"context"
	"crypto/rand"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
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

var offeredTwice = Mutant{
	Name:   "stores-what-it-has",
	Defect: "It stores every transaction that it is offered, also one that it has stored already.",
	Source: "seen in webhook receivers without a key on the message id: the sender asks again, and the order is there twice",
	Breaks: []string{noDuplicates, order},
	Run:    with(func(p *reference.Parts) { p.Outbox = &trustingOutbox{Outbox: p.Outbox} }),
}

// trustingOutbox numbers what it is offered and goes by that number.
type trustingOutbox struct {
	reference.Outbox
	offered atomic.Int64
}

func (o *trustingOutbox) Accept(tx *reference.Transaction) error {
	numbered := *tx
	numbered.ID = fmt.Sprintf("%s-%d", tx.ID, o.offered.Add(1))
	return o.Outbox.Accept(&numbered)
}

var unorderedResume = Mutant{
	Name:   "resumes-unordered",
	Defect: "After a restart it reads its store in no particular order.",
	Source: "seen in queues on SQL tables that select what waits without ORDER BY",
	Breaks: []string{order},
	Run:    with(func(p *reference.Parts) { p.Outbox = unorderedOutbox{p.Outbox} }),
}

// unorderedOutbox reads the newest first.
type unorderedOutbox struct{ reference.Outbox }

func (o unorderedOutbox) Waiting() ([]*reference.Transaction, error) {
	txs, err := o.Outbox.Waiting()
	slices.Reverse(txs)
	return txs, err
}

var idAtLoad = Mutant{
	Name:   "id-not-stored",
	Defect: "It draws the external id of an insert when it reads it: after a restart the same insert has another one.",
	Source: "seen in senders whose idempotency keys live in memory: what was under way at a crash is written twice",
	Breaks: []string{noDuplicates},
	Run:    with(func(p *reference.Parts) { p.Outbox = drawingOutbox{p.Outbox} }),
}

// drawingOutbox names inserts as they leave the store.
type drawingOutbox struct{ reference.Outbox }

func (o drawingOutbox) OnStored(add func(*reference.Transaction)) {
	o.Outbox.OnStored(func(tx *reference.Transaction) { nameInsert(tx); add(tx) })
}

func (o drawingOutbox) Waiting() ([]*reference.Transaction, error) {
	txs, err := o.Outbox.Waiting()
	for _, tx := range txs {
		nameInsert(tx)
	}
	return txs, err
}

func nameInsert(tx *reference.Transaction) {
	if isInsert(tx) {
		tx.Records[0].ExternalIDField, tx.Records[0].ExternalID = "Ext_Id__c", rand.Text()
	}
}

// all gives every transaction of a batch the same result.
func all(b reference.Batch, class reference.Class) []reference.Result {
	results := make([]reference.Result, len(b.Txs))
	for i, tx := range b.Txs {
		results[i] = reference.Result{Tx: tx, Class: class}
	}
	return results
}
