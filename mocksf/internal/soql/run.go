package soql

import (
	"slices"
	"strconv"
)

// Result is the answer to a query.
type Result struct {
	Shape *Shape // nil for COUNT() and aggregates
	Rows  []Row
	// Total is the number of rows, or the figure of COUNT().
	Total int
	// Counts holds the one row of a query with COUNT(field).
	Counts []Figure
}

// Figure is one counted column.
type Figure struct {
	Name  string
	Value int
}

// Run evaluates a query. The error is always an *Error.
func Run(q *Query, tables Tables) (*Result, error) {
	b, err := bind(q, tables)
	if err != nil {
		return nil, err
	}
	rows, err := b.rows()
	if err != nil {
		return nil, err
	}
	switch {
	case q.Count:
		return &Result{Total: len(rows)}, nil
	case slices.ContainsFunc(q.Items, func(i Item) bool { return i.Counted }):
		return b.aggregate(rows)
	}
	shape, err := b.shape()
	return &Result{Shape: shape, Rows: rows, Total: len(rows)}, err
}

// rows finds, sorts and cuts.
func (b *binding) rows() ([]Row, error) {
	holds, err := b.filter(b.query.Where)
	if err != nil {
		return nil, err
	}
	sorted, err := b.sorter()
	if err != nil {
		return nil, err
	}
	enough := b.query.Offset + b.query.Limit // rows that a query without order needs
	var rows []Row
	for row := range b.candidates() {
		if b.query.Limit != NoLimit && sorted == nil && len(rows) >= enough {
			break
		}
		if holds(row) {
			rows = append(rows, row)
		}
	}
	if sorted != nil {
		slices.SortStableFunc(rows, sorted)
	}
	return b.cut(rows), nil
}

func (b *binding) cut(rows []Row) []Row {
	rows = rows[min(b.query.Offset, len(rows)):]
	if b.query.Limit != NoLimit {
		rows = rows[:min(b.query.Limit, len(rows))]
	}
	return rows
}

// aggregate counts the filled values of each item.
func (b *binding) aggregate(rows []Row) (*Result, error) {
	r := &Result{Total: 1}
	for i, item := range b.query.Items {
		f, err := b.field(item.Path)
		if err != nil {
			return nil, err
		}
		if !item.Counted {
			return nil, fail(MalformedQuery, b.query.Text, item.Path[0].Pos, "Field must be grouped or aggregated: %s", item.Path)
		}
		figure := Figure{Name: item.Alias}
		if figure.Name == "" {
			figure.Name = "expr" + strconv.Itoa(i)
		}
		for _, row := range rows {
			if normal(f.column.Kind, f.value(row)) != nil {
				figure.Value++
			}
		}
		r.Counts = append(r.Counts, figure)
	}
	return r, nil
}
