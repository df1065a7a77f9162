package store

import (
	"slices"
	"strings"

	"github.com/squall-harness/squall/mocksf/schema"
)

// The positions of the system fields, which every table has first.
const (
	FieldID = iota
	FieldIsDeleted
	FieldOwnerID
	FieldCreatedDate
	FieldCreatedByID
	FieldLastModifiedDate
	FieldLastModifiedByID
	FieldSystemModstamp
	systemFields
)

// Table is one object of the schema with its records. What it says about
// fields never changes and may be read without a transaction.
type Table struct {
	Name   string // API name, canonical
	Prefix string // key prefix of its ids
	Object *schema.Object
	Fields []schema.Field // the system fields first

	byName   map[string]int // canonical and lower-case names
	byParent map[string]int // lower-case relationship names
	byChild  map[string]childField
	parents  map[int][]*Table // by lookup field; several of a polymorphic one
	required []int
	external []int
	nameless bool // records without a Name are named by their id
	numbered bool // records take an auto number
	amends   bool // records may be changed on their way in

	traits []trait // by field

	rows    []*Row // by the counting part of the id; nil where an insert was rolled back
	live    int
	numbers map[int]int // last auto number given, by field
	indexes []*index
	lookups []*children
	newest  []int64 // latest modification of each block of rows, see recent.go
}

// trait is what every write of a field asks about it. It is worked out once, and
// kept together: a field of the schema fills several cache lines.
type trait struct {
	form      form
	writeable bool
	bound     bool // values depend on other records: of a lookup, or unique
}

func writeable(f *schema.Field) bool {
	return !f.ReadOnly && len(f.JoinOf) == 0 && f.SizeOf == "" && f.AutoNumber == "" && !f.Type.Compound()
}

func systemFieldList() []schema.Field {
	user := func(name string, readOnly bool) schema.Field {
		return schema.Field{Name: name, Type: schema.Reference, ReferenceTo: "User", ReadOnly: readOnly}
	}
	return []schema.Field{
		{Name: "Id", Type: schema.ID, Length: longID, ReadOnly: true},
		{Name: "IsDeleted", Type: schema.Boolean, ReadOnly: true},
		user("OwnerId", false),
		{Name: "CreatedDate", Type: schema.DateTime, ReadOnly: true},
		user("CreatedById", true),
		{Name: "LastModifiedDate", Type: schema.DateTime, ReadOnly: true},
		user("LastModifiedById", true),
		{Name: "SystemModstamp", Type: schema.DateTime, ReadOnly: true},
	}
}

func newTable(o *schema.Object, prefix string) *Table {
	t := &Table{
		Name: o.Name, Prefix: prefix, Object: o, Fields: append(systemFieldList(), o.AllFields()...),
		byName: map[string]int{}, byParent: map[string]int{}, byChild: map[string]childField{}, parents: map[int][]*Table{}, numbers: map[int]int{},
		rows: []*Row{nil},
	}
	for i := range t.Fields {
		t.learn(i)
	}
	return t
}

// learn takes a field into the lists by which writes find it.
func (t *Table) learn(i int) {
	f := &t.Fields[i]
	if f.Type == "" {
		f.Type = schema.String
	}
	f.Length = f.MaxLength()
	t.traits = append(t.traits, trait{
		form: formOf(f), writeable: writeable(f), bound: f.Type == schema.Reference || f.IsUnique(),
	})
	t.byName[f.Name], t.byName[strings.ToLower(f.Name)] = i, i
	if r := f.Relationship(); r != "" {
		t.byParent[strings.ToLower(r)] = i
	}
	if f.Required {
		t.required = append(t.required, i)
	}
	if f.ExternalID {
		t.external = append(t.external, i)
	}
	if f.ExternalID || f.IsUnique() {
		t.indexes = append(t.indexes, newIndex(t, i, f))
	}
	if f.Name == "Name" {
		t.nameless = !f.Required && len(f.JoinOf) == 0 && f.AutoNumber == ""
	}
	t.numbered = t.numbered || f.AutoNumber != ""
}

// link resolves the lookups once all tables exist. The system fields of a
// schema without User lead nowhere.
func (t *Table) link(s *Store) {
	for i := range t.Fields {
		for _, name := range t.Fields[i].Targets() {
			if parent, ok := s.Table(name); ok {
				t.leadTo(parent, i)
			}
		}
	}
}

// leadTo notes a table that a lookup leads to.
func (t *Table) leadTo(parent *Table, field int) {
	t.parents[field] = append(t.parents[field], parent)
	if field >= systemFields {
		t.lookups = append(t.lookups, &children{field: field, parent: parent})
	}
	if name := strings.ToLower(t.Fields[field].ChildName); name != "" && parent.byChild[name].table == nil {
		parent.byChild[name] = childField{t, field}
	}
}

// Field finds a field by its API name in any case.
func (t *Table) Field(name string) (int, bool) {
	if i, ok := t.byName[name]; ok {
		return i, true
	}
	i, ok := t.byName[strings.ToLower(name)]
	return i, ok
}

// Relationship finds a lookup by its relationship name (Account, Account__r) in
// any case and returns the tables that it leads to, several where it is
// polymorphic.
func (t *Table) Relationship(name string) (field int, parents []*Table, ok bool) {
	field, ok = t.byParent[strings.ToLower(name)]
	parents = t.parents[field]
	return field, parents, ok && parents != nil
}

// Parent is Relationship for one table, which is named by its object; "" means
// the only one.
func (t *Table) Parent(relationship, object string) (field int, parent *Table, ok bool) {
	field, parents, ok := t.Relationship(relationship)
	for _, p := range parents {
		if ok && (strings.EqualFold(p.Name, object) || object == "" && len(parents) == 1) {
			return field, p, true
		}
	}
	return field, nil, false
}

// parentOf is the table that an id in a lookup belongs to; nil when the lookup
// does not lead there.
func (t *Table) parentOf(field int, id string) *Table {
	for _, p := range t.parents[field] {
		if id[:3] == p.Prefix {
			return p
		}
	}
	return nil
}

// NameField is the field that people know a record by: Name, or the number of
// records that are numbered.
func (t *Table) NameField() (int, bool) {
	if i, ok := t.Field("Name"); ok {
		return i, true
	}
	i := slices.IndexFunc(t.Fields, func(f schema.Field) bool { return f.AutoNumber != "" })
	return i, i >= 0
}

// Writeable tells whether clients may set the field.
func (t *Table) Writeable(field int) bool { return t.traits[field].writeable }

// Indexed tells whether Find looks values of the field up instead of scanning.
func (t *Table) Indexed(field int) bool { return t.index(field) != nil || t.Lookup(field) }

// Lookup tells whether the field is a lookup that View.Children knows.
func (t *Table) Lookup(field int) bool { return t.lookup(field, "") != nil }

// Child finds a lookup of another table, or of t itself, by the name under
// which t sees it, such as Contacts, in any case.
func (t *Table) Child(name string) (child *Table, field int, ok bool) {
	c, ok := t.byChild[strings.ToLower(name)]
	return c.table, c.field, ok
}

// childField is a lookup as the parent sees it.
type childField struct {
	table *Table
	field int
}

func (t *Table) index(field int) *index {
	for _, x := range t.indexes {
		if x.field == field {
			return x
		}
	}
	return nil
}

// row returns the record of an id that LongID accepted, deleted ones too.
func (t *Table) row(id string) *Row {
	if id[:3] != t.Prefix {
		return nil
	}
	if n := Sequence(id); int64(n) < int64(len(t.rows)) {
		return t.rows[n]
	}
	return nil
}
