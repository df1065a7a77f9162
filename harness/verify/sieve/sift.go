package sieve

import (
	"cmp"
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
	met    *set // operations that something got in the way of
	logged int  // lines of the request log
	out    Sifted

	ops      dense.Operations // the blocks at hand
	intents  dense.Intents
	answers  dense.Answers
	effects  dense.Effects
	changes  dense.Changes
	strays   dense.Strays
	requests dense.Requests
	traces   dense.Traces

	at   cut            // where the second half begins
	lsn  uint32         // of the first change
	less [2]verify.Rest // what was counted of the suspects, by their intents and by their changes
}

// Sift sets aside what is in order. It fails with ErrWhole when the run must be
// judged as a whole, and with the errors of the source.
func Sift(source Source, frame Frame) (*Sifted, error) {
	s := &sifting{source: source, frame: frame, found: newSuspects(), cut: newSet(), met: newSet()}
	if err := sideBySide(s.halve, s.readDoubts); err != nil {
		return nil, err
	}
	a, b, err := s.foldHalves()
	if err != nil {
		return nil, err
	}
	if s.unsure(a, b) {
		return nil, ErrWhole
	}
	s.join(a, b)
	s.lsn = cmp.Or(a.firstLSN, b.firstLSN)
	if err := s.close(); err != nil {
		return nil, err
	}
	return &s.out, s.settle(a, b)
}

// readDoubts reads what makes something suspicious whatever else is said of it.
func (s *sifting) readDoubts() error {
	if err := s.readRequests(); err != nil {
		return err
	}
	return s.readStrays()
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
