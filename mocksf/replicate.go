package mocksf

import (
	"net/http"
	"time"

	"github.com/squall-harness/squall/mocksf/commitlog"
	"github.com/squall-harness/squall/mocksf/internal/apierr"
	"github.com/squall-harness/squall/mocksf/internal/jsontree"
	"github.com/squall-harness/squall/mocksf/internal/store"
)

// Which records of an object were changed, or deleted, in a span of time (REST
// API guide, Get Updated and Get Deleted). Their rules on the span are from the
// SOAP API guide's getUpdated() and getDeleted().

// maxReplicated bounds the records in one answer.
const maxReplicated = 600_000

// listUpdated answers the ids of the records created or changed in the span.
func listUpdated(r *request) reply {
	rows, _, until, err := r.replicate(false)
	if err != nil {
		return failure(err)
	}
	dst := []byte(`{"ids":[`)
	for i, row := range rows {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = jsontree.AppendString(dst, row.ID())
	}
	dst = jsontree.AppendString(append(dst, `],"latestDateCovered":`...), store.Stamp(until))
	return answer(http.StatusOK, append(dst, '}'))
}

// listDeleted answers the records deleted in the span, each with its time.
func listDeleted(r *request) reply {
	rows, since, until, err := r.replicate(true)
	if err != nil {
		return failure(err)
	}
	dst := []byte(`{"deletedRecords":[`)
	for i, row := range rows {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = jsontree.AppendString(append(dst, `{"id":`...), row.ID())
		dst = jsontree.AppendString(append(dst, `,"deletedDate":`...), store.Stamp(time.UnixMilli(row.Modified())))
		dst = append(dst, '}')
	}
	dst = jsontree.AppendString(append(dst, `],"earliestDateAvailable":`...), store.Stamp(since))
	dst = jsontree.AppendString(append(dst, `,"latestDateCovered":`...), store.Stamp(until))
	return answer(http.StatusOK, append(dst, '}'))
}

// replicate finds the records last written in the span that the query gives.
// since is the earliest time that could be asked for, until the minute up to
// which the answer is complete.
func (r *request) replicate(deleted bool) (rows []*store.Row, since, until time.Time, err *apierr.Error) {
	t, err := r.table()
	if err != nil {
		return nil, since, until, err
	}
	now := r.org.cfg.Now().UTC()
	days := r.org.cfg.Assume.UpdatedDays
	if deleted {
		days = r.org.cfg.Assume.DeletedDays
	}
	since = now.AddDate(0, 0, -days).Truncate(time.Minute)
	start, end, err := r.span(since)
	if err != nil {
		return nil, since, until, err
	}
	r.read(func(v *store.View) {
		rows = v.Changed(t, start.UnixMilli(), end.UnixMilli(), deleted)
		r.look(v, commitlog.Read{Object: t.Name, Fields: []string{"Id"}}, rows...)
	})
	if len(rows) > maxReplicated {
		return nil, since, until, apierr.TooManyRecords.New(maxReplicated)
	}
	if until = end; until.After(now) {
		until = now
	}
	return rows, since, until.Truncate(time.Minute), nil
}

// span reads start and end, whose seconds do not count at the start. since is
// the earliest start.
func (r *request) span(since time.Time) (start, end time.Time, err *apierr.Error) {
	if start, err = r.moment("start"); err != nil {
		return start, end, err
	}
	if end, err = r.moment("end"); err != nil {
		return start, end, err
	}
	start = start.Truncate(time.Minute)
	switch {
	case start.Before(since):
		return start, end, apierr.ReplicationDate.New("startDate before org replication enabled date")
	case end.Sub(start) < time.Minute:
		return start, end, apierr.ReplicationDate.New("endDate must be at least one minute after startDate")
	}
	return start, end, nil
}

// moment reads a time in ISO 8601 from the query; Go's parser takes fractions of
// a second with either layout.
func (r *request) moment(name string) (time.Time, *apierr.Error) {
	text := r.query.Get(name)
	if text == "" {
		return time.Time{}, apierr.MissingID.New(name)
	}
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05-0700"} {
		if at, err := time.Parse(layout, text); err == nil {
			return at.UTC(), nil
		}
	}
	return time.Time{}, apierr.ReplicationDate.New("Invalid value for " + name + ": " + short(text))
}
