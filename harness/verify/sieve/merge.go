package sieve

import (
	"errors"
	"io"
	"math"

	"github.com/squall-harness/squall/harness/dense"
)

// merge walks intents, changes and answers side by side, in the order of time,
// from a place in each up to another.
type merge struct {
	fold    *fold
	intents dense.Intents // the blocks at hand
	changes dense.Changes
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

// The tables of a merge. Of the same moment, intents come first: nothing
// happens to an operation before it was offered.
const (
	mergeIntents = iota
	mergeChanges
	mergeAnswers
)

const ended = math.MaxInt64

var (
	beginning = [3]place{}
	end       = [3]place{{math.MaxInt, 0}, {math.MaxInt, 0}, {math.MaxInt, 0}}
)

func newMerge(source Source, f *fold, from, until [3]place) (*merge, error) {
	m := &merge{fold: f, until: until}
	for which, t := range []dense.Table{&m.intents, &m.changes, &m.answers} {
		r, err := source.Open([...]string{"intents", "changes", "answers"}[which], t, from[which].block)
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
		m.rows[which] = [...]dense.Table{&m.intents, &m.changes, &m.answers}[which].Rows()
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
	case mergeIntents:
		return m.intents.At[m.next[which]]
	case mergeChanges:
		return m.changes.At[m.next[which]]
	}
	return m.answers.End[m.next[which]]
}

// step hands the fold as many rows of one table as come before the others; it
// returns false at the end.
func (m *merge) step() bool {
	intents, changes, answers := m.due(mergeIntents), m.due(mergeChanges), m.due(mergeAnswers)
	switch first := min(intents, changes, answers); {
	case m.err != nil || m.rows[0] < 0 && m.rows[1] < 0 && m.rows[2] < 0:
		return false
	case intents == first && m.rows[mergeIntents] >= 0:
		m.takeIntents(min(changes, answers))
	case changes == first && m.rows[mergeChanges] >= 0:
		m.takeChanges(intents, answers)
	default:
		m.takeAnswers(intents, changes)
	}
	return m.err == nil
}

func (m *merge) takeIntents(until int64) {
	b, n := &m.intents, m.next[mergeIntents]
	for first := true; n < m.rows[mergeIntents] && (first || b.At[n] <= until); n++ {
		m.fold.intent(b, n)
		first = false
	}
	m.went(mergeIntents, n)
}

func (m *merge) takeChanges(intents, answers int64) {
	b, n := &m.changes, m.next[mergeChanges]
	for first := true; n < m.rows[mergeChanges] && (first || b.At[n] < intents && b.At[n] <= answers); n++ {
		m.fold.change(b, n)
		first = false
	}
	m.went(mergeChanges, n)
}

func (m *merge) takeAnswers(intents, changes int64) {
	b, n := &m.answers, m.next[mergeAnswers]
	for first := true; n < m.rows[mergeAnswers] && (first || b.End[n] < intents && b.End[n] < changes); n++ {
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
