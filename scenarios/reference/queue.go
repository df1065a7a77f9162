package reference

import (
	"container/list"
	"context"
	"slices"
	"sync"
	"time"
)

// Queue holds what waits to be delivered, in one lane per key. At most one
// transaction of a lane is under way; the lane stays busy until that one is
// settled, however long it takes and whichever way it went.
//
// Transactions stay in memory with their bodies: about one kilobyte each.
type Queue struct {
	Plan Plan
	// Lane names the lane of a transaction: its key.
	Lane func(*Transaction) string
	// MayBulk tells whether a transaction may go by Bulk.
	MayBulk func(*Transaction) bool

	mu       sync.Mutex
	idle     [2][]chan Batch // who waits in Take, longest first: for the oldest, for the newest
	awaiting chan struct{}   // Bulk waits for its turn; nil when it does not
	lanes    map[string]*lane
	ready    *list.List // of *lane: not busy, something waits
	bulkable int        // how many of the ready lanes may go by Bulk
	hungry   bool       // Bulk is free to take a wave
	bulking  bool       // the backlog is large (with hysteresis)
}

// lane is the transactions of one key, oldest first.
type lane struct {
	name     string
	waiting  []*Transaction
	busy     bool // waiting[0] is under way, or pauses before its next attempt
	at       *list.Element
	bulkable bool // while at is set
}

// NewQueue returns an empty queue.
func NewQueue(plan Plan) *Queue {
	return &Queue{
		Plan: plan, MayBulk: mayBulk, Lane: func(tx *Transaction) string { return tx.Key },
		lanes: map[string]*lane{}, ready: list.New(), hungry: true,
	}
}

// Add puts a transaction at the end of its lane.
func (q *Queue) Add(tx *Transaction) {
	q.mu.Lock()
	defer q.mu.Unlock()
	name := q.Lane(tx)
	l := q.lanes[name]
	if l == nil {
		l = &lane{name: name}
		q.lanes[name] = l
	}
	l.waiting = append(l.waiting, tx)
	q.place(l)
}

// Claim makes the lane of tx busy with it: at the start, for a transaction
// that is part of a Bulk job already.
func (q *Queue) Claim(tx *Transaction) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.claim(q.lanes[q.Lane(tx)])
}

// Done ends the life of a transaction; the next one of its lane is ready.
func (q *Queue) Done(tx *Transaction) {
	q.mu.Lock()
	defer q.mu.Unlock()
	l := q.lanes[q.Lane(tx)]
	at := max(0, slices.Index(l.waiting, tx)) // the first one, unless some were put before it meanwhile
	l.waiting, l.busy = slices.Delete(l.waiting, at, at+1), false
	if len(l.waiting) == 0 {
		delete(q.lanes, l.name)
		return
	}
	q.place(l)
}

// Retry makes a transaction ready again after a pause; its lane waits with it.
func (q *Queue) Retry(tx *Transaction, pause time.Duration) {
	if pause <= 0 {
		q.release(tx)
		return
	}
	time.AfterFunc(pause, func() { q.release(tx) })
}

func (q *Queue) release(tx *Transaction) {
	q.mu.Lock()
	defer q.mu.Unlock()
	l := q.lanes[q.Lane(tx)]
	l.busy = false
	q.place(l)
}

// place puts an idle lane among the ready ones, or updates its entry there.
func (q *Queue) place(l *lane) {
	if l.busy {
		return
	}
	if l.at == nil {
		l.at = q.insert(l)
	}
	// Only the sole transaction of its lane goes by Bulk: a job takes seconds,
	// and a hot key cannot spend that on each of its versions.
	q.markBulkable(l, len(l.waiting) == 1 && q.MayBulk(l.waiting[0]))
	q.serve()
}

// insert puts lanes with one transaction in the order of arrival. Before them
// come the others, the longest first: their transactions cannot share a call,
// so the longest lane is what a recovery waits for in the end.
func (q *Queue) insert(l *lane) *list.Element {
	const mostSteps = 200
	e := q.ready.Front()
	for range mostSteps {
		if e == nil || len(l.waiting) == 1 {
			break
		}
		if len(e.Value.(*lane).waiting) <= len(l.waiting) {
			return q.ready.InsertBefore(l, e)
		}
		e = e.Next()
	}
	return q.ready.PushBack(l)
}

