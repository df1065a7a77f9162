package soql

import (
	"strconv"
	"strings"
)

// collect reads the rows into groups, in the order in which each was first met,
// subtotals after them. Without GROUP BY there is one group, even of no rows.
func (g *grouping) collect() ([]Row, error) {
	holds, err := g.records().filter(g.query.Where)
	if err != nil {
		return nil, err
	}
	levels := g.levels()
	groups, byKey := make([][]Row, len(levels)), map[string]*group{}
	if len(g.by) == 0 {
		only := g.open(0)
		byKey[g.key(0, nil)], groups[0] = only, []Row{only}
	}
	for row := range g.candidates() {
		if !holds(row) {
			continue
		}
		for i, totals := range levels {
			key := g.key(totals, row)
			in := byKey[key]
			if in == nil {
				in = g.open(totals)
				byKey[key] = in
				groups[i] = append(groups[i], in)
			}
			in.take(g.slots, row)
		}
	}
	var all []Row
	for _, level := range groups {
		for _, r := range level {
			r.(*group).close(g.slots)
		}
		all = append(all, level...)
	}
	return all, nil
}

// levels are the sets of fields that are summed up, as bits; none of them first.
func (g *grouping) levels() []int {
	all := []int{0}
	full := 1<<len(g.by) - 1
	switch g.query.Totals {
	case Rollup:
		for i := range g.by {
			all = append(all, full&^(1<<(len(g.by)-1-i)-1))
		}
	case Cube:
		for totals := 1; totals <= full; totals++ {
			all = append(all, totals)
		}
	}
	return all
}

func (g *grouping) open(totals int) *group {
	return &group{totals: totals, slots: make([]slot, len(g.slots)), normal: make([]any, len(g.slots))}
}

// key is what the rows of one group have in common.
func (g *grouping) key(totals int, row Row) string {
	var b strings.Builder
	b.WriteString(strconv.Itoa(totals) + "/")
	for i, o := range g.by {
		if totals>>i&1 == 0 {
			writeKey(&b, o.kind, o.value(row))
		}
	}
	return b.String()
}

// writeKey writes a value so that no two lists of values look alike.
func writeKey(b *strings.Builder, kind Kind, v any) {
	switch v := key(kind, v).(type) {
	case nil:
		b.WriteByte('-')
	case string:
		b.WriteString(strconv.Itoa(len(v)) + ":" + v)
	case float64:
		b.WriteString(strconv.FormatFloat(v, 'g', -1, 64) + ";")
	case bool:
		b.WriteString(strconv.FormatBool(v) + ";")
	case int64:
		b.WriteString(strconv.FormatInt(v, 10) + ";")
	}
}
