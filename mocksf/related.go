package mocksf

import (
	"net/http"
	"slices"
	"strconv"

	"github.com/squall-harness/squall/mocksf/commitlog"
	"github.com/squall-harness/squall/mocksf/internal/apierr"
	"github.com/squall-harness/squall/mocksf/internal/store"
	"github.com/squall-harness/squall/mocksf/schema"
)

// Relationships may be followed by a path: to a parent over up to five of them,
// which may be read, updated and deleted, and to children over one, which may be
// read (REST API guide, Traverse Relationships with Friendly URLs).

// relatedRoutes are the paths over two relationships and more; those over one
// look like the path of an external id.
func relatedRoutes() (routes []route) {
	pattern := keyPattern
	for n := 2; n <= 5; n++ {
		pattern += "/{relationship" + strconv.Itoa(n) + "}"
		routes = append(routes,
			route{method: "GET", pattern: pattern, api: commitlog.APIRow, inner: true, serve: readRelated},
			route{method: "PATCH", pattern: pattern, api: commitlog.APIRow, write: true, inner: true, record: true, plan: planByPath, serve: updateRelated},
			route{method: "DELETE", pattern: pattern, api: commitlog.APIRow, write: true, inner: true, plan: planByPath, serve: deleteRelated},
		)
	}
	return routes
}

// byID tells whether the path names a record by its id, with relationships
// behind it.
func (r *request) byID() bool { _, ok := store.LongID(r.param("field")); return ok }

// relationships are the names behind the id in the path.
func (r *request) relationships() []string {
	return r.params[slices.Index(r.route.names, "value"):]
}

// planByPath tells which object the record at the end of the path is of.
func planByPath(r *request) {
	t, ok := r.org.store.Table(r.param("object"))
	if !ok {
		return
	}
	if r.byID() {
		r.read(func(v *store.View) {
			if _, row := r.reach(v); row != nil {
				t = row.Table()
			}
		})
	}
	r.intend(t.Name, 1)
}

// reach follows the path to a parent: the id that it leads to, and the record
// itself, nil where there is none.
func (r *request) reach(v *store.View) (id string, row *store.Row) {
	t, err := r.table()
	if row, _ = v.Get(r.param("field")); err != nil || !row.LiveIn(t) {
		return "", nil
	}
	for _, name := range r.relationships() {
		field, _, ok := row.Table().Relationship(name)
		if !ok || r.hidden(row.Table(), field) {
			return "", nil
		}
		id = row.Text(field)
		if row, _ = v.Get(id); row == nil || row.Deleted() || r.hidden(row.Table(), wholeObject) {
			return id, nil
		}
	}
	return id, row
}

// readRelated answers what the path leads to: a parent as a record, children as
// a list; or one of the record's files.
func readRelated(r *request) reply {
	t, err := r.table()
	if err != nil {
		return failure(err)
	}
	names := r.relationships()
	if field, ok := t.Field(names[0]); ok && t.Fields[field].Type == schema.Base64 && len(names) == 1 && !r.hidden(t, field) {
		return r.file(t, field)
	}
	if child, lookup, ok := r.children(t); ok {
		return r.childrenOf(t, child, lookup)
	}
	var row *store.Row
	r.read(func(v *store.View) {
		var id string
		id, row = r.reach(v)
		if parent, ok := r.org.store.TableOf(id); ok {
			r.lookAt(v, parent, commitlog.Served{ID: id}, row)
		}
	})
	if row == nil {
		return failure(apierr.NotFound.New())
	}
	return r.record(row.Table(), row)
}

// children finds what the path is about where it leads to children.
func (r *request) children(t *store.Table) (child *store.Table, lookup int, ok bool) {
	names := r.relationships()
	if _, _, up := t.Relationship(names[0]); up || len(names) > 1 {
		return nil, 0, false
	}
	child, lookup, ok = t.Child(names[0])
	return child, lookup, ok && !r.hidden(child, wholeObject) && !r.hidden(child, lookup)
}

// updateRelated writes into the parent that the path leads to.
func updateRelated(r *request) reply {
	return r.change(func(tx *store.Tx, row *store.Row) *apierr.Error {
		d, err := draft(row.Table(), r.json)
		if err == nil {
			err = r.checkTags(row.Table())
		}
		if err != nil {
			return err
		}
		return r.update(tx, row.Table(), row.ID(), d)
	})
}

// deleteRelated deletes the parent that the path leads to.
func deleteRelated(r *request) reply {
	return r.change(func(tx *store.Tx, row *store.Row) *apierr.Error { return tx.Delete(row.Table(), row.ID()) })
}

// change does something to the parent that the path leads to.
func (r *request) change(do func(*store.Tx, *store.Row) *apierr.Error) reply {
	t, err := r.table()
	if err != nil {
		return failure(err)
	}
	if _, _, ok := r.children(t); ok {
		return failure(apierr.MethodNotAllowed.New(r.method, "GET,HEAD"))
	}
	err = r.write(func(tx *store.Tx) *apierr.Error {
		if _, row := r.reach(&tx.View); row != nil {
			return do(tx, row)
		}
		return apierr.NotFound.New()
	})
	if err != nil {
		return failure(err)
	}
	return reply{status: http.StatusNoContent}
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
