package sieve

import (
	"math"
	"time"

	"github.com/squall-harness/squall/harness/dense"
	"github.com/squall-harness/squall/harness/history"
	"github.com/squall-harness/squall/harness/verify"
)

const none int32 = -1

// mostNames bounds the names of records that are kept for lookups: those that
// were heard of longer ago are asked for at the end.
const mostNames = 1 << 17

// intent is one record write of an open operation.
type intent struct {
	token, target, parent, fields uint64
	line                          int32 // of its target, or none
	op                            int32
	next                          int32 // of the same operation, or none
	version                       int32
	flags                         uint8
	applied                       bool
}

// operation is an open one.
type operation struct {
	seq             dense.Op
	key             int32 // line of its key, or none
	first           int32 // its first intent
	members         int32
	applied         int32
	firstLSN        uint32
	lastLSN         uint32
	lastAt          int64
	invoked, acked  int64 // or never
	before          int64 // latest invocation among those of its key that took effect before it
	offered         int64
	writes          counts
	whole           bool // its last record was read
	bad, met, doubt bool
}

// ask is a lookup that is right if a record has that name.
type ask struct{ pair, target uint64 }

// counts are the figures of its writes.
type counts struct{ inserts, lookups, versions int32 }

// line is a key or a record that open operations are about.
type line struct {
	open   int32
	newest int64 // key: latest invocation that took effect; record: highest version that did
	key    uint64
}

const never = int64(Never)

// fold follows open operations through the columns.
type fold struct {
	Frame
	spared *set     // operations that are not to be counted: they were bad before
	cut    *set     // tokens in requests that failed
	since  dense.Op // operations before this one are those of the half before; 0 for none
	asked  []ask    // lookups of records whose names are not remembered

	ops     pool[operation]
	intents pool[intent]
	lines   pool[line]
	byOp    *ring
	byToken *table
	byLine  *table // keys and targets
	names   *recent
	touched *set // records that others wrote

	latest   int32 // operation whose records are being read
	found    suspects
	rest     verify.Rest
	slow     slowest
	lsn      uint32 // of the latest change
	firstLSN uint32 // of the first one
	at       int64
	offered  int64 // when the latest operation was
	written  int   // changes that the integration made
	late     int   // operations that the harness offered late
	unsure   bool  // the columns are in no order of time
}

func newFold(f Frame) *fold {
	return &fold{
		Frame: f, spared: newSet(), cut: newSet(), byOp: newRing(), byToken: newTable(), byLine: newTable(),
		names: newRecent(mostNames), touched: newSet(), latest: none, found: newSuspects(), at: math.MinInt64, offered: math.MinInt64,
	}
}

// intent takes in a record that an operation intends.
func (f *fold) intent(b *dense.Intents, i int) {
	if f.latest == none || f.ops.at(f.latest).seq != b.Op[i] {
		f.begin(b, i)
	}
	op := f.ops.at(f.latest)
	n := f.intents.take()
	in := f.intents.at(n)
	*in = intent{
		token: b.Token[i], target: b.Target[i], parent: b.Parent[i], fields: b.Fields[i], version: b.Version[i],
		flags: b.Flags[i], op: f.latest, next: op.first, line: none,
	}
	op.first = n
	op.members++
	if in.target != 0 {
		in.line = f.join(in.target)
	}
	if in.flags&dense.Rises == 0 || in.flags&dense.Odd != 0 {
		op.bad = true
	}
	if in.token == 0 || f.byToken.get(in.token) != none {
		op.bad = true
		f.found.tokens.add(in.token)
	} else {
		f.byToken.put(in.token, n)
	}
	if in.flags&dense.Last != 0 {
		op.whole, f.latest = true, none
	}
}

// begin opens an operation.
func (f *fold) begin(b *dense.Intents, i int) {
	f.unsure = f.unsure || b.At[i] < f.offered
	f.offered = b.At[i]
	f.latest = f.ops.take()
	op := f.ops.at(f.latest)
	*op = operation{seq: b.Op[i], key: none, first: none, invoked: never, acked: never, before: math.MinInt64, offered: b.At[i]}
	f.byOp.put(uint64(op.seq), f.latest)
	if b.Key[i] != 0 {
		op.key = f.join(b.Key[i])
	}
	if b.Flags[i]&dense.Second != 0 {
		f.rest.Keys++
	}
	if b.Flags[i]&dense.Late != 0 {
		f.late++
	}
}

// join finds the line of a key or target, and opens one where there is none.
func (f *fold) join(key uint64) int32 {
	n := f.byLine.get(key)
	if n == none {
		n = f.lines.take()
		*f.lines.at(n) = line{key: key, newest: math.MinInt64}
		f.byLine.put(key, n)
	}
	f.lines.at(n).open++
	return n
}

// leave closes a line that nobody open is about.
func (f *fold) leave(n int32) {
	l := f.lines.at(n)
	l.open--
	if l.open == 0 {
		f.byLine.remove(l.key)
		f.lines.give(n)
	}
}

// answer takes in what the source was told of an operation.
func (f *fold) answer(b *dense.Answers, i int) {
	if history.Outcome(b.Outcome[i]) == history.Info {
		f.rest.Unanswered++
	}
	n := f.byOp.get(uint64(b.Op[i]))
	if n == none { // over already, one of the half before, or one without records
		f.found.ops.add(uint64(b.Op[i]))
		return
	}
	op := f.ops.at(n)
	if op.invoked == never {
		op.invoked = b.Start[i]
		op.doubt = history.Outcome(b.Outcome[i]) == history.Info
	}
	switch history.Outcome(b.Outcome[i]) {
	case history.OK:
		if op.acked == never {
			op.acked = b.End[i]
		}
	case history.Info:
		op.met = true
	default:
		op.bad = true
	}
	f.settle(n)
}

// settle closes an operation once it was acknowledged and applied.
func (f *fold) settle(n int32) {
	op := f.ops.at(n)
	if op.acked == never || op.applied < op.members || !op.whole {
		return
	}
	if f.suspicious(op) {
		f.suspect(n)
	} else if !f.spared.has(uint64(op.seq)) {
		f.count(op)
	}
	f.forget(n)
}

// suspicious tells whether anything about a whole operation, now that all of it
// is known, may be wrong.
func (f *fold) suspicious(op *operation) bool {
	late := time.Duration(op.lastAt) > f.deadline(op)
	sane := op.offered <= op.invoked && op.invoked <= op.acked && op.invoked <= op.lastAt && op.acked >= 0
	return op.bad || late || !sane || op.firstLSN != op.lastLSN || op.acked < op.before
}

// waiting tells whether the operation was part of the backlog at the heal.
func (f *fold) waiting(op *operation) bool {
	return f.Healed != Never && op.acked <= int64(f.Healed) && op.lastAt > int64(f.Healed)
}

func (f *fold) deadline(op *operation) time.Duration {
	if f.waiting(op) && f.Budget > 0 {
		return min(f.Healed+f.Budget, f.End)
	}
	return f.End
}

// forget frees what an operation holds.
func (f *fold) forget(n int32) {
	op := f.ops.at(n)
	for i := op.first; i != none; {
		in := f.intents.at(i)
		if !in.applied && in.token != 0 && f.byToken.get(in.token) == i {
			f.byToken.remove(in.token)
		}
		if in.line != none {
			f.leave(in.line)
		}
		next := in.next
		f.intents.give(i)
		i = next
	}
	if op.key != none {
		f.leave(op.key)
	}
	f.byOp.remove(uint64(op.seq))
	f.ops.give(n)
}
