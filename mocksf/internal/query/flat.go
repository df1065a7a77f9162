// Package query runs SOQL over the store: it shows the store's tables to package
// soql, and hands out answers as flat tables to those who write files.
//
// A bulk query job uses it like this:
//
//	object, err := query.Check(st, ask)   // when the job is created; err is a *soql.Error
//	answer, err := query.Run(st, ask)     // when the job starts: fixes which rows, and their values
//	header := answer.Columns              // Id, Name, Account.Name ...
//	for from := 0; from < answer.Len(); from += n {
//		answer.Page(from, n, func(cells []string) { ... }) // one call per row, cells as the columns
//	}
package query

import (
	"github.com/squall-harness/squall/mocksf/internal/soql"
	"github.com/squall-harness/squall/mocksf/internal/store"
	"github.com/squall-harness/squall/mocksf/schema"
)

// Ask is a query that is to be answered as a flat table.
type Ask struct {
	Text string // SOQL
	All  bool   // deleted records too, as queryAll
}

// Column is one column of a flat answer.
type Column struct {
	Name string // canonical, with dots for a parent's field: Account__r.Name
	Type schema.Type
}

// Flat is an answer without nested records. It belongs to one goroutine at a
// time.
type Flat struct {
	Object  string // canonical name of the object asked for
	Columns []Column
	// LSN is the state that the rows are from. Their values stay those of that
	// state, whatever is written later; values of parents are read with the page.
	LSN uint64

	store *store.Store
	ask   Ask
	query *soql.Query
	rows  []soql.Row
}

// Check tells whether a query can be answered as a flat table, and over which
// object. The error is a *soql.Error: the query's own, or API_ERROR for what a
// flat table cannot show (Bulk API 2.0 guide, Query Jobs: aggregates, GROUP BY,
// OFFSET, child subqueries).
func Check(st *store.Store, ask Ask) (object string, err error) {
	q, err := flat(ask)
	if err != nil {
		return "", err
	}
	st.View(func(v *store.View) { object, err = soql.Check(q, tables(st, v, ask)) })
	return object, err
}

// Run answers a query. Errors are those of Check.
func Run(st *store.Store, ask Ask) (*Flat, error) {
	q, err := flat(ask)
	if err != nil {
		return nil, err
	}
	f := &Flat{store: st, ask: ask, query: q}
	st.View(func(v *store.View) {
		var result *soql.Result
		if result, err = soql.Run(q, tables(st, v, ask)); err != nil {
			return
		}
		f.Object, f.rows, f.LSN = result.Shape.Object, result.Rows, v.LSN()
		f.head(result.Shape, "")
	})
	if err != nil {
		return nil, err
	}
	return f, nil
}

func tables(st *store.Store, v *store.View, ask Ask) Tables {
	return Tables{Store: st, View: v, All: ask.All}
}

// flat parses a query and refuses what no flat table can show.
func flat(ask Ask) (*soql.Query, error) {
	q, err := soql.Parse(ask.Text)
	if err != nil {
		return nil, err
	}
	if what := q.NotFlat(); what != "" {
		return nil, &soql.Error{Code: "API_ERROR", Message: "Implementation restriction: " + what + " is not supported by the Bulk API"}
	}
	return q, nil
}

// head lists the columns, parents' fields under dotted names.
func (f *Flat) head(s *soql.Shape, prefix string) {
	t, _ := f.store.Table(s.Object)
	for _, c := range s.Columns {
		if c.Parent != nil {
			f.head(c.Parent, prefix+c.Name+".")
		} else {
			f.Columns = append(f.Columns, Column{prefix + c.Name, t.Fields[c.Index].Type})
		}
	}
}

// Len is the number of rows.
func (f *Flat) Len() int { return len(f.rows) }

// Page calls fn for up to n rows from a position on, in the query's order. A
// cell holds the value as the store writes it: "" for null, plain decimals,
// true and false, 2026-01-02, 2026-01-02T03:04:05.000+0000. fn must not keep
// the slice, nor write to the store.
func (f *Flat) Page(from, n int, fn func(cells []string)) {
	rows := f.rows[min(from, len(f.rows)):]
	rows = rows[:min(n, len(rows))]
	f.store.View(func(v *store.View) {
		shape, err := soql.ShapeOf(f.query, tables(f.store, v, f.ask))
		if err != nil {
			return // it was fine when the query ran, and a schema does not change
		}
		cells := make([]string, 0, len(f.Columns))
		for _, row := range rows {
			fn(appendCells(cells, shape, row))
		}
	})
}

func appendCells(cells []string, s *soql.Shape, row soql.Row) []string {
	for _, c := range s.Columns {
		switch {
		case c.Parent != nil && row != nil:
			cells = appendCells(cells, c.Parent, c.Follow(row))
		case c.Parent != nil:
			cells = appendCells(cells, c.Parent, nil)
		case row != nil:
			cells = append(cells, row.(*store.Row).Text(c.Index))
		default:
			cells = append(cells, "")
		}
	}
	return cells
}
