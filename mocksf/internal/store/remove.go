package store

import (
	"strings"

	"github.com/squall-harness/squall/mocksf/internal/apierr"
)

// Delete moves a record to the recycle bin.
func (tx *Tx) Delete(t *Table, id string) *apierr.Error {
	return tx.remove(t, id, func(row *Row) *Row {
		gone := *row
		gone.deleted, gone.modified, gone.lsn = true, tx.now, tx.lsn
		return &gone
	})
}

// Erase deletes a record past the recycle bin: nothing of it is left.
func (tx *Tx) Erase(t *Table, id string) *apierr.Error {
	return tx.remove(t, id, func(*Row) *Row { return nil })
}

// remove puts what a deletion leaves in the place of a record.
func (tx *Tx) remove(t *Table, id string, leave func(*Row) *Row) *apierr.Error {
	if err := tx.planned(); err != nil {
		return err
	}
	row, err := tx.living(t, id)
	if err != nil {
		return err
	}
	if err := tx.check(Write{Table: t, Old: row}); err != nil {
		return err
	}
	tx.put(change{op: opDelete, table: t, n: row.n, external: strings.Clone(row.externalID(FieldID))}, row, leave(row))
	return nil
}
