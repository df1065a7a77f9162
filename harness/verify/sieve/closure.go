package sieve

import (
	"io"
	"sort"

	"github.com/squall-harness/squall/harness/dense"
)

// close adds to the suspects all that shares something with them, and theirs,
// until nothing comes in any more, and collects their rows.
func (s *sifting) close() error {
	made := newSet() // requests that made their commits
	for size := -1; size != s.found.size(); {
		size = s.found.size()
		s.kept, s.out.Changes, s.out.Rest.Beside = component{at: cut{moment: s.at.moment, since: s.at.since}}, nil, map[uint64]int{}
		if err := s.pickIntents(); err != nil {
			return err
		}
		if err := s.pickChanges(made); err != nil {
			return err
		}
		s.answer()
	}
	if err := s.pickAnswers(); err != nil {
		return err
	}
	s.kept.halve()
	return s.pickRequests(made)
}

// mostSuspects bounds the operations that are judged one by one. Beyond it the
// sieve saves little.
const mostSuspects = 1 << 21

func (s *sifting) pickIntents() error {
	s.out.Ops = nil
	b, last := &s.intents, dense.Op(0)
	return s.each("intents", b, func() error {
		for i := range b.Op {
			if !s.found.takesIntent(b, i) {
				continue
			}
			s.found.intent(b, i)
			s.kept.intents.Append(b, i)
			if b.Op[i] != last {
				last = b.Op[i]
				s.out.Ops = append(s.out.Ops, last)
			}
		}
		if len(s.out.Ops) > mostSuspects {
			return ErrWhole
		}
		return nil
	})
}

// pickChanges collects the changes of the suspects, and how many others their
// commits made.
func (s *sifting) pickChanges(made *set) error {
	b, row := &s.changes, uint32(0)
	lsn, all, taken := uint32(0), 0, 0
	count := func() {
		if taken > 0 && all > taken {
			s.out.Rest.Beside[uint64(lsn)] = all - taken
		}
	}
	err := s.each("changes", b, func() error {
		for i := range b.LSN {
			if b.LSN[i] != lsn {
				count()
				lsn, all, taken = b.LSN[i], 0, 0
			}
			all++
			if names(b, i) && s.pending.has(pair(b.Record[i], b.Target[i])) {
				s.pending.remove(pair(b.Record[i], b.Target[i]))
			}
			if s.found.takesChange(b, i) {
				taken++
				s.found.change(b, i)
				s.kept.changes.Append(b, i)
				s.out.Changes = append(s.out.Changes, row)
				made.add(named(b.Request[i]))
			}
			row++
		}
		return nil
	})
	count()
	return err
}

func (s *sifting) pickAnswers() error {
	b := &s.answers
	return s.each("answers", b, func() error {
		for i := range b.Op {
			if s.found.ops.has(uint64(b.Op[i])) {
				s.kept.answers.Append(b, i)
				s.out.Answers = append(s.out.Answers, b.Seq[i])
			}
		}
		return nil
	})
}

// halve finds where the second half of its rows begins.
func (c *component) halve() {
	at := &c.at
	at.places[mergeIntents].row = sort.Search(len(c.intents.Op), func(i int) bool { return c.intents.At[i] >= at.moment })
	at.places[mergeChanges].row = sort.Search(len(c.changes.LSN), func(i int) bool { return c.changes.At[i] >= at.moment })
	at.places[mergeAnswers].row = sort.Search(len(c.answers.Op), func(i int) bool { return c.answers.Seq[i] > at.since })
}

// Open serves the rows of the component in one block.
func (c *component) Open(_ string, t dense.Table, _ int) (Reader, error) {
	return &once{func() {
		switch t := t.(type) {
		case *dense.Intents:
			*t = c.intents
		case *dense.Changes:
			*t = c.changes
		case *dense.Answers:
			*t = c.answers
		}
	}}, nil
}

// Count is never asked.
func (c *component) Count(string, dense.Table) ([]int, error) { return nil, nil }

// once is a reader of one block.
type once struct{ bring func() }

// Next brings the block, once.
func (o *once) Next() error {
	if o.bring == nil {
		return io.EOF
	}
	o.bring()
	o.bring = nil
	return nil
}

// Close does nothing.
func (*once) Close() error { return nil }
