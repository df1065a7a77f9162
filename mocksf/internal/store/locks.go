package store

import (
	"slices"

	"github.com/squall-harness/squall/mocksf/internal/apierr"
)

// lockBook is what a transaction has to do with records that others hold.
type lockBook struct {
	rehearsing bool
	wanted     []string
	taken      map[string]bool
}

// Respect makes the writes fail that need a lock of the list, which others
// hold.
func (tx *Tx) Respect(taken map[string]bool) {
	if len(taken) > 0 {
		tx.locks = &lockBook{taken: taken}
	}
}

// meet notes what a write locks, or refuses it for what it cannot get.
func (l *lockBook) meet(w Write) *apierr.Error {
	keys := w.locks()
	if l.rehearsing {
		l.wanted = append(l.wanted, keys...)
		return nil
	}
	var ids []string
	for _, key := range keys {
		if l.taken[key] && len(key) == longID {
			ids = append(ids, key)
		} else if l.taken[key] {
			return apierr.LockedRow.New()
		}
	}
	if ids == nil {
		return nil
	}
	return apierr.LockedRows(ids)
}

// locks lists what a write locks: the record; where it leads after an insert
// or update and led before, for a lookup must not lose its parent meanwhile; and the unique
// values of a record that is not there yet.
func (w Write) locks() []string {
	var keys []string
	if w.Old != nil {
		keys = append(keys, w.Old.ID())
	}
	if w.New == nil {
		return keys
	}
	for i := systemFields; i < len(w.Table.Fields); i++ {
		if w.Table.parents[i] != nil {
			keys = appendOnce(keys, w.New.values.get(i))
			if w.Old != nil {
				keys = appendOnce(keys, w.Old.values.get(i))
			}
		}
		if value := w.New.values.get(i); w.Old == nil && value != "" && w.Table.Fields[i].IsUnique() {
			keys = append(keys, w.Table.Prefix+"."+w.Table.Fields[i].Name+"="+w.Table.index(i).key(value))
		}
	}
	return keys
}

func appendOnce(keys []string, key string) []string {
	if key == "" || slices.Contains(keys, key) {
		return keys
	}
	return append(keys, key)
}

// Rehearse runs fn as Update does, takes everything back, and returns the keys
// of the locks that it needed: ids of records, and unique values. Nothing
// shows that it happened.
func (s *Store) Rehearse(by Author, fn func(*Tx)) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	tx := s.begin(by)
	tx.locks = &lockBook{rehearsing: true}
	defer tx.forget()
	fn(tx)
	slices.Sort(tx.locks.wanted)
	return slices.Compact(tx.locks.wanted)
}

// forget rolls back and gives the ids of new records back too.
func (tx *Tx) forget() {
	tx.rollback()
	for i, c := range slices.Backward(tx.changes) {
		if tx.undo[i] == nil {
			c.table.rows = c.table.rows[:c.n]
			c.table.newest = c.table.newest[:min(len(c.table.newest), int(c.n+1<<blockBits-1)>>blockBits)]
		}
	}
}

// own is the draft that a write may change: a rehearsal leaves the caller's as
// it was.
func (tx *Tx) own(d *Draft) *Draft {
	if !tx.rehearsing() {
		return d
	}
	return &Draft{Table: d.Table, sets: slices.Clone(d.sets), parents: slices.Clone(d.parents), row: d.row, external: d.external}
}

func (tx *Tx) rehearsing() bool { return tx.locks != nil && tx.locks.rehearsing }
