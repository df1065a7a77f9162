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
	values := make([]string, len(t.Fields))
	for name, text := range fill(id) {
		if i, ok := t.Field(name); ok {
			values[i] = text
		}
	}
	t.rows = append(t.rows, nil)
	t.replace(n, &Row{table: t, n: n, created: at.UnixMilli(), modified: at.UnixMilli(), values: pack(values)})
	return id
}

// Withdraw takes a delivered record away for good.
func (s *Store) Withdraw(t *Table, id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if row := t.row(id); row != nil {
		t.replace(row.n, nil)
	}
}