// serve hands out what has become ready to who waits for it, one after the
// other: nobody is woken for nothing.
func (q *Queue) serve() {
	if q.awaiting != nil && q.bulkTurn() {
		close(q.awaiting)
		q.awaiting = nil
	}
	for kind := range q.idle {
		for len(q.idle[kind]) > 0 {
			b := q.compose(kind == 1)
			if len(b.Txs) == 0 {
				break
			}
			q.idle[kind][0] <- b // it has room for one
			q.idle[kind] = q.idle[kind][1:]
		}
	}
}

func (q *Queue) markBulkable(l *lane, is bool) {
	if l.bulkable {
		q.bulkable--
	}
	if is {
		q.bulkable++
	}
	l.bulkable = is
}

// claim takes a lane out of the ready ones.
func (q *Queue) claim(l *lane) *Transaction {
	if l.at != nil {
		q.ready.Remove(l.at)
		q.markBulkable(l, false)
	}
	l.at, l.busy = nil, true
	l.waiting[0].claimed = time.Now()
	return l.waiting[0]
}

// Take waits for work of the small way and claims the next batch of it: from
// the front of the queue, or from its back when newest is set.
func (q *Queue) Take(ctx context.Context, newest bool) (Batch, error) {
	if ctx.Err() != nil {
		return Batch{}, ctx.Err()
	}
	kind := 0
	if newest {
		kind = 1
	}
	mine := make(chan Batch, 1)
	q.mu.Lock()
	q.idle[kind] = append(q.idle[kind], mine)
	q.serve()
	q.mu.Unlock()
	select {
	case b := <-mine:
		return b, nil
	case <-ctx.Done():
		return q.leave(kind, mine, ctx.Err())
	}
}

// leave ends a wait. What was handed out meanwhile is the caller's.
func (q *Queue) leave(kind int, mine chan Batch, err error) (Batch, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if i := slices.Index(q.idle[kind], mine); i >= 0 {
		q.idle[kind] = slices.Delete(q.idle[kind], i, i+1)
		return Batch{}, err
	}
	return <-mine, nil
}

// scanLimit bounds how far a worker looks for company.
const scanLimit = 2_000

func (q *Queue) compose(newest bool) (b Batch) {
	leave := q.bulkTurn()
	ready := q.ready.Len()
	if leave {
		ready -= q.bulkable
	}
	share := q.Plan.share(ready)
	next := (*list.Element).Next
	e := q.ready.Front()
	if newest {
		next, e = (*list.Element).Prev, q.ready.Back()
	}
	for scanned := 0; e != nil && scanned < scanLimit && !q.Plan.full(&b, share); {
		l, following := e.Value.(*lane), next(e)
		if leave && l.bulkable {
			e = following
			continue
		}
		if q.Plan.add(&b, l.waiting[0], share) {
			q.claim(l)
		}
		e, scanned = following, scanned+1
	}
	return b
}

// OfferBulk says that Bulk is free. From now on the workers leave it what may
// go its way, when that is much.
func (q *Queue) OfferBulk() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.hungry = true
}

// AwaitBulk waits until the backlog is large enough for Bulk.
func (q *Queue) AwaitBulk(ctx context.Context) error {
	turn := make(chan struct{})
	q.mu.Lock()
	q.awaiting = turn
	q.serve()
	q.mu.Unlock()
	select {
	case <-turn:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// TakeBulk claims all that may go by Bulk, up to the size of a wave. Bulk is
// busy then, until the next OfferBulk.
func (q *Queue) TakeBulk() (wave []*Transaction) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.bulkTurn() {
		wave = q.wave()
	}
	q.hungry = false
	q.serve() // the workers need not hold back any more
	return wave
}

func (q *Queue) wave() (wave []*Transaction) {
	for e := q.ready.Front(); e != nil && len(wave) < q.Plan.BulkRows; {
		l, following := e.Value.(*lane), e.Next()
		if l.bulkable {
			wave = append(wave, q.claim(l))
		}
		e = following
	}
	return wave
}

// bulkTurn tells whether the transactions that may go by Bulk are to be left
// to it. While Bulk is busy the small way serves them too: nobody starves.
func (q *Queue) bulkTurn() bool {
	if q.bulkable >= q.Plan.BulkFrom {
		q.bulking = true
	}
	if q.bulkable < q.Plan.BulkUntil {
		q.bulking = false
	}
	return q.bulking && q.hungry
}
