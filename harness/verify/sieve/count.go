package sieve

import (
	"cmp"
	"slices"
	"time"

	"github.com/squall-harness/squall/harness/dense"
	"github.com/squall-harness/squall/harness/verify"
)

// What is noted of an operation that is in order: it may turn out to share
// something with a suspect.
const (
	doubted int32 = 1 << iota
	crashed
	waited
)

// count adds an operation that is in order to what is set aside.
func (f *fold) count(op *operation) {
	r, note := &f.rest, int32(0)
	r.Operations++
	r.Writes += int(op.members)
	r.Inserts += int(op.writes.inserts)
	r.Lookups += int(op.writes.lookups)
	r.Versions += int(op.writes.versions)
	if op.doubt {
		note |= doubted
	}
	if op.members > 1 {
		r.Units++
		if op.met {
			f.met.add(uint64(op.seq))
		}
	}
	if f.crashed(op) {
		note |= crashed
	}
	if f.waiting(op) {
		note |= waited
		f.slow.add(op.seq, op.lastAt)
	}
	if note != 0 {
		f.noted.put(uint64(op.seq), note)
	}
}

// crashed tells whether a crash found the operation open.
func (f *fold) crashed(op *operation) bool {
	return slices.ContainsFunc(f.Crashes, func(c verify.Crash) bool {
		return c.Found(time.Duration(op.acked), time.Duration(op.lastAt))
	})
}

// slowest keeps the operations that were delivered last. Several, since those
// that turn out to be suspicious do not count.
type slowest struct {
	all   []delivery
	floor int64 // what was delivered before is not among the latest
}

type delivery struct {
	op dense.Op
	at int64
}

const mostSlow = 1024

func (s *slowest) add(op dense.Op, at int64) {
	if at < s.floor {
		return
	}
	s.all = append(s.all, delivery{op, at})
	if len(s.all) >= 2*mostSlow {
		s.trim()
	}
}

// trim keeps the latest ones, the last of them at the end.
func (s *slowest) trim() {
	slices.SortFunc(s.all, func(a, b delivery) int { return cmp.Compare(b.at, a.at) })
	if len(s.all) > mostSlow {
		s.all = s.all[:mostSlow]
		s.floor = s.all[mostSlow-1].at
	}
}

// outside returns the latest delivery of an operation that is not in the set;
// ok is false when too many are.
func (s *slowest) outside(gone *numbers) (at time.Duration, ok bool) {
	s.trim()
	for _, d := range s.all {
		if !gone.has(d.op) {
			return time.Duration(d.at), true
		}
	}
	return 0, len(s.all) < mostSlow
}
