package soql

import (
	"strconv"
	"strings"
)

// String writes the query in canonical spelling. Parsing that gives the same
// query again, apart from the positions.
func (q *Query) String() string {
	var b strings.Builder
	b.WriteString("SELECT " + q.items() + " FROM " + q.from())
	if q.Where != nil {
		b.WriteString(" WHERE " + q.Where.String())
	}
	if len(q.GroupBy) > 0 {
		b.WriteString(" GROUP BY " + q.groups())
	}
	if q.Having != nil {
		b.WriteString(" HAVING " + q.Having.String())
	}
	if len(q.OrderBy) > 0 {
		b.WriteString(" ORDER BY " + join(q.OrderBy, ", ", Order.String))
	}
	if q.Limit != NoLimit {
		b.WriteString(" LIMIT " + strconv.Itoa(q.Limit))
	}
	if q.Offset > 0 {
		b.WriteString(" OFFSET " + strconv.Itoa(q.Offset))
	}
	return b.String()
}

func (q *Query) from() string {
	object := Path{q.From}
	if q.Of.Text != "" {
		object = Path{q.Of, q.From}
	}
	return join(append([]Parent{{object, q.Alias}}, q.Parents...), ", ", Parent.String)
}

func (q *Query) groups() string {
	list := join(q.GroupBy, ", ", Expr.String)
	if q.Totals != "" {
		return string(q.Totals) + "(" + list + ")"
	}
	return list
}

// String writes the parent as FROM names it.
func (p Parent) String() string {
	if p.Alias == "" {
		return p.Path.String()
	}
	return p.Path.String() + " AS " + p.Alias
}

func (q *Query) items() string {
	if q.Count {
		return "COUNT()"
	}
	return join(q.Items, ", ", Item.String)
}

// String writes the item as in a SELECT list.
func (i Item) String() string {
	switch {
	case i.Sub != nil:
		return "(" + i.Sub.String() + ")"
	case i.Fields != "":
		return "FIELDS(" + i.Fields + ")"
	case i.TypeOf != nil:
		return i.TypeOf.String()
	}
	text := i.Expr.String()
	if i.Money {
		text = "convertCurrency(" + text + ")"
	}
	if i.Format {
		text = "FORMAT(" + text + ")"
	}
	return strings.TrimSpace(text + " " + i.Alias)
}

// String writes the expression with its keywords.
func (t *TypeOf) String() string {
	fields := func(list []Path) string { return join(list, ", ", Path.String) }
	text := "TYPEOF " + t.Path.String()
	for _, w := range t.When {
		text += " WHEN " + w.Object.Text + " THEN " + fields(w.Fields)
	}
	if len(t.Else) > 0 {
		text += " ELSE " + fields(t.Else)
	}
	return text + " END"
}

// String writes the field, or the function of it.
func (e Expr) String() string {
	switch {
	case e.Func == "":
		return e.Path.String()
	case e.From != nil:
		return string(e.Func) + "(" + e.Path.String() + ", " + e.From.String() + ")"
	}
	return string(e.Func) + "(" + e.Path.String() + ")"
}

// String writes the path with dots.
func (p Path) String() string {
	return join(p, ".", func(n Name) string { return n.Text })
}

// String writes the terms joined by AND.
func (a And) String() string { return join(a.Terms, " AND ", grouped) }

// String writes the terms joined by OR.
func (o Or) String() string { return join(o.Terms, " OR ", grouped) }

// String writes NOT and the term.
func (n Not) String() string { return "NOT " + grouped(n.Term) }

// String writes the comparison.
func (c Compare) String() string {
	return c.Expr.String() + " " + string(c.Op) + " " + c.Value.String()
}

// String writes the list test.
func (i In) String() string {
	word := " IN "
	if i.Negated {
		word = " NOT IN "
	}
	if i.Sub != nil {
		return i.Expr.String() + word + "(" + i.Sub.String() + ")"
	}
	return i.Expr.String() + word + values(i.Values)
}

// String writes the test of a multi-select picklist.
func (i Includes) String() string {
	word := " INCLUDES "
	if i.Negated {
		word = " EXCLUDES "
	}
	return i.Expr.String() + word + values(i.Values)
}

func values(list []Literal) string { return "(" + join(list, ", ", Literal.String) + ")" }

// String writes the literal as it stood in the query.
func (l Literal) String() string {
	if l.Kind == String {
		return "'" + l.Text + "'"
	}
	return l.Text
}

// String writes the sort key with its deviations from the default.
func (o Order) String() string {
	s := o.Expr.String()
	if o.Desc {
		s += " DESC"
	}
	if o.NullsLast {
		s += " NULLS LAST"
	}
	return s
}

// grouped sets parentheses around a list of terms inside another condition.
func grouped(c Cond) string {
	switch c.(type) {
	case And, Or:
		return "(" + c.String() + ")"
	}
	return c.String()
}

func join[T any](parts []T, sep string, text func(T) string) string {
	words := make([]string, len(parts))
	for i, p := range parts {
		words[i] = text(p)
	}
	return strings.Join(words, sep)
}
