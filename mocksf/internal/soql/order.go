package soql

import "slices"

// sorter sorts rows by ORDER BY; nil when there is none. The values of each
// row are read once.
func (c compiler) sorter() (func([]Row) []Row, error) {
	orders := c.query.OrderBy
	if len(orders) == 0 {
		return nil, nil
	}
	keys := make([]operand, len(orders))
	for i, o := range orders {
		var err error
		if keys[i], err = c.operand(o.Expr); err != nil {
			return nil, err
		}
	}
	return func(rows []Row) []Row {
		all := make([]any, len(rows)*len(keys))
		list := make([]sortable, len(rows))
		for i, row := range rows {
			list[i] = sortable{row, all[i*len(keys) : (i+1)*len(keys)]}
			for k, o := range keys {
				list[i].keys[k] = o.value(row)
			}
		}
		slices.SortStableFunc(list, func(x, y sortable) int {
			for i, o := range orders {
				if d := o.compare(keys[i].kind, x.keys[i], y.keys[i]); d != 0 {
					return d
				}
			}
			return 0
		})
		for i := range list {
			rows[i] = list[i].row
		}
		return rows
	}, nil
}

// sortable is a row with what it is sorted by.
type sortable struct {
	row  Row
	keys []any
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
