package mocksf

import (
	"fmt"
	"sync"
	"sync/atomic"

	"github.com/squall-harness/squall/mocksf/internal/apierr"
	"github.com/squall-harness/squall/mocksf/internal/store"
)

// Access is what an identity may do with a field or an object.
type Access int

// The kinds of access. Whoever was told nothing may edit.
const (
	AccessEdit Access = iota
	AccessRead        // writes are refused: of a field INVALID_FIELD_FOR_INSERT_UPDATE, of an object INSUFFICIENT_ACCESS_OR_READONLY
	AccessNone        // it is not there: INVALID_FIELD, INVALID_TYPE or NOT_FOUND, and left out of describe and of records
)

// accesses is what was taken away from whom.
type accesses struct {
	some atomic.Bool // anything was ever taken away
	mu   sync.RWMutex
	of   map[accessKey]Access
}

type accessKey struct {
	identity string
	table    *store.Table
	field    int // wholeObject for the object
}

const wholeObject = -1

// SetAccess says what an identity may do with a field from now on, or with a
// whole object where field is "", as an administrator does who edits field-level
// security and object permissions. The identity is that of Call: the client id
// or the user name of the session; "" is everybody. AccessEdit gives back what
// was taken. The stricter of two words on one field holds. It is an error to
// name an object or field that the org lacks, or the field Id, which cannot be
// hidden.
func (o *Org) SetAccess(identity, object, field string, access Access) error {
	t, ok := o.store.Table(object)
	if !ok {
		return fmt.Errorf("mocksf: there is no object %q", object)
	}
	key := accessKey{identity, t, wholeObject}
	if field != "" {
		if key.field, ok = t.Field(field); !ok || key.field == store.FieldID {
			return fmt.Errorf("mocksf: %s has no field %q that can be hidden", t.Name, field)
		}
	}
	o.access.mu.Lock()
	defer o.access.mu.Unlock()
	if o.access.of == nil {
		o.access.of = map[accessKey]Access{}
	}
	o.access.of[key] = access
	o.access.some.Store(true)
	return nil
}

// get is what an identity may do with a field, or with a wholeObject.
func (a *accesses) get(identity string, t *store.Table, field int) Access {
	if !a.some.Load() {
		return AccessEdit
	}
	a.mu.RLock()
	defer a.mu.RUnlock()
	return max(a.of[accessKey{identity, t, field}], a.of[accessKey{"", t, field}])
}

// hidden tells whether an identity may not even know of a field or object.
func (a *accesses) hidden(identity string, t *store.Table, field int) bool {
	return a.get(identity, t, field) == AccessNone
}

// hidden tells whether the request may not even know of a field or object.
func (r *request) hidden(t *store.Table, field int) bool {
	return r.org.access.hidden(r.call.Identity, t, field)
}

// check refuses a write of what may not be written.
func (a *accesses) check(identity string, w store.Write) *apierr.Error {
	if !a.some.Load() {
		return nil
	}
	if a.get(identity, w.Table, wholeObject) != AccessEdit {
		return apierr.NoAccess.New()
	}
	for _, field := range w.Fields() {
		name := w.Table.Fields[field].Name
		switch a.get(identity, w.Table, field) {
		case AccessNone:
			return apierr.InvalidField.New(name, w.Table.Name)
		case AccessRead:
			return apierr.NotWriteable.New(name).On(name)
		}
	}
	return nil
}

// describeFields is what the request may know of the fields of a table.
func (r *request) describeFields(t *store.Table) []map[string]any {
	var fields []map[string]any
	for i := range t.Fields {
		if r.hidden(t, i) {
			continue
		}
		d := describeField(t, i)
		if r.org.access.get(r.call.Identity, t, i) == AccessRead {
			d["createable"], d["updateable"] = false, false
		}
		fields = append(fields, d)
	}
	return fields
}
