package mocksf

import (
	"net/http"
	"strconv"

	"github.com/squall-harness/squall/mocksf/commitlog"
	"github.com/squall-harness/squall/mocksf/internal/apierr"
	"github.com/squall-harness/squall/mocksf/internal/store"
	"github.com/squall-harness/squall/mocksf/schema"
)

// readRelated answers what a relationship of a record leads to: its parent as a
// record, its children as a list; or one of its files.
func readRelated(r *request) reply {
	t, err := r.table()
	if err != nil {
		return failure(err)
	}
	if field, ok := t.Field(r.param("value")); ok && t.Fields[field].Type == schema.Base64 && !r.hidden(t, field) {
		return r.file(t, field)
	}
	if field, _, ok := t.Relationship(r.param("value")); ok && !r.hidden(t, field) {
		return r.parentOf(t, field)
	}
	child, lookup, ok := t.Child(r.param("value"))
	if !ok || r.hidden(child, wholeObject) || r.hidden(child, lookup) {
		return failure(apierr.NotFound.New())
	}
	return r.childrenOf(t, child, lookup)
}

func (r *request) parentOf(t *store.Table, field int) reply {
	var row *store.Row
	r.read(func(v *store.View) {
		if child, _ := v.Get(r.param("field")); child.LiveIn(t) {
			row, _ = v.Get(child.Text(field))
			if parent, ok := r.org.store.TableOf(child.Text(field)); ok {
				r.lookAt(v, parent, commitlog.Served{ID: child.Text(field)}, row)
			}
		}
	})
	if row == nil || r.hidden(row.Table(), wholeObject) {
		return failure(apierr.NotFound.New())
	}
	return r.record(row.Table(), row)
}

func (r *request) childrenOf(t, child *store.Table, lookup int) reply {
	fields, err := r.selected(child, r.query.Get("fields"))
	if err != nil {
		return failure(err)
	}
	var parent *store.Row
	var rows []*store.Row
	r.read(func(v *store.View) {
		if parent, _ = v.Get(r.param("field")); !parent.LiveIn(t) {
			return
		}
		rows = v.Find(child, lookup, parent.ID())
		read := commitlog.Read{Object: child.Name, Fields: fieldNames(child, fields), Exact: true}
		read.Where = []commitlog.Match{{Field: child.Fields[lookup].Name, Values: []any{parent.ID()}}}
		r.look(v, read, rows...)
	})
	if !parent.LiveIn(t) {
		return failure(apierr.NotFound.New())
	}
	dst := strconv.AppendInt([]byte(`{"totalSize":`), int64(len(rows)), 10)
	dst = append(dst, `,"done":true,"records":[`...)
	for i, row := range rows {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = r.appendRecord(dst, row, fields)
	}
	return answer(http.StatusOK, append(dst, "]}"...))
}
