package sieve

import (
	"slices"
	"time"

	"github.com/squall-harness/squall/harness/dense"
	"github.com/squall-harness/squall/harness/verify"
)

// requests reads the request log before anything else: a write that got no
// reply makes what it carried suspicious, and a unit that was in a request that
// failed has met a fault.
func (s *sifting) readRequests() error {
	var doubtful, failed []bool
	err := s.each("requests", &s.requests, func() error {
		for i := range s.requests.At {
			doubt := s.doubtful(i)
			if doubt {
				s.found.requests.add(filedUnder(&s.requests, i))
			}
			doubtful = append(doubtful, doubt)
			failed = append(failed, s.requests.Flags[i]&dense.Failed != 0)
		}
		return nil
	})
	if err != nil {
		return err
	}
	s.logged = len(failed)
	return s.each("traces", &s.traces, func() error {
		for i, r := range s.traces.Request {
			if int(r) >= len(failed) {
				return ErrWhole
			}
			if failed[r] {
				s.cut.add(s.traces.Token[i])
			}
			if doubtful[r] {
				s.found.tokens.add(named(s.traces.Token[i]))
			}
		}
		return nil
	})
}

// doubtful tells whether the sender of a write could not know what became of
// it.
func (s *sifting) doubtful(i int) bool {
	r := &s.requests
	if r.Flags[i]&dense.Writes == 0 {
		return false
	}
	return r.Flags[i]&dense.ReplyGone != 0 || slices.ContainsFunc(s.frame.Crashes, func(c verify.Crash) bool {
		return c.Cut(time.Duration(r.At[i]), time.Duration(r.At[i]+r.Took[i]))
	})
}

// filedUnder is the name that the commits of a request bear.
func filedUnder(r *dense.Requests, i int) uint64 {
	if r.Job[i] != 0 {
		return named(uint64(r.Job[i]))
	}
	return named(uint64(r.ID[i]))
}

// named is the number of a name in a set, where even no name is one.
func named(hash uint64) uint64 { return hash | 1<<63 }

// pickRequests lists the requests that the judge needs: those without a reply,
// those that carry a token of a suspect, all of the bulk jobs that do, and those
// that made its commits.
func (s *sifting) pickRequests(made *set) error {
	wanted := make([]bool, s.logged)
	err := s.each("traces", &s.traces, func() error {
		for i, r := range s.traces.Request {
			wanted[r] = wanted[r] || s.found.tokens.has(named(s.traces.Token[i]))
		}
		return nil
	})
	if err != nil {
		return err
	}
	if err := s.eachRequest(func(row, i int) {
		if wanted[row] && s.requests.Job[i] != 0 {
			made.add(named(uint64(s.requests.Job[i])))
		}
	}); err != nil {
		return err
	}
	return s.eachRequest(func(row, i int) {
		told := s.requests.Flags[i]&(dense.Login|dense.Telling) != 0
		if wanted[row] || told || s.doubtful(i) || made.has(named(uint64(s.requests.ID[i]))) || made.has(filedUnder(&s.requests, i)) {
			s.out.Requests = append(s.out.Requests, uint32(row))
		}
	})
}

// eachRequest walks the request log: row is the number of a line, i its place
// in the block at hand.
func (s *sifting) eachRequest(use func(row, i int)) error {
	row := 0
	return s.each("requests", &s.requests, func() error {
		for i := range s.requests.At {
			use(row, i)
			row++
		}
		return nil
	})
}
