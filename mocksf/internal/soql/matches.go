package soql

import (
	"slices"
	"strings"
)

// Match is a condition that a field holds one of some values.
type Match struct {
	Field  string // as the query spells it; parents' fields are dotted
	Values []any  // string, float64, bool, or nil; dates as text
}

// Matches lists the conditions with = and IN that every row of the answer
// fulfils. exact tells that the query asks for nothing else, and for all such
// rows.
func (q *Query) Matches() (list []Match, exact bool) {
	terms := []Cond{q.Where}
	switch where := q.Where.(type) {
	case nil:
		return nil, q.Limit == NoLimit && q.Offset == 0
	case And:
		terms = where.Terms
	}
	for _, t := range terms {
		if e, literals := named(t); literals != nil {
			m := Match{Field: q.unaliased(e.Path).String()}
			for _, l := range literals {
				m.Values = append(m.Values, l.value())
			}
			list = append(list, m)
		}
	}
	return list, len(list) == len(terms) && q.Limit == NoLimit && q.Offset == 0
}

// unaliased is a path without the object's alias in front of it.
func (q *Query) unaliased(path Path) Path {
	if len(path) > 1 && q.Alias != "" && strings.EqualFold(path[0].Text, q.Alias) {
		return path[1:]
	}
	return path
}

// named returns the values one of which the term's field must have, nil when it
// is not so or when they are not written in the query.
func named(c Cond) (Expr, []Literal) {
	switch c := c.(type) {
	case Compare:
		if c.Op == Eq && c.Expr.Func == "" && c.Value.Kind != Relative {
			return c.Expr, []Literal{c.Value}
		}
	case In:
		relative := slices.ContainsFunc(c.Values, func(l Literal) bool { return l.Kind == Relative })
		if !c.Negated && c.Sub == nil && c.Expr.Func == "" && !relative {
			return c.Expr, c.Values
		}
	}
	return Expr{}, nil
}

// value is what a literal means: string, float64, bool, or nil; dates are text.
func (l Literal) value() any {
	switch l.Kind {
	case Null:
		return nil
	case Bool:
		return l.Text == "TRUE"
	case Number:
		return numberOf(l.Text)
	case String:
		return unescape(l.Text)
	}
	return l.Text
}
