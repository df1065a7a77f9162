package soql

import "pgregory.net/rapid"

// Generators of queries, and strip, which removes what printing does not keep.

var names = rapid.Custom(func(t *rapid.T) Name {
	return Name{Text: rapid.StringMatching(`[a-zA-Z][a-zA-Z0-9_]{0,6}(__c)?`).Filter(ordinary).Draw(t, "name")}
})

// ordinary leaves out the words that mean something where a name may stand.
func ordinary(s string) bool {
	for _, word := range []string{"NOT", "COUNT", "ASC", "FROM"} {
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
	literal(Date, `20[0-9]{2}-0[1-9]-[01][1-9]`), literal(DateTime, `20[0-9]{2}-0[1-9]-1[0-9]T[01][0-9]:[0-5][0-9]:00(\.[0-9]{3})?(Z|\+0[0-9]:?00)`),
)

func literal(kind Kind, shape string) *rapid.Generator[Literal] {
	return rapid.Map(rapid.StringMatching(shape), func(s string) Literal { return Literal{Kind: kind, Text: s} })
}

func conds(depth int) *rapid.Generator[Cond] {
	leaf := rapid.OneOf(
		rapid.Custom(func(t *rapid.T) Cond {
			ops := []Op{Eq, Ne, Lt, Le, Gt, Ge, Like}
			return Compare{paths.Draw(t, "path"), rapid.SampledFrom(ops).Draw(t, "op"), literals.Draw(t, "value")}
		}),
		rapid.Custom(func(t *rapid.T) Cond {
			return In{paths.Draw(t, "path"), rapid.Bool().Draw(t, "negated"), rapid.SliceOfN(literals, 1, 3).Draw(t, "values")}
		}))
	if depth == 0 {
		return leaf
	}
	inner := rapid.SliceOfN(conds(depth-1), 2, 3)
	return rapid.OneOf(leaf,
		rapid.Map(inner, func(c []Cond) Cond { return And{c} }),
		rapid.Map(inner, func(c []Cond) Cond { return Or{c} }),
		rapid.Map(conds(depth-1), func(c Cond) Cond { return Not{c} }))
}

var queries = rapid.Custom(func(t *rapid.T) *Query {
	q := &Query{From: names.Draw(t, "from"), Limit: NoLimit}
	if q.Count = rapid.Bool().Draw(t, "count"); !q.Count {
		q.Items = rapid.SliceOfN(items, 1, 4).Draw(t, "items")
	}
	if rapid.Bool().Draw(t, "filtered") {
		q.Where = conds(3).Draw(t, "where")
	}
	q.OrderBy = rapid.SliceOfN(orders, 0, 2).Draw(t, "order")
	q.Limit = rapid.IntRange(NoLimit, 50).Draw(t, "limit")
	q.Offset = rapid.IntRange(0, MaxOffset).Draw(t, "offset")
	return q
})

var items = rapid.Custom(func(t *rapid.T) Item {
	i := Item{Path: paths.Draw(t, "path"), Counted: rapid.Bool().Draw(t, "counted")}
	if i.Counted && rapid.Bool().Draw(t, "named") {
		i.Alias = names.Draw(t, "alias").Text
	}
	return i
})

var orders = rapid.Custom(func(t *rapid.T) Order {
	return Order{paths.Draw(t, "path"), rapid.Bool().Draw(t, "desc"), rapid.Bool().Draw(t, "last")}
})

// strip returns a copy of the query without text and positions.
func strip(q *Query) Query {
	s := *q
	s.Text, s.From.Pos, s.Items, s.OrderBy = "", 0, nil, nil
	for _, i := range q.Items {
		s.Items = append(s.Items, Item{stripPath(i.Path), i.Counted, i.Alias})
	}
	for _, o := range q.OrderBy {
		s.OrderBy = append(s.OrderBy, Order{stripPath(o.Path), o.Desc, o.NullsLast})
	}
	if q.Where != nil {
		s.Where = stripCond(q.Where)
	}
	return s
}

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
		return Compare{stripPath(c.Path), c.Op, Literal{Kind: c.Value.Kind, Text: c.Value.Text}}
	case In:
		in := In{Path: stripPath(c.Path), Negated: c.Negated}
		for _, v := range c.Values {
			in.Values = append(in.Values, Literal{Kind: v.Kind, Text: v.Text})
		}
		return in
	}
	return c
}

func stripAll(terms []Cond) (out []Cond) {
	for _, t := range terms {
		out = append(out, stripCond(t))
	}
	return out
}
