package sieve

import (
	"github.com/squall-harness/squall/harness/dense"
)

// effect takes in a row of ledger 2.
func (f *fold) effect(b *dense.Effects, i int) {
	flags := b.Flags[i]
	due := f.lsn + 1
	if flags&dense.Joined != 0 {
		due = f.lsn
	}
	if f.firstLSN == 0 {
		f.firstLSN, due = b.LSN[i], b.LSN[i]
	}
	f.unsure = f.unsure || b.LSN[i] != due || b.At[i] < f.at || b.At[i] < 0
	f.lsn, f.at = b.LSN[i], b.At[i]
	if flags&dense.Others != 0 {
		return // no promise is about it
	}
	f.written++
	if b.Op[i] == 0 {
		return // suspicious by itself
	}
	n := f.byOp.get(uint64(b.Op[i]))
	switch {
	case n == none: // not offered yet, or in the half before
		f.found.ops = append(f.found.ops, b.Op[i])
	case flags&dense.Exact == 0:
		f.ops.at(n).bad = true
	default:
		f.ops.at(n).writes.add(countsOf(flags))
		f.took(f.ops.at(n), b.LSN[i], b.At[i])
		f.settle(n)
	}
}

// countsOf is what an exact change is counted as.
func countsOf(flags uint8) counts {
	return counts{
		inserts:  int32(flags & dense.Created / dense.Created),
		lookups:  int32(flags & dense.LooksUp / dense.LooksUp),
		versions: int32(flags & dense.Versioned / dense.Versioned),
	}
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
