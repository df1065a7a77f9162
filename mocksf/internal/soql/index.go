package soql

import (
	"iter"
	"slices"
)

// candidates are the rows that an index gives when the condition demands a
// value of an indexed field, else all rows.
func (b *binding) candidates() iter.Seq[Row] {
	terms := []Cond{b.query.Where}
	if and, ok := b.query.Where.(And); ok {
		terms = and.Terms
	}
	for _, t := range terms {
		if rows, ok := b.indexed(t); ok {
			return slices.Values(rows)
		}
	}
	return b.table.Rows()
}

// indexed looks up the values that a term demands, each row once.
func (b *binding) indexed(c Cond) ([]Row, bool) {
	path, values := demanded(c)
	if len(values) == 0 {
		return nil, false
	}
	f, err := b.field(path)
	if err != nil || len(f.hops) > 0 {
		return nil, false
	}
	var all []Row
	seen := map[Row]bool{}
	for _, v := range values {
		rows, ok := b.find(f.column, v)
		if !ok {
			return nil, false
		}
		for _, r := range rows {
			if !seen[r] {
				seen[r] = true
				all = append(all, r)
			}
		}
	}
	return all, true
}

// find asks the index of a column; empty values are in no index.
func (b *binding) find(c Column, l Literal) ([]Row, bool) {
	if l.Kind != String || l.Text == "" {
		return nil, false
	}
	return b.table.Find(c, unescape(l.Text))
}

// demanded returns the values one of which the term's field must have.
func demanded(c Cond) (Path, []Literal) {
	switch c := c.(type) {
	case Compare:
		if c.Op == Eq {
			return c.Path, []Literal{c.Value}
		}
	case In:
		if !c.Negated {
			return c.Path, c.Values
		}
	}
	return nil, nil
}
