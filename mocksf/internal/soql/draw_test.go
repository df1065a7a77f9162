package soql

import "pgregory.net/rapid"

// Generators of queries, and strip, which removes what printing does not keep.

var names = rapid.Custom(func(t *rapid.T) Name {
	return Name{Text: rapid.StringMatching(`[a-zA-Z][a-zA-Z0-9_]{0,6}(__c)?`).Filter(ordinary).Draw(t, "name")}
})

// ordinary leaves out the words that mean something where a name may stand.
func ordinary(s string) bool {
	for _, word := range []string{"NOT", "COUNT", "ASC", "FROM", "AS", "WHERE", "WITH", "GROUP", "ORDER", "LIMIT", "OFFSET", "FOR", "ALL", "HAVING", "USING", "UPDATE", "SELECT", "WHEN", "THEN", "ELSE", "END"} {
		if (token{kind: nameToken, text: s}).is(word) {
			return false
		}
	}
	return true
}

var paths = rapid.Custom(func(t *rapid.T) Path { return rapid.SliceOfN(names, 1, 3).Draw(t, "path") })

var literals = rapid.OneOf(
	rapid.Just(Literal{Kind: Null, Text: "NULL"}), rapid.Just(Literal{Kind: Bool, Text: "TRUE"}), rapid.Just(Literal{Kind: Bool, Text: "FALSE"}),
	literal(String, `([a-zé ,()%_]|\\[nrtbf'"\\_%]){0,8}`), literal(Number, `[+-]?[0-9]{1,5}(\.[0-9]{0,3})?(e-?[0-9]{1,2})?`),
	literal(Relative, `TODAY|LAST_WEEK|NEXT_FISCAL_QUARTER|LAST_90_DAYS|(LAST|NEXT)_N_(DAY|MONTH|FISCAL_YEAR)S:[0-9]{1,3}|N_WEEKS_AGO:[0-9]`),
	literal(Date, `20[0-9]{2}-0[1-9]-[01][1-9]`), literal(DateTime, `20[0-9]{2}-0[1-9]-1[0-9]T[01][0-9]:[0-5][0-9]:00(\.[0-9]{3})?(Z|\+0[0-9]:?00)`),
)

func literal(kind Kind, shape string) *rapid.Generator[Literal] {
	return rapid.Map(rapid.StringMatching(shape), func(s string) Literal { return Literal{Kind: kind, Text: s} })
}

// exprs are fields and functions of them.
var exprs = rapid.Custom(func(t *rapid.T) Expr {
	fs := []Func{"", "", "", Count, CountDistinct, Sum, Min, "CALENDAR_YEAR", dayOnly, toLabel, groupingOf, distance}
	e := Expr{Func: rapid.SampledFrom(fs).Draw(t, "func"), Path: paths.Draw(t, "path")}
	if e.Func == distance {
		e.From = &Place{rapid.StringMatching(`-?[1-8]?[0-9](\.[0-9]{0,3})?`).Draw(t, "latitude"), rapid.StringMatching(`[+-]?1[0-7][0-9]`).Draw(t, "longitude"), rapid.SampledFrom([]string{"km", "mi"}).Draw(t, "unit")}
	}
	return e
})

func conds(depth int) *rapid.Generator[Cond] {
	leaf := rapid.OneOf(
		rapid.Custom(func(t *rapid.T) Cond {
			ops := []Op{Eq, Ne, Lt, Le, Gt, Ge, Like}
			return Compare{exprs.Draw(t, "expr"), rapid.SampledFrom(ops).Draw(t, "op"), literals.Draw(t, "value")}
		}),
		rapid.Custom(func(t *rapid.T) Cond {
			return In{Expr: exprs.Draw(t, "expr"), Negated: rapid.Bool().Draw(t, "negated"), Values: rapid.SliceOfN(literals, 1, 3).Draw(t, "values")}
		}),
		rapid.Custom(func(t *rapid.T) Cond {
			return Includes{exprs.Draw(t, "expr"), rapid.Bool().Draw(t, "negated"), rapid.SliceOfN(literals, 1, 3).Draw(t, "values")}
		}))
	if depth == 0 {
		return leaf
	}
	inner := rapid.SliceOfN(conds(depth-1), 2, 3)
	return rapid.OneOf(leaf,
		rapid.Map(inner, func(c []Cond) Cond { return And{c} }),
		rapid.Map(inner, func(c []Cond) Cond { return Or{c} }),
		rapid.Map(conds(depth-1), func(c Cond) Cond { return Not{c} }),
		rapid.Custom(func(t *rapid.T) Cond {
			return In{Expr: exprs.Draw(t, "expr"), Negated: rapid.Bool().Draw(t, "negated"), Sub: queriesOf(0).Draw(t, "sub")}
		}))
}

var queries = queriesOf(1)

