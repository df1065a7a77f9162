package soql

import (
	"slices"
	"strconv"
	"strings"
)

const (
	maxText  = 100_000 // characters in a query (SOQL and SOSL limits)
	maxDepth = 100     // nested conditions; deeper ones would cost stack for nothing
	// MaxOffset is the largest OFFSET that Salesforce takes.
	MaxOffset = 2000
)

// Parse reads a query. The error is always an *Error.
func Parse(text string) (*Query, error) {
	if len(text) > maxText {
		return nil, plain(MalformedQuery, "SOQL statements cannot be longer than %d characters.", maxText)
	}
	tokens, err := scan(text)
	if err != nil {
		return nil, err
	}
	p := &parser{text: text, tokens: tokens}
	q := p.statement()
	if p.err != nil {
		return nil, p.err
	}
	return q, nil
}

// parser walks over the tokens. After the first error it stands still at the
// end, so that every rule can go on without asking.
type parser struct {
	text   string
	tokens []token
	at     int
	depth  int
	levels int // of child subqueries
	err    error
}

// query reads a query up to its end; inside another it ends with a parenthesis.
func (p *parser) query() *Query {
	q := &Query{Text: p.text, Limit: NoLimit}
	p.word("SELECT")
	p.selection(q)
	p.word("FROM")
	p.from(q)
	if p.took("WHERE") {
		q.Where = p.cond()
	}
	if p.took("WITH") {
		p.anyOf("SECURITY_ENFORCED", "USER_MODE", "SYSTEM_MODE")
	}
	p.grouping(q)
	p.window(q)
	for p.took("FOR") {
		p.anyOf("VIEW", "REFERENCE", "UPDATE")
	}
	if t := p.peek(); t.is("ALL") && p.ahead(1).is("ROWS") {
		p.stop(fail(MalformedQuery, p.text, t.pos, "ALL ROWS not allowed in this context"))
	}
	return q
}

// statement reads a query that is the whole text.
func (p *parser) statement() *Query {
	q := p.query()
	if p.peek().kind != endToken {
		p.unexpected()
	}
	return q
}

func (p *parser) grouping(q *Query) {
	if !p.took("GROUP") {
		return
	}
	p.word("BY")
	q.Totals = p.totals()
	q.GroupBy = list(p, p.expr)
	if q.Totals != "" {
		p.sign(")")
	}
	if q.Totals != "" && len(q.GroupBy) > maxTotals {
		p.stop(plain(MalformedQuery, "GROUP BY %s takes at most %d fields", q.Totals, maxTotals))
	}
	if p.took("HAVING") {
		q.Having = p.cond()
	}
}

// maxTotals is how many fields ROLLUP and CUBE take (SOQL reference, GROUP BY
// ROLLUP).
const maxTotals = 3

// totals reads ROLLUP or CUBE with its parenthesis.
func (p *parser) totals() Totals {
	if !p.opens(1) {
		return ""
	}
	for _, t := range []Totals{Rollup, Cube} {
		if p.took(string(t)) {
			p.at++
			return t
		}
	}
	return ""
}

// window reads ORDER BY, LIMIT and OFFSET.
func (p *parser) window(q *Query) {
	if p.took("ORDER") {
		p.word("BY")
		q.OrderBy = list(p, p.order)
	}
	if p.took("LIMIT") {
		q.Limit = p.whole()
	}
	if !p.took("OFFSET") {
		return
	}
	q.Offset = p.whole()
	if p.err == nil && q.Offset > MaxOffset {
		p.stop(plain(OutsideRange, "Maximum SOQL offset allowed is %d", MaxOffset))
	}
}

func (p *parser) order() Order {
	o := Order{Expr: p.expr()}
	if o.Desc = p.took("DESC"); !o.Desc {
		p.took("ASC")
	}
	if p.took("NULLS") {
		if o.NullsLast = p.took("LAST"); !o.NullsLast {
			p.word("FIRST")
		}
	}
	return o
}

func (p *parser) path() Path {
	path := Path{p.name()}
	for p.tookSign(".") {
		path = append(path, p.name())
	}
	return path
}

// peek is the token to be read next.
func (p *parser) peek() token { return p.ahead(0) }

func (p *parser) ahead(n int) token { return p.tokens[min(p.at+n, len(p.tokens)-1)] }

// took reads a keyword if it is next.
func (p *parser) took(keyword string) bool {
	if !p.peek().is(keyword) {
		return false
	}
	p.at++
	return true
}

// word reads a keyword that must come.
func (p *parser) word(keyword string) {
	if !p.took(keyword) {
		p.unexpected()
	}
}

// anyOf reads one of some keywords.
func (p *parser) anyOf(keywords ...string) {
	if !slices.ContainsFunc(keywords, p.took) {
		p.unexpected()
	}
}

// opens tells whether a parenthesis comes after n tokens.
func (p *parser) opens(n int) bool { t := p.ahead(n); return t.kind == signToken && t.text == "(" }

// tookSign reads a sign if it is next.
func (p *parser) tookSign(text string) bool {
	if t := p.peek(); t.kind != signToken || t.text != text {
		return false
	}
	p.at++
	return true
}

// sign reads a sign that must come.
func (p *parser) sign(text string) {
	if !p.tookSign(text) {
		p.unexpected()
	}
}

func (p *parser) name() Name {
	t := p.peek()
	if t.kind != nameToken {
		p.unexpected()
		return Name{}
	}
	p.at++
	return Name{t.text, t.pos}
}

// whole reads the figure of LIMIT or OFFSET.
func (p *parser) whole() int {
	t := p.peek()
	n, err := strconv.Atoi(t.text)
	if t.kind != numberToken || err != nil || strings.HasPrefix(t.text, "-") {
		p.unexpected()
		return 0
	}
	p.at++
	return n
}

func (p *parser) unexpected() {
	t := p.peek()
	p.stop(fail(MalformedQuery, p.text, t.pos, "unexpected token: '%s'", t.shown()))
}

// stop keeps the first error and moves to the end.
func (p *parser) stop(err error) {
	if p.err == nil {
		p.err = err
	}
	p.at = len(p.tokens) - 1
}

func list[T any](p *parser, one func() T) []T {
	all := []T{one()}
	for p.tookSign(",") {
		all = append(all, one())
	}
	return all
}
