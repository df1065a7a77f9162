package sieve

import (
	"sort"
	"sync"

	"github.com/squall-harness/squall/harness/dense"
)

// A run is folded in two halves side by side. What was offered before a moment
// belongs to the first one, and so does what happened before it; what is open
// at that moment is suspicious, since neither sees all of it. Nothing else can
// be wrong across that moment.

// cut is where the second half begins.
type cut struct {
	places [3]place
	moment int64    // when it begins
	since  dense.Op // its first operation; 0 when there is none
}

// foldHalves runs both folds.
func (s *sifting) foldHalves() (a, b *fold, err error) {
	a, b = newFold(s.frame), newFold(s.frame)
	if s.at.since == 0 {
		return a, b, runFold(s.source, a, beginning, end)
	}
	b.offered, b.at = s.at.moment, s.at.moment // nothing of the second half comes before
	return a, b, sideBySide(
		func() error { return runFold(s.source, a, beginning, s.at.places) },
		func() error { return runFold(s.source, b, s.at.places, end) },
	)
}

// sideBySide does both, and returns the error of the one or else of the other.
func sideBySide(one, other func() error) error {
	var failed error
	var done sync.WaitGroup
	done.Go(func() { failed = one() })
	err := other()
	done.Wait()
	if failed != nil {
		return failed
	}
	return err
}

func runFold(source Source, f *fold, from, until [3]place) error {
	m, err := newMerge(source, f, from, until)
	if err != nil {
		return err
	}
	if err := m.run(); err != nil {
		return err
	}
	f.finish()
	return nil
}

// unsure tells whether the columns are in no order of time.
func (s *sifting) unsure(a, b *fold) bool {
	if s.at.since == 0 {
		return a.unsure
	}
	return a.unsure || b.unsure || a.offered >= s.at.moment || a.at >= s.at.moment || a.lsn != 0 && b.firstLSN != 0 && a.lsn+1 != b.firstLSN
}

// join puts together what both halves found.
func (s *sifting) join(a, b *fold) {
	for _, f := range []*fold{a, b} {
		s.found.join(&f.found)
		s.met.join(f.met)
	}
}

// A run is cut where what is carried out was offered a few events before, and
// nowhere where that was mostOpen events before.
const (
	fewOpen  = 1 << 11
	mostOpen = 1 << 15
)

// leastBlocks is how many blocks of operations make it worth to cut a run.
const leastBlocks = 4

// halve looks for a moment at which little is open, about the middle of the
// run. A run without one is not cut.
func (s *sifting) halve() error {
	rows, err := s.count()
	if err != nil || len(rows[mergeOffers]) < leastBlocks {
		return err
	}
	least := uint32(mostOpen)
	for _, percent := range []int{50, 47, 53, 44, 56, 40, 60} {
		c, err := s.cutAt(rows, len(rows[mergeOffers])*percent/100)
		if err != nil {
			return err
		}
		if open := s.behind(c); c.since != 0 && open < least {
			s.at, least = c, open
		}
		if least < fewOpen {
			break
		}
	}
	return nil
}

// tables are those of a merge.
func (s *sifting) tables() [3]dense.Table { return [3]dense.Table{&s.ops, &s.effects, &s.answers} }

// count lists the rows of the blocks of each table of a merge.
func (s *sifting) count() (rows [3][]int, err error) {
	for which, t := range s.tables() {
		if rows[which], err = s.source.Count(merged[which], t); err != nil {
			return rows, err
		}
	}
	return rows, nil
}

// behind is how long before a cut that was offered which is carried out then.
func (s *sifting) behind(c cut) uint32 {
	for _, op := range s.effects.Op[min(c.places[mergeEffects].row, len(s.effects.Op)):] {
		if op != 0 {
			return max(c.since, op) - op
		}
	}
	return mostOpen
}

// cutAt cuts the run at the moment at which a block of operations begins.
func (s *sifting) cutAt(rows [3][]int, block int) (c cut, err error) {
	if block < 1 || rows[mergeOffers][block] == 0 {
		return cut{}, nil
	}
	if err := s.bring(mergeOffers, block); err != nil {
		return cut{}, err
	}
	moment := s.ops.At[0]
	if c.places[mergeOffers], err = s.seek(mergeOffers, rows[mergeOffers], func(i int) bool { return s.ops.At[i] >= moment }); err != nil {
		return cut{}, err
	}
	since := s.ops.Op[min(c.places[mergeOffers].row, len(s.ops.Op)-1)]
	if c.places[mergeEffects], err = s.seek(mergeEffects, rows[mergeEffects], func(i int) bool { return s.effects.At[i] >= moment }); err != nil {
		return cut{}, err
	}
	if c.places[mergeAnswers], err = s.seek(mergeAnswers, rows[mergeAnswers], func(i int) bool { return s.answers.Seq[i] > since }); err != nil {
		return cut{}, err
	}
	c.since, c.moment = since, moment
	return c, nil
}

// seek finds the first row of a table for which after holds, given that it holds
// for all that follow; the block that it is in is left at hand.
func (s *sifting) seek(which int, rows []int, after func(i int) bool) (place, error) {
	t := s.tables()[which]
	var failed error
	blocks := len(rows)
	for blocks > 0 && rows[blocks-1] == 0 {
		blocks--
	}
	first := sort.Search(blocks, func(b int) bool {
		if failed == nil {
			failed = s.bring(which, b)
		}
		return failed == nil && t.Rows() > 0 && after(0)
	})
	if failed != nil {
		return place{}, failed
	}
	if first == 0 {
		if blocks == 0 {
			return place{}, nil
		}
		return place{}, s.bring(which, 0)
	}
	if failed = s.bring(which, first-1); failed != nil {
		return place{}, failed
	}
	row := sort.Search(t.Rows(), after)
	if row < t.Rows() {
		return place{first - 1, row}, nil
	}
	if first == blocks {
		return place{first, 0}, nil
	}
	return place{first, 0}, s.bring(which, first)
}

// bring brings one block of a table of a merge.
func (s *sifting) bring(which, block int) error {
	r, err := s.source.Open(merged[which], s.tables()[which], block)
	if err != nil {
		return err
	}
	defer r.Close()
	return r.Next()
}
