package soql

// sorter returns the order of ORDER BY, nil when there is none.
func (b *binding) sorter() (func(x, y Row) int, error) {
	if len(b.query.OrderBy) == 0 {
		return nil, nil
	}
	fields := make([]field, len(b.query.OrderBy))
	for i, o := range b.query.OrderBy {
		var err error
		if fields[i], err = b.field(o.Path); err != nil {
			return nil, err
		}
	}
	return func(x, y Row) int {
		for i, f := range fields {
			vx, vy := normal(f.column.Kind, f.value(x)), normal(f.column.Kind, f.value(y))
			if c := b.query.OrderBy[i].compare(f.column.Kind, vx, vy); c != 0 {
				return c
			}
		}
		return 0
	}, nil
}

// compare orders two normal values by one sort key.
func (o Order) compare(kind Kind, x, y any) int {
	switch {
	case x == nil && y == nil:
		return 0
	case x == nil || y == nil:
		if (x == nil) == o.NullsLast {
			return 1
		}
		return -1
	case o.Desc:
		return compare(kind, y, x)
	}
	return compare(kind, x, y)
}
