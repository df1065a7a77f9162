package soql

import (
	"regexp"
	"strings"
)

// test decides about one row.
type test func(Row) bool

// filter compiles a condition. Salesforce knows two truth values only: a
// comparison with an empty field is false, != and NOT turn it into true.
func (b *binding) filter(c Cond) (test, error) {
	switch c := c.(type) {
	case And:
		return b.group(c.Terms, false)
	case Or:
		return b.group(c.Terms, true)
	case Not:
		inner, err := b.filter(c.Term)
		return func(r Row) bool { return !inner(r) }, err
	case Compare:
		return b.comparison(c)
	case In:
		return b.membership(c)
	}
	return func(Row) bool { return true }, nil
}

// group stops at the first term that decides: a true one for OR, a false one
// for AND.
func (b *binding) group(terms []Cond, decisive bool) (test, error) {
	tests := make([]test, len(terms))
	for i, t := range terms {
		var err error
		if tests[i], err = b.filter(t); err != nil {
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

func (b *binding) comparison(c Compare) (test, error) {
	f, err := b.field(c.Path)
	if err != nil {
		return nil, err
	}
	if err := b.suits(f.column, c); err != nil {
		return nil, err
	}
	if c.Op == Like {
		p := compilePattern(c.Value.Text)
		return func(r Row) bool {
			s, ok := f.value(r).(string)
			return ok && p.matches(s)
		}, nil
	}
	want, kind, holds := wanted(f.column, c.Value), f.column.Kind, outcomes[c.Op]
	return func(r Row) bool {
		got := normal(kind, f.value(r))
		if got == nil || want == nil {
			return (got == nil) == (want == nil) == (c.Op == Eq) && (c.Op == Eq || c.Op == Ne)
		}
		return holds(compare(kind, got, want))
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

func (b *binding) membership(in In) (test, error) {
	f, err := b.field(in.Path)
	if err != nil {
		return nil, err
	}
	kind, wants := f.column.Kind, map[any]bool{}
	for _, v := range in.Values {
		if err := b.suits(f.column, Compare{in.Path, Eq, v}); err != nil {
			return nil, err
		}
		wants[key(kind, wanted(f.column, v))] = true
	}
	return func(r Row) bool {
		return wants[key(kind, normal(kind, f.value(r)))] != in.Negated
	}, nil
}

// key is what equal values of a kind have in common.
func key(kind Kind, v any) any {
	if s, ok := v.(string); ok && kind != ID {
		return strings.ToLower(s)
	}
	return v
}

// wanted is the normal form of a literal for a column.
func wanted(c Column, l Literal) any {
	switch l.Kind {
	case String:
		return normal(c.Kind, unescape(l.Text))
	case Number:
		return numberOf(l.Text)
	case Bool:
		return l.Text == "TRUE"
	case Date, DateTime:
		return normal(c.Kind, l.Text)
	}
	return nil
}

var idShape = regexp.MustCompile(`^([0-9A-Za-z]{15}|[0-9A-Za-z]{18})$`)

// kindNames are the words of Salesforce's messages about wrong literals.
var kindNames = map[Kind]string{String: "string", Number: "double", Bool: "boolean", Date: "date", DateTime: "dateTime", ID: "id"}

// suits checks the literal and the operator against the column's type.
func (b *binding) suits(column Column, c Compare) error {
	l, text := c.Value, b.query.Text
	ordered := c.Op != Eq && c.Op != Ne
	fits := l.Kind == column.Kind || l.Kind == String && column.Kind == ID
	switch {
	case l.Kind == Null && ordered:
		return fail(InvalidFilter, text, l.Pos, "invalid operator: null can be compared with = and != only")
	case l.Kind == Null:
		return nil
	case !fits && (column.Kind == String || column.Kind == ID):
		return fail(InvalidField, text, l.Pos, "value of filter criterion for field '%s' must be of type %s and should be enclosed in quotes", column.Name, kindNames[column.Kind])
	case !fits:
		return fail(InvalidField, text, l.Pos, "value of filter criterion for field '%s' must be of type %s and should not be enclosed in quotes", column.Name, kindNames[column.Kind])
	case c.Op == Like && column.Kind != String, ordered && column.Kind == Bool:
		return fail(InvalidFilter, text, c.Path[len(c.Path)-1].Pos, "invalid operator on %s field", kindNames[column.Kind])
	case column.Kind == ID && l.Text != "" && !idShape.MatchString(l.Text):
		return fail(InvalidFilter, text, l.Pos, "invalid ID field: %s", l.Text)
	}
	return nil
}
