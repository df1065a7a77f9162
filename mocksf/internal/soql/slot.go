package soql

import (
	"math"
	"strconv"
)

// slot gathers one expression over the rows of a group.
type slot struct {
	count    int
	sum      float64
	best     any // the least or greatest so far, in normal form
	distinct map[any]bool
	shown    any // the value as it is shown
}

// take adds a row to the group.
func (g *group) take(figures []figure, row Row) {
	for i := range figures {
		f := &figures[i]
		if f.by >= 0 && g.totals>>f.by&1 == 1 {
			continue // it is summed up, and null
		}
		v := f.value(row)
		if v != nil {
			g.slots[i].add(f, v, row)
		}
	}
}

func (s *slot) add(f *figure, v any, row Row) {
	s.count++
	switch f.expr.Func {
	case Count:
	case CountDistinct:
		if s.distinct == nil {
			s.distinct = map[any]bool{}
		}
		s.distinct[key(f.kind, v)] = true
	case Sum, Avg:
		s.sum += v.(float64)
	case Min:
		s.prefer(f, v, row, -1)
	case Max:
		s.prefer(f, v, row, 1)
	default:
		if s.best == nil {
			s.best, s.shown = v, f.raw(row)
		}
	}
}

func (s *slot) prefer(f *figure, v any, row Row, sign int) {
	if s.best == nil || sign*compare(f.kind, v, s.best) > 0 {
		s.best, s.shown = v, f.raw(row)
	}
}

// close computes the figures of a group that is complete.
func (g *group) close(figures []figure) {
	for i := range figures {
		s := &g.slots[i]
		switch figures[i].expr.Func {
		case groupingOf:
			s.best = float64(g.totals >> figures[i].by & 1)
		case Count:
			s.best = float64(s.count)
		case CountDistinct:
			s.best = float64(len(s.distinct))
		case Sum, Avg:
			s.best = s.total(figures[i].expr.Func == Avg)
		default:
			g.normal[i] = s.best
			continue
		}
		s.shown, g.normal[i] = s.best, s.best
	}
}

// total is the sum or the average, null of nothing. The org reckons in decimals:
// what a float64 cannot hold exactly is rounded away.
func (s *slot) total(average bool) any {
	if s.count == 0 {
		return nil
	}
	n := s.sum
	if average {
		n /= float64(s.count)
	}
	if math.IsInf(n, 0) {
		return n
	}
	n, _ = strconv.ParseFloat(strconv.FormatFloat(n, 'g', 15, 64), 64)
	return n
}
