package soql

import (
	"slices"
	"strings"
)

// binding resolves the names of one query.
type binding struct {
	query  *Query
	tables Tables
	table  Table
	found  map[*Query][]string // ids that the sub-selects of semi-joins found, none of them nil
}

func bind(q *Query, tables Tables) (*binding, error) {
	if q.Of.Text != "" {
		return nil, fail(InvalidType, q.Text, q.Of.Pos, "'%s.%s' is no object: a relationship stands after FROM in a child subquery only", q.Of.Text, q.From.Text)
	}
	t, ok := tables.Table(q.From.Text)
	if !ok {
		return nil, fail(InvalidType, q.Text, q.From.Pos, "sObject type '%s' is not supported. If you are attempting to use a custom object, "+
			"be sure to append the '__c' after the entity name. Please reference your WSDL or the describe call for the appropriate names.", q.From.Text)
	}
	b := bindTo(q, tables, t)
	return b, b.checkClauses()
}

// checkClauses looks at FROM and WHERE, which each query has for itself.
func (b *binding) checkClauses() error {
	if err := b.checkJoins(); err != nil {
		return err
	}
	return b.checkParents()
}

// checkParents refuses a FROM that names anything but the object and its
// parents.
func (b *binding) checkParents() error {
	for _, p := range b.query.Parents {
		path := b.expand(p.Path)
		if len(path) < 2 || !b.own(path[0].Text) {
			return fail(InvalidType, b.query.Text, p.Path[0].Pos, "FROM may name one object and its parents: write '%s' as %s.%s if it is one", p.Path, b.query.From.Text, p.Path)
		}
		if _, err := b.field(append(path, Name{"Id", p.Path[0].Pos})); err != nil {
			return err
		}
	}
	return nil
}

// expand writes out the aliases of parents at the front of a path. One may
// stand for a path that begins with an earlier one.
func (b *binding) expand(path Path) Path {
	for _, p := range slices.Backward(b.query.Parents) {
		if p.Alias != "" && len(path) > 1 && strings.EqualFold(p.Alias, path[0].Text) {
			path = slices.Concat(p.Path, path[1:])
		}
	}
	return path
}

func bindTo(q *Query, tables Tables, t Table) *binding {
	return &binding{q, tables, t, map[*Query][]string{}}
}

// maxHops is how far a path may lead (SOQL reference, Understanding
// Relationship Query Limitations).
const maxHops = 5

// field is a resolved path: hops to the parent, then a column there.
type field struct {
	hops   []hop
	table  Table // that the column is of
	column Column
}

type hop struct {
	from     Table
	relation Relation
	parent   Table
	id       Column // of the parent
}

func hopTo(from Table, relation Relation, parent Table) hop {
	id, _ := parent.Column("Id")
	return hop{from, relation, parent, id}
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

// target is the row that holds the field, nil where there is none.
func (f *field) target(row Row) Row {
	for _, h := range f.hops {
		if row = h.follow(row); row == nil {
			return nil
		}
	}
	return row
}

// raw reads the field from a row of the query's object.
func (f *field) raw(row Row) any {
	if row = f.target(row); row == nil {
		return nil
	}
	return f.column.Read(row)
}

// value is raw in the form in which values are compared.
func (f *field) value(row Row) any {
	if row = f.target(row); row == nil {
		return nil
	}
	if timed, ok := row.(Timed); ok && f.column.Kind == DateTime {
		if ms, ok := timed.Instant(f.column.Index); ok {
			return ms
		}
	}
	return normal(f.column.Kind, f.column.Read(row))
}

// field resolves a path. The object's own name or alias may stand in front of
// it.
func (b *binding) field(path Path) (*field, error) {
	f := &field{table: b.table}
	path = b.bare(path)
	last := path[len(path)-1]
	if err := b.walk(f, path[:len(path)-1]); err != nil {
		return nil, err
	}
	var ok bool
	if f.column, ok = f.table.Column(last.Text); !ok {
		return nil, b.unknownColumn(f.table, last)
	}
	return f, nil
}

// bare is a path without what may stand in front of it.
func (b *binding) bare(path Path) Path {
	if path = b.expand(path); len(path) > 1 && b.own(path[0].Text) {
		return path[1:]
	}
	return path
}

// walk leads a field over relationships.
func (b *binding) walk(f *field, path Path) error {
	if len(path) > maxHops {
		return fail(InvalidField, b.query.Text, path[maxHops].Pos, "Relationship path '%s' is longer than %d levels", path, maxHops)
	}
	for _, name := range path {
		h, err := b.hop(f.table, name)
		if err != nil {
			return err
		}
		f.hops = append(f.hops, h)
		f.table = h.parent
	}
	return nil
}

// own tells whether a name in front of a path means the query's own object: its
// alias, its name, or that of the relationship that leads to it.
func (b *binding) own(name string) bool {
	if b.query.Alias != "" && strings.EqualFold(name, b.query.Alias) {
		return true
	}
	_, shadowed := b.table.Relation(name)
	return (strings.EqualFold(name, b.query.From.Text) || strings.EqualFold(name, b.table.Name())) && !shadowed
}

func (b *binding) hop(from Table, name Name) (hop, error) {
	if relation, ok := from.Relation(name.Text); ok {
		return hopTo(from, relation, relation.Parent), nil
	}
	return hop{}, fail(InvalidField, b.query.Text, name.Pos, "Didn't understand relationship '%s' in field path. If you are attempting to use a custom relationship, "+
		"be sure to append the '__r' after the custom relationship name. Please reference your WSDL or the describe call for the appropriate names.", name.Text)
}

func (b *binding) unknownColumn(t Table, name Name) error {
	return fail(InvalidField, b.query.Text, name.Pos, "No such column '%s' on entity '%s'. If you are attempting to use a custom field, "+
		"be sure to append the '__c' after the custom field name. Please reference your WSDL or the describe call for the appropriate names.", name.Text, t.Name())
}

// key tells fields apart.
func (f *field) key() string {
	var key strings.Builder
	for _, h := range f.hops {
		key.WriteString(h.relation.Name + ".")
	}
	return key.String() + f.column.Name
}
