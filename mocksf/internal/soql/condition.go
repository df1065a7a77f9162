package soql

import "time"

// cond reads terms joined by AND, or by OR. Salesforce refuses a mixture
// without parentheses, and so does this: it is a bug that integrations have.
func (p *parser) cond() Cond {
	if p.depth++; p.depth > maxDepth {
		p.stop(fail(MalformedQuery, p.text, p.peek().pos, "conditions are nested more than %d deep", maxDepth))
	}
	defer func() { p.depth-- }()
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
	if t := p.peek(); t.kind == signToken && t.text == "(" {
		p.at++
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
	if p.depth++; p.depth > maxDepth {
		p.stop(fail(MalformedQuery, p.text, p.peek().pos, "conditions are nested more than %d deep", maxDepth))
	}
	defer func() { p.depth-- }()
	return Not{p.term()}
}

// test reads a comparison of a field.
func (p *parser) test() Cond {
	path := p.path()
	t := p.peek()
	switch {
	case t.is("LIKE"):
		p.at++
		return Compare{path, Like, p.literal()}
	case t.is("IN"), t.is("NOT"):
		negated := p.took("NOT")
		p.word("IN")
		p.sign("(")
		in := In{path, negated, list(p, p.literal)}
		p.sign(")")
		return in
	}
	return Compare{path, p.operator(), p.literal()}
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
	kind := literalKinds[t.kind]
	switch {
	case t.is("NULL"):
		t.text = "NULL"
	case t.is("TRUE"):
		kind, t.text = Bool, "TRUE"
	case t.is("FALSE"):
		kind, t.text = Bool, "FALSE"
	case kind == Null:
		p.unexpected()
		return Literal{}
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
