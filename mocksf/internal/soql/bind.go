package soql

import "strings"

// Shape says which columns of an object are shown, in the order of the SELECT
// list. A parent is a column with a shape of its own.
type Shape struct {
	Object  string
	Columns []Shown
}

// Shown is one column of a shape.
type Shown struct {
	Column // Name is the relationship's for a parent
	Parent *Shape
	Follow func(Row) Row // to the parent; nil where there is none
}

// binding resolves the names of one query.
type binding struct {
	query  *Query
	tables Tables
	table  Table
}

func bind(q *Query, tables Tables) (*binding, error) {
	t, ok := tables.Table(q.From.Text)
	if !ok {
		return nil, fail(InvalidType, q.Text, q.From.Pos, "sObject type '%s' is not supported. If you are attempting to use a custom object, "+
			"be sure to append the '__c' after the entity name. Please reference your WSDL or the describe call for the appropriate names.", q.From.Text)
	}
	return &binding{q, tables, t}, nil
}

// field is a resolved path: hops to the parent, then a column there.
type field struct {
	hops   []hop
	column Column
}

type hop struct {
	relation Relation
	parent   Table
	id       Column // of the parent
}

// follow returns the parent of a row, nil when the lookup is empty.
func (h hop) follow(row Row) Row {
	id, ok := row.Value(h.relation.Column.Index).(string)
	if !ok || id == "" {
		return nil
	}
	rows, _ := h.parent.Find(h.id, id)
	if len(rows) == 0 {
		return nil
	}
	return rows[0]
}

// value reads the field from a row of the query's object.
func (f field) value(row Row) any {
	for _, h := range f.hops {
		if row = h.follow(row); row == nil {
			return nil
		}
	}
	return row.Value(f.column.Index)
}

// field resolves a path. The object's own name may stand in front of it.
func (b *binding) field(path Path) (field, error) {
	var f field
	table := b.table
	if len(path) > 1 && strings.EqualFold(path[0].Text, b.query.From.Text) {
		if _, shadowed := table.Relation(path[0].Text); !shadowed {
			path = path[1:]
		}
	}
	for _, name := range path[:len(path)-1] {
		h, err := b.hop(table, name)
		if err != nil {
			return field{}, err
		}
		f.hops = append(f.hops, h)
		table = h.parent
	}
	last := path[len(path)-1]
	column, ok := table.Column(last.Text)
	if !ok {
		return field{}, b.unknownColumn(table, last)
	}
	f.column = column
	return f, nil
}

func (b *binding) hop(from Table, name Name) (hop, error) {
	relation, ok := from.Relation(name.Text)
	if ok {
		if parent, ok := b.tables.Table(relation.Parent); ok {
			id, _ := parent.Column("Id")
			return hop{relation, parent, id}, nil
		}
	}
	return hop{}, fail(InvalidField, b.query.Text, name.Pos, "Didn't understand relationship '%s' in field path. If you are attempting to use a custom relationship, "+
		"be sure to append the '__r' after the custom relationship name. Please reference your WSDL or the describe call for the appropriate names.", name.Text)
}

func (b *binding) unknownColumn(t Table, name Name) error {
	return fail(InvalidField, b.query.Text, name.Pos, "No such column '%s' on entity '%s'. If you are attempting to use a custom field, "+
		"be sure to append the '__c' after the custom field name. Please reference your WSDL or the describe call for the appropriate names.", name.Text, t.Name())
}

// shape resolves the SELECT list.
func (b *binding) shape() (*Shape, error) {
	s := &Shape{Object: b.table.Name()}
	seen := map[string]bool{}
	for _, item := range b.query.Items {
		f, err := b.field(item.Path)
		if err != nil {
			return nil, err
		}
		if key := f.key(); seen[key] {
			return nil, fail(InvalidField, b.query.Text, item.Path[0].Pos, "duplicate field selected: %s", item.Path)
		} else {
			seen[key] = true
		}
		s.add(f)
	}
	return s, nil
}

func (f field) key() string {
	var key strings.Builder
	for _, h := range f.hops {
		key.WriteString(h.relation.Name + ".")
	}
	return key.String() + f.column.Name
}

// add shows a field, below the parents that lead to it.
func (s *Shape) add(f field) {
	for _, h := range f.hops {
		s = s.parent(h)
	}
	s.Columns = append(s.Columns, Shown{Column: f.column})
}

func (s *Shape) parent(h hop) *Shape {
	for _, c := range s.Columns {
		if c.Parent != nil && c.Name == h.relation.Name {
			return c.Parent
		}
	}
	shape := &Shape{Object: h.parent.Name()}
	s.Columns = append(s.Columns, Shown{Column: Column{Name: h.relation.Name}, Parent: shape, Follow: h.follow})
	return shape
}

// ShapeOf resolves the SELECT list of a query that was run before, over another
// state of the same tables.
func ShapeOf(q *Query, tables Tables) (*Shape, error) {
	b, err := bind(q, tables)
	if err != nil {
		return nil, err
	}
	return b.shape()
}
