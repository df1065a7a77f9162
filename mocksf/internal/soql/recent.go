package soql

import "iter"

// recent are the rows that a lower bound of a time leaves, as whoever polls for
// changes asks for.
func (b *binding) recent(c Cond) (iter.Seq[Row], bool) {
	switch c := c.(type) {
	case And:
		for _, t := range c.Terms {
			if rows, ok := b.recent(t); ok {
				return rows, true
			}
		}
	case Compare:
		o, err := b.recordOperand(c.Expr)
		if err != nil || o.field == nil || len(o.field.hops) > 0 || o.kind != DateTime {
			return nil, false
		}
		if from, ok := b.earliest(c).(int64); ok {
			return b.table.Since(o.field.column, from)
		}
	}
	return nil, false
}

// earliest is the least time that a comparison lets pass; nil is any.
func (b *binding) earliest(c Compare) any {
	if c.Op != Eq && c.Op != Gt && c.Op != Ge {
		return nil
	}
	p, ok := readPeriod(c.Value.Text)
	switch {
	case c.Value.Kind != Relative || !ok:
		return wanted(DateTime, c.Value)
	case c.Op == Gt:
		return p.span(DateTime, b.tables.Time()).to
	}
	return p.span(DateTime, b.tables.Time()).from
}
