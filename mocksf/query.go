package mocksf

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/squall-harness/squall/mocksf/commitlog"
	"github.com/squall-harness/squall/mocksf/internal/apierr"
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
	{method: http.MethodGet, pattern: "search", api: commitlog.APIQuery, inner: true, serve: serveSearch},
	{method: http.MethodGet, pattern: "parameterizedSearch", api: commitlog.APIQuery, inner: true, serve: serveParameterized},
	{method: http.MethodPost, pattern: "parameterizedSearch", api: commitlog.APIQuery, inner: true, serve: servePostedSearch},
}

func serveQuery(r *request) reply { return r.runQuery(false) }

func serveQueryAll(r *request) reply { return r.runQuery(true) }

// runQuery answers the first page. all includes deleted records.
func (r *request) runQuery(all bool) reply {
	text, serve := r.query.Get("q"), r.firstPage
	switch {
	case r.query.Has("explain"):
		text, serve = r.query.Get("explain"), r.explain
	case !r.query.Has("q"):
		return failure(apierr.MalformedQuery.New("A query string has to be specified"))
	case text == "":
		return failure(apierr.MalformedQuery.New("SOQL statements cannot be empty or null"))
	}
	q, err := soql.Parse(text)
	if err != nil {
		return queryFailure(err)
	}
	var rep reply
	r.read(func(v *store.View) {
		rep = serve(q, query.Tables{Store: r.org.store, View: v, All: all, Hidden: r.hidden})
	})
	return rep
}

func (r *request) firstPage(q *soql.Query, tables query.Tables) reply {
	result, err := soql.Run(q, tables)
	switch {
	case err != nil:
		return queryFailure(err)
	case len(result.Groups) > maxBatch:
		return failure(apierr.Custom(apierr.TooManyRecords.Code, "Aggregate query does not support queryMore(), use LIMIT to restrict the results to a single batch"))
	case r.query.Get("columns") == "true":
		return r.describeColumns(q, result)
	case result.Shape == nil:
		read := r.asked(q, 0, nil)
		read.Records = nil // a figure names no record
		r.lookThrough(tables.View, read, &soql.Shape{Object: r.org.objectName(q.From.Text)}, nil)
		return answer(http.StatusOK, appendFigures(nil, result))
	}
	return r.page(tables.View, r.newCursor(q, tables, result.Rows), result.Shape, 0)
}

// servePage answers a further page.
func servePage(r *request) reply {
	c, from, ok := r.org.cursors.find(r.param("locator"), r.org.cfg.Clock())
	if !ok {
		return failure(apierr.InvalidLocator.New())
	}
	var rep reply
	r.read(func(v *store.View) {
		shape, err := soql.ShapeOf(c.query, query.Tables{Store: r.org.store, View: v, All: c.all, Hidden: r.hidden})
		if err != nil {
			rep = queryFailure(err)
			return
		}
		if shape = c.within(shape); shape == nil {
			rep = failure(apierr.InvalidLocator.New())
			return
		}
		rep = r.page(v, c, shape, from)
	})
	return rep
}

// page answers the rows from a position on.
func (r *request) page(v *store.View, c *cursor, shape *soql.Shape, from int) reply {
	p := pageWriter{request: r}
	body, to := p.list(nil, c, shape, from)
	read := commitlog.Read{LSN: c.lsn}
	if len(c.nested) == 0 {
		read = r.asked(c.query, c.lsn, c.rows)
	}
	if from > 0 {
		read.Records = nil // the first page told
	}
	r.lookThrough(v, read, shape, c.rows[from:to])
	return answer(http.StatusOK, body)
}

func appendInt(dst []byte, n int) []byte { return strconv.AppendInt(dst, int64(n), 10) }

// queryFailure is the reply to a query that cannot be run.
func queryFailure(err error) reply { return failure(query.Refusal(err)) }

// The page sizes of queries (REST API guide, Query Options Header).
const minBatch, maxBatch = 200, 2000

// batchSize reads Sforce-Query-Options. A size out of range is brought into
// it, one that cannot be read is the default.
func batchSize(h http.Header) int {
	for name, text := range options(h.Get("Sforce-Query-Options"), ",") {
		if n, err := strconv.Atoi(text); err == nil && strings.EqualFold(name, "batchSize") {
			return min(max(n, minBatch), maxBatch)
		}
	}
	return maxBatch
}
