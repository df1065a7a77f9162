package soql

import "strconv"

// Equality is a condition that a field holds a value.
type Equality struct {
	Field string // as the query spells it; parents' fields are dotted
	Value any    // string, float64, bool, or nil; dates as text
}

// Equals lists the equalities that every row of the answer fulfils. exact tells
// that the query asks for nothing else, and for all such rows.
func (q *Query) Equals() (list []Equality, exact bool) {
	terms := []Cond{q.Where}
	switch where := q.Where.(type) {
	case nil:
		return nil, q.Limit == NoLimit && q.Offset == 0
	case And:
		terms = where.Terms
	}
	for _, t := range terms {
		if c, ok := t.(Compare); ok && c.Op == Eq {
			list = append(list, Equality{c.Path.String(), c.Value.value()})
		}
	}
	return list, len(list) == len(terms) && q.Limit == NoLimit && q.Offset == 0
}

func (l Literal) value() any {
	switch l.Kind {
	case Null:
		return nil
	case Bool:
		return l.Text == "TRUE"
	case Number:
		n, _ := strconv.ParseFloat(l.Text, 64) // the lexer lets nothing else pass
		return n
	case String:
		return unescape(l.Text)
	}
	return l.Text
}
