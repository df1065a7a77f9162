package rundir

import (
	"fmt"
	"time"

	"github.com/squall-harness/squall/mocksf/commitlog"
)

// changeRow is one line of commits.arrows: one change, with the commit that it
// belongs to. A commit without changes has one line, in which changes is 0.
type changeRow struct {
	lsn, at                      int64
	request, api, identity, fate string
	index, changes               int64 // 0, 1, ... of so many
	op, object, id, externalID   string
	fields                       string // the values written, as JSON
}

var commitTable = table[changeRow]{"commits", []column[changeRow]{
	number("lsn", func(r *changeRow) *int64 { return &r.lsn }),
	number("at", func(r *changeRow) *int64 { return &r.at }),
	text("request", func(r *changeRow) *string { return &r.request }),
	text("api", func(r *changeRow) *string { return &r.api }),
	text("identity", func(r *changeRow) *string { return &r.identity }),
	text("fate", func(r *changeRow) *string { return &r.fate }),
	number("index", func(r *changeRow) *int64 { return &r.index }),
	number("changes", func(r *changeRow) *int64 { return &r.changes }),
	text("op", func(r *changeRow) *string { return &r.op }),
	text("object", func(r *changeRow) *string { return &r.object }),
	text("id", func(r *changeRow) *string { return &r.id }),
	text("external_id", func(r *changeRow) *string { return &r.externalID }),
	text("fields", func(r *changeRow) *string { return &r.fields }),
}}

// commitToRows flattens a commit. All its rows go into one block.
func commitToRows(rows []changeRow, c commitlog.Commit) ([]changeRow, error) {
	row := changeRow{
		lsn: int64(c.LSN), at: int64(c.At), request: c.Request, api: string(c.API),
		identity: c.Identity, fate: string(c.Fate), changes: int64(len(c.Changes)),
	}
	if len(c.Changes) == 0 {
		return append(rows, row), nil
	}
	for i, change := range c.Changes {
		fields, err := toJSON(change.Fields)
		if err != nil {
			return rows, fmt.Errorf("commit %d: %w", c.LSN, err)
		}
		row.index, row.op, row.object = int64(i), string(change.Op), change.Object
		row.id, row.externalID, row.fields = change.ID, change.ExternalID, fields
		rows = append(rows, row)
	}
	return rows, nil
}

func (r changeRow) toCommit() commitlog.Commit {
	return commitlog.Commit{
		LSN: uint64(r.lsn), At: time.Duration(r.at), Request: r.request,
		API: commitlog.API(r.api), Identity: r.identity, Fate: commitlog.Fate(r.fate),
	}
}

func (r changeRow) toChange() (commitlog.Change, error) {
	c := commitlog.Change{Op: commitlog.Op(r.op), Object: r.object, ID: r.id, ExternalID: r.externalID}
	if err := fromJSON(r.fields, &c.Fields); err != nil {
		return c, fmt.Errorf("fields of commit %d, change %d: %w", r.lsn, r.index, err)
	}
	return c, nil
}

// commitsFromRows takes the rows of one block, which holds whole commits; their
// lsn must go on without a gap after the commits before them.
func commitsFromRows(before []commitlog.Commit, rows []changeRow) ([]commitlog.Commit, error) {
	for len(rows) > 0 {
		n := int(max(rows[0].changes, 1))
		if want := int64(len(before)) + 1; rows[0].lsn != want {
			return before, fmt.Errorf("commit %d stands where commit %d is due", rows[0].lsn, want)
		}
		if rows[0].changes < 0 || n > len(rows) {
			return before, fmt.Errorf("commit %d is not whole", rows[0].lsn)
		}
		commit, err := commitFromRows(rows[:n])
		if err != nil {
			return before, err
		}
		before, rows = append(before, commit), rows[n:]
	}
	return before, nil
}

func commitFromRows(rows []changeRow) (commitlog.Commit, error) {
	commit := rows[0].toCommit()
	for i, row := range rows {
		if row.changes == 0 {
			return commit, nil
		}
		if row.lsn != rows[0].lsn || row.index != int64(i) {
			return commit, fmt.Errorf("commit %d is not whole", rows[0].lsn)
		}
		change, err := row.toChange()
		if err != nil {
			return commit, err
		}
		commit.Changes = append(commit.Changes, change)
	}
	return commit, nil
}
