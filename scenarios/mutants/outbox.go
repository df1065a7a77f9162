package mutants

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/squall-harness/squall/scenarios/reference"
)

var ackBeforeStore = Mutant{
	Name:     "ack-before-store",
	Defect:   "It answers 2xx when the transaction is in memory and stores it half a second later.",
	Source:   "seen wherever a write-behind cache stands in front of a queue: a restart empties it",
	Scenario: restarts,
	Breaks:   []string{durability},
	Run:      with(func(p *reference.Parts) { p.Outbox = &lazyOutbox{Outbox: p.Outbox} }),
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
	Name:     "skips-at-restart",
	Defect:   "After a restart it goes on with what arrives from then on, not with what was left.",
	Source:   "seen in outbox readers that start at the highest sequence number they find",
	Scenario: restarts,
	Breaks:   []string{durability},
	Run:      with(func(p *reference.Parts) { p.Outbox = &forgetfulOutbox{Outbox: p.Outbox} }),
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
	Name:     "mark-before-send",
	Defect:   "It marks transactions as delivered and then sends them.",
	Source:   "seen in sync connectors that emit their state ahead of their records: a kill leaves a gap for good",
	Scenario: restarts,
	Breaks:   []string{durability},
	Run: with(func(p *reference.Parts) {
		send := p.Send
		p.Send = func(ctx context.Context, b reference.Batch) []reference.Result {
			if err := p.Outbox.Settle(results(b, reference.Delivered, "")); err != nil {
				return results(b, reference.Retry, err.Error())
			}
			return send(ctx, b)
		}
	}),
}

var offeredTwice = Mutant{
	Name:     "stores-what-it-has",
	Defect:   "It stores every transaction that it is offered, also one that it has stored already.",
	Source:   "seen in webhook receivers without a key on the message id: the sender asks again, and the order is there twice",
	Scenario: restarts,
	Breaks:   []string{noDuplicates, order},
	Run:      with(func(p *reference.Parts) { p.Outbox = &trustingOutbox{Outbox: p.Outbox} }),
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
	Name:     "resumes-unordered",
	Defect:   "After a restart it reads its store in no particular order.",
	Source:   "seen in queues on SQL tables that select what waits without ORDER BY",
	Scenario: restarts,
	Breaks:   []string{order},
	Run:      with(func(p *reference.Parts) { p.Outbox = unorderedOutbox{p.Outbox} }),
}

// unorderedOutbox reads the newest first.
type unorderedOutbox struct{ reference.Outbox }

func (o unorderedOutbox) Waiting() ([]*reference.Transaction, error) {
	txs, err := o.Outbox.Waiting()
	slices.Reverse(txs)
	return txs, err
}

var idAtLoad = Mutant{
	Name:     "id-not-stored",
	Defect:   "It makes the external id of an insert when it reads it: after a restart the same insert has another one.",
	Source:   "seen in senders whose idempotency keys live in memory: what was under way at a crash is written twice",
	Scenario: restarts,
	Breaks:   []string{noDuplicates},
	Run:      with(func(p *reference.Parts) { p.Outbox = drawingOutbox{p.Outbox} }),
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
		tx.Records[0].ExternalIDField, tx.Records[0].ExternalID = "Ext_Id__c", fmt.Sprintf("%s-%d", tx.ID, time.Now().UnixNano())
	}
}

var idWatermark = Mutant{
	Name:     "id-watermark",
	Defect:   "Its reader goes by rising numbers: what took its number earlier and was stored later is never read.",
	Source:   "seen in public event stores and outbox readers that select id > last",
	Scenario: outage,
	Breaks:   []string{noLoss},
	Run:      with(func(p *reference.Parts) { p.Outbox = &watermarkOutbox{Outbox: p.Outbox, number: map[string]int{}} }),
}

// watermarkOutbox numbers transactions before it stores them. Large ones take
// longer to store.
type watermarkOutbox struct {
	reference.Outbox
	mu     sync.Mutex
	next   int
	number map[string]int // by transaction
	read   int            // the highest number so far
	passed int            // transactions that it will never read
}

func (o *watermarkOutbox) Accept(tx *reference.Transaction) error {
	o.mu.Lock()
	o.next++
	o.number[tx.ID] = o.next
	o.mu.Unlock()
	if large := len(tx.Records) > 1; large {
		time.Sleep(20 * time.Millisecond)
	}
	return o.Outbox.Accept(tx)
}

func (o *watermarkOutbox) OnStored(add func(*reference.Transaction)) {
	o.Outbox.OnStored(func(tx *reference.Transaction) {
		o.mu.Lock()
		number := o.number[tx.ID]
		isNext := number > o.read
		o.read = max(o.read, number)
		if !isNext {
			o.passed++
		}
		o.mu.Unlock()
		if isNext {
			add(tx)
		}
	})
}

// Counts counts what it will read.
func (o *watermarkOutbox) Counts() (waiting, dead int) {
	waiting, dead = o.Outbox.Counts()
	o.mu.Lock()
	defer o.mu.Unlock()
	return waiting - o.passed, dead
}

var publishBeforeCommit = Mutant{
	Name:     "publish-before-commit",
	Defect:   "It hands a transaction to its senders and then looks whether it may be taken: what it refuses is delivered all the same.",
	Source:   "seen where an event is published at once, and the transaction that it tells of is rolled back",
	Scenario: outage,
	Breaks:   []string{noPhantoms},
	Run: with(func(p *reference.Parts) {
		decode := p.Decode
		p.Decode = func(body []byte) (*reference.Transaction, error) {
			tx, err := decode(body)
			if err == nil && tooMuch(tx) {
				return nil, errors.Join(errors.New("an order has at most two lines"), p.Outbox.Accept(tx))
			}
			return tx, err
		}
	}),
}

// tooMuch is a rule of the mutant's own business.
func tooMuch(tx *reference.Transaction) bool { return len(tx.Records) > 4 }

var shutdownDrops = Mutant{
	Name:     "shutdown-drops",
	Defect:   "When it is asked to stop it breaks off its calls and counts them as made.",
	Source:   "seen in a public connector whose end cancels what is under way, and in a fix of another one",
	Scenario: deploys,
	Breaks:   []string{noLoss},
	Run: withStop(func(stop context.Context, p *reference.Parts) {
		p.Grace = 0
		send := p.Send
		p.Send = func(ctx context.Context, b reference.Batch) []reference.Result {
			done := send(ctx, b)
			if stop.Err() != nil {
				return results(b, reference.Delivered, "")
			}
			return done
		}
	}),
}
