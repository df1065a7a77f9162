package rundir

import (
	"fmt"
	"time"

	"github.com/squall-harness/squall/mocksf/commitlog"
)

// readRow is one line of reads.arrows: one record served, with the read that
// it belongs to. A read without records has one line, in which records is 0.
type readRow struct {
	request        string
	at             int64
	api, identity  string
	lsn            int64 // of the state that was read
	object         string
	fields, where  string // as JSON arrays
	exact          int64  // 1 when where is all that a query asked for
	index, records int64  // 0, 1, ... of so many
	id, externalID string
	version        int64 // lsn of the commit that wrote what was served
}

var readsTable = table[readRow]{"reads", []column[readRow]{
	text("request", func(r *readRow) *string { return &r.request }),
	number("at", func(r *readRow) *int64 { return &r.at }),
	text("api", func(r *readRow) *string { return &r.api }),
	text("identity", func(r *readRow) *string { return &r.identity }),
	number("lsn", func(r *readRow) *int64 { return &r.lsn }),
	text("object", func(r *readRow) *string { return &r.object }),
	text("fields", func(r *readRow) *string { return &r.fields }),
	text("where", func(r *readRow) *string { return &r.where }),
	number("exact", func(r *readRow) *int64 { return &r.exact }),
	number("index", func(r *readRow) *int64 { return &r.index }),
	number("records", func(r *readRow) *int64 { return &r.records }),
	text("id", func(r *readRow) *string { return &r.id }),
	text("external_id", func(r *readRow) *string { return &r.externalID }),
	number("version", func(r *readRow) *int64 { return &r.version }),
}}

// readToRows flattens a read. All its rows go into one block.
func readToRows(rows []readRow, q commitlog.Read) ([]readRow, error) {
	row := readRow{
		request: q.Request, at: int64(q.At), api: string(q.API), identity: q.Identity, lsn: int64(q.LSN),
		object: q.Object, records: int64(len(q.Records)),
	}
	var err error
	if row.fields, err = toJSON(q.Fields); err != nil {
		return rows, err
	}
	if row.where, err = toJSON(q.Where); err != nil {
		return rows, fmt.Errorf("conditions of request %q: %w", q.Request, err)
	}
	if q.Exact {
		row.exact = 1
	}
	if len(q.Records) == 0 {
		return append(rows, row), nil
	}
	for i, r := range q.Records {
		row.index, row.id, row.externalID, row.version = int64(i), r.ID, r.ExternalID, int64(r.LSN)
		rows = append(rows, row)
	}
	return rows, nil
}

func (r readRow) toRead() (commitlog.Read, error) {
	q := commitlog.Read{
		Request: r.request, At: time.Duration(r.at), API: commitlog.API(r.api), Identity: r.identity, LSN: uint64(r.lsn),
		Object: r.object, Exact: r.exact == 1,
	}
	if err := fromJSON(r.fields, &q.Fields); err != nil {
		return q, fmt.Errorf("fields of a read of request %q: %w", r.request, err)
	}
	if err := fromJSON(r.where, &q.Where); err != nil {
		return q, fmt.Errorf("conditions of a read of request %q: %w", r.request, err)
	}
	return q, nil
}

// readsFromRows takes the rows of one block, which holds whole reads.
func readsFromRows(before []commitlog.Read, rows []readRow) ([]commitlog.Read, error) {
	for len(rows) > 0 {
		n := int(max(rows[0].records, 1))
		if rows[0].records < 0 || n > len(rows) {
			return before, fmt.Errorf("a read of request %q is not whole", rows[0].request)
		}
		read, err := readFromRows(rows[:n])
		if err != nil {
			return before, err
		}
		before, rows = append(before, read), rows[n:]
	}
	return before, nil
}

func readFromRows(rows []readRow) (commitlog.Read, error) {
	read, err := rows[0].toRead()
	if err != nil || rows[0].records == 0 {
		return read, err
	}
	for i, row := range rows {
		if row.request != rows[0].request || row.index != int64(i) {
			return read, fmt.Errorf("a read of request %q is not whole", rows[0].request)
		}
		read.Records = append(read.Records, commitlog.Served{ID: row.id, ExternalID: row.externalID, LSN: uint64(row.version)})
	}
	return read, nil
}
