package dense

import (
	"github.com/squall-harness/squall/harness/history"
	"github.com/squall-harness/squall/mocksf/commitlog"
)

// Indexer derives the columns from what the ledgers say, line by line, in their
// order. Whoever stores the tables clears them. It remembers every operation,
// key and record by a few numbers, and what is intended of a record until a
// change carries it out.
type Indexer struct {
	Operations Operations
	Intents    Intents
	Answers    Answers
	Notes      Notes
	Effects    Effects
	Changes    Changes
	Strays     Strays
	Requests   Requests
	Traces     Traces

	token    string
	requests uint32
	ops      map[string]Op
	keys     map[uint64]key
	targets  map[uint64]uint32 // hash -> number
	aims     []aim             // by the number of the target
	open     map[uint64]intent // token -> what nothing has carried out yet
	faults   map[string]bool   // those that a request has named
	newest   map[string]string // object -> highest id
}

// key is what is known of a key.
type key struct {
	number uint32
	second bool // its second operation has come
}

// DefaultToken is the token field unless a scenario names another.
const DefaultToken = "Token__c"

// NewIndexer returns an indexer of ledgers that are joined by tokenField.
func NewIndexer(tokenField string) *Indexer {
	if tokenField == "" {
		tokenField = DefaultToken
	}
	return &Indexer{
		token: tokenField, ops: map[string]Op{}, keys: map[uint64]key{}, targets: map[uint64]uint32{}, aims: make([]aim, 1),
		open: map[uint64]intent{}, newest: map[string]string{}, faults: map[string]bool{},
	}
}

// Tables lists the tables under their names.
func (x *Indexer) Tables() map[string]Table {
	return map[string]Table{
		"operations": &x.Operations, "intents": &x.Intents, "answers": &x.Answers, "notes": &x.Notes,
		"effects": &x.Effects, "changes": &x.Changes, "strays": &x.Strays, "requests": &x.Requests, "traces": &x.Traces,
	}
}

// Event adds a line of ledger 1.
func (x *Indexer) Event(e history.Event) {
	switch {
	case e.Operation != nil:
		x.offer(e)
	case e.Attempt != nil:
		x.answer(e)
	default:
		x.Notes.Seq = append(x.Notes.Seq, uint32(e.Seq))
		x.Notes.Kind = append(x.Notes.Kind, noteKinds[e.Kind])
	}
}

var noteKinds = map[history.Kind]uint8{
	history.KindFault: Fault, history.KindMark: Mark, history.KindGauge: Gauge, history.KindAlert: Alert,
}

// offer adds an operation. One that was offered before counts as it was offered
// first.
func (x *Indexer) offer(e history.Event) {
	if _, again := x.ops[e.ID]; again {
		return
	}
	x.ops[e.ID] = Op(e.Seq)
	key, flags := x.key(Hash(e.Operation.Key))
	if e.At-e.Operation.Due > LateAfter {
		flags |= Late
	}
	records := e.Operation.Records
	if len(records) == 0 {
		records = []history.Record{{}} // odd: it has no token
	}
	of := flags & Second
	if len(records) > 1 {
		flags, of = flags|Unit, of|Unit
	}
	for i := range records {
		if !x.intent(Op(e.Seq), key, &records[i], of) {
			flags |= Odd
		}
		of &^= Second
	}
	t := &x.Operations
	t.Op = append(t.Op, Op(e.Seq))
	t.At = append(t.At, int64(e.At))
	t.Key = append(t.Key, key)
	t.Records = append(t.Records, uint32(len(records)))
	t.Flags = append(t.Flags, flags)
}

// key is the number of a key, and whether this is its second operation.
func (x *Indexer) key(hash uint64) (number uint32, flags uint8) {
	if hash == 0 {
		return 0, 0
	}
	k, known := x.keys[hash]
	if !known {
		k.number = uint32(len(x.keys) + 1)
	}
	if known && !k.second {
		k.second, flags = true, Second
	}
	x.keys[hash] = k
	return k.number, flags
}

func (x *Indexer) answer(e history.Event) {
	op, known := x.ops[e.ID]
	if !known {
		return
	}
	t := &x.Answers
	t.Op = append(t.Op, op)
	t.Seq = append(t.Seq, uint32(e.Seq))
	t.Start = append(t.Start, int64(e.Attempt.At))
	t.End = append(t.End, int64(e.Attempt.End()))
	t.Outcome = append(t.Outcome, uint8(e.Attempt.Outcome))
}

// Request adds a line of the request log.
func (x *Indexer) Request(q *commitlog.Request) {
	t := &x.Requests
	t.At = append(t.At, int64(q.At))
	t.Took = append(t.Took, int64(q.Took))
	t.ID = append(t.ID, short(q.ID))
	t.Job = append(t.Job, short(q.Job))
	t.Flags = append(t.Flags, requestFlags(q)|x.tells(q))
	for _, token := range q.Traces {
		x.Traces.Request = append(x.Traces.Request, x.requests)
		x.Traces.Token = append(x.Traces.Token, Hash(token))
	}
	x.requests++
}

func requestFlags(q *commitlog.Request) (flags uint8) {
	if q.Records > 0 {
		flags |= Writes
	}
	if q.Fate.ReplyLost() {
		flags |= ReplyGone
	}
	if q.Disturbed() {
		flags |= Failed
	}
	return flags
}

const unauthorized = 401

// tells marks what a story about any other request may need to mention.
func (x *Indexer) tells(q *commitlog.Request) (flags uint8) {
	if q.API == commitlog.APIAuth {
		flags |= Login
	}
	if q.Fault != "" && !x.faults[q.Fault] {
		x.faults[q.Fault] = true
		flags |= Telling
	}
	if q.Status == unauthorized {
		flags |= Telling
	}
	return flags
}
