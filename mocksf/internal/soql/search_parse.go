package soql

import (
	"errors"
	"regexp"
	"strings"
)

// MalformedSearch is the error code of a SOSL text that cannot be read.
const MalformedSearch = "MALFORMED_SEARCH"

// maxFound is the largest answer of a search (SOQL and SOSL limits).
const maxFound = 2000

// Search is a SOSL search.
//
//	search = FIND { terms } [IN scope FIELDS] [RETURNING spec {, spec}] [LIMIT n]
//	scope  = ALL | NAME | EMAIL | PHONE | SIDEBAR
//	spec   = name [( item {, item} [WHERE cond] [ORDER BY order {, order}] [LIMIT n] [OFFSET n] )]
//	terms  = words, "phrases", AND, OR, AND NOT, parentheses; * and ? in words
type Search struct {
	Text  string
	Terms string // between the braces
	Scope string // ALL, NAME, EMAIL or PHONE
	// Specs are what is returned, each a query over one object; none is the Id of
	// every object.
	Specs []*Query
	Limit int // maxFound without LIMIT

	find finder
}

var findClause = regexp.MustCompile(`(?is)^\s*FIND\s*\{((?:[^{}\\]|\\.)*)\}`)

// ParseSearch reads a SOSL search. The error is always an *Error.
func ParseSearch(text string) (*Search, error) {
	if len(text) > maxText {
		return nil, plain(MalformedSearch, "SOSL statements cannot be longer than %d characters.", maxText)
	}
	m := findClause.FindStringSubmatch(text)
	if m == nil {
		return nil, noTerm()
	}
	// The terms have a grammar of their own; blanks keep the other places right.
	tokens, err := scan(strings.Repeat(" ", len(m[0])) + text[len(m[0]):])
	if err != nil {
		return nil, asSearch(err)
	}
	p := &parser{text: text, tokens: tokens}
	s := p.search()
	s.Text, s.Terms = text, m[1]
	if p.err != nil {
		return nil, asSearch(p.err)
	}
	return s, s.Prepare()
}

func noTerm() error {
	return plain(MalformedSearch, "No search term found. The search term must be enclosed in braces.")
}

// asSearch gives the error of a query the code of a search.
func asSearch(err error) error {
	if e := (*Error)(nil); errors.As(err, &e) && e.Code == MalformedQuery {
		e.Code = MalformedSearch
	}
	return err
}

// Prepare reads the terms of a search that was put together by hand.
func (s *Search) Prepare() (err error) {
	s.find, err = readTerms(s.Terms)
	return err
}

func (p *parser) search() *Search {
	s := &Search{Scope: "ALL", Limit: maxFound}
	if p.took("IN") {
		s.Scope = strings.ToUpper(p.peek().text)
		p.anyOf("ALL", "NAME", "EMAIL", "PHONE", "SIDEBAR")
		p.word("FIELDS")
	}
	if p.took("RETURNING") {
		s.Specs = list(p, p.spec)
	}
	if p.took("LIMIT") {
		s.Limit = min(p.whole(), maxFound)
	}
	if p.peek().kind != endToken {
		p.unexpected()
	}
	return s
}

// idsOf asks for the ids of an object.
func idsOf(text string, object Name) *Query {
	return &Query{Text: text, From: object, Items: []Item{{Expr: Expr{Path: Path{{Text: "Id", Pos: object.Pos}}}}}, Limit: NoLimit}
}

// spec reads an object with the fields to return.
func (p *parser) spec() *Query {
	q := idsOf(p.text, p.name())
	if !p.opens(0) {
		return q
	}
	p.at++
	q.Items = list(p, p.item)
	if p.took("WHERE") {
		q.Where = p.cond()
	}
	p.window(q)
	p.sign(")")
	return q
}
