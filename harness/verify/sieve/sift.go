package sieve

import (
	"errors"
	"io"

	"github.com/squall-harness/squall/harness/dense"
	"github.com/squall-harness/squall/harness/verify"
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

	at      cut // where the second half begins
	asked   []ask
	pending *set // pairs that were asked for and not found yet
	kept    component
}

// component is the rows of the suspects.
type component struct {
	intents dense.Intents
	answers dense.Answers
	changes dense.Changes
	at      cut // where its second half begins
}

// Sift sets aside what is in order. It fails with ErrWhole when the run must be
// judged as a whole, and with the errors of the source.
func Sift(source Source, frame Frame) (*Sifted, error) {
	s := &sifting{source: source, frame: frame, found: newSuspects(), cut: newSet()}
	if err := s.readRequests(); err != nil {
		return nil, err
	}
	at, err := s.halve()
	if err != nil {
		return nil, err
	}
	s.at = at
	a, b, err := s.foldHalves(s.source, s.at, newSet())
	if err != nil {
		return nil, err
	}
	if s.unsure(a, b) {
		return nil, ErrWhole
	}
	s.join(a, b)
	if err := s.close(); err != nil {
		return nil, err
	}
	return &s.out, s.settle(a, b)
}

// each reads a table from its start to its end.
func (s *sifting) each(name string, t dense.Table, use func() error) error {
	r, err := s.source.Open(name, t, 0)
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

// finish suspects what is still open.
func (f *fold) finish() {
	f.byOp.each(f.suspect)
}

// settle adds up what the halves counted, without the part of those that became
// suspicious later, by what they share with others.
func (s *sifting) settle(a, b *fold) error {
	c, d, err := s.foldHalves(&s.kept, s.kept.at, s.found.bad)
	if err != nil {
		return err
	}
	r := &s.out.Rest
	for _, f := range []*fold{a, b} {
		add(r, &f.rest, 1)
	}
	for _, f := range []*fold{c, d} {
		add(r, &f.rest, -1)
	}
	r.Requests, s.out.Late = s.logged-len(s.out.Requests), a.late+b.late
	if s.frame.Calls > 0 && float64(s.logged) > s.frame.Calls*float64(a.written+b.written) {
		return ErrWhole
	}
	a.slow.all = append(a.slow.all, b.slow.all...)
	slowest, ok := a.slow.outside(s.found.ops)
	if !ok {
		return ErrWhole
	}
	r.Slowest = slowest
	return nil
}

// add adds one part of what was set aside to another, or takes it away.
func add(r, p *verify.Rest, sign int) {
	r.Operations += sign * p.Operations
	r.Doubted += sign * p.Doubted
	r.Unanswered += sign * p.Unanswered
	r.Writes += sign * p.Writes
	r.Inserts += sign * p.Inserts
	r.Lookups += sign * p.Lookups
	r.Versions += sign * p.Versions
	r.Keys += sign * p.Keys
	r.Units += sign * p.Units
	r.Disturbed += sign * p.Disturbed
	r.Open += sign * p.Open
	r.Backlog += sign * p.Backlog
}