// queriesOf draws queries with subqueries up to a depth.
func queriesOf(depth int) *rapid.Generator[*Query] {
	return rapid.Custom(func(t *rapid.T) *Query {
		q := &Query{From: names.Draw(t, "from"), Limit: NoLimit}
		if q.Count = rapid.Bool().Draw(t, "count"); !q.Count {
			q.Items = rapid.SliceOfN(items(depth), 1, 4).Draw(t, "items")
		}
		if rapid.Bool().Draw(t, "aliased") {
			q.Alias = names.Draw(t, "alias").Text
			q.Of = names.Draw(t, "of")
			q.Parents = rapid.SliceOfN(parents, 0, 2).Draw(t, "parents")
		}
		if rapid.Bool().Draw(t, "filtered") {
			q.Where = conds(2*depth).Draw(t, "where")
		}
		if rapid.Bool().Draw(t, "grouped") {
			q.GroupBy = rapid.SliceOfN(exprs, 1, 2).Draw(t, "by")
			q.Totals = rapid.SampledFrom([]Totals{"", Rollup, Cube}).Draw(t, "totals")
			q.Having = conds(0).Draw(t, "having")
		}
		q.OrderBy = rapid.SliceOfN(orders, 0, 2).Draw(t, "order")
		q.Limit = rapid.IntRange(NoLimit, 50).Draw(t, "limit")
		q.Offset = rapid.IntRange(0, MaxOffset).Draw(t, "offset")
		return q
	})
}

func items(depth int) *rapid.Generator[Item] {
	return rapid.Custom(func(t *rapid.T) Item {
		switch rapid.IntRange(0, 5).Draw(t, "what") {
		case 0:
			return Item{Fields: rapid.SampledFrom([]string{"ALL", "STANDARD", "CUSTOM"}).Draw(t, "fields")}
		case 2:
			return Item{TypeOf: &TypeOf{paths.Draw(t, "path"), rapid.SliceOfN(whens, 1, 2).Draw(t, "when"), rapid.SliceOfN(paths, 0, 2).Draw(t, "else")}}
		case 1:
			if depth > 0 {
				return Item{Sub: queriesOf(depth-1).Draw(t, "sub")}
			}
		}
		i := Item{Expr: exprs.Draw(t, "expr"), Format: rapid.Bool().Draw(t, "format"), Money: rapid.Bool().Draw(t, "money")}
		if rapid.Bool().Draw(t, "named") {
			i.Alias = names.Draw(t, "alias").Text
		}
		return i
	})
}

var whens = rapid.Custom(func(t *rapid.T) When {
	return When{names.Draw(t, "object"), rapid.SliceOfN(paths, 1, 2).Draw(t, "fields")}
})

var parents = rapid.Custom(func(t *rapid.T) Parent {
	p := Parent{Path: paths.Draw(t, "path")}
	if rapid.Bool().Draw(t, "aliased") {
		p.Alias = names.Draw(t, "alias").Text
	}
	return p
})

var orders = rapid.Custom(func(t *rapid.T) Order {
	return Order{exprs.Draw(t, "expr"), rapid.Bool().Draw(t, "desc"), rapid.Bool().Draw(t, "last")}
})

// strip returns a copy of the query without text and positions.
func strip(q *Query) Query {
	s := *q
	s.Text, s.From.Pos, s.Of.Pos, s.Items, s.OrderBy, s.GroupBy, s.Parents = "", 0, 0, nil, nil, nil, nil
	for _, p := range q.Parents {
		s.Parents = append(s.Parents, Parent{stripPath(p.Path), p.Alias})
	}
	for _, i := range q.Items {
		i.Expr = stripExpr(i.Expr)
		if i.Sub != nil {
			sub := strip(i.Sub)
			i.Sub = &sub
		}
		if i.Fields != "" {
			i.Path = nil
		}
		if i.TypeOf != nil {
			i.TypeOf = stripTypeOf(i.TypeOf)
		}
		s.Items = append(s.Items, i)
	}
	for _, e := range q.GroupBy {
		s.GroupBy = append(s.GroupBy, stripExpr(e))
	}
	for _, o := range q.OrderBy {
		s.OrderBy = append(s.OrderBy, Order{stripExpr(o.Expr), o.Desc, o.NullsLast})
	}
	s.Where, s.Having = stripCond(q.Where), stripCond(q.Having)
	return s
}

func stripTypeOf(t *TypeOf) *TypeOf {
	s := &TypeOf{Path: stripPath(t.Path), Else: stripPaths(t.Else)}
	for _, w := range t.When {
		s.When = append(s.When, When{Name{Text: w.Object.Text}, stripPaths(w.Fields)})
	}
	return s
}

func stripPaths(paths []Path) (out []Path) {
	for _, p := range paths {
		out = append(out, stripPath(p))
	}
	return out
}

func stripExpr(e Expr) Expr { return Expr{e.Func, stripPath(e.Path), e.From} }

func stripPath(p Path) (out Path) {
	for _, n := range p {
		out = append(out, Name{Text: n.Text})
	}
	return out
}

func stripCond(c Cond) Cond {
	switch c := c.(type) {
	case And:
		return And{stripAll(c.Terms)}
	case Or:
		return Or{stripAll(c.Terms)}
	case Not:
		return Not{stripCond(c.Term)}
	case Compare:
		return Compare{stripExpr(c.Expr), c.Op, stripLiterals([]Literal{c.Value})[0]}
	case Includes:
		return Includes{stripExpr(c.Expr), c.Negated, stripLiterals(c.Values)}
	case In:
		in := In{Expr: stripExpr(c.Expr), Negated: c.Negated, Values: stripLiterals(c.Values)}
		if c.Sub != nil {
			sub := strip(c.Sub)
			in.Sub = &sub
		}
		return in
	}
	return c
}

func stripLiterals(values []Literal) (out []Literal) {
	for _, v := range values {
		out = append(out, Literal{Kind: v.Kind, Text: v.Text})
	}
	return out
}

func stripAll(terms []Cond) (out []Cond) {
	for _, t := range terms {
		out = append(out, stripCond(t))
	}
	return out
}
