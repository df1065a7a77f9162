package soql

import "slices"

// maxJoins is how many semi-joins a query may have (SOQL reference, Comparison
// Operators).
const maxJoins = 2

// join runs the sub-select of a semi-join and returns the ids that it found.
func (b *binding) join(o operand, in In) ([]string, error) {
	if ids, done := b.found[in.Sub]; done {
		return ids, nil
	}
	sub := in.Sub
	switch {
	case len(b.found) == maxJoins:
		return nil, fail(MalformedQuery, b.query.Text, sub.From.Pos, "maximum %d semi join sub-selects are allowed", maxJoins)
	case o.kind != ID || o.field == nil:
		return nil, fail(InvalidField, b.query.Text, in.Expr.Path[0].Pos, "a semi join needs an id or a reference on its left: %s is none", o.name)
	case sub.Count || len(sub.Items) != 1 || sub.Items[0].Sub != nil || sub.Items[0].Fields != "" || sub.Items[0].Format || sub.Items[0].Money || len(sub.GroupBy) > 0:
		return nil, fail(MalformedQuery, b.query.Text, sub.From.Pos, "a semi join sub-select must query one field")
	case joins(sub.Where):
		return nil, fail(MalformedQuery, b.query.Text, sub.From.Pos, "Nesting of semi join sub-selects is not supported")
	}
	inner, err := bind(sub, b.tables)
	if err != nil {
		return nil, err
	}
	item, err := inner.recordOperand(sub.Items[0].Expr)
	if err != nil {
		return nil, err
	}
	if item.kind != ID || item.field == nil {
		return nil, fail(InvalidField, b.query.Text, sub.Items[0].Path[0].Pos, "a semi join sub-select must query an id or a reference: %s is none", item.name)
	}
	b.found[sub], err = inner.ids(item.field)
	return b.found[sub], err
}

// ids are the values of a field of the query's rows, each once.
func (b *binding) ids(f *field) ([]string, error) {
	rows, err := b.rows()
	if err != nil {
		return nil, err
	}
	ids, seen := []string{}, map[string]bool{}
	for _, row := range rows {
		if id, ok := f.raw(row).(string); ok && !seen[id] {
			seen[id] = true
			ids = append(ids, id)
		}
	}
	return ids, nil
}

// joins tells whether a condition holds a semi-join.
func joins(c Cond) bool {
	switch c := c.(type) {
	case And:
		return slices.ContainsFunc(c.Terms, joins)
	case Or:
		return slices.ContainsFunc(c.Terms, joins)
	case Not:
		return joins(c.Term)
	case In:
		return c.Sub != nil
	}
	return false
}
