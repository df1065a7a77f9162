package store

// blockBits is the size of a block: 64 records.
const blockBits = 6

// latest is the later of the record's times. That is when it was modified,
// unless the clock was set back.
func (r *Row) latest() int64 { return max(r.created, r.modified) }

// touch notes the times of a record in its block. What a block says is at least
// the latest time of its records: nothing is taken back.
func (t *Table) touch(r *Row) {
	block := int(r.n >> blockBits)
	for len(t.newest) <= block {
		t.newest = append(t.newest, r.latest())
	}
	t.newest[block] = max(t.newest[block], r.latest())
}

// Since is Each for the records that were created or modified at a time, in Unix
// milliseconds, or later. It passes over those that stand among others as old.
func (v *View) Since(t *Table, ms int64, all bool, fn func(*Row) bool) {
	for block, newest := range t.newest {
		if newest < ms {
			continue
		}
		from := block << blockBits
		for _, r := range t.rows[from:min(from+1<<blockBits, len(t.rows))] {
			if r != nil && r.latest() >= ms && (all || !r.deleted) && !fn(r) {
				return
			}
		}
	}
}
