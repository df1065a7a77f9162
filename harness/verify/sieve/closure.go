package sieve

import (
	"github.com/squall-harness/squall/harness/dense"
	"github.com/squall-harness/squall/harness/verify"
)

// readStrays suspects all that bears the token of a change that is not exact.
func (s *sifting) readStrays() error {
	b := &s.strays
	return s.each("strays", b, func() error {
		for i, token := range b.Token {
			s.found.tokens.add(token)
			if b.Flags[i]&dense.Astray != 0 {
				s.found.astray.add(token)
			}
		}
		if s.found.tokens.n > mostSuspects {
			return ErrWhole
		}
		return nil
	})
}

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
	return sideBySide(s.pickAnswers, func() error { return s.pickRequests(made) })
}

// mostSuspects bounds the operations that are judged one by one. Beyond it the
// sieve saves little.
const mostSuspects = 1 << 21

// pickIntents collects the operations that are suspicious, and notes the units
// that were in a request that failed.
func (s *sifting) pickIntents() error {
	s.out.Ops, s.less[0] = nil, verify.Rest{}
	b := &s.intents
	return s.each("intents", b, func() error {
		for i, flags := range b.Flags {
			if flags&dense.Unit != 0 && s.cut.has(b.Token[i]) {
				s.met.add(uint64(b.Op[i]))
			}
			if s.found.takesIntent(b, i) {
				s.found.intent(b, i)
				s.takeIntent(b.Op[i], flags)
			}
		}
		if len(s.out.Ops) > mostSuspects {
			return ErrWhole
		}
		return nil
	})
}

// takeIntent takes back what was counted of a suspect.
func (s *sifting) takeIntent(op dense.Op, flags uint8) {
	less, first := &s.less[0], len(s.out.Ops) == 0 || s.out.Ops[len(s.out.Ops)-1] != op
	if first {
		s.out.Ops = append(s.out.Ops, op)
	}
	if flags&dense.Second != 0 {
		less.Keys++
	}
	if s.found.bad.has(uint64(op)) {
		return
	}
	less.Writes++
	if first {
		less.Operations++
	}
	if first && flags&dense.Unit != 0 {
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
				s.takeChange(b.Op[i], flags)
			}
			row++
		}
		return nil
	})
	count()
	return err
}

// takeChange takes back what was counted of a change of a suspect.
func (s *sifting) takeChange(op dense.Op, flags uint8) {
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
