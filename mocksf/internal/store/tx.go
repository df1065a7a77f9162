package store

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/squall-harness/squall/mocksf/commitlog"
	"github.com/squall-harness/squall/mocksf/internal/apierr"
)

// Tx is one atomic unit: it reads what it wrote, and others see all of it or
// nothing. A method that returns an error has written nothing itself; whether
// the unit goes on is the caller's choice.
type Tx struct {
	View
	// Fail is the error with which the next record write fails, whatever it
	// is. The write that took it sets it to nil.
	Fail *apierr.Error

	by      Author
	now     int64
	lsn     uint32 // that the commit will get
	changes []change
	undo    []*Row // the state before each change, nil for none
	press   Press
	seen    uint32    // by Approach: else the compiler would leave the looking out
	locks   *lockBook // nil: the unit pays no heed to locks
}

// Saved tells what an upsert did.
type Saved struct {
	*Row    // the record's new state, nil after an error
	Created bool
}

// Expect makes room for n record writes.
func (tx *Tx) Expect(n int) {
	tx.changes, tx.undo = slices.Grow(tx.changes, n), slices.Grow(tx.undo, n)
	tx.press.Rows = n
}

// Approach makes Upserts quick that will follow with these values of an external
// id field. Nothing else depends on it.
func (tx *Tx) Approach(t *Table, field int, values []string) {
	if x := t.index(field); x != nil {
		tx.seen = x.approach(values)
	}
}

// Insert creates a record and returns it.
func (tx *Tx) Insert(d *Draft) (*Row, *apierr.Error) {
	if err := tx.planned(); err != nil {
		return nil, err
	}
	return tx.insert(tx.own(d), FieldID)
}

// Update writes the draft into the record with the id. Unknown ids are
// INVALID_CROSS_REFERENCE_KEY, deleted records ENTITY_IS_DELETED, ids of
// another object MALFORMED_ID.
func (tx *Tx) Update(id string, d *Draft) *apierr.Error {
	if err := tx.planned(); err != nil {
		return err
	}
	row, err := tx.living(d.Table, id)
	if err != nil {
		return err
	}
	_, err = tx.save(row, tx.own(d), FieldID)
	return err
}

// Upsert updates the record whose external id field holds value, or creates
// it. With the field Id an empty value creates. updateOnly refuses to create.
// Saved.Created is right also when there is an error.
func (tx *Tx) Upsert(d *Draft, field int, value string, updateOnly bool) (Saved, *apierr.Error) {
	if err := tx.planned(); err != nil {
		return Saved{}, err
	}
	d = tx.own(d)
	row, err := tx.target(d, field, &value)
	switch {
	case err != nil:
		return Saved{}, err
	case row != nil:
		row, err = tx.save(row, d, field)
		return Saved{Row: row}, err
	case updateOnly:
		return Saved{Created: true}, apierr.NotFound.New()
	case field != FieldID:
		d.sets = append(d.sets, set{field, value})
	}
	row, err = tx.insert(d, field)
	return Saved{row, true}, err
}

// target finds the record that an upsert means, nil for a new one, and makes
// the value canonical.
func (tx *Tx) target(d *Draft, field int, value *string) (row *Row, err *apierr.Error) {
	if field == FieldID && *value != "" {
		return tx.living(d.Table, *value)
	}
	if *value, err = d.Table.canonical(field, Cell, *value); err != nil {
		return nil, err
	}
	switch {
	case field == FieldID:
		return nil, nil
	case *value == "":
		return nil, apierr.MissingID.New(d.Table.Fields[field].Name)
	case d.Has(field):
		return nil, apierr.FieldInBody.New(d.Table.Fields[field].Name)
	}
	return tx.match(d.Table, field, *value)
}

// living finds the record that a write names by id.
func (tx *Tx) living(t *Table, id string) (*Row, *apierr.Error) {
	long, ok := LongID(id)
	if !ok || long[:3] != t.Prefix {
		return nil, apierr.MalformedID.New(t.Name+" ID", id).On("Id")
	}
	row := t.row(long)
	if row == nil {
		return nil, apierr.CrossReference.New().WithStatus(http.StatusNotFound)
	}
	if row.deleted {
		return nil, apierr.EntityDeleted.New()
	}
	return row, nil
}

