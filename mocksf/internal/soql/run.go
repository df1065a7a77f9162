package soql

import (
	"iter"
	"math"
	"slices"
)

// Result is the answer to a query.
type Result struct {
	Shape *Shape // nil for COUNT() and aggregates
	Rows  []Row
	// Total is the number of rows or groups, or the figure of COUNT().
	Total int
	// Figures are the columns of a query with aggregates, Groups its rows.
	Figures []Figure
	Groups  [][]any
}

// Run evaluates a query. The error is always an *Error.
func Run(q *Query, tables Tables) (*Result, error) {
	b, err := bind(q, tables)
	if err != nil {
		return nil, err
	}
	if q.grouped() {
		return b.aggregate()
	}
	rows, err := b.rows()
	if err != nil {
		return nil, err
	}
	if q.Count {
		return &Result{Total: len(rows)}, nil
	}
	shape, err := b.shape()
	return &Result{Shape: shape, Rows: rows, Total: len(rows)}, err
}

// grouped tells whether the answer is made of groups.
func (q *Query) grouped() bool { return len(q.GroupBy) > 0 || q.aggregates() }

// aggregates tells whether the SELECT list has an aggregate function.
func (q *Query) aggregates() bool {
	return slices.ContainsFunc(q.Items, func(i Item) bool { return i.Func.Aggregate() })
}

// rows finds, sorts and cuts.
func (b *binding) rows() ([]Row, error) {
	pick, err := b.picker()
	if err != nil {
		return nil, err
	}
	return pick(b.candidates()), nil
}

// picker returns what makes the answer out of candidates: it filters, sorts and
// cuts.
func (b *binding) picker() (func(iter.Seq[Row]) []Row, error) {
	holds, err := b.records().filter(b.query.Where)
	if err != nil {
		return nil, err
	}
	sorted, err := b.records().sorter()
	if err != nil {
		return nil, err
	}
	enough := b.query.Offset + min(b.query.Limit, math.MaxInt-b.query.Offset) // rows that a query without order needs
	return func(candidates iter.Seq[Row]) (rows []Row) {
		for row := range candidates {
			if b.query.Limit != NoLimit && sorted == nil && len(rows) >= enough {
				break
			}
			if holds(row) {
				rows = append(rows, row)
			}
		}
		if sorted != nil {
			rows = sorted(rows)
		}
		return b.cut(rows)
	}, nil
}

func (b *binding) cut(rows []Row) []Row {
	rows = rows[min(b.query.Offset, len(rows)):]
	if b.query.Limit != NoLimit {
		rows = rows[:min(b.query.Limit, len(rows))]
	}
	return rows
}
