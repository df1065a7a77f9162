package mocksf

import (
	"errors"
	"net/http"
	"strconv"
	"strings"

	"github.com/squall-harness/squall/mocksf/commitlog"
	"github.com/squall-harness/squall/mocksf/internal/apierr"
	"github.com/squall-harness/squall/mocksf/internal/jsontree"
	"github.com/squall-harness/squall/mocksf/internal/query"
	"github.com/squall-harness/squall/mocksf/internal/soql"
	"github.com/squall-harness/squall/mocksf/internal/store"
)

// A locator is asked for under either name: clients rebuild its path.
var queryRoutes = []route{
	{method: http.MethodGet, pattern: "query", api: commitlog.APIQuery, inner: true, serve: serveQuery},
	{method: http.MethodGet, pattern: "queryAll", api: commitlog.APIQuery, inner: true, serve: serveQueryAll},
	{method: http.MethodGet, pattern: "query/{locator}", api: commitlog.APIQuery, inner: true, serve: servePage},
	{method: http.MethodGet, pattern: "queryAll/{locator}", api: commitlog.APIQuery, inner: true, serve: servePage},
}

func serveQuery(r *request) reply { return r.runQuery(false) }

func serveQueryAll(r *request) reply { return r.runQuery(true) }

// runQuery answers the first page. all includes deleted records.
func (r *request) runQuery(all bool) reply {
	if !r.query.Has("q") {
		return failure(apierr.MalformedQuery.New("SOQL statement is missing: give it in the parameter q"))
	}
	q, err := soql.Parse(r.query.Get("q"))
	if err != nil {
		return queryFailure(err)
	}
	var rep reply
	r.read(func(v *store.View) { rep = r.firstPage(q, query.Tables{Store: r.org.store, View: v, All: all}) })
	return rep
}

func (r *request) firstPage(q *soql.Query, tables query.Tables) reply {
	result, err := soql.Run(q, tables)
	switch {
	case err != nil:
		return queryFailure(err)
	case r.query.Get("columns") == "true":
		return r.describeColumns(q, result)
	case result.Shape == nil:
		read := r.asked(q, 0, nil)
		read.Records = nil // a figure names no record
		r.lookThrough(tables.View, read, &soql.Shape{Object: r.org.objectName(q.From.Text)}, nil)
		return answer(http.StatusOK, appendFigures(nil, result))
	}
	c := &cursor{query: q, all: tables.All, rows: result.Rows, size: batchSize(r.header), lsn: tables.View.LSN()}
	return r.page(tables.View, c, result.Shape, 0)
}

// servePage answers a further page.
func servePage(r *request) reply {
	c, from, ok := r.org.cursors.find(r.param("locator"))
	if !ok {
		return failure(apierr.InvalidLocator.New())
	}
	var rep reply
	r.read(func(v *store.View) {
		shape, err := soql.ShapeOf(c.query, query.Tables{Store: r.org.store, View: v, All: c.all})
		if err != nil {
			rep = queryFailure(err)
			return
		}
		rep = r.page(v, c, shape, from)
	})
	return rep
}

// page answers the rows from a position on. A cursor that is not exhausted
// gets a locator of the request's version.
func (r *request) page(v *store.View, c *cursor, shape *soql.Shape, from int) reply {
	to := min(from+c.size, len(c.rows))
	read := r.asked(c.query, c.lsn, c.rows)
	if from > 0 {
		read.Records = nil // the first page told
	}
	r.lookThrough(v, read, shape, c.rows[from:to])
	dst := appendInt([]byte(`{"totalSize":`), len(c.rows))
	dst = append(dst, `,"done":`...)
	dst = strconv.AppendBool(dst, to == len(c.rows))
	if to < len(c.rows) {
		dst = append(dst, `,"nextRecordsUrl":`...)
		dst = jsontree.AppendString(dst, r.base()+"/query/"+r.org.cursors.keep(c)+"-"+strconv.Itoa(to))
	}
	dst = append(dst, `,"records":[`...)
	for i, row := range c.rows[from:to] {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = r.appendShape(dst, shape, row)
	}
	return answer(http.StatusOK, append(dst, ']', '}'))
}

// appendShape appends a record with the selected fields, parents inside it.
func (r *request) appendShape(dst []byte, shape *soql.Shape, row soql.Row) []byte {
	record := row.(*store.Row)
	dst = r.appendAttributes(append(dst, '{'), record)
	for _, c := range shape.Columns {
		dst = jsontree.AppendString(append(dst, ','), c.Name)
		dst = append(dst, ':')
		if c.Parent == nil {
			dst = appendValue(dst, record, c.Index)
		} else if parent := c.Follow(row); parent != nil {
			dst = r.appendShape(dst, c.Parent, parent)
		} else {
			dst = append(dst, "null"...)
		}
	}
	return append(dst, '}')
}

// appendFigures appends the answer of COUNT() and of counted columns.
func appendFigures(dst []byte, result *soql.Result) []byte {
	dst = appendInt(append(dst, `{"totalSize":`...), result.Total)
	dst = append(dst, `,"done":true,"records":[`...)
	if result.Counts != nil {
		dst = append(dst, `{"attributes":{"type":"AggregateResult"}`...)
		for _, f := range result.Counts {
			dst = jsontree.AppendString(append(dst, ','), f.Name)
			dst = appendInt(append(dst, ':'), f.Value)
		}
		dst = append(dst, '}')
	}
	return append(dst, ']', '}')
}

func appendInt(dst []byte, n int) []byte { return strconv.AppendInt(dst, int64(n), 10) }

// queryFailure turns an error of the query into the reply: all of them are
// 400.
func queryFailure(err error) reply {
	var e *soql.Error
	if !errors.As(err, &e) {
		return failure(apierr.MalformedQuery.New(err.Error()))
	}
	return failure(apierr.Custom(e.Code, e.Message))
}

// The page sizes of queries (REST API guide, Query Options Header).
const minBatch, maxBatch = 200, 2000

// batchSize reads Sforce-Query-Options. A size out of range is brought into
// it, one that cannot be read is the default.
func batchSize(h http.Header) int {
	for option := range strings.SplitSeq(h.Get("Sforce-Query-Options"), ",") {
		name, text, _ := strings.Cut(option, "=")
		if n, err := strconv.Atoi(strings.TrimSpace(text)); err == nil && strings.EqualFold(strings.TrimSpace(name), "batchSize") {
			return min(max(n, minBatch), maxBatch)
		}
	}
	return maxBatch
}
