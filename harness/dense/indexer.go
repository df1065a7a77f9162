package dense

import (
	"github.com/squall-harness/squall/harness/history"
	"github.com/squall-harness/squall/mocksf/commitlog"
)

// Indexer derives the columns from what the ledgers say, line by line, in their
// order. Whoever stores the tables clears them.
type Indexer struct {
	Intents  Intents
	Answers  Answers
	Notes    Notes
	Changes  Changes
	Requests Requests
	Traces   Traces

	token    string
	requests uint32
	ops      map[string]Op
	keys     map[uint64]bool   // key -> whether its second operation has come
	targets  map[uint64]aim    // what was intended for it so far
	faults   map[string]bool   // those that a request has named
	parents  map[string]bool   // objects that have been named as parents
	newest   map[string]string // object -> highest id
}

// aim is what the operations so far intend for one record.
type aim struct {
	version int
	deleted bool // by the latest of them
}

// DefaultToken is the token field unless a scenario names another.
const DefaultToken = "Token__c"

// NewIndexer returns an indexer of ledgers that are joined by tokenField.
func NewIndexer(tokenField string) *Indexer {
	if tokenField == "" {
		tokenField = DefaultToken
	}
	return &Indexer{
		token: tokenField, ops: map[string]Op{}, keys: map[uint64]bool{},
		targets: map[uint64]aim{}, newest: map[string]string{}, faults: map[string]bool{}, parents: map[string]bool{},
	}
}

// Tables lists the tables under their names.
func (x *Indexer) Tables() map[string]Table {
	return map[string]Table{
		"intents": &x.Intents, "answers": &x.Answers, "notes": &x.Notes,
		"changes": &x.Changes, "requests": &x.Requests, "traces": &x.Traces,
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

// offer adds the records of an operation. One that was offered before counts
// as it was offered first.
func (x *Indexer) offer(e history.Event) {
	if _, again := x.ops[e.ID]; again {
		return
	}
	x.ops[e.ID] = Op(e.Seq)
	key, flags := Hash(e.Operation.Key), uint8(0)
	if key != 0 {
		second, known := x.keys[key]
		if known && !second {
			flags |= Second
		}
		x.keys[key] = known
	}
	if e.At-e.Operation.Due > LateAfter {
		flags |= Late
	}
	records := e.Operation.Records
	if len(records) == 0 {
		records = []history.Record{{}} // odd: it has no token
	}
	for i := range records {
		if i == len(records)-1 {
			flags |= Last
		}
		t := &x.Intents
		t.Op = append(t.Op, Op(e.Seq))
		t.At = append(t.At, int64(e.At))
		t.Key = append(t.Key, key)
		x.intent(&records[i], flags)
		flags = 0
	}
}

func (x *Indexer) intent(r *history.Record, flags uint8) {
	t := &x.Intents
	token, _ := r.Fields[x.token].(string)
	fields, plain := intended(r, x.token)
	if !plain || token == "" || r.Op != "" || int(int32(r.Version)) != r.Version {
		flags |= Odd
	}
	parent := uint64(0)
	if r.Parent != nil {
		x.parents[r.Parent.Object] = true
		if parent = Target(r.Parent.Object, r.Parent.ExternalID); parent == 0 {
			flags |= Odd
		}
	}
	target := Target(r.Object, r.ExternalID)
	t.Token = append(t.Token, Hash(token))
	t.Target = append(t.Target, target)
	t.Parent = append(t.Parent, parent)
	t.Fields = append(t.Fields, fields)
	t.Version = append(t.Version, int32(r.Version))
	t.Flags = append(t.Flags, flags|x.before(target, r))
}

// before compares a record with what was intended for the same one before.
func (x *Indexer) before(target uint64, r *history.Record) uint8 {
	if target == 0 {
		if r.Version >= 0 {
			return First | Rises
		}
		return First
	}
	seen, known := x.targets[target]
	flags := uint8(0)
	if !known || seen.deleted {
		flags |= First
	}
	if r.Version == 0 || r.Version > seen.version {
		flags |= Rises
	}
	x.targets[target] = aim{max(seen.version, r.Version), r.Op == "delete"}
	return flags
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

// Commit adds a commit: a row for each change, and one for a commit without
// changes.
func (x *Indexer) Commit(c *commitlog.Commit) {
	flags := uint8(0)
	if c.ByOthers() {
		flags |= Others
	}
	if c.Fate.ReplyLost() {
		flags |= ReplyLost
	}
	request := Hash(c.Request)
	if len(c.Changes) == 0 {
		x.change(c, request, &commitlog.Change{}, flags|NoWrite)
	}
	for i := range c.Changes {
		x.change(c, request, &c.Changes[i], flags|x.kind(&c.Changes[i]))
	}
}

func (x *Indexer) change(c *commitlog.Commit, request uint64, change *commitlog.Change, flags uint8) {
	t := &x.Changes
	token, _ := change.Fields[x.token].(string)
	fields, lookup := written(change, x.token)
	t.LSN = append(t.LSN, uint32(c.LSN))
	t.At = append(t.At, int64(c.At))
	t.Token = append(t.Token, Hash(token))
	t.Target = append(t.Target, Target(change.Object, change.ExternalID))
	t.Fields = append(t.Fields, fields)
	t.Record = append(t.Record, Hash(change.ID))
	t.Lookup = append(t.Lookup, lookup)
	t.Request = append(t.Request, request)
	t.Flags = append(t.Flags, flags)
}

func (x *Indexer) kind(change *commitlog.Change) (flags uint8) {
	if x.parents[change.Object] {
		flags = LookedUp
	}
	prefix := change.ID[:min(3, len(change.ID))]
	fresh := change.ID > x.newest[prefix]
	if fresh {
		x.newest[prefix] = change.ID
	}
	switch {
	case change.Op == commitlog.Insert && fresh:
		return flags | Insert | Fresh
	case change.Op == commitlog.Insert:
		return flags | Insert
	case change.Op == commitlog.Update:
		return flags
	}
	return flags | NoWrite
}

// Request adds a line of the request log.
func (x *Indexer) Request(q *commitlog.Request) {
	t := &x.Requests
	t.At = append(t.At, int64(q.At))
	t.Took = append(t.Took, int64(q.Took))
	t.ID = append(t.ID, Hash(q.ID))
	t.Job = append(t.Job, Hash(q.Job))
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
	gone := q.Fate.ReplyLost()
	if gone {
		flags |= ReplyGone
	}
	if gone || q.Status >= 400 || q.Status == 0 || q.Failed > 0 || q.Fault != "" {
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
