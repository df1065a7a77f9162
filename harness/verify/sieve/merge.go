package sieve

import (
	"errors"
	"io"
	"math"
)

// merge walks intents, answers and changes side by side, in the order of time.
type merge struct {
	fold    *fold
	s       *sifting
	readers [3]Reader
	rows    [3]int // rows of the block at hand
	next    [3]int // row that is due
	err     error
}

// The tables of a merge. Of the same moment, intents come first: nothing
// happens to an operation before it was offered.
const (
	mergeIntents = iota
	mergeChanges
	mergeAnswers
)

const ended = math.MaxInt64

func (s *sifting) open(f *fold) (*merge, error) {
	m := &merge{fold: f, s: s}
	var err error
	if m.readers[mergeIntents], err = s.source("intents", &s.intents); err != nil {
		return nil, err
	}
	if m.readers[mergeChanges], err = s.source("changes", &s.changes); err != nil {
		m.close()
		return nil, err
	}
	if m.readers[mergeAnswers], err = s.source("answers", &s.answers); err != nil {
		m.close()
		return nil, err
	}
	for which := range m.readers {
		m.fill(which)
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
		err := m.readers[which].Next()
		if errors.Is(err, io.EOF) {
			m.rows[which] = -1
			return
		}
		if err != nil {
			m.err, m.rows[which] = err, -1
			return
		}
		m.rows[which] = [...]int{len(m.s.intents.Op), len(m.s.changes.LSN), len(m.s.answers.Op)}[which]
	}
}

// due is the time of the row that is due in a table.
func (m *merge) due(which int) int64 {
	if m.rows[which] < 0 {
		return ended
	}
	switch which {
	case mergeIntents:
		return m.s.intents.At[m.next[which]]
	case mergeChanges:
		return m.s.changes.At[m.next[which]]
	}
	return m.s.answers.End[m.next[which]]
}

// step hands the fold as many rows of one table as come before the others; it
// returns false at the end.
func (m *merge) step() bool {
	intents, changes, answers := m.due(mergeIntents), m.due(mergeChanges), m.due(mergeAnswers)
	switch first := min(intents, changes, answers); {
	case m.err != nil || m.rows[0] < 0 && m.rows[1] < 0 && m.rows[2] < 0:
		return false
	case intents == first && m.rows[mergeIntents] >= 0:
		m.intents(min(changes, answers))
	case changes == first && m.rows[mergeChanges] >= 0:
		m.changes(intents, answers)
	default:
		m.answers(intents, changes)
	}
	return m.err == nil
}

func (m *merge) intents(until int64) {
	b, n := &m.s.intents, m.next[mergeIntents]
	for first := true; n < m.rows[mergeIntents] && (first || b.At[n] <= until); n++ {
		m.fold.intent(b, n)
		first = false
	}
	m.went(mergeIntents, n)
}

func (m *merge) changes(intents, answers int64) {
	b, n := &m.s.changes, m.next[mergeChanges]
	for first := true; n < m.rows[mergeChanges] && (first || b.At[n] < intents && b.At[n] <= answers); n++ {
		m.fold.change(b, n)
		first = false
	}
	m.went(mergeChanges, n)
}

func (m *merge) answers(intents, changes int64) {
	b, n := &m.s.answers, m.next[mergeAnswers]
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

// replay runs a fold over the rows of one component.
func replay(f *fold, c *component) {
	s := &sifting{source: memory(c)}
	if m, err := s.open(f); err == nil {
		for m.step() {
		}
	}
}
