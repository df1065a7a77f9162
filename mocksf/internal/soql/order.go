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
		width := len(keys)
		values, order := make([]any, len(rows)*width), make([]int, len(rows))
		for i, row := range rows {
			order[i] = i
			for k, o := range keys {
				values[i*width+k] = o.value(row)
			}
		}
		slices.SortFunc(order, func(x, y int) int {
			for k, o := range orders {
				if d := o.compare(keys[k].kind, values[x*width+k], values[y*width+k]); d != 0 {
					return d
				}
			}
			return x - y
		})
		sorted := make([]Row, len(rows))
		for i, at := range order {
			sorted[i] = rows[at]
		}
		return sorted
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
