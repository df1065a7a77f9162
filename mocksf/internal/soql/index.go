package soql

import (
	"iter"
	"slices"
	"strconv"
)

// lookup is what the indexes give for a condition: rows that include all that
// fulfil it, each once, and the fields that were asked.
type lookup struct {
	rows   []Row
	fields []string
}

// few is so small a number of rows that looking for a better index is no gain.
const few = 16

// candidates are the rows that an index gives when the condition demands values
// of indexed fields, else all rows. The filter must have been compiled, which
// runs the sub-selects of semi-joins.
func (b *binding) candidates() iter.Seq[Row] {
	if found, ok := b.indexed(b.query.Where); ok {
		return slices.Values(found.rows)
	}
	if rows, ok := b.recent(b.query.Where); ok {
		return rows
	}
	return b.table.Rows()
}

func (b *binding) indexed(c Cond) (lookup, bool) {
	switch c := c.(type) {
	case And:
		return b.narrowest(c.Terms)
	case Or:
		return b.union(c.Terms)
	case Compare, In:
		return b.demanded(c)
	}
	return lookup{}, false
}

// narrowest takes the term with the fewest rows. Lookups come last: a parent
// may have a million children.
func (b *binding) narrowest(terms []Cond) (best lookup, ok bool) {
	for _, wide := range []bool{false, true} {
		for _, t := range terms {
			if b.wide(t) != wide || ok && len(best.rows) <= few {
				continue
			}
			if l, found := b.indexed(t); found && (!ok || len(l.rows) < len(best.rows)) {
				best, ok = l, true
			}
		}
	}
	return best, ok
}

// wide tells whether a term may stand for many rows per value.
func (b *binding) wide(c Cond) bool {
	e, values := b.values(c)
	if values == nil {
		return true
	}
	f, err := b.field(e.Path)
	return err != nil || len(f.hops) > 0 || f.column.Kind == ID && f.column.Name != "Id"
}

// union takes all terms, if each has an index.
func (b *binding) union(terms []Cond) (all lookup, ok bool) {
	seen := map[Row]bool{}
	for _, t := range terms {
		l, ok := b.indexed(t)
		if !ok {
			return lookup{}, false
		}
		all.rows = appendNew(all.rows, l.rows, seen)
		for _, name := range l.fields {
			if !slices.Contains(all.fields, name) {
				all.fields = append(all.fields, name)
			}
		}
	}
	return all, true
}

// demanded looks up the values that a term demands.
func (b *binding) demanded(c Cond) (lookup, bool) {
	e, values := b.values(c)
	if values == nil {
		return lookup{}, false
	}
	f, err := b.field(e.Path)
	if err != nil {
		return lookup{}, false
	}
	l := lookup{fields: []string{f.key()}}
	seen := map[Row]bool{}
	for _, v := range values {
		rows, ok := f.find(v)
		if !ok {
			return lookup{}, false
		}
		l.rows = appendNew(l.rows, rows, seen)
	}
	return l, true
}

func appendNew(all, more []Row, seen map[Row]bool) []Row {
	for _, r := range more {
		if !seen[r] {
			seen[r] = true
			all = append(all, r)
		}
	}
	return all
}

// find looks a value up where the field is, and goes back from parents to
// children.
func (f *field) find(value string) ([]Row, bool) {
	rows, ok := f.table.Find(f.column, value)
	if !ok {
		return nil, false
	}
	for _, h := range slices.Backward(f.hops) {
		var children []Row
		for _, parent := range rows {
			id, _ := parent.Value(h.id.Index).(string)
			more, indexed := h.from.Find(h.relation.Column, id)
			ok = ok && indexed
			children = append(children, more...)
		}
		rows = children
	}
	return rows, ok
}

// values returns the texts one of which the term's field must have, nil when it
// is not so. Empty values are in no index.
func (b *binding) values(c Cond) (Expr, []string) {
	if in, ok := c.(In); ok && in.Sub != nil && !in.Negated {
		return in.Expr, b.found[in.Sub]
	}
	e, literals := named(c)
	return e, texts(literals)
}

func texts(literals []Literal) (list []string) {
	for _, l := range literals {
		switch {
		case l.Text == "":
			return nil
		case l.Kind == String:
			list = append(list, unescape(l.Text))
		case l.Kind == Number:
			list = append(list, strconv.FormatFloat(numberOf(l.Text), 'f', -1, 64))
		default:
			return nil
		}
	}
	return list
}
