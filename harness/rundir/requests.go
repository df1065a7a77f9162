package rundir

import (
	"fmt"
	"time"

	"github.com/squall-harness/squall/mocksf/commitlog"
)

// requestRow is one line of requests.arrows.
type requestRow struct {
	id              string
	at, took        int64
	method, path    string
	api, identity   string
	status          int64
	fate            string
	records, failed int64
	traces          string // values of the trace field, as a JSON array
	job, fault      string
}

var requestTable = table[requestRow]{"requests", []column[requestRow]{
	text("id", func(r *requestRow) *string { return &r.id }),
	number("at", func(r *requestRow) *int64 { return &r.at }),
	number("took", func(r *requestRow) *int64 { return &r.took }),
	text("method", func(r *requestRow) *string { return &r.method }),
	text("path", func(r *requestRow) *string { return &r.path }),
	text("api", func(r *requestRow) *string { return &r.api }),
	text("identity", func(r *requestRow) *string { return &r.identity }),
	number("status", func(r *requestRow) *int64 { return &r.status }),
	text("fate", func(r *requestRow) *string { return &r.fate }),
	number("records", func(r *requestRow) *int64 { return &r.records }),
	number("failed", func(r *requestRow) *int64 { return &r.failed }),
	text("traces", func(r *requestRow) *string { return &r.traces }),
	text("job", func(r *requestRow) *string { return &r.job }),
	text("fault", func(r *requestRow) *string { return &r.fault }),
}}

func requestToRow(q commitlog.Request) (requestRow, error) {
	traces, err := toJSON(q.Traces)
	return requestRow{
		id: q.ID, at: int64(q.At), took: int64(q.Took), method: q.Method, path: q.Path,
		api: string(q.API), identity: q.Identity, status: int64(q.Status), fate: string(q.Fate),
		records: int64(q.Records), failed: int64(q.Failed), traces: traces, job: q.Job, fault: q.Fault,
	}, err
}

func (r requestRow) toRequest() (commitlog.Request, error) {
	q := commitlog.Request{
		ID: r.id, At: time.Duration(r.at), Took: time.Duration(r.took), Method: r.method, Path: r.path,
		API: commitlog.API(r.api), Identity: r.identity, Status: int(r.status), Fate: commitlog.Fate(r.fate),
		Records: int(r.records), Failed: int(r.failed), Job: r.job, Fault: r.fault,
	}
	if err := fromJSON(r.traces, &q.Traces); err != nil {
		return q, fmt.Errorf("traces of request %q: %w", r.id, err)
	}
	return q, nil
}

func requestsFromRows(before []commitlog.Request, rows []requestRow) ([]commitlog.Request, error) {
	for _, row := range rows {
		q, err := row.toRequest()
		if err != nil {
			return before, err
		}
		before = append(before, q)
	}
	return before, nil
}
