package store

import (
	"cmp"
	"slices"

	"github.com/squall-harness/squall/mocksf/internal/apierr"
)

// View reads one state of the store.
type View struct {
	store *Store
}

// LSN is the number of the last commit that the state holds.
func (v *View) LSN() uint64 { return uint64(v.store.log.Len()) }

// Get returns the record with an id of 15 or 18 characters. Deleted records
// are returned too, and say so.
func (v *View) Get(id string) (*Row, bool) {
	long, ok := LongID(id)
	if !ok {
		return nil, false
	}
	t, ok := v.store.TableOf(long)
	if !ok {
		return nil, false
	}
	row := t.row(long)
	return row, row != nil
}

// Find returns the live records of t whose field holds value (as text, see
// Draft.Put), by index where the field has one.
func (v *View) Find(t *Table, field int, value string) []*Row {
	if field == FieldID {
		if row, _ := v.Get(value); row.LiveIn(t) {
			return []*Row{row}
		}
		return nil
	}
	if t.Lookup(field) {
		return v.Children(t, field, value, false)
	}
	if x := t.index(field); x != nil {
		var found []*Row
		for _, n := range x.all(value) {
			found = append(found, t.rows[n])
		}
		return found
	}
	var found []*Row
	v.Scan(t, func(r *Row) bool {
		if r.Text(field) == value {
			found = append(found, r)
		}
		return true
	})
	return found
}

// Children returns the records of t whose lookup field holds an id of 15 or 18
// characters, in the order of their creation, the deleted ones too when all is
// set.
func (v *View) Children(t *Table, field int, id string, all bool) []*Row {
	long, ok := LongID(id)
	if !ok {
		return nil
	}
	c, parent := t.lookup(field, long[:3]), Sequence(long)
	if c == nil || parent == 0 || uint64(parent) >= uint64(len(c.first)) {
		return nil
	}
	var found []*Row
	for n := c.first[parent]; n != 0; n = c.next[n] {
		if row := t.rows[n]; all || !row.deleted {
			found = append(found, row)
		}
	}
	slices.SortFunc(found, func(a, b *Row) int { return cmp.Compare(a.n, b.n) })
	return found
}

// Scan calls fn for the live records of t in the order of their creation,
// until it returns false.
func (v *View) Scan(t *Table, fn func(*Row) bool) { v.Each(t, false, fn) }

// Each is Scan that passes the deleted records too when all is set.
func (v *View) Each(t *Table, all bool, fn func(*Row) bool) {
	for _, r := range t.rows {
		if r != nil && (all || !r.deleted) && !fn(r) {
			return
		}
	}
}

// Last counts the ids of t that were given out: it is the number of the latest
// record's.
func (v *View) Last(t *Table) uint32 { return uint32(len(t.rows) - 1) }

// Count is the number of live records of t.
func (v *View) Count(t *Table) int { return t.live }

// Match finds the one live record whose field, an external id or Id, holds the
// text; nil, nil when there is none. Several are DUPLICATE_EXTERNAL_ID.
func (v *View) Match(t *Table, field int, text string) (*Row, *apierr.Error) {
	value, err := t.canonical(field, Cell, text)
	if err != nil || value == "" {
		return nil, err
	}
	return v.match(t, field, value)
}

func (v *View) match(t *Table, field int, value string) (*Row, *apierr.Error) {
	if x := t.index(field); x != nil {
		if n, count := x.first(value); count < 2 {
			return t.rows[n], nil // t.rows[0] is nil
		}
	}
	found := v.Find(t, field, value)
	if len(found) > 1 {
		return nil, ambiguous(t.Fields[field].Name, found)
	}
	if len(found) == 0 {
		return nil, nil
	}
	return found[0], nil
}
