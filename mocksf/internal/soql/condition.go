package soql

import (
	"strings"
	"time"
)

// cond reads terms joined by AND, or by OR. Salesforce refuses a mixture
// without parentheses, and so does this: it is a bug that integrations have.
func (p *parser) cond() Cond {
	defer p.deeper()()
	first := p.term()
	switch {
	case p.peek().is("AND"):
		return And{p.terms(first, "AND")}
	case p.peek().is("OR"):
		return Or{p.terms(first, "OR")}
	}
	return first
}

func (p *parser) terms(first Cond, joint string) []Cond {
	all := []Cond{first}
	for p.took(joint) {
		all = append(all, p.term())
	}
	if t := p.peek(); t.is("AND") || t.is("OR") {
		p.unexpected()
	}
	return all
}

func (p *parser) term() Cond {
	if p.tookSign("(") {
		c := p.cond()
		p.sign(")")
		return c
	}
	if p.took("NOT") {
		return p.negation()
	}
	return p.test()
}

// negation counts as a level, so that NOT ... ends somewhere.
func (p *parser) negation() Cond {
	defer p.deeper()()
	return Not{p.term()}
}

// deeper enters a level of nesting and returns what leaves it.
func (p *parser) deeper() func() {
	if p.depth++; p.depth > maxDepth {
		p.stop(fail(MalformedQuery, p.text, p.peek().pos, "the query is nested more than %d deep", maxDepth))
	}
	return func() { p.depth-- }
}

// test reads a condition on a field.
func (p *parser) test() Cond {
	e := p.expr()
	t := p.peek()
	switch {
	case t.is("LIKE"):
		p.at++
		return Compare{e, Like, p.literal()}
	case t.is("IN"), t.is("NOT"):
		negated := p.took("NOT")
		p.word("IN")
		return p.membership(e, negated)
	case t.is("INCLUDES"), t.is("EXCLUDES"):
		p.at++
		return Includes{e, t.is("EXCLUDES"), p.values()}
	}
	return Compare{e, p.operator(), p.literal()}
}

func (p *parser) membership(e Expr, negated bool) Cond {
	if !p.opens(0) || !p.ahead(1).is("SELECT") {
		return In{Expr: e, Negated: negated, Values: p.values()}
	}
	return In{Expr: e, Negated: negated, Sub: p.subquery().Sub}
}

// values reads a list in parentheses.
func (p *parser) values() []Literal {
	p.sign("(")
	all := list(p, p.literal)
	p.sign(")")
	return all
}

func (p *parser) operator() Op {
	t := p.peek()
	if t.kind == signToken {
		switch t.text {
		case "=", "!=", "<", "<=", ">", ">=":
			p.at++
			return Op(t.text)
		case "<>":
			p.at++
			return Ne
		}
	}
	p.unexpected()
	return Eq
}

var literalKinds = map[tokenKind]Kind{textToken: String, numberToken: Number, dateToken: Date, dateTimeToken: DateTime}

func (p *parser) literal() Literal {
	t := p.peek()
	kind, known := literalKinds[t.kind]
	switch {
	case known:
	case t.is("NULL"):
		t.text = "NULL"
	case t.is("TRUE"):
		kind, t.text = Bool, "TRUE"
	case t.is("FALSE"):
		kind, t.text = Bool, "FALSE"
	default:
		if _, ok := readPeriod(t.text); !ok {
			p.unexpected()
			return Literal{}
		}
		kind, t.text = Relative, strings.ToUpper(t.text)
	}
	p.at++
	l := Literal{kind, t.text, t.pos}
	p.checkDate(l)
	return l
}

// checkDate refuses days that no calendar has.
func (p *parser) checkDate(l Literal) {
	var err error
	switch l.Kind {
	case Date:
		_, err = time.Parse(time.DateOnly, l.Text)
	case DateTime:
		_, err = ParseDateTime(l.Text)
	}
	if err != nil {
		p.stop(fail(MalformedQuery, p.text, l.Pos, "line 1:%d no such date: '%s'", l.Pos, l.Text))
	}
}
