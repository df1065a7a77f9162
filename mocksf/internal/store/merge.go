package store

import (
	"cmp"
	"strings"

	"github.com/squall-harness/squall/mocksf/internal/apierr"
	"github.com/squall-harness/squall/mocksf/schema"
)

// merge lays the draft over the old state and checks what no draft can know:
// required fields, lookups, unique values. A value of the field by has been
// looked for already. The slice is valid until the next call.
func (tx *Tx) merge(old *Row, d *Draft, by int, fresh bool) ([]string, *apierr.Error) {
	if err := tx.resolve(d); err != nil {
		return nil, err
	}
	values := tx.unpack(old)
	for _, s := range d.sets {
		values[s.field] = s.text
	}
	if !d.Table.amends {
		if err := d.Table.complete(values); err != nil {
			return nil, err
		}
	}
	if err := tx.admit(d, by, old.n); err != nil {
		return nil, err
	}
	if fresh && !tx.rehearsing() {
		d.Table.defaults(old, values)
	}
	return values, nil
}

func (tx *Tx) unpack(r *Row) []string {
	values := tx.press.blank(r.table)
	r.values.each(func(field int, text string) { values[field] = text })
	return values
}

// resolve turns parents named by external id into ids.
func (tx *Tx) resolve(d *Draft) *apierr.Error {
	for _, p := range d.parents {
		row, err := tx.match(p.parent, p.parentField, p.value)
		if err != nil {
			return err
		}
		if row == nil {
			return apierr.NoForeignKey.New(p.value, p.parent.Fields[p.parentField].Name, p.parent.Name)
		}
		d.sets = append(d.sets, set{p.field, row.ID()})
	}
	d.parents = nil
	return nil
}

// complete checks that every required field has a value.
func (t *Table) complete(values []string) *apierr.Error {
	var missing []string
	for _, i := range t.required {
		if values[i] == "" {
			missing = append(missing, t.Fields[i].Name)
		}
	}
	if missing == nil {
		return nil
	}
	return apierr.MissingField.New("[" + strings.Join(missing, ", ") + "]").On(missing...)
}

// admit checks what the draft writes into record n against other records.
func (tx *Tx) admit(d *Draft, by int, n uint32) *apierr.Error {
	for _, s := range d.sets {
		if s.field == by || !d.Table.traits[s.field].bound {
			continue
		}
		if err := tx.allowed(d.Table, s, n); err != nil {
			return err
		}
	}
	return nil
}

// allowed checks a lookup for its parent and a unique field for its value.
func (tx *Tx) allowed(t *Table, s set, n uint32) *apierr.Error {
	if s.text == "" {
		return nil
	}
	f := &t.Fields[s.field]
	if t.parents[s.field] != nil {
		switch parent := t.parentOf(s.field, s.text); {
		case parent == nil && f.Polymorphic():
			return apierr.WrongParent.New(orName(f), s.text).On(f.Name)
		case parent == nil:
			return apierr.MalformedID.New(f.Name, s.text).On(f.Name)
		case !alive(parent.row(s.text)):
			return apierr.CrossReference.New()
		}
	}
	if !f.IsUnique() {
		return nil
	}
	if taken, count := t.index(s.field).first(s.text); count > 0 && taken != n {
		return apierr.Duplicate.New(f.Name, MakeID(t.Prefix, taken))
	}
	return nil
}

// orName is the label of a field, or its name where it has none.
func orName(f *schema.Field) string { return cmp.Or(f.Label, f.Name) }

// defaults fills in what the org gives a new record.
func (t *Table) defaults(r *Row, values []string) {
	for i := systemFields; i < len(t.Fields); i++ {
		if t.Fields[i].AutoNumber != "" {
			values[i] = t.autoNumber(i)
		}
	}
	if t.unnamed(values) {
		values[t.byName["Name"]] = r.ID()
	}
}

// unnamed tells whether the org is to give the record a name.
func (t *Table) unnamed(values []string) bool { return t.nameless && values[t.byName["Name"]] == "" }
