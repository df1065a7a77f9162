package mocksf

import (
	"slices"
	"strings"

	"github.com/squall-harness/squall/mocksf/commitlog"
	"github.com/squall-harness/squall/mocksf/internal/query"
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
	if !row.LiveIn(t) {
		read.Records = []commitlog.Served{asked}
		r.look(v, read)
		return
	}
	if list := r.query.Get("fields"); list != "" {
		if fields, err := r.selected(t, list); err == nil {
			read.Fields = fieldNames(t, fields)
		}
	}
	r.look(v, read, row)
}

// lookAtAll notes a read of several records by their ids.
func (r *request) lookAtAll(v *store.View, t *store.Table, fields []int, rows []*store.Row) {
	there := slices.DeleteFunc(slices.Clone(rows), func(row *store.Row) bool { return !row.LiveIn(t) })
	r.look(v, commitlog.Read{Object: t.Name, Fields: fieldNames(t, fields), Exact: true}, there...)
}

// fieldNames are the names of fields; of a compound field those of its components,
// which are what is written.
func fieldNames(t *store.Table, fields []int) []string {
	names := make([]string, 0, len(fields))
	for _, f := range fields {
		for _, c := range t.Fields[f].Components() {
			names = append(names, c.Field)
		}
		if !t.Fields[f].Type.Compound() {
			names = append(names, t.Fields[f].Name)
		}
	}
	return names
}

// lookThrough notes the rows of a query's page, then the parents that it shows.
// The read holds what the query asked for.
func (r *request) lookThrough(v *store.View, read commitlog.Read, shape *soql.Shape, rows []soql.Row) {
	if r.org.cfg.OnRead == nil {
		return
	}
	if shape.Object == query.NameObject {
		r.lookAtNames(v, read, shape, rows)
		return
	}
	read.Object = shape.Object
	records := make([]*store.Row, len(rows))
	for i, row := range rows {
		records[i] = row.(*store.Row)
	}
	t, _ := r.org.store.Table(shape.Object)
	if fields := fieldsOf(t, shape); fields != nil {
		read.Fields = fieldNames(t, fields)
	}
	r.look(v, read, records...)
	for _, c := range shape.Columns {
		for _, w := range c.Ways {
			r.lookThrough(v, commitlog.Read{LSN: read.LSN}, w.Shape, parentsOf(c, w.Shape, rows))
		}
		if c.Child != nil {
			r.lookThrough(v, commitlog.Read{LSN: read.LSN}, c.Child, childrenOf(c, rows))
		}
	}
}

// fieldsOf are the fields of a table that a shape tells of, the lookups among
// them that lead to what is shown of parents; the id where it is of children only.
func fieldsOf(t *store.Table, shape *soql.Shape) (fields []int) {
	for _, c := range shape.Columns {
		switch {
		case c.Ways != nil:
			field, _, _ := t.Relationship(c.Name)
			fields = append(fields, field)
		case c.Child == nil:
			fields = append(fields, c.Index)
		}
	}
	if fields == nil && len(shape.Columns) > 0 {
		return []int{store.FieldID}
	}
	return fields
}

// lookAtNames notes a read of parents of several objects, each as one of its
// own.
func (r *request) lookAtNames(v *store.View, read commitlog.Read, shape *soql.Shape, rows []soql.Row) {
	for _, t := range r.org.store.Tables() {
		of := slices.DeleteFunc(slices.Clone(rows), func(row soql.Row) bool { return row.(*store.Row).Table() != t })
		if len(of) == 0 {
			continue
		}
		part := &soql.Shape{Object: t.Name, Columns: []soql.Shown{{}}} // the id tells the object
		for _, c := range shape.Columns {
			if i, ok := query.FieldOfName(t, c.Name); ok {
				part.Columns = append(part.Columns, soql.Shown{Column: soql.Column{Index: i}})
			}
		}
		r.lookThrough(v, read, part, of)
	}
}

// asked tells what a query asked for; rows are its whole answer.
func (r *request) asked(q *soql.Query, lsn uint64, rows []soql.Row) commitlog.Read {
	read := commitlog.Read{LSN: lsn}
	if r.org.cfg.OnRead == nil {
		return read
	}
	matches, exact := q.Matches()
	read.Exact = exact
	for _, m := range matches {
		read.Where = append(read.Where, commitlog.Match(m))
	}
	if t, ok := r.org.store.Table(q.From.Text); ok && exact && len(matches) == 1 {
		read.Records = missed(t, matches[0], rows)
	}
	return read
}

// missed lists the keys that a query asked for and that no record holds.
func missed(t *store.Table, m soql.Match, rows []soql.Row) (missed []commitlog.Served) {
	field, err := t.External(m.Field)
	if err != nil || field == store.FieldID {
		return nil
	}
	there := map[string]bool{}
	for _, row := range rows {
		there[strings.ToLower(row.(*store.Row).Text(field))] = true
	}
	for _, value := range m.Values {
		if key, _ := value.(string); key != "" && !there[strings.ToLower(key)] {
			missed = append(missed, commitlog.Served{ExternalID: key})
		}
	}
	return missed
}

// parentsOf lists the records that a lookup leads to and that are shown in a
// shape, each once.
func parentsOf(c soql.Shown, in *soql.Shape, rows []soql.Row) []soql.Row {
	var parents []soql.Row
	for _, row := range rows {
		if shape, p := c.Parent(row); shape == in && p != nil && !slices.Contains(parents, p) {
			parents = append(parents, p)
		}
	}
	return parents
}

// childrenOf lists the children of the rows that a subquery shows.
func childrenOf(c soql.Shown, rows []soql.Row) (children []soql.Row) {
	for _, row := range rows {
		children = append(children, c.Members(row)...)
	}
	return children
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
