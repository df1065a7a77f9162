package store

import "github.com/squall-harness/squall/mocksf/internal/apierr"

// Draft is what one record write carries: values checked for name, type and
// length, not yet for what depends on other records.
type Draft struct {
	Table   *Table
	sets    []set
	parents []parentKey

	// What an insert makes, where Press.Pack could foresee it: a row without
	// its number and times, and its external id.
	row      *Row
	external string
}

type set struct {
	field int
	text  string // canonical, "" clears
}

// parentKey is a lookup given by the parent's external id.
type parentKey struct {
	field       int
	parent      *Table
	parentField int
	value       string
}

// NewDraft returns an empty draft with room for n values.
func NewDraft(t *Table, n int) *Draft { return &Draft{Table: t, sets: make([]set, 0, n)} }

// Reset empties the draft for another write, keeping its memory.
func (d *Draft) Reset() {
	d.sets, d.parents, d.row = d.sets[:0], nil, nil
}

// Put gives a field a value. Null and "" clear it. Names are taken in any
// case; a field that the object lacks or that clients may not write is an
// error, and so is a value that does not fit.
func (d *Draft) Put(name string, kind Kind, text string) *apierr.Error {
	i, ok := d.Table.Field(name)
	if !ok {
		return apierr.InvalidField.New(name, d.Table.Name)
	}
	return d.Set(i, kind, text)
}

// Set is Put for a field whose position is known.
func (d *Draft) Set(i int, kind Kind, text string) *apierr.Error {
	switch {
	case i == FieldID:
		return apierr.FieldInBody.New("Id")
	case !d.Table.Writeable(i):
		return apierr.NotWriteable.New(d.Table.Fields[i].Name).On(d.Table.Fields[i].Name)
	}
	text, err := d.Table.canonical(i, kind, text)
	if err != nil {
		return err
	}
	d.sets = append(d.sets, set{i, text})
	return nil
}

// PutParent points a lookup, named by its relationship (Account__r), at the
// record of an object whose external id field holds the value; "" is the only
// object that the lookup leads to. A null value clears it.
func (d *Draft) PutParent(relationship, object, externalIDField string, kind Kind, text string) *apierr.Error {
	field, parent, ok := d.Table.Parent(relationship, object)
	if !ok {
		return apierr.InvalidField.New(relationship, d.Table.Name)
	}
	parentField, err := parent.External(externalIDField)
	if err != nil {
		return apierr.InvalidField.New(externalIDField, parent.Name)
	}
	return d.SetParent(field, parent, parentField, kind, text)
}

// SetParent is PutParent for a lookup whose position, parent and external id
// field are known.
func (d *Draft) SetParent(field int, parent *Table, parentField int, kind Kind, text string) *apierr.Error {
	if !d.Table.Writeable(field) {
		return apierr.NotWriteable.New(d.Table.Fields[field].Name).On(d.Table.Fields[field].Name)
	}
	value, err := parent.canonical(parentField, kind, text)
	if err != nil {
		return err
	}
	if value == "" {
		d.sets = append(d.sets, set{field, ""})
		return nil
	}
	d.parents = append(d.parents, parentKey{field, parent, parentField, value})
	return nil
}

// Has tells whether the draft gives the field a value, or clears it.
func (d *Draft) Has(field int) bool {
	for _, s := range d.sets {
		if s.field == field {
			return true
		}
	}
	return false
}

// External finds a field by which records can be named: an external id, or Id.
func (t *Table) External(name string) (int, *apierr.Error) {
	i, ok := t.Field(name)
	if !ok || i != FieldID && !t.Fields[i].ExternalID {
		return 0, apierr.NoExternalID.New(name)
	}
	return i, nil
}
