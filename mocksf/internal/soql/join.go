package soql

import "strings"

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
	case sub.Count || len(sub.Items) != 1 || sub.Items[0].Sub != nil || sub.Items[0].TypeOf != nil || sub.Items[0].Fields != "" || sub.Items[0].Format || sub.Items[0].Money || len(sub.GroupBy) > 0:
		return nil, fail(MalformedQuery, b.query.Text, sub.From.Pos, "a semi join sub-select must query one field")
	case len(sub.OrderBy) > 0 || sub.Limit != NoLimit || sub.Offset > 0:
		return nil, fail(MalformedQuery, b.query.Text, sub.From.Pos, "ORDER BY, LIMIT and OFFSET are not supported in a semi join sub-select")
	case joinOf(sub.Where) != nil:
		return nil, fail(MalformedQuery, b.query.Text, sub.From.Pos, "Nesting of semi join sub-selects is not supported")
	}
	inner, err := bind(sub, b.tables)
	if err != nil {
		return nil, err
	}
	if inner.table.Name() == b.table.Name() {
		return nil, fail(MalformedQuery, b.query.Text, sub.From.Pos, "The inner and outer selects should not be on the same object type")
	}
	item, err := inner.recordOperand(sub.Items[0].Expr)
	if err != nil {
		return nil, err
	}
	if item.kind != ID || item.field == nil {
		return nil, fail(InvalidField, b.query.Text, sub.Items[0].Path[0].Pos, "a semi join sub-select must query an id or a reference: %s is none", item.name)
	}
	switch to := item.field.column.To; {
	case len(item.field.hops) > 0:
		return nil, fail(MalformedQuery, b.query.Text, sub.Items[0].Path[0].Pos, "a semi join sub-select must query a field of its own object: %s leads to another", sub.Items[0].Path)
	case to != "" && o.field.column.To != "" && !strings.EqualFold(to, o.field.column.To):
		return nil, fail(MalformedQuery, b.query.Text, sub.Items[0].Path[0].Pos, "a semi join compares ids of one object: %s are of %s, %s of %s", o.name, o.field.column.To, item.name, to)
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

// joinOf finds a semi-join in a condition; nil when there is none.
func joinOf(c Cond) *Query {
	switch c := c.(type) {
	case And:
		return firstJoin(c.Terms)
	case Or:
		return firstJoin(c.Terms)
	case Not:
		return joinOf(c.Term)
	case In:
		return c.Sub
	}
	return nil
}

func firstJoin(terms []Cond) *Query {
	for _, t := range terms {
		if sub := joinOf(t); sub != nil {
			return sub
		}
	}
	return nil
}

// checkJoins refuses semi-joins anywhere but at the top of WHERE (SOQL
// reference, Comparison Operators).
func (b *binding) checkJoins() error {
	terms := []Cond{b.query.Where}
	if and, ok := b.query.Where.(And); ok {
		terms = and.Terms
	}
	for _, t := range terms {
		sub, reason := joinOf(t), "Semi join sub-selects are only allowed at the top level WHERE expressions and not in nested WHERE expressions"
		switch t.(type) {
		case In:
			continue
		case Or:
			reason = "Semi join sub-selects are not allowed with the 'OR' operator"
		case Not:
			reason = "Semi join sub-selects are not allowed with the 'NOT' operator: write NOT IN, or IN"
		}
		if sub != nil {
			return fail(MalformedQuery, b.query.Text, sub.From.Pos, "%s", reason)
		}
	}
	return nil
}
