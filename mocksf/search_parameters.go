package mocksf

import (
	"strconv"
	"strings"

	"github.com/squall-harness/squall/mocksf/internal/jsontree"
	"github.com/squall-harness/squall/mocksf/internal/soql"
)

// searchParameters are a search without SOSL (REST API guide, Parameterized
// Search), whether they came in the URL or in a body.
type searchParameters struct {
	q, scope       string
	fields         string // of objects that name none, with commas
	objects        []searchObject
	overall, limit string
}

// searchObject is an object to return, with clauses in SOQL.
type searchObject struct{ name, fields, where, orderBy, limit string }

// serveParameterized reads the parameters from the URL.
func serveParameterized(r *request) reply {
	get := r.query.Get
	p := searchParameters{q: get("q"), scope: get("in"), fields: get("fields"), overall: get("overallLimit"), limit: get("defaultLimit")}
	for _, name := range splitList(get("sobject")) {
		p.objects = append(p.objects, searchObject{name, get(name + ".fields"), get(name + ".where"), get(name + ".orderBy"), get(name + ".limit")})
	}
	return r.searchFor(p)
}

// servePostedSearch reads them from the body.
func servePostedSearch(r *request) reply {
	text := func(v jsontree.Value, name string) string { return v.Get(name).Text() }
	p := searchParameters{
		q: text(r.json, "q"), scope: text(r.json, "in"), fields: joinedTexts(r.json.Get("fields")),
		overall: text(r.json, "overallLimit"), limit: text(r.json, "defaultLimit"),
	}
	for v := range r.json.Get("sobjects").Items() {
		p.objects = append(p.objects, searchObject{text(v, "name"), joinedTexts(v.Get("fields")), text(v, "where"), text(v, "orderBy"), text(v, "limit")})
	}
	return r.searchFor(p)
}

func joinedTexts(v jsontree.Value) string {
	var names []string
	for item := range v.Items() {
		names = append(names, item.Text())
	}
	return strings.Join(names, ",")
}

func (r *request) searchFor(p searchParameters) reply {
	s, err := p.search()
	if err != nil {
		return queryFailure(err)
	}
	return r.search(s)
}

// search puts the search together.
func (p searchParameters) search() (*soql.Search, error) {
	s, err := soql.ParseSearch("FIND {xx} IN " + orDefault(p.scope, "ALL") + " FIELDS LIMIT " + orDefault(p.overall, "2000"))
	if err != nil {
		return nil, err
	}
	s.Text, s.Terms = p.q, withoutBraces(p.q)
	if err := s.Prepare(); err != nil {
		return nil, err
	}
	for _, o := range p.objects {
		q, err := o.spec(p)
		if err != nil {
			return nil, err
		}
		s.Specs = append(s.Specs, q)
	}
	return s, nil
}

// withoutBraces drops what has no meaning in a term.
func withoutBraces(q string) string { return strings.NewReplacer("{", " ", "}", " ").Replace(q) }

func (o searchObject) spec(p searchParameters) (*soql.Query, error) {
	text := "SELECT " + orDefault(o.fields, orDefault(p.fields, "Id")) + " FROM " + o.name
	if o.where != "" {
		text += " WHERE " + o.where
	}
	if o.orderBy != "" {
		text += " ORDER BY " + o.orderBy
	}
	if limit := orDefault(o.limit, p.limit); limit != "" {
		if _, err := strconv.Atoi(limit); err != nil {
			return nil, &soql.Error{Code: soql.MalformedSearch, Message: "limit is no number: " + limit}
		}
		text += " LIMIT " + limit
	}
	return soql.Parse(text)
}
