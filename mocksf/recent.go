package mocksf

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"

	"github.com/squall-harness/squall/mocksf/internal/apierr"
	"github.com/squall-harness/squall/mocksf/internal/store"
)

// What a user looked at last is known to the user interface, which a mock does
// not have. The records created last stand in for it.

const (
	defaultRecent = 10
	maxRecent     = 200
)

// listRecent answers the newest records of all objects, ?limit= of them.
func listRecent(r *request) reply {
	n := defaultRecent
	if text := r.query.Get("limit"); text != "" {
		var err error
		if n, err = strconv.Atoi(text); err != nil || n < 1 || n > maxRecent {
			return failure(apierr.InvalidInput.New("limit must be a number from 1 to " + strconv.Itoa(maxRecent)))
		}
	}
	var rows []*store.Row
	r.read(func(v *store.View) {
		for _, t := range r.org.store.Tables() {
			if !r.hidden(t, wholeObject) {
				rows = append(rows, v.Newest(t, n)...)
			}
		}
	})
	slices.SortStableFunc(rows, func(a, b *store.Row) int { return cmp.Compare(b.Created(), a.Created()) })
	return answer(http.StatusOK, r.appendRecent(nil, rows[:min(n, len(rows))]))
}

// recentItems lists the newest records of one object.
func (r *request) recentItems(t *store.Table) []byte {
	var rows []*store.Row
	r.read(func(v *store.View) { rows = v.Newest(t, defaultRecent) })
	return r.appendRecent(nil, rows)
}

func (r *request) appendRecent(dst []byte, rows []*store.Row) []byte {
	dst = append(dst, '[')
	for i, row := range rows {
		if i > 0 {
			dst = append(dst, ',')
		}
		fields := []int{store.FieldID}
		if name, ok := row.Table().NameField(); ok {
			fields = append(fields, name)
		}
		dst = r.appendRecord(dst, row, fields)
	}
	return append(dst, ']')
}
