package sieve

import (
	"errors"
	"io"

	"github.com/squall-harness/squall/harness/dense"
)

// sifting is one run on its way through the sieve.
type sifting struct {
	source Source
	frame  Frame
	found  suspects
	cut    *set // tokens in requests that failed
	logged int  // lines of the request log
	out    Sifted

	intents  dense.Intents // the blocks at hand
	answers  dense.Answers
	changes  dense.Changes
	requests dense.Requests
	traces   dense.Traces

	kept component
}

// component is the rows of the suspects.
type component struct {
	intents dense.Intents
	answers dense.Answers
	changes dense.Changes
}

// Sift sets aside what is in order. It fails with ErrWhole when the run must be
// judged as a whole, and with the errors of the source.
func Sift(source Source, frame Frame) (*Sifted, error) {
	s := &sifting{source: source, frame: frame, found: newSuspects(), cut: newSet()}
	if err := s.readRequests(); err != nil {
		return nil, err
	}
	f := newFold(frame)
	f.cut, f.found = s.cut, s.found
	if err := s.drive(f); err != nil {
		return nil, err
	}
	s.found = f.found
	if err := s.close(); err != nil {
		return nil, err
	}
	return &s.out, s.settle(f)
}

// each reads a table from its start to its end.
func (s *sifting) each(name string, t dense.Table, use func() error) error {
	r, err := s.source(name, t)
	if err != nil {
		return err
	}
	defer r.Close()
	for {
		if err := r.Next(); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		if err := use(); err != nil {
			return err
		}
	}
}

// drive runs the fold over the tables, merged by time.
func (s *sifting) drive(f *fold) error {
	m, err := s.open(f)
	if err != nil {
		return err
	}
	defer m.close()
	for m.step() {
	}
	if m.err == nil && f.unsure {
		m.err = ErrWhole
	}
	f.finish()
	return m.err
}

// finish suspects what is still open.
func (f *fold) finish() {
	for _, slot := range f.byOp.slots {
		if slot.key != 0 {
			f.suspect(slot.value)
		}
	}
}

// settle subtracts from what the fold counted the part of those that became
// suspicious later, by what they share with others.
func (s *sifting) settle(f *fold) error {
	part := newFold(s.frame)
	part.cut, part.spared = s.cut, f.found.bad
	replay(part, &s.kept)
	r, p := &f.rest, &part.rest
	r.Operations -= p.Operations
	r.Doubted -= p.Doubted
	r.Unanswered -= p.Unanswered
	r.Writes -= p.Writes
	r.Inserts -= p.Inserts
	r.Lookups -= p.Lookups
	r.Versions -= p.Versions
	r.Keys -= p.Keys
	r.Units -= p.Units
	r.Disturbed -= p.Disturbed
	r.Open -= p.Open
	r.Backlog -= p.Backlog
	r.Requests = s.logged - len(s.out.Requests)
	if s.frame.Calls > 0 && float64(s.logged) > s.frame.Calls*float64(f.written) {
		return ErrWhole
	}
	slowest, ok := f.slow.outside(s.found.ops)
	if !ok {
		return ErrWhole
	}
	r.Slowest = slowest
	beside := s.out.Rest.Beside
	s.out.Rest = *r
	s.out.Rest.Beside, s.out.Late = beside, f.late
	return nil
}
