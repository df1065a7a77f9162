package soql

import (
	"slices"
	"strings"
)

// Shape says which columns of an object are shown, in the order of the SELECT
// list. A parent is a column with a shape of its own, and so are the children.
type Shape struct {
	Object  string
	Columns []Shown
}

// Shown is one column of a shape: a field, a parent or a list of children.
type Shown struct {
	Column // Name is the relationship's for a parent and for children, and the alias where there is one
	Format Format
	Ways   []Way // to a parent; several of TYPEOF, of which the first one counts that leads anywhere
	Child  *Shape
	// Members are the children of a row, filtered, ordered and cut as the
	// subquery says.
	Members func(Row) []Row
}

// Way leads to a parent and says how it is shown.
type Way struct {
	Shape  *Shape
	Follow func(Row) Row // nil where there is no parent of this kind
}

// Parent is the parent of a row, and how it is shown; nil, nil when there is
// none.
func (s *Shown) Parent(row Row) (*Shape, Row) {
	for _, w := range s.Ways {
		if parent := w.Follow(row); parent != nil {
			return w.Shape, parent
		}
	}
	return nil, nil
}

// ShapeOf resolves the SELECT list of a query over a state of the tables.
func ShapeOf(q *Query, tables Tables) (*Shape, error) {
	b, err := bind(q, tables)
	if err != nil {
		return nil, err
	}
	return b.shape()
}

// shape resolves the SELECT list.
func (b *binding) shape() (*Shape, error) {
	s := &Shape{Object: b.table.Name()}
	seen := nameSet{}
	for _, item := range b.query.Items {
		if err := b.show(s, item, seen); err != nil {
			return nil, err
		}
	}
	if name := s.double(); name != "" {
		return nil, plain(MalformedQuery, "duplicate alias: %s is the name of a field or relationship that is selected too", name)
	}
	return s, nil
}

// double is a name under which two columns are shown beside each other; "" is
// none.
func (s *Shape) double() string {
	names := nameSet{}
	for _, c := range s.Columns {
		if !names.add(c.Name) {
			return c.Name
		}
		for _, w := range c.Ways {
			if name := w.Shape.double(); name != "" {
				return name
			}
		}
	}
	return ""
}

// nameSet is what a SELECT list has used, in any case.
type nameSet map[string]bool

// add tells whether a name is new.
func (n nameSet) add(name string) bool {
	name = strings.ToLower(name)
	if n[name] {
		return false
	}
	n[name] = true
	return true
}

// show adds an item to the shape; seen are the columns that are there already.
func (b *binding) show(s *Shape, item Item, seen nameSet) error {
	switch {
	case item.Sub != nil:
		return b.showChildren(s, item.Sub, seen)
	case item.Fields != "":
		return b.showSet(s, item, seen)
	case item.TypeOf != nil:
		return b.showTypeOf(s, item.TypeOf, seen)
	case item.Func != "" && item.Func != toLabel:
		return fail(MalformedQuery, b.query.Text, item.Path[0].Pos, "Field must be grouped or aggregated: %s", item.Path)
	case item.Alias != "" && !item.Format && !item.Money && item.Func != toLabel:
		return fail(MalformedQuery, b.query.Text, item.Path[0].Pos, "only aggregate expressions use field aliasing")
	}
	f, err := b.field(item.Path)
	if err != nil {
		return err
	}
	shown, err := b.shown(item, f)
	if err != nil {
		return err
	}
	key := f.key()
	if item.Alias != "" {
		key = item.Alias
	}
	if !seen.add(key) {
		return fail(InvalidField, b.query.Text, item.Path[0].Pos, "duplicate field selected: %s", item.Path)
	}
	s.add(f, shown)
	return nil
}

// maxFieldSet is the largest answer with all custom fields (SOQL reference,
// FIELDS).
const maxFieldSet = 200

// showSet adds the fields that FIELDS() stands for.
func (b *binding) showSet(s *Shape, item Item, seen nameSet) error {
	if item.Fields != "STANDARD" && (b.query.Limit == NoLimit || b.query.Limit > maxFieldSet) {
		return plain(MalformedQuery, "The SOQL FIELDS function must have a LIMIT of at most %d", maxFieldSet)
	}
	for _, c := range b.table.Columns() {
		if item.Fields == "ALL" || c.Custom == (item.Fields == "CUSTOM") {
			if !seen.add(c.Name) {
				return fail(InvalidField, b.query.Text, item.Path[0].Pos, "duplicate field selected: %s", c.Name)
			}
			s.Columns = append(s.Columns, Shown{Column: c})
		}
	}
	return nil
}

// showChildren adds a child subquery.
func (b *binding) showChildren(s *Shape, sub *Query, seen nameSet) error {
	child, ok := b.table.Child(sub.From.Text)
	if !ok {
		return fail(InvalidType, b.query.Text, sub.From.Pos, "Didn't understand relationship '%s' in FROM part of query call. If you are attempting to use a custom relationship, "+
			"be sure to append the '__r' after the custom relationship name. Please reference your WSDL or the describe call for the appropriate names.", sub.From.Text)
	}
	if sub.Of.Text != "" && !b.own(sub.Of.Text) {
		return fail(InvalidType, b.query.Text, sub.Of.Pos, "Didn't understand relationship '%s.%s' in FROM part of query call: '%s' is not the object of the query",
			sub.Of.Text, sub.From.Text, sub.Of.Text)
	}
	if !seen.add(child.Name) {
		return fail(InvalidField, b.query.Text, sub.From.Pos, "duplicate relationship selected: %s", child.Name)
	}
	if sub.Count || sub.grouped() {
		return fail(MalformedQuery, b.query.Text, sub.From.Pos, "Aggregates are not supported in a subquery")
	}
	inner := bindTo(sub, b.tables, child.Table)
	if err := inner.checkClauses(); err != nil {
		return err
	}
	pick, err := inner.picker()
	if err != nil {
		return err
	}
	shape, err := inner.shape()
	if err != nil {
		return err
	}
	id, _ := b.table.Column("Id")
	s.Columns = append(s.Columns, Shown{Column: Column{Name: child.Name}, Child: shape, Members: func(parent Row) []Row {
		return pick(slices.Values(child.of(parent.Value(id.Index))))
	}})
	return nil
}

// of lists the children of a parent, by index where there is one.
func (c Child) of(id any) []Row {
	text, _ := id.(string)
	rows, ok := c.Table.Find(c.Column, text)
	if ok {
		return rows
	}
	for row := range c.Table.Rows() {
		if row.Value(c.Column.Index) == id {
			rows = append(rows, row)
		}
	}
	return rows
}

// add shows a field, below the parents that lead to it.
func (s *Shape) add(f *field, shown Shown) {
	for _, h := range f.hops {
		s = s.parent(h)
	}
	s.Columns = append(s.Columns, shown)
}

func (s *Shape) parent(h hop) *Shape {
	for _, c := range s.Columns {
		if c.Ways != nil && c.Name == h.relation.Name {
			return c.Ways[0].Shape
		}
	}
	shape := &Shape{Object: h.parent.Name()}
	s.Columns = append(s.Columns, Shown{Column: Column{Name: h.relation.Name}, Ways: []Way{{shape, h.follow}}})
	return shape
}