// insert creates a record; by is the external id field that an upsert named,
// Id for none. Where the state is known beforehand, the log shares its memory.
func (tx *Tx) insert(d *Draft, by int) (*Row, *apierr.Error) {
	t := d.Table
	if d.row == nil {
		if err := tx.resolve(d); err != nil {
			return nil, err
		}
		if tx.press.Pack(d, FieldID, ""); d.row == nil {
			return tx.save(tx.next(&Row{table: t}), d, by)
		}
		d.external = d.row.externalID(by)
	}
	row := tx.next(d.row)
	if err := tx.admit(d, by, row.n); err != nil {
		return nil, err
	}
	if err := tx.check(Write{Table: t, New: row, draft: d, amended: t.amended()}); err != nil {
		return nil, err
	}
	if t.amends {
		d.external = row.externalID(by)
	}
	t.rows = append(t.rows, nil)
	tx.put(change{op: opInsert, table: t, n: row.n, written: row.values, external: d.external}, nil, row)
	return row, nil
}

// next makes a row the next record of its table.
func (tx *Tx) next(row *Row) *Row {
	row.n, row.lsn = uint32(len(row.table.rows)), tx.lsn
	row.created, row.modified = tx.now, tx.now
	return row
}

// save writes the draft over old; by is the external id field that an upsert
// named, Id for none.
func (tx *Tx) save(old *Row, d *Draft, by int) (*Row, *apierr.Error) {
	fresh := int(old.n) == len(d.Table.rows)
	values, err := tx.merge(old, d, by, fresh)
	if err != nil {
		return nil, err
	}
	row := &Row{table: old.table, n: old.n, created: old.created, modified: tx.now, lsn: tx.lsn, values: pack(values)}
	op := opUpdate
	if fresh {
		op, old = opInsert, nil
	}
	w := Write{Table: d.Table, Old: old, New: row, draft: d, amended: d.Table.amended()}
	if err := tx.check(w); err != nil {
		return nil, err
	}
	sets := d.sets
	if w.amended != nil {
		sets = overlay(sets, *w.amended)
	}
	if fresh {
		d.Table.rows = append(d.Table.rows, nil)
	}
	tx.put(change{op: op, table: row.table, n: row.n, written: packSets(sets), external: strings.Clone(row.externalID(by))}, old, row)
	return row, nil
}

// externalID is the value of the field that an upsert named, else of the first
// external id field that holds one.
func (r *Row) externalID(by int) string {
	if by > FieldID {
		return r.Text(by)
	}
	for _, i := range r.table.external {
		if text := r.Text(i); text != "" {
			return text
		}
	}
	return ""
}

// put makes row the state of the record that c is about; old is the one before.
// nil is none.
func (tx *Tx) put(c change, old, row *Row) {
	tx.changes, tx.undo = append(tx.changes, c), append(tx.undo, old)
	c.table.replace(c.n, row)
}

// replace swaps a record's state and keeps the indexes in step.
func (t *Table) replace(n uint32, row *Row) {
	old := t.rows[n]
	for _, x := range t.indexes {
		was, is := indexed(old, x.field), indexed(row, x.field)
		if was != is {
			x.remove(was, n)
			x.add(is, n)
		}
	}
	for _, c := range t.lookups {
		if was, is := c.number(old), c.number(row); was != is {
			c.move(n, was, is)
		}
	}
	if alive(old) {
		t.live--
	}
	if row != nil {
		t.touch(row)
		if !row.deleted {
			t.live++
		}
	}
	t.rows[n] = row
}

func indexed(r *Row, field int) string {
	if !alive(r) {
		return ""
	}
	return r.values.get(field)
}

func (tx *Tx) commit() (lsn uint64) {
	if len(tx.changes) == 0 {
		return 0
	}
	changes := tx.changes
	return tx.store.log.AppendPacked(commitlog.Commit{
		Request: tx.by.Request, API: tx.by.API, Identity: tx.by.Identity, Fate: tx.by.Fate,
	}, func() []commitlog.Change { return unpackAll(changes) }, tx.store.clock)
}

func (tx *Tx) rollback() {
	for i, c := range slices.Backward(tx.changes) {
		c.table.replace(c.n, tx.undo[i])
	}
}

func ambiguous(field string, found []*Row) *apierr.Error {
	ids := make([]string, len(found))
	for i, r := range found {
		ids[i] = r.ID()
	}
	err := apierr.Ambiguous.New(field, strings.Join(ids, ", "))
	err.IDs = ids
	return err
}

// autoNumber draws the next number of a field. Numbers are not given back when
// a unit is rolled back, as in a real org.
func (t *Table) autoNumber(field int) string {
	t.numbers[field]++
	return fmt.Sprintf(t.Fields[field].AutoNumber, t.numbers[field])
}
