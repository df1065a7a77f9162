package soql

import "strings"

// selection reads the SELECT list.
func (p *parser) selection(q *Query) {
	if p.peek().is("COUNT") && p.opens(1) && p.ahead(2).text == ")" {
		p.at += 3
		q.Count = true
		return
	}
	q.Items = list(p, p.item)
}

// maxLevels is how many objects a query with child subqueries may lead over
// (SOQL reference, Understanding Relationship Query Limitations).
const maxLevels = 5

func (p *parser) item() Item {
	switch {
	case p.opens(0):
		if p.levels++; p.levels >= maxLevels {
			p.stop(fail(MalformedQuery, p.text, p.peek().pos, "child subqueries lead over %d levels at most", maxLevels))
		}
		defer func() { p.levels-- }()
		return p.subquery()
	case p.peek().is("FIELDS") && p.opens(1):
		return p.fieldSet()
	case p.peek().is("TYPEOF") && p.ahead(1).kind == nameToken && !p.ahead(1).is("FROM") && p.ahead(2).text != "," && !p.ahead(2).is("FROM"):
		return Item{TypeOf: p.typeOf()}
	}
	i := p.shown()
	if t, then := p.peek(), p.ahead(1); t.kind == nameToken && !t.is("FROM") && (then.text == "," || then.is("FROM")) {
		i.Alias = p.name().Text
	}
	return i
}

// shown reads what is selected, with what only its display depends on.
func (p *parser) shown() (i Item) {
	i.Format = p.calls("FORMAT")
	i.Money = p.calls("CONVERTCURRENCY")
	i.Expr = p.expr()
	for _, open := range []bool{i.Format, i.Money} {
		if open {
			p.sign(")")
		}
	}
	return i
}

// calls reads the name of a function with its parenthesis if it is next.
func (p *parser) calls(name string) bool {
	if !p.peek().is(name) || !p.opens(1) {
		return false
	}
	p.at += 2
	return true
}

// subquery reads a query in parentheses.
func (p *parser) subquery() Item {
	p.at++
	defer p.deeper()()
	sub := p.query()
	p.sign(")")
	return Item{Sub: sub}
}

func (p *parser) fieldSet() Item {
	p.at += 2
	t := p.peek()
	p.anyOf("ALL", "STANDARD", "CUSTOM")
	p.sign(")")
	return Item{Fields: strings.ToUpper(t.text), Expr: Expr{Path: Path{{Pos: t.pos}}}}
}

// expr reads a field, or a function of one.
func (p *parser) expr() Expr {
	t := p.peek()
	if t.kind != nameToken || !p.opens(1) {
		return Expr{Path: p.path()}
	}
	if t.is("DISTANCE") {
		return p.distance()
	}
	f, ok := functionNamed(t.text)
	if !ok {
		p.stop(fail(MalformedQuery, p.text, t.pos, "Unknown function: %s", t.text))
	}
	p.at += 2
	e := Expr{Func: f, Path: p.converted()}
	p.sign(")")
	return e
}

// converted reads a path, maybe in convertTimezone(): the user's time zone is
// UTC, as the org's.
func (p *parser) converted() Path {
	if !p.calls("CONVERTTIMEZONE") {
		return p.path()
	}
	path := p.path()
	p.sign(")")
	return path
}
