package store

import (
	"slices"

	"github.com/squall-harness/squall/mocksf/commitlog"
	"github.com/squall-harness/squall/mocksf/internal/apierr"
)

// Guard is what an org adds to the store's own checks. Its methods are called
// inside the transaction, from one goroutine at a time.
type Guard interface {
	// Refuse is asked before each record write, whatever it is about.
	Refuse(by Author) *apierr.Error
	// Before is asked about a record write next. Where triggers were announced
	// with Table.Amend it may change the record with Write.Set.
	Before(tx *Tx, w Write) *apierr.Error
	// Check is asked about a record write that the store itself would accept.
	Check(tx *Tx, w Write) *apierr.Error
}

// Write is one record write on its way into a transaction.
type Write struct {
	Table *Table
	Old   *Row // nil for an insert
	New   *Row // nil for a delete
	draft *Draft

	amended *[]set // what was set by Set; nil where nothing may be
}

// Amend tells that records of the table may be changed on their way in, which
// can give them required fields too. It is for the time before the first record.
func (t *Table) Amend() { t.amends = true }

// amended is room for what will be set on the way.
func (t *Table) amended() *[]set {
	if !t.amends {
		return nil
	}
	return new([]set)
}

// Set gives the record another value before it is written. It works within
// Guard.Before, unless the record is deleted.
func (w Write) Set(field int, kind Kind, text string) *apierr.Error {
	f := &w.Table.Fields[field]
	if w.amended == nil || !w.Table.Writeable(field) {
		return apierr.NotWriteable.New(f.Name).On(f.Name)
	}
	text, err := w.Table.canonical(field, kind, text)
	if err != nil {
		return err
	}
	*w.amended = overlay(*w.amended, []set{{field, text}})
	w.New.values = w.New.with(field, text)
	return nil
}

// overlay lays later values over earlier ones.
func overlay(sets, later []set) []set {
	sets = slices.Clone(sets)
	for _, s := range later {
		if i := slices.IndexFunc(sets, func(other set) bool { return other.field == s.field }); i >= 0 {
			sets[i] = s
		} else {
			sets = append(sets, s)
		}
	}
	return sets
}

// with is what the values of a record become with another one.
func (r *Row) with(field int, text string) packed {
	values := make([]string, len(r.table.Fields))
	r.values.each(func(i int, text string) { values[i] = text })
	values[field] = text
	return pack(values)
}

// settle checks what the store could not know before the record was amended.
func (tx *Tx) settle(w Write) *apierr.Error {
	if err := w.Table.complete(tx.unpack(w.New)); err != nil {
		return err
	}
	for _, s := range *w.amended {
		if s.text == "" && w.Table.nameless && w.Table.Fields[s.field].Name == "Name" {
			return apierr.MissingField.New("[Name]").On("Name")
		}
		if err := tx.allowed(w.Table, s, w.New.n); err != nil {
			return err
		}
	}
	return nil
}

// Op is what the write does to the record.
func (w Write) Op() commitlog.Op {
	switch {
	case w.Old == nil:
		return commitlog.Insert
	case w.New == nil:
		return commitlog.Delete
	}
	return commitlog.Update
}

// Fields lists the positions of the fields that the write sets.
func (w Write) Fields() []int {
	if w.draft == nil {
		return nil
	}
	fields := make([]int, len(w.draft.sets))
	for i, s := range w.draft.sets {
		fields[i] = s.field
	}
	return fields
}

// Author is on whose behalf the transaction runs.
func (tx *Tx) Author() Author { return tx.by }

// Fresh tells whether a record's state was written by this transaction.
func (tx *Tx) Fresh(r *Row) bool { return r.lsn == tx.lsn }

// Watch keeps an index of a field, so that Find is quick. It is for the time
// before the first record.
func (t *Table) Watch(field int) {
	if !t.Indexed(field) && field >= systemFields && len(t.Fields[field].JoinOf) == 0 {
		t.indexes = append(t.indexes, newIndex(t, field, &t.Fields[field]))
	}
}

// Live is the number of live records of all tables, without what the org
// notes about itself.
func (v *View) Live() (n int) {
	for _, t := range v.store.tables {
		if !t.Object.ReadOnly {
			n += t.live
		}
	}
	return n
}

// check asks the guard about a write, and sees to the locks.
func (tx *Tx) check(w Write) *apierr.Error {
	if w.Table.Object.ReadOnly {
		return apierr.NotForClients.New(past[w.Op()], w.Table.Name)
	}
	if tx.locks != nil {
		if err := tx.locks.meet(w); err != nil || tx.locks.rehearsing {
			return err
		}
	}
	g := tx.store.Guard
	if g != nil {
		if err := g.Before(tx, w); err != nil {
			return err
		}
	}
	if w.amended != nil {
		if err := tx.settle(w); err != nil {
			return err
		}
	}
	if g != nil {
		return g.Check(tx, w)
	}
	return nil
}

// planned is what stands against the next record write, whatever it is about.
func (tx *Tx) planned() *apierr.Error {
	err := tx.Fail
	tx.Fail = nil
	if err == nil && tx.store.Guard != nil {
		err = tx.store.Guard.Refuse(tx.by)
	}
	return err
}

// past is what happens to a record that is written.
var past = map[commitlog.Op]string{commitlog.Insert: "inserted", commitlog.Update: "updated", commitlog.Delete: "deleted"}
