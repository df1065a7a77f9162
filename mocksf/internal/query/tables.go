package query

import (
	"iter"
	"time"

	"github.com/squall-harness/squall/mocksf/internal/soql"
	"github.com/squall-harness/squall/mocksf/internal/store"
	"github.com/squall-harness/squall/mocksf/schema"
)

// Tables shows one state of the store to package soql. It may be used as long
// as the view may, and by one goroutine.
type Tables struct {
	Store *store.Store
	View  *store.View
	All   bool // deleted records too

	// Hidden tells whether a field, or with -1 the whole object, is not there for
	// whoever asks; nil hides nothing.
	Hidden func(t *store.Table, field int) bool
}

func (q Tables) hidden(t *store.Table, field int) bool { return q.Hidden != nil && q.Hidden(t, field) }

// table is one table of it.
type table struct {
	Tables
	*store.Table
}

// Time is the org's clock, in UTC.
func (q Tables) Time() time.Time { return q.Store.Now().UTC() }

// Table finds an object by its API name in any case.
func (q Tables) Table(name string) (soql.Table, bool) {
	t, ok := q.Store.Table(name)
	return table{q, t}, ok && !q.hidden(t, -1)
}

// Names lists the objects in the schema's order.
func (q Tables) Names() (names []string) {
	for _, t := range q.Store.Tables() {
		if !q.hidden(t, -1) {
			names = append(names, t.Name)
		}
	}
	return names
}

func (t table) Name() string { return t.Table.Name }

func (t table) Column(name string) (soql.Column, bool) {
	i, ok := t.Field(name)
	return t.column(i), ok && !t.hidden(t.Table, i)
}

func (t table) column(i int) soql.Column {
	f := &t.Fields[i]
	to := f.ReferenceTo
	if f.Type == schema.ID {
		to = t.Table.Name
	}
	if f.Polymorphic() {
		to = ""
	}
	return soql.Column{
		Place: t.place(f), To: to, Name: f.Name, Kind: KindOf(f.Type), Index: i,
		Words:  words(f),
		Custom: schema.Custom(f.Name), Whole: f.Type == schema.Int, Money: f.Type == schema.Currency, File: f.Type == schema.Base64 || f.Type.Compound(), Multi: f.Type == schema.MultiPicklist,
	}
}

// place reads where a location or address is; nil for other fields.
func (t table) place(f *schema.Field) func(soql.Row) (latitude, longitude float64, ok bool) {
	if !f.Type.Compound() {
		return nil
	}
	at := map[string]int{}
	for _, c := range f.Components() {
		at[c.Member], _ = t.Field(c.Field)
	}
	return func(row soql.Row) (float64, float64, bool) {
		latitude, known := row.Value(at["latitude"]).(float64)
		longitude, both := row.Value(at["longitude"]).(float64)
		return latitude, longitude, known && both
	}
}

// words tells how a search treats a field.
func words(f *schema.Field) string {
	switch {
	case f.Name == "Name" || f.Name == "FirstName" || f.Name == "LastName":
		return "NAME"
	case f.Type == schema.Email:
		return "EMAIL"
	case f.Type == schema.Phone:
		return "PHONE"
	case f.Type == schema.String || f.Type == schema.TextArea || f.Type == schema.URL:
		return "ALL"
	}
	return ""
}

func (t table) Columns() []soql.Column {
	all := make([]soql.Column, 0, len(t.Fields))
	for i := range t.Fields {
		if !t.hidden(t.Table, i) {
			all = append(all, t.column(i))
		}
	}
	return all
}

func (t table) Child(name string) (soql.Child, bool) {
	child, field, ok := t.Table.Child(name)
	if !ok || t.hidden(child, -1) || t.hidden(child, field) {
		return soql.Child{}, false
	}
	from := table{t.Tables, child}
	return soql.Child{Name: child.Fields[field].ChildName, Table: from, Column: from.column(field)}, true
}

// KindOf tells how values of a field type are compared.
func KindOf(t schema.Type) soql.Kind {
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

func (t table) Relation(name string) (soql.Relation, bool) {
	i, parents, ok := t.Relationship(name)
	if !ok || t.hidden(t.Table, i) {
		return soql.Relation{}, false
	}
	r := soql.Relation{Name: t.Table.Fields[i].Relationship(), Column: t.column(i)}
	for _, p := range parents {
		if !t.hidden(p, -1) {
			r.Kinds = append(r.Kinds, table{t.Tables, p})
		}
	}
	switch {
	case t.Table.Fields[i].Polymorphic():
		r.Parent = names{t.Tables, parents}
	case len(r.Kinds) == 0:
		return soql.Relation{}, false
	default:
		r.Parent, r.Kinds = r.Kinds[0], nil
	}
	return r, true
}

// Find serves the id, the lookups and the indexed fields. The indexes of the
// latter do not hold deleted records, so a query for all records scans instead.
func (t table) Find(c soql.Column, value string) ([]soql.Row, bool) {
	if c.Index == store.FieldID {
		row, ok := t.View.Get(value)
		if !ok || row.Table() != t.Table || row.Deleted() && !t.All {
			return nil, true
		}
		return []soql.Row{row}, true
	}
	if t.Table.Lookup(c.Index) {
		return asRows(t.View.Children(t.Table, c.Index, value, t.All)), true
	}
	if t.All || !t.Table.Indexed(c.Index) {
		return nil, false
	}
	return asRows(t.View.Find(t.Table, c.Index, value)), true
}

func asRows(found []*store.Row) []soql.Row {
	rows := make([]soql.Row, len(found))
	for i, row := range found {
		rows[i] = row
	}
	return rows
}

func (t table) Len() int { return t.View.Count(t.Table) }

// Since serves the times that the org sets.
func (t table) Since(c soql.Column, ms int64) (iter.Seq[soql.Row], bool) {
	if c.Index != store.FieldCreatedDate && c.Index != store.FieldLastModifiedDate && c.Index != store.FieldSystemModstamp {
		return nil, false
	}
	return func(yield func(soql.Row) bool) {
		t.View.Since(t.Table, ms, t.All, func(row *store.Row) bool { return yield(row) })
	}, true
}

// Rows walks over the records themselves: a query that finds enough stops, and
// copies nothing.
func (t table) Rows() iter.Seq[soql.Row] {
	return func(yield func(soql.Row) bool) {
		t.View.Each(t.Table, t.All, func(row *store.Row) bool { return yield(row) })
	}
}
