package mocksf

import (
	"net/http"
	"strconv"

	"github.com/squall-harness/squall/mocksf/internal/apierr"
	"github.com/squall-harness/squall/mocksf/internal/jsontree"
	"github.com/squall-harness/squall/mocksf/internal/store"
)

// rowWrite is one record of a collection: what is wrong with it already, or
// how to write it.
type rowWrite struct {
	err *apierr.Error
	run func(*store.Tx) rowResult
}

// rowResult is what became of it.
type rowResult struct {
	id      string // "" when it failed
	created bool
	err     *apierr.Error
}

// saved is the result of an insert or upsert.
func saved(s store.Saved, err *apierr.Error) rowResult {
	if err != nil {
		return rowResult{created: s.Created, err: err}
	}
	return rowResult{id: s.ID(), created: s.Created}
}

// resultStyle says how results differ between the calls.
type resultStyle struct {
	upsert bool // has the member created
	keepID bool // a record that was rolled back keeps its id
}

// collection writes the records as one unit: with allOrNone all of them or
// none, otherwise the good ones. Inside a composite call that is all or none
// the outer choice rules, and the caller sees to it by failed.
func (r *request) collection(writes []rowWrite, allOrNone bool, style resultStyle) reply {
	results := make([]rowResult, len(writes))
	failed := 0
	allOrNone = allOrNone && r.tx == nil
	rolledBack := r.write(func(tx *store.Tx) *apierr.Error {
		failed = runAll(tx, writes, results)
		if failed > 0 && allOrNone {
			return apierr.RolledBack.New()
		}
		return nil
	})
	if rolledBack != nil {
		failed = len(results)
		for i := range results {
			results[i].rollBack(style, rolledBack)
		}
	}
	rep := answer(http.StatusOK, appendResults(nil, results, style))
	rep.failed = failed
	return rep
}

// runAll runs every write, also after a failure, so that each record gets its
// own error. It returns the number of failures.
func runAll(tx *store.Tx, writes []rowWrite, results []rowResult) (failed int) {
	for i, w := range writes {
		res := &results[i]
		if tx.Fail != nil {
			w.err, tx.Fail = tx.Fail, nil // a fault hits the first record, good or bad
		}
		if res.err = w.err; res.err == nil {
			*res = w.run(tx)
		}
		if res.err != nil {
			res.id = ""
			failed++
		}
	}
	return failed
}

func (res *rowResult) rollBack(style resultStyle, why *apierr.Error) {
	if res.err == nil {
		res.err = why
	}
	if !style.keepID {
		res.id = ""
	}
	res.created = style.upsert // as live orgs report it (asserted by the test suite of jsforce)
}

func appendResults(dst []byte, results []rowResult, style resultStyle) []byte {
	dst = append(dst, '[')
	for i := range results {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = results[i].append(dst, style)
	}
	return append(dst, ']')
}

func (res *rowResult) append(dst []byte, style resultStyle) []byte {
	dst = append(dst, '{')
	if res.id != "" {
		dst = append(jsontree.AppendString(append(dst, `"id":`...), res.id), ',')
	}
	if res.err == nil {
		dst = append(dst, `"success":true,"errors":[]`...)
	} else {
		dst = append(appendResultError(append(dst, `"success":false,"errors":[`...), res.err), ']')
	}
	if style.upsert {
		dst = strconv.AppendBool(append(dst, `,"created":`...), res.created)
	}
	return append(dst, '}')
}
