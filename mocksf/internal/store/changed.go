package store

// Modified is when this state of the record was written, in Unix milliseconds.
// For a record in the recycle bin it is when it was deleted.
func (r *Row) Modified() int64 { return r.modified }

// Changed returns the records of t whose last write lies between two times in
// Unix milliseconds, both included: the live ones, or those in the recycle bin.
// They come in the order of their creation.
func (v *View) Changed(t *Table, from, to int64, deleted bool) []*Row {
	var found []*Row
	v.Since(t, from, true, func(r *Row) bool {
		if r.deleted == deleted && r.modified >= from && r.modified <= to {
			found = append(found, r)
		}
		return true
	})
	return found
}

// Newest returns up to n live records of t, the one created last first.
func (v *View) Newest(t *Table, n int) []*Row {
	var found []*Row
	for i := len(t.rows) - 1; i > 0 && len(found) < n; i-- {
		if r := t.rows[i]; alive(r) {
			found = append(found, r)
		}
	}
	return found
}

// Created is when the record was created, in Unix milliseconds.
func (r *Row) Created() int64 { return r.created }
