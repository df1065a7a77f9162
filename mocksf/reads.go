package mocksf

import (
	"slices"

	"github.com/squall-harness/squall/mocksf/commitlog"
	"github.com/squall-harness/squall/mocksf/internal/soql"
	"github.com/squall-harness/squall/mocksf/internal/store"
)

// look notes what a part of the request was served from the state v. It does
// nothing when nobody asks for reads.
func (r *request) look(v *store.View, read commitlog.Read, rows ...*store.Row) {
	if r.org.cfg.OnRead == nil {
		return
	}
	read.Request, read.API, read.Identity, read.At = r.call.ID, r.call.API, r.call.Identity, r.org.cfg.Clock()
	if read.LSN == 0 {
		read.LSN = v.LSN()
	}
	for _, row := range rows {
		if row.LSN() <= read.LSN { // what an open unit wrote itself is no news to it
			read.Records = append(read.Records, commitlog.Served{ID: row.ID(), ExternalID: row.ExternalID(), LSN: row.LSN()})
		}
	}
	r.reads = append(r.reads, read)
}

// lookAt notes a read of one record, by its id or by a key; row is nil, or
// deleted, when it is not there.
func (r *request) lookAt(v *store.View, t *store.Table, asked commitlog.Served, row *store.Row) {
	read := commitlog.Read{Object: t.Name, Exact: true}
	if row == nil || row.Deleted() || row.Table() != t {
		read.Records = []commitlog.Served{asked}
		r.look(v, read)
		return
	}
	if list := r.query.Get("fields"); list != "" {
		if fields, err := selected(t, list); err == nil {
			read.Fields = fieldNames(t, fields)
		}
	}
	r.look(v, read, row)
}

// lookAtAll notes a read of several records by their ids.
func (r *request) lookAtAll(v *store.View, t *store.Table, fields []int, rows []*store.Row) {
	there := slices.DeleteFunc(slices.Clone(rows), func(row *store.Row) bool { return row == nil || row.Deleted() || row.Table() != t })
	r.look(v, commitlog.Read{Object: t.Name, Fields: fieldNames(t, fields), Exact: true}, there...)
}

func fieldNames(t *store.Table, fields []int) []string {
	names := make([]string, len(fields))
	for i, f := range fields {
		names[i] = t.Fields[f].Name
	}
	return names
}

// lookThrough notes the rows of a query's page, then the parents that it shows.
func (r *request) lookThrough(v *store.View, lsn uint64, q *soql.Query, shape *soql.Shape, rows []soql.Row) {
	if r.org.cfg.OnRead == nil {
		return
	}
	read := commitlog.Read{Object: shape.Object, LSN: lsn}
	if q != nil {
		equals, exact := q.Equals()
		read.Exact = exact
		for _, e := range equals {
			read.Where = append(read.Where, commitlog.Equal(e))
		}
	}
	records := make([]*store.Row, len(rows))
	for i, row := range rows {
		records[i] = row.(*store.Row)
	}
	for _, c := range shape.Columns {
		if c.Parent == nil {
			read.Fields = append(read.Fields, c.Name)
		}
	}
	r.look(v, read, records...)
	for _, c := range shape.Columns {
		if c.Parent != nil {
			r.lookThrough(v, lsn, nil, c.Parent, parentsOf(c, rows))
		}
	}
}

// parentsOf lists the records that a lookup leads to, each once.
func parentsOf(c soql.Shown, rows []soql.Row) []soql.Row {
	var parents []soql.Row
	for _, row := range rows {
		if p := c.Follow(row); p != nil && !slices.Contains(parents, p) {
			parents = append(parents, p)
		}
	}
	return parents
}

// objectName is the canonical name of an object that exists.
func (o *Org) objectName(name string) string {
	if t, ok := o.store.Table(name); ok {
		return t.Name
	}
	return name
}

// tellReads hands out what the client was served. What never reached it was
// not read.
func (x *exchange) tellReads(fate commitlog.Fate, tell func(commitlog.Read)) {
	if fate == commitlog.FateSent && tell != nil {
		for _, read := range x.reads {
			tell(read)
		}
	}
}
