package mocksf

import (
	"iter"

	"github.com/squall-harness/squall/mocksf/internal/soql"
	"github.com/squall-harness/squall/mocksf/internal/store"
	"github.com/squall-harness/squall/mocksf/schema"
)

// queryTables shows a state of the store to package soql.
type queryTables struct {
	store *store.Store
	view  *store.View
	all   bool // deleted records too
}

// queryTable is one table of it.
type queryTable struct {
	queryTables
	table *store.Table
}

func (q queryTables) Table(name string) (soql.Table, bool) {
	t, ok := q.store.Table(name)
	return queryTable{q, t}, ok
}

func (t queryTable) Name() string { return t.table.Name }

func (t queryTable) Column(name string) (soql.Column, bool) {
	i, ok := t.table.Field(name)
	return t.column(i), ok
}

func (t queryTable) column(i int) soql.Column {
	f := &t.table.Fields[i]
	return soql.Column{Name: f.Name, Kind: kindOf(f.Type), Index: i}
}

func kindOf(t schema.Type) soql.Kind {
	switch {
	case t.Number():
		return soql.Number
	case t == schema.ID || t == schema.Reference:
		return soql.ID
	case t == schema.Boolean:
		return soql.Bool
	case t == schema.Date:
		return soql.Date
	case t == schema.DateTime:
		return soql.DateTime
	}
	return soql.String
}

func (t queryTable) Relation(name string) (soql.Relation, bool) {
	i, parent, ok := t.table.Parent(name)
	if !ok {
		return soql.Relation{}, false
	}
	return soql.Relation{Name: t.table.Fields[i].Relationship(), Column: t.column(i), Parent: parent.Name}, true
}

// Find serves the id and the indexed fields. The indexes do not hold deleted
// records, so a query for all records has ids only.
func (t queryTable) Find(c soql.Column, value string) ([]soql.Row, bool) {
	if c.Index == store.FieldID {
		row, ok := t.view.Get(value)
		if !ok || row.Table() != t.table || row.Deleted() && !t.all {
			return nil, true
		}
		return []soql.Row{row}, true
	}
	if t.all || !t.table.Indexed(c.Index) {
		return nil, false
	}
	var rows []soql.Row
	for _, row := range t.view.Find(t.table, c.Index, value) {
		rows = append(rows, row)
	}
	return rows, true
}

func (t queryTable) Rows() iter.Seq[soql.Row] {
	return func(yield func(soql.Row) bool) {
		for _, row := range t.view.Rows(t.table, t.all) {
			if !yield(row) {
				return
			}
		}
	}
}
