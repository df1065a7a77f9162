package soql

// Plan says how a query finds its rows.
type Plan struct {
	Object string
	Index  bool     // else all rows are looked at
	Fields []string // of the index
	Rows   int      // to be looked at
	Total  int      // rows of the object
}

// Explain tells how a query would run. The error is always an *Error.
func Explain(q *Query, tables Tables) (Plan, error) {
	b, err := bind(q, tables)
	if err != nil {
		return Plan{}, err
	}
	if err := b.check(); err != nil {
		return Plan{}, err
	}
	p := Plan{Object: b.table.Name(), Total: b.table.Len()}
	p.Rows = p.Total
	if found, ok := b.indexed(q.Where); ok {
		p.Index, p.Fields, p.Rows = true, found.fields, len(found.rows)
	}
	return p, nil
}
