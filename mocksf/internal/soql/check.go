package soql

// Check tells whether a query could run over the tables, and gives the
// canonical name of its object. It runs the sub-selects of semi-joins. The error
// is always an *Error.
func Check(q *Query, tables Tables) (object string, err error) {
	b, err := bind(q, tables)
	if err != nil {
		return "", err
	}
	return b.table.Name(), b.check()
}

// check compiles the query.
func (b *binding) check() error {
	if !b.query.grouped() {
		if _, err := b.picker(); err != nil {
			return err
		}
		_, err := b.shape()
		return err
	}
	if _, err := b.records().filter(b.query.Where); err != nil {
		return err
	}
	_, _, err := (&grouping{binding: b}).compile()
	return err
}

// NotFlat names what the query asks for and a table of fields cannot show; ""
// is nothing.
func (q *Query) NotFlat() string {
	switch {
	case q.Count || q.aggregates():
		return "aggregation"
	case len(q.GroupBy) > 0:
		return "GROUP BY"
	case q.Offset > 0:
		return "OFFSET"
	}
	for _, i := range q.Items {
		switch {
		case i.Sub != nil:
			return "a child subquery"
		case i.TypeOf != nil:
			return "TYPEOF"
		}
	}
	return ""
}
