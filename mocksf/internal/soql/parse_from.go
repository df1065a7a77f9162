package soql

import "slices"

// from reads the object, and the parents that may be named beside it.
func (p *parser) from(q *Query) {
	q.From = p.name()
	if p.tookSign(".") {
		q.Of, q.From = q.From, p.name()
	}
	q.Alias = p.alias()
	for p.tookSign(",") {
		q.Parents = append(q.Parents, Parent{p.path(), p.alias()})
	}
}

// clauses are the words that may follow an object's name and are no alias.
var clauses = []string{"FROM", "WHERE", "WITH", "GROUP", "ORDER", "LIMIT", "OFFSET", "FOR", "ALL", "HAVING", "USING", "UPDATE"}

// alias reads the alias of the object.
func (p *parser) alias() string {
	if p.took("AS") {
		return p.name().Text
	}
	t := p.peek()
	if t.kind != nameToken || slices.ContainsFunc(clauses, t.is) {
		return ""
	}
	return p.name().Text
}
