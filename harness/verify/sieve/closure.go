package sieve

import (
	"github.com/squall-harness/squall/harness/dense"
	"github.com/squall-harness/squall/harness/verify"
)

// close adds to the suspects all that shares something with them, and theirs,
// until nothing comes in any more. A table is read again only when there is more
// to hold it against than when its reading began.
func (s *sifting) close() error {
	made := newSet() // requests that made their commits
	for intents, changes := -1, -1; intents != s.found.ofIntents() || changes != s.found.ofChanges(); {
		if now := s.found.ofIntents(); now != intents {
			intents = now
			if err := s.pickIntents(); err != nil {
				return err
			}
		}
		if now := s.found.ofChanges(); now != changes {
			changes = now
			if err := s.pickChanges(made); err != nil {
				return err
			}
		}
	}
	if err := s.pickAnswers(); err != nil {
		return err
	}
	return s.pickRequests(made)
}

// mostSuspects bounds the operations that are judged one by one. Beyond it the
// sieve saves little.
const mostSuspects = 1 << 21

// pickIntents collects the operations that are suspicious.
func (s *sifting) pickIntents() error {
	s.out.Ops, s.less[0] = nil, verify.Rest{}
	p := intentPicker{sifting: s}
	err := s.each("intents", &s.intents, func() error {
		for i := range s.intents.Op {
			p.row(&s.intents, i)
		}
		if len(s.out.Ops) > mostSuspects {
			return ErrWhole
		}
		return nil
	})
	p.end()
	return err
}

// intentPicker walks the intents, operation by operation.
type intentPicker struct {
	*sifting
	op   dense.Op // at hand
	rows int      // of it so far
	cut  bool     // one of its tokens was in a request that failed
}

func (p *intentPicker) row(b *dense.Intents, i int) {
	if b.Op[i] != p.op {
		p.end()
		p.op, p.rows, p.cut = b.Op[i], 0, false
	}
	p.rows++
	p.cut = p.cut || p.sifting.cut.has(b.Token[i])
	if p.found.takesIntent(b, i) {
		p.found.intent(b, i)
		p.take(b.Flags[i])
	}
}

// end notes that something got in the way of a unit.
func (p *intentPicker) end() {
	if p.cut && p.rows > 1 {
		p.met.add(uint64(p.op))
	}
}

// take takes back what was counted of a suspect.
func (p *intentPicker) take(flags uint8) {
	less, first := &p.less[0], len(p.out.Ops) == 0 || p.out.Ops[len(p.out.Ops)-1] != p.op
	if first {
		p.out.Ops = append(p.out.Ops, p.op)
	}
	if flags&dense.Second != 0 {
		less.Keys++
	}
	if p.found.bad.has(uint64(p.op)) {
		return
	}
	less.Writes++
	if first {
		less.Operations++
	}
	if p.rows == 2 {
		less.Units++
	}
}

// pickChanges collects the changes of the suspects, and how many others their
// commits made.
func (s *sifting) pickChanges(made *set) error {
	s.out.Changes, s.out.Rest.Beside, s.less[1] = nil, map[uint64]int{}, verify.Rest{}
	b, row := &s.changes, uint32(0)
	lsn, all, taken := uint64(s.lsn)-1, 0, 0
	count := func() {
		if taken > 0 && all > taken {
			s.out.Rest.Beside[lsn] = all - taken
		}
	}
	err := s.each("changes", b, func() error {
		for i, flags := range b.Flags {
			if flags&dense.Joined == 0 {
				count()
				lsn, all, taken = lsn+1, 0, 0
			}
			all++
			if s.found.takesChange(b, i) {
				taken++
				s.found.change(b, i)
				s.out.Changes = append(s.out.Changes, row)
				made.add(named(uint64(b.Request[i])))
				s.take(b.Op[i], flags)
			}
			row++
		}
		return nil
	})
	count()
	return err
}

// take takes back what was counted of a change of a suspect.
func (s *sifting) take(op dense.Op, flags uint8) {
	if flags&dense.Exact == 0 || s.found.bad.has(uint64(op)) {
		return
	}
	c := countsOf(flags)
	s.less[1].Inserts += int(c.inserts)
	s.less[1].Lookups += int(c.lookups)
	s.less[1].Versions += int(c.versions)
}

func (s *sifting) pickAnswers() error {
	b := &s.answers
	return s.each("answers", b, func() error {
		for i := range b.Op {
			if s.found.ops.has(b.Op[i]) {
				s.out.Answers = append(s.out.Answers, b.Seq[i])
				s.out.Rest.Unanswered -= unanswered(b.Outcome[i])
			}
		}
		return nil
	})
}
