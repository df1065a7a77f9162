package sieve

import (
	"slices"
	"sort"
	"sync"

	"github.com/squall-harness/squall/harness/dense"
)

// A run is folded in two halves side by side. What was offered before a moment
// belongs to the first one, and so does what happened before it; what is open
// at that moment is suspicious, since neither sees all of it. Nothing else can
// be wrong across that moment but lookups and inserts of records that came
// before it, and these are held against all of the run at the end.

// cut is where the second half begins.
type cut struct {
	places [3]place
	moment int64    // when it begins
	since  dense.Op // its first operation; 0 when there is none
}

// foldHalves runs both folds. Operations in spared are not counted.
func (s *sifting) foldHalves(source Source, at cut, spared *set) (a, b *fold, err error) {
	a, b = newFold(s.frame), newFold(s.frame)
	if b.since = at.since; at.since != 0 {
		b.offered, b.at = at.moment, at.moment // nothing of the second half comes before
	}
	for _, f := range []*fold{a, b} {
		f.cut, f.spared = s.cut, spared
	}
	if at.since == 0 {
		return a, b, runFold(source, a, beginning, end)
	}
	var first, second error
	var both sync.WaitGroup
	both.Go(func() { first = runFold(source, a, beginning, at.places) })
	both.Go(func() { second = runFold(source, b, at.places, end) })
	both.Wait()
	if first != nil {
		return nil, nil, first
	}
	return a, b, second
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
	return a.unsure || b.unsure || a.offered >= s.at.moment || a.at >= s.at.moment || b.firstLSN != 0 && a.lsn >= b.firstLSN
}

// join puts the suspects of both halves together, and what the second one could
// not know.
func (s *sifting) join(a, b *fold) {
	s.found.join(&a.found)
	s.found.join(&b.found)
	s.found.touched = a.touched
	s.asked, s.pending = slices.Concat(a.asked, b.asked), newSet()
	for _, ask := range s.asked {
		s.pending.add(ask.pair)
	}
}

// answer suspects the children of records that were never given the name that
// they were looked up by.
func (s *sifting) answer() {
	for _, ask := range s.asked {
		if s.pending.has(ask.pair) {
			s.found.parents.add(ask.target)
		}
	}
	s.asked, s.pending = nil, newSet()
}

// mostOpen is how much may be open where a run is cut.
const mostOpen = 1 << 14

// leastBlocks is how many blocks of intents make it worth to cut a run.
const leastBlocks = 4

// halve looks for a moment at which little is open, about the middle of the
// run. A run without one is not cut.
func (s *sifting) halve() (cut, error) {
	rows, err := s.count()
	if err != nil || len(rows[mergeIntents]) < leastBlocks {
		return cut{}, err
	}
	for _, percent := range []int{50, 45, 55, 40, 60} {
		c, err := s.cutAt(rows, len(rows[mergeIntents])*percent/100)
		if err != nil {
			return cut{}, err
		}
		offered, done := before(rows[mergeIntents], c.places[mergeIntents]), before(rows[mergeChanges], c.places[mergeChanges])
		if c.since != 0 && offered-done < mostOpen && done-offered < mostOpen {
			return c, nil
		}
	}
	return cut{}, nil
}

// count lists the rows of the blocks of each table of a merge.
func (s *sifting) count() (rows [3][]int, err error) {
	for which, t := range []dense.Table{&s.intents, &s.changes, &s.answers} {
		if rows[which], err = s.source.Count([...]string{"intents", "changes", "answers"}[which], t); err != nil {
			return rows, err
		}
	}
	return rows, nil
}

// before counts the rows before a place.
func before(rows []int, p place) int {
	n := p.row
	for _, r := range rows[:min(p.block, len(rows))] {
		n += r
	}
	return n
}

// cutAt cuts the run at the moment at which a block of intents begins.
func (s *sifting) cutAt(rows [3][]int, block int) (c cut, err error) {
	if block < 1 || rows[mergeIntents][block] == 0 {
		return cut{}, nil
	}
	if err := s.bring(&s.intents, "intents", block); err != nil {
		return cut{}, err
	}
	moment := s.intents.At[0]
	if c.places[mergeIntents], err = s.seek("intents", &s.intents, rows[mergeIntents], func(i int) bool { return s.intents.At[i] >= moment }); err != nil {
		return cut{}, err
	}
	since := s.intents.Op[min(c.places[mergeIntents].row, len(s.intents.Op)-1)]
	if c.places[mergeChanges], err = s.seek("changes", &s.changes, rows[mergeChanges], func(i int) bool { return s.changes.At[i] >= moment }); err != nil {
		return cut{}, err
	}
	if c.places[mergeAnswers], err = s.seek("answers", &s.answers, rows[mergeAnswers], func(i int) bool { return s.answers.Seq[i] > since }); err != nil {
		return cut{}, err
	}
	c.since, c.moment = since, moment
	return c, nil
}

// seek finds the first row of a table for which after holds, given that it holds
// for all that follow; the block that it is in is left at hand.
func (s *sifting) seek(name string, t dense.Table, rows []int, after func(i int) bool) (place, error) {
	var failed error
	blocks := len(rows)
	for blocks > 0 && rows[blocks-1] == 0 {
		blocks--
	}
	first := sort.Search(blocks, func(b int) bool {
		if failed == nil {
			failed = s.bring(t, name, b)
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
		return place{}, s.bring(t, name, 0)
	}
	if failed = s.bring(t, name, first-1); failed != nil {
		return place{}, failed
	}
	row := sort.Search(t.Rows(), after)
	if row < t.Rows() {
		return place{first - 1, row}, nil
	}
	if first == blocks {
		return place{first, 0}, nil
	}
	return place{first, 0}, s.bring(t, name, first)
}

// bring brings one block of a table.
func (s *sifting) bring(t dense.Table, name string, block int) error {
	r, err := s.source.Open(name, t, block)
	if err != nil {
		return err
	}
	defer r.Close()
	return r.Next()
}
