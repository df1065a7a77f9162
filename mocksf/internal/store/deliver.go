package store

import "time"

// Deliver adds a record that the org writes by itself, such as a log file: no
// commit tells of it, and no backup holds it. fill is told the id and returns
// canonical texts by field name, see Row.Text.
func (s *Store) Deliver(t *Table, at time.Time, fill func(id string) map[string]string) (id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := uint32(len(t.rows))
	id = MakeID(t.Prefix, n)
	fields := fill(id)
	t.rows = append(t.rows, nil)
	t.deliver(n, at, fields)
	return id
}

// deliver puts record n in its place, with those of the fields that t has.
func (t *Table) deliver(n uint32, at time.Time, fields map[string]string) {
	values := make([]string, len(t.Fields))
	for name, text := range fields {
		if i, ok := t.Field(name); ok {
			values[i] = text
		}
	}
	t.replace(n, &Row{table: t, n: n, created: moment(at), modified: moment(at), values: pack(values)})
}

// Withdraw takes a delivered record away for good.
func (s *Store) Withdraw(t *Table, id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if row := t.row(id); row != nil {
		t.replace(row.n, nil)
	}
}
