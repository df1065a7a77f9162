package mocksf

import (
	"fmt"
	"strconv"
	"time"

	"github.com/squall-harness/squall/mocksf/commitlog"
	"github.com/squall-harness/squall/mocksf/internal/apierr"
	"github.com/squall-harness/squall/mocksf/internal/store"
)

// The Go door: the owner of the org looks in, or writes, without HTTP and
// without faults.

// Visit starts a session of somebody beside the clients under test and returns
// its access token: a user in a browser, whose calls do not count against the
// daily limit and whose session outlives ExpireTokens.
func (o *Org) Visit(identity string) (token string) { return o.sessions.admit(identity) }

// Count is the number of live records of an object; 0 for an object that the
// org does not have.
func (o *Org) Count(object string) (n int) {
	if t, ok := o.store.Table(object); ok {
		o.store.View(func(v *store.View) { n = v.Count(t) })
	}
	return n
}

// Get returns the fields of a live record by its id: string, float64, bool or
// nil under canonical names. ok is false when there is none.
func (o *Org) Get(object, id string) (fields map[string]any, ok bool) {
	t, known := o.store.Table(object)
	var row *store.Row
	o.store.View(func(v *store.View) { row, _ = v.Get(id) })
	if !known || !row.LiveIn(t) {
		return nil, false
	}
	fields = make(map[string]any, len(t.Fields))
	for i, f := range t.Fields {
		if !f.Type.Compound() {
			fields[f.Name] = row.Value(i)
		}
	}
	return fields, true
}

// Insert creates a record and returns its id. A field's value is a string, a
// number, a bool, a time, or nil; a parent may be named by its external id, as
// in "Account__r": map[string]any{"Ext_Id__c": "a-1"}. The commit has the API
// direct. The error says code and message as the REST API would.
func (o *Org) Insert(object string, fields map[string]any) (id string, err error) {
	t, ok := o.store.Table(object)
	if !ok {
		return "", apierr.InvalidType.New(object)
	}
	d := store.NewDraft(t, len(fields))
	for name, value := range fields {
		if err := putValue(d, name, value); err != nil {
			return "", err
		}
	}
	by := store.Author{Request: o.nextRequest(), API: commitlog.APIDirect, Fate: commitlog.FateSent}
	var row *store.Row
	_, failed := o.store.Update(by, func(tx *store.Tx) (err *apierr.Error) {
		row, err = tx.Insert(d)
		return err
	})
	if failed != nil {
		return "", failed
	}
	return row.ID(), nil
}

func putValue(d *store.Draft, name string, value any) error {
	if parent, ok := value.(map[string]any); ok {
		for field, key := range parent {
			kind, text := plain(key)
			if err := d.PutParent(name, "", field, kind, text); err != nil {
				return err
			}
		}
		return nil
	}
	kind, text := plain(value)
	if err := d.Put(name, kind, text); err != nil {
		return err
	}
	return nil
}

// plain tells a Go value as the store wants it.
func plain(value any) (store.Kind, string) {
	switch v := value.(type) {
	case nil:
		return store.Null, ""
	case string:
		return store.Text, v
	case bool:
		return store.Bool, strconv.FormatBool(v)
	case time.Time:
		return store.Text, store.Stamp(v)
	case float64:
		return store.Number, strconv.FormatFloat(v, 'f', -1, 64)
	}
	return store.Number, fmt.Sprint(value)
}
