package soql

import "slices"

// Check tells whether a query could run over the tables, and gives the
// canonical name of its object. The error is always an *Error.
func Check(q *Query, tables Tables) (object string, err error) {
	b, err := bind(q, tables)
	if err != nil {
		return "", err
	}
	if _, err = b.filter(q.Where); err != nil {
		return "", err
	}
	if _, err = b.sorter(); err != nil {
		return "", err
	}
	_, err = b.shape()
	return b.table.Name(), err
}

// NotFlat names what the query asks for and a table of fields cannot show; ""
// is nothing.
func (q *Query) NotFlat() string {
	switch {
	case q.Count || slices.ContainsFunc(q.Items, func(i Item) bool { return i.Counted }):
		return "aggregation"
	case q.Offset > 0:
		return "OFFSET"
	}
	return ""
}
