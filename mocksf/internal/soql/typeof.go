package soql

import "strings"

// typeOf reads a TYPEOF expression.
func (p *parser) typeOf() *TypeOf {
	p.at++
	t := &TypeOf{Path: p.path()}
	p.word("WHEN")
	for again := true; again; again = p.took("WHEN") {
		w := When{Object: p.name()}
		p.word("THEN")
		w.Fields = list(p, p.path)
		t.When = append(t.When, w)
	}
	if p.took("ELSE") {
		t.Else = list(p, p.path)
	}
	p.word("END")
	return t
}

// checkTypeOf refuses a query in which TYPEOF stands beside what it does not go
// with (SOQL reference, TYPEOF).
func (b *binding) checkTypeOf(t *TypeOf) error {
	q, at, to := b.query, t.Path[0].Pos, b.bare(t.Path)
	if q.grouped() {
		return fail(MalformedQuery, q.Text, at, "TYPEOF is not allowed in queries that do not return records, and with GROUP BY")
	}
	for _, i := range q.Items {
		switch path := b.bare(i.Path); {
		case i.Func != "" || i.Format || i.Money:
			return fail(MalformedQuery, q.Text, i.Path[0].Pos, "TYPEOF is not allowed in queries with functions in the SELECT clause")
		case i.Sub == nil && i.TypeOf == nil && len(path) > len(to) && strings.EqualFold(path[:len(to)].String(), to.String()):
			return fail(MalformedQuery, q.Text, i.Path[0].Pos, "TYPEOF cannot be used with a relationship that other fields of the SELECT clause lead over: %s", t.Path)
		}
	}
	return nil
}

// showTypeOf adds a TYPEOF expression.
func (b *binding) showTypeOf(s *Shape, t *TypeOf, seen nameSet) error {
	if err := b.checkTypeOf(t); err != nil {
		return err
	}
	last := len(t.Path) - 1
	f, err := b.field(append(t.Path[:last:last], Name{"Id", t.Path[last].Pos})) // of the record that has the relationship
	if err != nil {
		return err
	}
	relation, ok := f.table.Relation(t.Path[last].Text)
	switch {
	case !ok:
		_, err = b.hop(f.table, t.Path[last])
		return err
	case !relation.Polymorphic():
		return fail(InvalidField, b.query.Text, t.Path[last].Pos, "TYPEOF needs a relationship to several objects: '%s' leads to one", relation.Name)
	case !seen.add(t.Path.String()):
		return fail(InvalidField, b.query.Text, t.Path[last].Pos, "duplicate field selected: %s", t.Path)
	}
	ways, err := b.ways(t, f.table, relation)
	s.add(f, Shown{Column: Column{Name: relation.Name}, Ways: ways})
	return err
}

// ways leads to the parents of each kind, and to those that ELSE is for.
func (b *binding) ways(t *TypeOf, from Table, relation Relation) (ways []Way, err error) {
	for _, w := range t.When {
		parent := kindOf(relation, w.Object.Text)
		if parent == nil {
			return nil, fail(InvalidType, b.query.Text, w.Object.Pos, "'%s' does not lead to records of the type '%s'", relation.Name, w.Object.Text)
		}
		shape, err := b.part(w.Fields, parent)
		if err != nil {
			return nil, err
		}
		ways = append(ways, Way{shape, hopTo(from, relation, parent).follow})
	}
	if len(t.Else) == 0 {
		return ways, nil
	}
	shape, err := b.part(t.Else, relation.Parent)
	return append(ways, Way{shape, hopTo(from, relation, relation.Parent).follow}), err
}

func kindOf(relation Relation, object string) Table {
	for _, t := range relation.Kinds {
		if strings.EqualFold(t.Name(), object) {
			return t
		}
	}
	return nil
}

// part is the shape of a list of fields of a table.
func (b *binding) part(fields []Path, of Table) (*Shape, error) {
	q := *b.query // for the places in its text
	q.Items, q.Alias, q.Parents, q.From = nil, "", nil, Name{Text: of.Name()}
	for _, f := range fields {
		q.Items = append(q.Items, Item{Expr: Expr{Path: f}})
	}
	return bindTo(&q, b.tables, of).shape()
}
