package mocksf

import (
	"net/http"
	"strings"

	"github.com/squall-harness/squall/mocksf/commitlog"
	"github.com/squall-harness/squall/mocksf/internal/apierr"
	"github.com/squall-harness/squall/mocksf/internal/store"
)

// The version from which an upsert that updates answers 200 with a body
// (REST API guide, Insert or Update a Record Using an External ID).
const upsertBodyVersion = 46

const keyPattern = "sobjects/{object}/{field}/{value}"

var upsertRoutes = []route{
	{method: "PATCH", pattern: keyPattern, api: commitlog.APIRow, write: true, inner: true, record: true, plan: planByPath, serve: upsertRow},
	{method: "GET", pattern: keyPattern, api: commitlog.APIRow, inner: true, serve: readByKey},
	{method: "DELETE", pattern: keyPattern, api: commitlog.APIRow, write: true, inner: true, plan: planByPath, serve: deleteByKey},
	{method: "POST", pattern: "sobjects/{object}/{field}", api: commitlog.APIRow, write: true, inner: true, record: true, serve: createByID},
}

// key is the record that a path names by an external id.
type key struct {
	table *store.Table
	field int
	value string
}

func (r *request) key() (k key, err *apierr.Error) {
	if k.table, err = r.table(); err != nil {
		return k, err
	}
	k.value = r.param("value")
	k.field, err = k.table.External(r.param("field"))
	return k, err
}

// upsertRow writes the record with the key, or creates it; or, when the path
// holds an id, it writes what the record's relationship leads to.
func upsertRow(r *request) reply {
	if r.byID() {
		return updateRelated(r)
	}
	k, err := r.key()
	if err != nil {
		return failure(err)
	}
	d, err := draft(k.table, r.json)
	if err != nil {
		return failure(err)
	}
	if err = r.checkTags(k.table); err != nil {
		return failure(err)
	}
	updateOnly := strings.EqualFold(r.query.Get("updateOnly"), "true")
	var saved store.Saved
	err = r.write(func(tx *store.Tx) (err *apierr.Error) {
		if r.conditional() {
			row, _ := tx.Match(k.table, k.field, k.value) // what is wrong with the key is said below
			if err = r.writable(k.table, row); err != nil {
				return err
			}
		}
		saved, err = tx.Upsert(d, k.field, k.value, updateOnly)
		return err
	})
	switch {
	case err != nil:
		return r.keyFailure(k.table, err)
	case saved.Created:
		return r.created(k.table, saved.ID(), r.upsertResult(saved))
	case r.version < upsertBodyVersion:
		return reply{status: http.StatusNoContent}
	}
	return answer(http.StatusOK, r.upsertResult(saved))
}

func (r *request) upsertResult(s store.Saved) []byte {
	body := saveResult(s.ID())
	if r.version < upsertBodyVersion {
		return body
	}
	if s.Created {
		return append(body[:len(body)-1], `,"created":true}`...)
	}
	return append(body[:len(body)-1], `,"created":false}`...)
}

// keyFailure answers 300 with the addresses of the records when a key means
// several.
func (r *request) keyFailure(t *store.Table, err *apierr.Error) reply {
	if err.IDs == nil {
		return failure(err)
	}
	urls := make([]string, len(err.IDs))
	for i, id := range err.IDs {
		urls[i] = r.recordURL(t, id)
	}
	return answer(http.StatusMultipleChoices, appendStrings(nil, urls))
}

// createByID inserts a record through the path .../Id, the upsert without a
// key.
func createByID(r *request) reply {
	if !strings.EqualFold(r.param("field"), "Id") {
		return failure(apierr.MethodNotAllowed.New(r.method, "DELETE,GET,HEAD,PATCH"))
	}
	return createRow(r)
}

// readByKey answers the record with the key; or, when the path holds an id,
// what the record's relationship leads to.
func readByKey(r *request) reply {
	if r.byID() {
		return readRelated(r)
	}
	k, err := r.key()
	if err != nil {
		return failure(err)
	}
	var row *store.Row
	r.read(func(v *store.View) {
		if row, err = v.Match(k.table, k.field, k.value); err == nil {
			r.lookAt(v, k.table, commitlog.Served{ExternalID: k.value}, row)
		}
	})
	if err != nil {
		return r.keyFailure(k.table, err)
	}
	return r.readIf(k.table, row)
}

// deleteByKey deletes the record with the key, or what a relationship leads to.
func deleteByKey(r *request) reply {
	if r.byID() {
		return deleteRelated(r)
	}
	k, err := r.key()
	if err != nil {
		return failure(err)
	}
	err = r.write(func(tx *store.Tx) *apierr.Error {
		row, err := tx.Match(k.table, k.field, k.value)
		if err == nil && row == nil {
			err = apierr.NotFound.New()
		}
		if err != nil {
			return err
		}
		return tx.Delete(k.table, row.ID())
	})
	if err != nil {
		return r.keyFailure(k.table, err)
	}
	return reply{status: http.StatusNoContent}
}
