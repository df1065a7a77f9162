package soql

import "iter"

// Hits are what a search found in one object.
type Hits struct {
	Shape *Shape
	Rows  []Row
}

// RunSearch evaluates a search: word by word, without regard to case. The error
// is always an *Error.
func RunSearch(s *Search, tables Tables) (all []Hits, err error) {
	specs := s.Specs
	if specs == nil {
		for _, name := range tables.Names() {
			specs = append(specs, idsOf(s.Text, Name{Text: name}))
		}
	}
	left := s.Limit
	for _, q := range specs {
		h, err := s.in(q, tables)
		if err != nil {
			return nil, err
		}
		h.Rows = h.Rows[:min(left, len(h.Rows))]
		left -= len(h.Rows)
		all = append(all, h)
	}
	return all, nil
}

// in searches one object.
func (s *Search) in(q *Query, tables Tables) (Hits, error) {
	flat := *q
	flat.Offset = 0 // which a search may have
	if what := flat.NotFlat(); what != "" {
		return Hits{}, plain(MalformedSearch, "%s is not allowed in a search", what)
	}
	b, err := bind(q, tables)
	if err != nil {
		return Hits{}, err
	}
	pick, err := b.picker()
	if err != nil {
		return Hits{}, err
	}
	shape, err := b.shape()
	if err != nil {
		return Hits{}, err
	}
	columns := s.searched(b.table)
	return Hits{shape, pick(s.matching(b.candidates(), columns))}, nil
}

// searched are the columns that the scope names.
func (s *Search) searched(t Table) (columns []Column) {
	for _, c := range t.Columns() {
		if c.Words != "" && (s.Scope == "ALL" || s.Scope == "SIDEBAR" || c.Words == s.Scope) {
			columns = append(columns, c)
		}
	}
	return columns
}

func (s *Search) matching(rows iter.Seq[Row], columns []Column) iter.Seq[Row] {
	return func(yield func(Row) bool) {
		fields := make([][]string, len(columns))
		for row := range rows {
			for i, c := range columns {
				text, _ := row.Value(c.Index).(string)
				fields[i] = split(text, "")
			}
			if s.find(fields) && !yield(row) {
				return
			}
		}
	}
}
