package soql

import "strings"

// test decides about one row.
type test func(Row) bool

// filter compiles a condition. Salesforce knows two truth values only: a
// comparison with an empty field is false, != and NOT turn it into true.
func (c compiler) filter(cond Cond) (test, error) {
	switch cond := cond.(type) {
	case And:
		return c.group(cond.Terms, false)
	case Or:
		return c.group(cond.Terms, true)
	case Not:
		inner, err := c.filter(cond.Term)
		return func(r Row) bool { return !inner(r) }, err
	case Compare:
		return c.comparison(cond)
	case In:
		return c.membership(cond)
	case Includes:
		return c.selection(cond)
	}
	return func(Row) bool { return true }, nil
}

// group stops at the first term that decides: a true one for OR, a false one
// for AND.
func (c compiler) group(terms []Cond, decisive bool) (test, error) {
	tests := make([]test, len(terms))
	for i, t := range terms {
		var err error
		if tests[i], err = c.filter(t); err != nil {
			return nil, err
		}
	}
	return func(r Row) bool {
		for _, t := range tests {
			if t(r) == decisive {
				return decisive
			}
		}
		return !decisive
	}, nil
}

func (c compiler) comparison(cmp Compare) (test, error) {
	o, err := c.operand(cmp.Expr)
	if err != nil {
		return nil, err
	}
	if err := c.suits(o, cmp); err != nil {
		return nil, err
	}
	switch {
	case cmp.Op == Like:
		p := compilePattern(cmp.Value.Text)
		return func(r Row) bool {
			s, ok := o.value(r).(string)
			return ok && p.matches(s)
		}, nil
	case cmp.Value.Kind == Relative:
		p, _ := readPeriod(cmp.Value.Text) // the parser lets nothing else pass
		s := p.span(o.kind, c.tables.Time())
		return func(r Row) bool { return s.holds(cmp.Op, o.value(r)) }, nil
	}
	want, holds := wanted(o.kind, cmp.Value), outcomes[cmp.Op]
	return func(r Row) bool {
		got := o.value(r)
		if got == nil || want == nil {
			return (got == nil) == (want == nil) == (cmp.Op == Eq) && (cmp.Op == Eq || cmp.Op == Ne)
		}
		return holds(compare(o.kind, got, want))
	}, nil
}

var outcomes = map[Op]func(int) bool{
	Eq: func(c int) bool { return c == 0 },
	Ne: func(c int) bool { return c != 0 },
	Lt: func(c int) bool { return c < 0 },
	Le: func(c int) bool { return c <= 0 },
	Gt: func(c int) bool { return c > 0 },
	Ge: func(c int) bool { return c >= 0 },
}

// membership compiles IN and NOT IN.
func (c compiler) membership(in In) (test, error) {
	o, err := c.operand(in.Expr)
	if err != nil {
		return nil, err
	}
	wants, spans, err := c.members(o, in)
	if err != nil {
		return nil, err
	}
	return func(r Row) bool {
		v := o.value(r)
		there := wants[key(o.kind, v)]
		for _, s := range spans {
			there = there || s.holds(Eq, v)
		}
		return there != in.Negated
	}, nil
}

// members are the values that IN names, and the periods.
func (c compiler) members(o operand, in In) (map[any]bool, []span, error) {
	wants, spans := map[any]bool{}, []span(nil)
	if in.Sub != nil {
		ids, err := c.join(o, in)
		for _, id := range ids {
			wants[normal(ID, id)] = true
		}
		return wants, nil, err
	}
	for _, v := range in.Values {
		if err := c.suits(o, Compare{in.Expr, Eq, v}); err != nil {
			return nil, nil, err
		}
		if p, ok := readPeriod(v.Text); ok && v.Kind == Relative {
			spans = append(spans, p.span(o.kind, c.tables.Time()))
			continue
		}
		wants[key(o.kind, wanted(o.kind, v))] = true
	}
	return wants, spans, nil
}

// selection compiles INCLUDES and EXCLUDES.
func (c compiler) selection(in Includes) (test, error) {
	o, err := c.operand(in.Expr)
	if err != nil {
		return nil, err
	}
	if !o.multi {
		return nil, fail(InvalidFilter, c.query.Text, in.Expr.Path[0].Pos, "INCLUDES and EXCLUDES are for multi-select picklists: %s is none", o.name)
	}
	var sets [][]string
	for _, v := range in.Values {
		if err := c.suits(o, Compare{in.Expr, Eq, v}); err != nil {
			return nil, err
		}
		sets = append(sets, parts(unescape(v.Text)))
	}
	return func(r Row) bool {
		text, _ := o.value(r).(string)
		return includes(parts(text), sets) != in.Negated
	}, nil
}

// parts are the selected values of a multi-select picklist, in lower case.
func parts(text string) []string { return strings.Split(strings.ToLower(text), ";") }

// includes tells whether all values of one of the sets are selected.
func includes(selected []string, sets [][]string) bool {
	there := map[string]bool{}
	for _, s := range selected {
		there[s] = true
	}
	for _, set := range sets {
		all := true
		for _, s := range set {
			all = all && there[s]
		}
		if all {
			return true
		}
	}
	return false
}
