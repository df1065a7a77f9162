package sieve

import (
	"math"
	"time"

	"github.com/squall-harness/squall/harness/dense"
	"github.com/squall-harness/squall/harness/history"
	"github.com/squall-harness/squall/harness/verify"
)

const none int32 = -1

// operation is an open one.
type operation struct {
	seq             dense.Op
	key             int32 // line of its key, or none
	members         uint32
	applied         uint32
	firstLSN        uint32
	lastLSN         uint32
	lastAt          int64
	invoked, acked  int64 // or never
	before          int64 // latest invocation among those of its key that took effect before it
	offered         int64
	writes          counts
	bad, met, doubt bool
}

// counts are the figures of its writes.
type counts struct{ inserts, lookups, versions int32 }

func (c *counts) add(o counts) {
	c.inserts += o.inserts
	c.lookups += o.lookups
	c.versions += o.versions
}

// line is a key that open operations are about.
type line struct {
	open   int32
	key    uint32
	newest int64 // latest invocation that took effect
}

const never = int64(Never)

// fold follows open operations through the columns.
type fold struct {
	Frame
	ops   pool[operation]
	lines pool[line]
	byOp  *ring
	byKey *ring

	found    first
	met      *set   // units that something got in the way of
	noted    *table // what else is to be said of operations that were counted
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
		Frame: f, byOp: newRing(), byKey: newRing(), met: newSet(), noted: newTable(),
		at: math.MinInt64, offered: math.MinInt64,
	}
}

// offer opens an operation.
func (f *fold) offer(b *dense.Operations, i int) {
	f.unsure = f.unsure || b.At[i] < f.offered
	f.offered = b.At[i]
	n := f.ops.take()
	op := f.ops.at(n)
	*op = operation{
		seq: b.Op[i], key: none, members: b.Records[i], invoked: never, acked: never, before: math.MinInt64, offered: b.At[i],
		bad: b.Flags[i]&dense.Odd != 0,
	}
	f.byOp.put(uint64(op.seq), n)
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

// join finds the line of a key, and opens one where there is none.
func (f *fold) join(key uint32) int32 {
	n := f.byKey.get(uint64(key))
	if n == none {
		n = f.lines.take()
		*f.lines.at(n) = line{key: key, newest: math.MinInt64}
		f.byKey.put(uint64(key), n)
	}
	f.lines.at(n).open++
	return n
}

// leave closes a line that nobody open is about.
func (f *fold) leave(n int32) {
	l := f.lines.at(n)
	l.open--
	if l.open == 0 {
		f.byKey.remove(uint64(l.key))
		f.lines.give(n)
	}
}

// answer takes in what the source was told of an operation.
func (f *fold) answer(b *dense.Answers, i int) {
	f.rest.Unanswered += unanswered(b.Outcome[i])
	n := f.byOp.get(uint64(b.Op[i]))
	if n == none { // over already, one of the half before, or one without records
		f.found.ops = append(f.found.ops, b.Op[i])
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

// unanswered is 1 for an attempt without an answer.
func unanswered(outcome uint8) int {
	if history.Outcome(outcome) == history.Info {
		return 1
	}
	return 0
}

// settle closes an operation once it was acknowledged and applied.
func (f *fold) settle(n int32) {
	op := f.ops.at(n)
	if op.acked == never || op.applied < op.members {
		return
	}
	if f.suspicious(op) {
		f.suspect(n)
	} else {
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
	if op.key != none {
		f.leave(op.key)
	}
	f.byOp.remove(uint64(op.seq))
	f.ops.give(n)
}
