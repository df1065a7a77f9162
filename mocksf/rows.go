package mocksf

import (
	"net/http"
	"slices"

	"github.com/squall-harness/squall/mocksf/commitlog"
	"github.com/squall-harness/squall/mocksf/internal/apierr"
	"github.com/squall-harness/squall/mocksf/internal/jsontree"
	"github.com/squall-harness/squall/mocksf/internal/store"
)

var rowRoutes = []route{
	{method: "POST", pattern: "sobjects/{object}", api: commitlog.APIRow, write: true, inner: true, record: true, files: true, serve: createRow},
	{method: "GET", pattern: "sobjects/{object}/{id}", api: commitlog.APIRow, inner: true, serve: readRow},
	{method: "PATCH", pattern: "sobjects/{object}/{id}", api: commitlog.APIRow, write: true, inner: true, record: true, files: true, serve: updateRow},
	{method: "DELETE", pattern: "sobjects/{object}/{id}", api: commitlog.APIRow, write: true, inner: true, serve: deleteRow},
}

// createRow inserts one record.
func createRow(r *request) reply {
	t, err := r.table()
	if err != nil {
		return failure(err)
	}
	d, err := r.draft(t)
	if err != nil {
		return failure(err)
	}
	var row *store.Row
	err = r.write(func(tx *store.Tx) (err *apierr.Error) {
		row, err = tx.Insert(d)
		return err
	})
	if err != nil {
		return failure(err)
	}
	return r.created(t, row.ID(), saveResult(row.ID()))
}

// saveResult is the body of a record that was created.
func saveResult(id string) []byte {
	body := append(make([]byte, 0, 80), `{"id":`...) // room for the member created
	return append(jsontree.AppendString(body, id), `,"success":true,"errors":[]}`...)
}

func (r *request) created(t *store.Table, id string, body []byte) reply {
	return reply{status: http.StatusCreated, body: body, location: r.recordURL(t, id)}
}

func (r *request) recordURL(t *store.Table, id string) string {
	return r.base() + "/sobjects/" + t.Name + "/" + id
}

// readRow answers one record by its id.
func readRow(r *request) reply {
	t, err := r.table()
	if err != nil {
		return failure(err)
	}
	if _, ok := store.LongID(r.param("id")); !ok {
		return failure(apierr.NoExternalID.New(r.param("id")))
	}
	var row *store.Row
	r.read(func(v *store.View) {
		row, _ = v.Get(r.param("id"))
		r.lookAt(v, t, commitlog.Served{ID: r.param("id")}, row)
	})
	return r.readIf(t, row)
}

// record answers a record that was read, with the fields that the query asks
// for.
func (r *request) record(t *store.Table, row *store.Row) reply {
	if !row.LiveIn(t) {
		return failure(apierr.NotFound.New())
	}
	fields, err := r.selected(t, r.query.Get("fields"))
	if err != nil {
		return failure(err)
	}
	return answer(http.StatusOK, r.appendRecord(nil, row, withID(t, fields)))
}

// withID is a list of fields with the id behind them, which a real org appends
// to a list without it.
func withID(t *store.Table, fields []int) []int {
	if id, _ := t.Field("Id"); !slices.Contains(fields, id) {
		return append(fields, id)
	}
	return fields
}

// selected reads a list of fields, separated by commas; none are all.
func (r *request) selected(t *store.Table, list string) ([]int, *apierr.Error) {
	var fields []int
	for _, name := range splitList(list) {
		i, ok := t.Field(name)
		if !ok || r.hidden(t, i) {
			return nil, apierr.InvalidField.New(name, t.Name)
		}
		fields = append(fields, i)
	}
	if fields == nil {
		for i := range t.Fields {
			if !r.hidden(t, i) {
				fields = append(fields, i)
			}
		}
	}
	return fields, nil
}

// updateRow writes into one record by its id.
func updateRow(r *request) reply {
	t, err := r.table()
	if err != nil {
		return failure(err)
	}
	if _, ok := store.LongID(r.param("id")); !ok {
		return failure(apierr.NoExternalID.New(r.param("id")))
	}
	d, err := r.draft(t)
	if err != nil {
		return failure(err)
	}
	if err = r.checkTags(t); err != nil {
		return failure(err)
	}
	err = r.write(func(tx *store.Tx) *apierr.Error { return r.update(tx, t, r.param("id"), d) })
	if err != nil {
		return failure(err)
	}
	return reply{status: http.StatusNoContent}
}

// update writes into a record as the conditions of the request allow.
func (r *request) update(tx *store.Tx, t *store.Table, id string, d *store.Draft) *apierr.Error {
	if r.conditional() {
		row, _ := tx.Get(id)
		if err := r.writable(t, row); err != nil {
			return err
		}
	}
	return tx.Update(id, d)
}

// deleteRow deletes one record by its id.
func deleteRow(r *request) reply {
	t, err := r.table()
	if err != nil {
		return failure(err)
	}
	if _, ok := store.LongID(r.param("id")); !ok {
		return failure(apierr.NoExternalID.New(r.param("id")))
	}
	return r.remove(t, r.param("id"))
}

func (r *request) remove(t *store.Table, id string) reply {
	err := r.write(func(tx *store.Tx) *apierr.Error { return tx.Delete(t, id) })
	if err != nil {
		return failure(err)
	}
	return reply{status: http.StatusNoContent}
}
