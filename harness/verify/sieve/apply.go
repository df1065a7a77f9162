package sieve

import (
	"github.com/squall-harness/squall/harness/dense"
)

// change takes in a row of ledger 2.
func (f *fold) change(b *dense.Changes, i int) {
	if b.LSN[i] < f.lsn || b.At[i] < f.at || b.At[i] < 0 {
		f.unsure = true
	}
	f.lsn, f.at = b.LSN[i], b.At[i]
	if f.firstLSN == 0 {
		f.firstLSN = f.lsn
	}
	flags := b.Flags[i]
	if flags&dense.Others != 0 {
		f.foreign(b, i)
		return
	}
	f.written++
	n := f.byToken.get(b.Token[i] | 1<<63) // 0 is nobody's token
	if n == none || flags&(dense.NoWrite|dense.ReplyLost) != 0 || f.intents.at(n).fields != b.Fields[i] {
		f.stray(b, i, n)
		return
	}
	in := f.intents.at(n)
	f.byToken.remove(in.token)
	f.carry(in, b, i)
	f.settle(in.op)
}

// foreign takes in what somebody else wrote: no promise is about it, but the
// judge takes it into account where an operation inserts the same record.
func (f *fold) foreign(b *dense.Changes, i int) {
	if b.Flags[i]&dense.NoWrite != 0 {
		return
	}
	f.touched.add(b.Target[i])
	f.name(b, i)
}

// stray takes in a change that is not the first and verbatim one of an open
// record.
func (f *fold) stray(b *dense.Changes, i int, n int32) {
	f.found.change(b, i)
	if n != none {
		f.ops.at(f.intents.at(n).op).bad = true
	}
}

// name keeps the name of a record that was inserted under a new id: no other
// change can have named it before.
func (f *fold) name(b *dense.Changes, i int) {
	if names(b, i) {
		f.names.add(pair(b.Record[i], b.Target[i]))
	}
}

// names tells whether a change gives a name to a record that may be looked up.
func names(b *dense.Changes, i int) bool {
	const inserted = dense.Insert | dense.Fresh | dense.LookedUp
	return b.Flags[i]&inserted == inserted && b.Target[i] != 0
}

// pair is one number for a record's id and its name.
func pair(record, target uint64) uint64 { return (record*0x9e3779b97f4a7c15 ^ target) | 1<<63 }

// carry takes in the change that carries out an intent.
func (f *fold) carry(in *intent, b *dense.Changes, i int) {
	op, inserts := f.ops.at(in.op), b.Flags[i]&dense.Insert != 0
	in.applied = true
	f.name(b, i)
	if in.target != 0 && (in.target != b.Target[i] || inserts && (in.flags&dense.First == 0 || f.touched.has(in.target))) {
		op.bad = true
	}
	if in.parent != 0 {
		op.writes.lookups++
		op.bad = op.bad || !f.pointsRight(in.parent, b.Lookup[i])
	}
	if in.target == 0 && inserts {
		op.writes.inserts++
	}
	f.follow(op, in)
	f.took(op, b.LSN[i], b.At[i])
	if op.members > 1 || !op.whole {
		op.met = op.met || f.cut.has(in.token)
	}
}

// pointsRight tells whether the lookup may hold the id of the parent. Where it
// is not remembered that the record has that name, that is asked later.
func (f *fold) pointsRight(parent, lookup uint64) bool {
	if lookup == 0 {
		return false
	}
	if p := pair(lookup, parent); !f.names.has(p) {
		f.names.add(p)
		f.asked = append(f.asked, ask{p, parent})
	}
	return true
}

// follow holds the version against those of its record that took effect.
func (f *fold) follow(op *operation, in *intent) {
	if in.version == 0 {
		return
	}
	op.writes.versions++
	if in.line == none {
		return
	}
	l := f.lines.at(in.line)
	if int64(in.version) < l.newest {
		op.bad = true
	}
	l.newest = max(l.newest, int64(in.version))
}

// took notes the commit, and at the first one holds the operation against those
// of its key.
func (f *fold) took(op *operation, lsn uint32, at int64) {
	op.applied++
	op.lastLSN, op.lastAt = lsn, at
	if op.applied > 1 {
		return
	}
	op.firstLSN = lsn
	if op.key == none {
		return
	}
	l := f.lines.at(op.key)
	op.before = l.newest
	invoked := op.invoked
	if invoked == never {
		invoked = at // it cannot have been later
	}
	l.newest = max(l.newest, invoked)
}
