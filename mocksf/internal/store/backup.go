package store

import (
	"slices"

	"github.com/squall-harness/squall/mocksf/commitlog"
)

// Backup is the state of a store at one moment.
type Backup struct {
	lsn  int // commits that it holds
	rows map[*Table][]*Row
}

// Backup returns the present state. Rows never change, so a copy of the lists
// is enough.
func (s *Store) Backup() *Backup {
	s.mu.RLock()
	defer s.mu.RUnlock()
	b := &Backup{lsn: s.log.Len(), rows: map[*Table][]*Row{}}
	for _, t := range s.tables {
		b.rows[t] = slices.Clone(t.rows)
	}
	return b
}

// Restore puts the store back to the state of a backup, by one commit that
// undoes what has changed since; it returns the number of commits that have no
// effect any more. Ids given out meanwhile are not given out again.
func (s *Store) Restore(b *Backup) (undone int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	tx := s.begin(Author{Request: commitlog.Backup(uint64(b.lsn)), API: commitlog.APIRestore, Fate: commitlog.FateSent})
	undone = s.log.Len() - b.lsn
	for _, t := range s.tables {
		if t.Object.ReadOnly {
			continue // what the org notes about itself is no part of a backup
		}
		for n := range t.rows {
			tx.revert(t, uint32(n), b.row(t, n))
		}
	}
	// What took a key goes before what had it comes back.
	slices.SortStableFunc(tx.changes, func(a, b change) int { return int(b.op) - int(a.op) })
	tx.commit()
	return undone
}

func (b *Backup) row(t *Table, n int) *Row {
	if rows := b.rows[t]; n < len(rows) {
		return rows[n]
	}
	return nil
}

// revert makes an old state the state of its record again.
func (tx *Tx) revert(t *Table, n uint32, then *Row) {
	now := t.rows[n]
	if now == then {
		return
	}
	t.replace(n, then)
	c := change{table: t, n: n}
	switch was, is := alive(now), alive(then); {
	case was && is:
		c.op, c.written, c.external = opUpdate, former(now, then), then.externalID(FieldID)
	case is:
		c.op, c.written, c.external = opInsert, then.values, then.externalID(FieldID)
	case was:
		c.op, c.external = opDelete, now.externalID(FieldID)
	default:
		return
	}
	tx.changes = append(tx.changes, c)
}

// former is what the fields that differ held then, "" for nothing.
func former(now, then *Row) packed {
	var sets []set
	for field := range then.table.Fields {
		if old := then.values.get(field); old != now.values.get(field) {
			sets = append(sets, set{field, old})
		}
	}
	return packSets(sets)
}
