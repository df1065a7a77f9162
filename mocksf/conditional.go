package mocksf

import (
	"fmt"
	"hash/fnv"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/squall-harness/squall/mocksf/internal/apierr"
	"github.com/squall-harness/squall/mocksf/internal/store"
)

// Conditional requests (REST API guide, Conditional Request Headers): dates for
// every record and for describe, entity tags for accounts only. DELETE takes
// no conditions.

// tagged is the one object whose records have an entity tag.
const tagged = "Account"

// etag names one state of a record.
func etag(row *store.Row) string {
	h := fnv.New64a()
	fmt.Fprint(h, row.ID(), row.Modified(), row.LSN())
	return fmt.Sprintf(`"%016x--gzip"`, h.Sum64())
}

// readIf answers a record that was read, or that it is what the client has.
func (r *request) readIf(t *store.Table, row *store.Row) reply {
	if !row.LiveIn(t) {
		return r.record(t, row)
	}
	header := changedAt(time.UnixMilli(row.Modified()))
	if t.Name == tagged {
		header["Etag"] = []string{etag(row)}
	}
	if r.conditional() {
		if err := r.require(row); err != nil {
			return failure(err)
		}
		if r.unchanged(row) {
			return reply{status: http.StatusNotModified, header: header}
		}
	}
	rep := r.record(t, row)
	if rep.status == http.StatusOK {
		rep.header = header
	}
	return rep
}

// changedAt is the header that dates what was read.
func changedAt(t time.Time) http.Header {
	return http.Header{"Last-Modified": {t.UTC().Format(http.TimeFormat)}}
}

// conditional tells whether the request has any condition.
func (r *request) conditional() bool {
	for name := range r.header {
		if strings.HasPrefix(name, "If-") {
			return true
		}
	}
	return false
}

// unchanged tells whether the client has this state of the record already.
func (r *request) unchanged(row *store.Row) bool {
	if list := r.header.Get("If-None-Match"); list != "" && row.Table().Name == tagged {
		return matches(list, row)
	}
	return r.notSince(time.UnixMilli(row.Modified()))
}

// notSince tells whether something last changed at a time is unchanged by
// If-Modified-Since, which knows whole seconds.
func (r *request) notSince(changed time.Time) bool {
	since, err := http.ParseTime(r.header.Get("If-Modified-Since"))
	return err == nil && !changed.Truncate(time.Second).After(since)
}

// require holds a record against the conditions under which it may be read or
// written at all.
func (r *request) require(row *store.Row) *apierr.Error {
	if before, err := http.ParseTime(r.header.Get("If-Unmodified-Since")); err == nil && time.UnixMilli(row.Modified()).Truncate(time.Second).After(before) {
		return r.precondition()
	}
	if row.Table().Name != tagged {
		return nil
	}
	if list := r.header.Get("If-Match"); list != "" && !matches(list, row) {
		return r.precondition()
	}
	return nil
}

// writable is require for a record about to be changed, where an entity tag
// that the client should not find is a failed condition too.
func (r *request) writable(t *store.Table, row *store.Row) *apierr.Error {
	if !row.LiveIn(t) {
		return nil // the write itself says what is wrong
	}
	if list := r.header.Get("If-None-Match"); list != "" && t.Name == tagged && matches(list, row) {
		return r.precondition()
	}
	return r.require(row)
}

// checkTags refuses a write whose entity tags are none.
func (r *request) checkTags(t *store.Table) *apierr.Error {
	if t.Name != tagged {
		return nil
	}
	for _, name := range []string{"If-Match", "If-None-Match"} {
		for _, tag := range splitList(r.header.Get(name)) {
			if tag != "*" && (len(tag) < 2 || !strings.HasPrefix(strings.TrimPrefix(tag, "W/"), `"`) || !strings.HasSuffix(tag, `"`)) {
				return apierr.InvalidInput.New("The header " + name + " is no list of entity tags")
			}
		}
	}
	return nil
}

// matches tells whether a list of entity tags has the record's; * has every
// record's.
func matches(list string, row *store.Row) bool {
	tags := splitList(list)
	for i := range tags {
		tags[i] = strings.TrimPrefix(tags[i], "W/")
	}
	return slices.Contains(tags, "*") || slices.Contains(tags, etag(row))
}
