package sieve

import (
	"errors"
	"io"
	"math"

	"github.com/squall-harness/squall/harness/dense"
)

// merge walks operations, effects and answers side by side, in the order of time,
// from a place in each up to another.
type merge struct {
	fold    *fold
	ops     dense.Operations // the blocks at hand
	effects dense.Effects
	answers dense.Answers
	until   [3]place
	readers [3]Reader
	block   [3]int // number of the block at hand
	rows    [3]int // how many of its rows count; -1 at the end
	next    [3]int // row that is due
	err     error
}

// place is a row of a table.
type place struct{ block, row int }

// The tables of a merge. Of the same moment, offers come first: nothing
// happens to an operation before it was offered.
const (
	mergeOffers = iota
	mergeEffects
	mergeAnswers
)

const ended = math.MaxInt64

var merged = [3]string{"operations", "effects", "answers"}

var (
	beginning = [3]place{}
	end       = [3]place{{math.MaxInt, 0}, {math.MaxInt, 0}, {math.MaxInt, 0}}
)

func (m *merge) tables() [3]dense.Table { return [3]dense.Table{&m.ops, &m.effects, &m.answers} }

func newMerge(source Source, f *fold, from, until [3]place) (*merge, error) {
	m := &merge{fold: f, until: until}
	for which, t := range m.tables() {
		r, err := source.Open(merged[which], t, from[which].block)
		if err != nil {
			m.close()
			return nil, err
		}
		m.readers[which], m.block[which] = r, from[which].block-1
		m.fill(which)
		m.next[which] = from[which].row
		for m.rows[which] >= 0 && m.next[which] >= m.rows[which] {
			m.fill(which)
		}
	}
	return m, nil
}

func (m *merge) close() {
	for _, r := range m.readers {
		if r != nil {
			_ = r.Close() // it was only read
		}
	}
}

// fill brings the next block that has rows.
func (m *merge) fill(which int) {
	m.next[which], m.rows[which] = 0, 0
	for m.rows[which] == 0 {
		m.block[which]++
		err := m.readers[which].Next()
		if err != nil {
			m.rows[which] = -1
			if !errors.Is(err, io.EOF) {
				m.err = err
			}
			return
		}
		m.rows[which] = m.tables()[which].Rows()
		if m.block[which] == m.until[which].block {
			m.rows[which] = min(m.rows[which], m.until[which].row)
		}
		if m.block[which] > m.until[which].block || m.block[which] == m.until[which].block && m.rows[which] == 0 {
			m.rows[which] = -1
		}
	}
}

// due is the time of the row that is due in a table.
func (m *merge) due(which int) int64 {
	if m.rows[which] < 0 {
		return ended
	}
	switch which {
	case mergeOffers:
		return m.ops.At[m.next[which]]
	case mergeEffects:
		return m.effects.At[m.next[which]]
	}
	return m.answers.End[m.next[which]]
}

// step hands the fold as many rows of one table as come before the others; it
// returns false at the end.
func (m *merge) step() bool {
	offers, effects, answers := m.due(mergeOffers), m.due(mergeEffects), m.due(mergeAnswers)
	switch first := min(offers, effects, answers); {
	case m.err != nil || m.rows[0] < 0 && m.rows[1] < 0 && m.rows[2] < 0:
		return false
	case offers == first && m.rows[mergeOffers] >= 0:
		m.takeOffers(min(effects, answers))
	case effects == first && m.rows[mergeEffects] >= 0:
		m.takeEffects(offers, answers)
	default:
		m.takeAnswers(offers, effects)
	}
	return m.err == nil
}

func (m *merge) takeOffers(until int64) {
	b, n := &m.ops, m.next[mergeOffers]
	for first := true; n < m.rows[mergeOffers] && (first || b.At[n] <= until); n++ {
		m.fold.offer(b, n)
		first = false
	}
	m.went(mergeOffers, n)
}

func (m *merge) takeEffects(offers, answers int64) {
	b, n := &m.effects, m.next[mergeEffects]
	for first := true; n < m.rows[mergeEffects] && (first || b.At[n] < offers && b.At[n] <= answers); n++ {
		m.fold.effect(b, n)
		first = false
	}
	m.went(mergeEffects, n)
}

func (m *merge) takeAnswers(offers, effects int64) {
	b, n := &m.answers, m.next[mergeAnswers]
	for first := true; n < m.rows[mergeAnswers] && (first || b.End[n] < offers && b.End[n] < effects); n++ {
		m.fold.answer(b, n)
		first = false
	}
	m.went(mergeAnswers, n)
}

func (m *merge) went(which, n int) {
	m.next[which] = n
	if n >= m.rows[which] {
		m.fill(which)
	}
}

// run hands the fold all rows.
func (m *merge) run() error {
	defer m.close()
	for m.step() {
	}
	return m.err
}
