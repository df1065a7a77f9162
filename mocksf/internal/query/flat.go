// Package query runs SOQL over the store: it shows the store's tables to package
// soql, and hands out answers as flat tables to those who write files.
//
// A bulk query job uses it like this:
//
//	object, err := query.Check(st, ask)   // when the job is created; err is a *soql.Error
//	answer, err := query.Run(st, ask)     // when the job starts: fixes which rows, and their values
//	header := answer.Columns              // Id, Name, Account.Name ...
//	for from := 0; from < answer.Len(); from += n {
//		answer.Page(from, n, func(row Family, cells []string) { ... }) // one call per row, cells as the columns
//	}
package query

import (
	"errors"
	"fmt"

	"github.com/squall-harness/squall/mocksf/internal/apierr"
	"github.com/squall-harness/squall/mocksf/internal/soql"
	"github.com/squall-harness/squall/mocksf/internal/store"
	"github.com/squall-harness/squall/mocksf/schema"
)

// Ask is a query that is to be answered as a flat table.
type Ask struct {
	Text string // SOQL
	All  bool   // deleted records too, as queryAll

	// Hidden tells what is not there for whoever asks, see Tables.Hidden.
	Hidden func(t *store.Table, field int) bool
}

// Column is one column of a flat answer.
type Column struct {
	Name string // canonical, with dots for a parent's field: Account__r.Name
	Type schema.Type
}

// Flat is an answer without nested records. It never changes, whatever is
// written later.
type Flat struct {
	Object  string // canonical name of the object asked for
	Columns []Column

	shape *soql.Shape
	wide  int        // records per row: itself and its parents
	rows  []soql.Row // wide ones per row, nil for a parent that is missing
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
	st.View(func(v *store.View) {
		state := tables(st, v, ask)
		if object, err = soql.Check(q, state); err == nil {
			err = noFiles(q, state)
		}
	})
	return object, err
}

// noFiles refuses queries for files, which would be addresses in a table, and for
// compound fields, which have no text.
func noFiles(q *soql.Query, tables Tables) error {
	shape, err := soql.ShapeOf(q, tables)
	if err != nil {
		return err
	}
	for shapes := []*soql.Shape{shape}; len(shapes) > 0; shapes = shapes[1:] {
		for _, c := range shapes[0].Columns {
			switch {
			case c.Place != nil:
				return &soql.Error{Code: "FUNCTIONALITY_NOT_ENABLED", Message: "Selecting compound data not supported in Bulk Query"}
			case c.File:
				return restricted("a base64 field (" + c.Name + ")")
			}
			for _, w := range c.Ways {
				shapes = append(shapes, w.Shape)
			}
		}
	}
	return nil
}

func restricted(what string) error {
	return &soql.Error{Code: "API_ERROR", Message: "Implementation restriction: " + what + " is not supported by the Bulk API"}
}

// Run answers a query. Errors are those of Check.
func Run(st *store.Store, ask Ask) (*Flat, error) {
	q, err := flat(ask)
	if err != nil {
		return nil, err
	}
	f := &Flat{}
	st.View(func(v *store.View) {
		var result *soql.Result
		if result, err = soql.Run(q, tables(st, v, ask)); err != nil {
			return
		}
		f.Object, f.shape = result.Shape.Object, result.Shape
		f.head(st, result.Shape, "")
		f.pin(result.Rows)
	})
	if err != nil {
		return nil, err
	}
	return f, nil
}

// pin keeps the rows with the parents that they have now.
func (f *Flat) pin(rows []soql.Row) {
	if f.wide == 1 {
		f.rows = rows
		return
	}
	f.rows = make([]soql.Row, 0, len(rows)*f.wide)
	for _, row := range rows {
		f.rows = family(f.rows, f.shape, row)
	}
}

// family appends a row and its parents.
func family(dst []soql.Row, s *soql.Shape, row soql.Row) []soql.Row {
	dst = append(dst, row)
	for _, c := range s.Columns {
		for _, w := range c.Ways { // one: there is no TYPEOF in a table
			var parent soql.Row
			if row != nil {
				parent = w.Follow(row)
			}
			dst = family(dst, w.Shape, parent)
		}
	}
	return dst
}

func tables(st *store.Store, v *store.View, ask Ask) Tables {
	return Tables{Store: st, View: v, All: ask.All, Hidden: ask.Hidden}
}

// flat parses a query and refuses what no flat table can show.
func flat(ask Ask) (*soql.Query, error) {
	q, err := soql.Parse(ask.Text)
	if err != nil {
		return nil, err
	}
	if what := q.NotFlat(); what != "" {
		return nil, restricted(what)
	}
	return q, nil
}

// Refusal is the error of a query that cannot be run, as clients get it: all of
// them are 400.
func Refusal(err error) *apierr.Error {
	if e := (*soql.Error)(nil); errors.As(err, &e) {
		return apierr.Custom(e.Code, e.Message)
	}
	return apierr.MalformedQuery.New(err.Error())
}

// head lists the columns, parents' fields under dotted names.
func (f *Flat) head(st *store.Store, s *soql.Shape, prefix string) {
	f.wide++
	t, _ := st.Table(s.Object)
	for _, c := range s.Columns {
		switch {
		case c.Ways != nil:
			f.head(st, c.Ways[0].Shape, prefix+c.Name+".")
		case c.Format != nil || c.Of != nil:
			f.Columns = append(f.Columns, Column{prefix + c.Name, schema.String})
		default:
			f.Columns = append(f.Columns, Column{prefix + c.Name, t.Fields[c.Index].Type})
		}
	}
}

// Len is the number of rows.
func (f *Flat) Len() int { return len(f.rows) / f.wide }

// Family is the record of a row with its parents: the record first, then the
// parents in the order in which the columns come to them, each before its own.
type Family []soql.Row

// ID is the id of one of them, "" for a parent that is missing.
func (f Family) ID(i int) string {
	if row, ok := f[i].(*store.Row); ok {
		return row.ID()
	}
	return ""
}

// Page calls fn for up to n rows from a position on, in the query's order, with
// the records behind it. A cell holds the value as the store writes it: "" for null,
// plain decimals, true and false, 2026-01-02, 2026-01-02T03:04:05.000+0000. fn
// must not keep the slices.
func (f *Flat) Page(from, n int, fn func(row Family, cells []string)) {
	from = min(from, f.Len())
	cells := make([]string, 0, len(f.Columns))
	for i := from; i < from+min(n, f.Len()-from); i++ {
		rows := f.rows[i*f.wide : (i+1)*f.wide]
		all, _ := appendCells(cells, f.shape, rows)
		fn(Family(rows), all)
	}
}

// textOf is a value that is text, or true or false; "" for null.
func textOf(v any) string {
	if v == nil {
		return ""
	}
	return fmt.Sprint(v)
}

// appendCells takes a row and its parents off the front of rows.
func appendCells(cells []string, s *soql.Shape, rows []soql.Row) ([]string, []soql.Row) {
	row, _ := rows[0].(*store.Row)
	rows = rows[1:]
	for _, c := range s.Columns {
		switch {
		case c.Ways != nil:
			cells, rows = appendCells(cells, c.Ways[0].Shape, rows)
		case row != nil && c.Of != nil:
			cells = append(cells, textOf(c.Of(row)))
		case row != nil && c.Format != nil && row.Value(c.Index) != nil:
			cells = append(cells, c.Format(row.Value(c.Index)))
		case row != nil:
			cells = append(cells, row.Text(c.Index))
		default:
			cells = append(cells, "")
		}
	}
	return cells, rows
}
