package soql

import (
	"slices"
	"strconv"
	"strings"
)

// Figure is one column of a query with aggregates.
type Figure struct {
	Name  string // the alias, the field's name, or expr0, expr1, ...
	Expr  Expr
	Kind  Kind
	Whole bool // a number without a fraction

	Format Format
}

// group is the rows that share the values of GROUP BY. It is a Row of its own
// kind: the conditions of HAVING and the keys of ORDER BY read its slots.
type group struct {
	totals int // bit i: the field i of GROUP BY is summed up
	slots  []slot
	normal []any
}

// Value returns the value of a slot.
func (g *group) Value(i int) any { return g.normal[i] }

// grouping evaluates the groups of a query.
type grouping struct {
	*binding
	by    []operand
	keys  []string // of by, as slots have them
	slots []figure
}

// figure is an expression over a group.
type figure struct {
	operand
	expr   Expr
	column Column
	raw    func(Row) any // for show
	by     int           // of GROUP BY; -1 is none of it
}

// aggregate answers a query with GROUP BY or aggregate functions.
func (b *binding) aggregate() (*Result, error) {
	g := &grouping{binding: b}
	figures, finish, err := g.compile()
	if err != nil {
		return nil, err
	}
	groups, err := g.collect()
	if err != nil {
		return nil, err
	}
	return g.result(figures, finish(groups)), nil
}

// compile resolves all but the WHERE clause. finish does to the groups what
// HAVING, ORDER BY, LIMIT and OFFSET say.
func (g *grouping) compile() (figures []Figure, finish func([]Row) []Row, err error) {
	if err = g.check(); err != nil {
		return nil, nil, err
	}
	if figures, err = g.figures(); err != nil {
		return nil, nil, err
	}
	c := compiler{g.binding, g.operand}
	having, err := c.filter(g.query.Having)
	if err != nil {
		return nil, nil, err
	}
	sorted, err := c.sorter()
	return figures, func(groups []Row) []Row {
		groups = slices.DeleteFunc(groups, func(r Row) bool { return !having(r) })
		if sorted != nil {
			groups = sorted(groups)
		}
		return g.cut(groups)
	}, err
}

// check refuses what does not go with aggregates and resolves GROUP BY.
func (g *grouping) check() error {
	q := g.query
	if q.Count {
		return plain(MalformedQuery, "Grouped query cannot use COUNT() without a field")
	}
	if len(q.GroupBy) == 0 && q.Limit != NoLimit {
		return plain(MalformedQuery, "Non-grouped query that uses overall aggregate functions cannot also use LIMIT")
	}
	for _, e := range q.GroupBy {
		o, err := g.recordOperand(e)
		if err != nil {
			return err
		}
		if o.kind == DateTime {
			return fail(MalformedQuery, q.Text, e.Path[0].Pos, "field '%s' can not be grouped in a query call", o.name)
		}
		f, _ := g.field(e.Path) // it was resolved a moment ago
		g.by, g.keys = append(g.by, o), append(g.keys, exprKey(e, f))
	}
	return nil
}

// groupedBy is the expression of GROUP BY that an expression of a group is about.
func groupedBy(e Expr) Expr {
	if e.Func == groupingOf {
		e.Func = ""
	}
	return e
}

func exprKey(e Expr, f *field) string { return string(e.Func) + "/" + f.key() }

// figures resolves the SELECT list.
func (g *grouping) figures() ([]Figure, error) {
	var list []Figure
	unnamed := 0
	for _, item := range g.query.Items {
		if item.TypeOf != nil {
			return nil, g.checkTypeOf(item.TypeOf)
		}
		if item.Sub != nil || item.Fields != "" {
			return nil, plain(MalformedQuery, "A grouped query selects fields and aggregates only")
		}
		o, err := g.operand(item.Expr)
		if err != nil {
			return nil, err
		}
		s := g.slots[len(g.slots)-1]
		f := Figure{Name: item.Alias, Expr: item.Expr, Kind: o.kind, Whole: item.Func.whole(s.column)}
		if f.Format, err = g.format(item, o.kind, s.column); err != nil {
			return nil, err
		}
		if f.Format != nil {
			f.Kind, f.Whole = String, false
		}
		switch {
		case f.Name != "":
		case item.Func == "" && !item.Format:
			f.Name = s.column.Name
		default:
			f.Name = "expr" + strconv.Itoa(unnamed)
			unnamed++
		}
		if slices.ContainsFunc(list, func(other Figure) bool { return strings.EqualFold(other.Name, f.Name) }) {
			return nil, fail(MalformedQuery, g.query.Text, item.Path[0].Pos, "duplicate alias: %s", f.Name)
		}
		list = append(list, f)
	}
	return list, nil
}

// operand resolves an expression over groups: an aggregate, or what the query
// groups by. Each takes a slot of its own.
func (g *grouping) operand(e Expr) (operand, error) {
	f, err := g.field(e.Path)
	if err != nil {
		return operand{}, err
	}
	kind, err := g.kindOf(e, f)
	if err != nil {
		return operand{}, err
	}
	by := slices.Index(g.keys, exprKey(groupedBy(e), f))
	switch {
	case e.Func == groupingOf && (by < 0 || g.query.Totals == ""):
		return operand{}, fail(MalformedQuery, g.query.Text, e.Path[0].Pos, "GROUPING takes a field of GROUP BY ROLLUP or GROUP BY CUBE: %s is none", e.Path)
	case !e.Func.ofGroup() && by < 0:
		return operand{}, fail(MalformedQuery, g.query.Text, e.Path[0].Pos, "Field must be grouped or aggregated: %s", e.Path)
	}
	at := len(g.slots)
	o := operand{kind: kind, name: f.column.Name, value: func(r Row) any { return r.Value(at) }}
	inner := operand{kind: kind, value: f.value}
	if !e.Func.ofGroup() {
		if inner, err = g.recordOperand(e); err != nil {
			return operand{}, err
		}
	}
	s := figure{operand: inner, expr: e, column: f.column, raw: f.raw, by: by}
	s.kind = f.column.Kind
	if e.Func != "" && !e.Func.ofGroup() && e.Func != toLabel {
		s.kind, s.raw = kind, inner.value
	}
	g.slots = append(g.slots, s)
	return o, nil
}

// result shows the groups.
func (g *grouping) result(figures []Figure, groups []Row) *Result {
	r := &Result{Total: len(groups), Figures: figures, Groups: [][]any{}}
	for _, row := range groups {
		in := row.(*group)
		values := make([]any, len(figures))
		for i := range figures {
			if values[i] = in.slots[i].shown; values[i] != nil && figures[i].Format != nil {
				values[i] = figures[i].Format(values[i])
			}
		}
		r.Groups = append(r.Groups, values)
	}
	return r
}
