package query

import (
	"iter"
	"slices"
	"strings"

	"github.com/squall-harness/squall/mocksf/internal/soql"
	"github.com/squall-harness/squall/mocksf/internal/store"
	"github.com/squall-harness/squall/mocksf/schema"
)

// NameObject is the object as which the parents of a polymorphic lookup are seen
// where nothing says of which object they are. It has what many objects have and
// cannot be queried itself (Object Reference, Name).
const NameObject = "Name"

// nameFields are its fields beside Id and Type, with the types that they have
// everywhere.
var nameFields = []schema.Field{
	{Name: "Name", Type: schema.String}, {Name: "FirstName", Type: schema.String}, {Name: "LastName", Type: schema.String},
	{Name: "Title", Type: schema.String}, {Name: "Email", Type: schema.Email}, {Name: "Phone", Type: schema.Phone},
	{Name: "Alias", Type: schema.String}, {Name: "Username", Type: schema.String}, {Name: "IsActive", Type: schema.Boolean},
}

// names is the object Name as one lookup leads to it.
type names struct {
	Tables
	parents []*store.Table
}

func (n names) Name() string { return NameObject }

// Columns are the id, which all tables have in one place, the type, and what the
// record has of the other fields.
func (n names) Columns() []soql.Column {
	all := []soql.Column{
		{Name: "Id", Kind: soql.ID, Index: store.FieldID, Of: func(row soql.Row) any { return row.(*store.Row).ID() }},
		{Name: "Type", Kind: soql.String, Of: func(row soql.Row) any { return row.(*store.Row).Table().Name }},
	}
	for _, f := range nameFields {
		all = append(all, soql.Column{Name: f.Name, Kind: KindOf(f.Type), Of: func(row soql.Row) any { return n.value(row.(*store.Row), f.Name) }})
	}
	return all
}

// FieldOfName finds the field of a table that a field of Name stands for. Records
// that are numbered have their number for a name.
func FieldOfName(t *store.Table, name string) (field int, ok bool) {
	switch name {
	case "Type":
		return 0, false
	case "Name":
		return t.NameField()
	}
	return t.Field(name)
}

// value is what a record holds in a field of Name; nil without one.
func (n names) value(row *store.Row, name string) any {
	t := row.Table()
	i, ok := FieldOfName(t, name)
	if !ok || n.hidden(t, i) {
		return nil
	}
	return row.Value(i)
}

func (n names) Column(name string) (soql.Column, bool) {
	all := n.Columns()
	i := slices.IndexFunc(all, func(c soql.Column) bool { return strings.EqualFold(c.Name, name) })
	if i < 0 {
		return soql.Column{}, false
	}
	return all[i], true
}

func (n names) Relation(string) (soql.Relation, bool) { return soql.Relation{}, false }

func (n names) Child(string) (soql.Child, bool) { return soql.Child{}, false }

// Find serves the id.
func (n names) Find(c soql.Column, value string) ([]soql.Row, bool) {
	if c.Kind != soql.ID {
		return nil, false
	}
	row, ok := n.View.Get(value)
	if !ok || !slices.Contains(n.parents, row.Table()) || n.hidden(row.Table(), -1) || row.Deleted() && !n.All {
		return nil, true
	}
	return []soql.Row{row}, true
}

func (n names) Since(soql.Column, int64) (iter.Seq[soql.Row], bool) { return nil, false }

// Rows and Len: there is nothing to be queried.
func (n names) Rows() iter.Seq[soql.Row] { return func(func(soql.Row) bool) {} }

func (n names) Len() int { return 0 }
