package bulk

import (
	"fmt"
	"time"

	"github.com/squall-harness/squall/mocksf/internal/apierr"
	"github.com/squall-harness/squall/mocksf/internal/query"
	"github.com/squall-harness/squall/mocksf/internal/store"
)

// Answer is the result of a query, which stays what it is while its job lives.
type Answer struct {
	*query.Flat
	Form Format // of its files
}

// CreateQuery adds a query job, which starts at once and runs into the trouble
// given.
func (q *Queue) CreateQuery(s Spec, version float64, identity string, t Trouble) (Info, *apierr.Error) {
	o, err := s.checkQuery(q, identity)
	if err != nil {
		return Info{}, err
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.queries.left(q.cfg.Now()) == 0 {
		return Info{}, apierr.LimitExceeded.New(fmt.Sprintf("Max bulk v2 query jobs (%[1]d) per 24 hrs has been reached (%[1]d)", q.queries.max))
	}
	filled := s.filled(o)
	filled.Query, filled.ExternalIDFieldName = s.Query, ""
	j, err := q.add(&job{order: o, trouble: t, info: Info{Type: Query, Spec: filled, Version: version, State: UploadComplete}})
	if err != nil {
		return Info{}, err
	}
	q.queries.take(1, q.cfg.Now())
	q.workers.Go(func() { q.process(j, identity) })
	return j.info, nil
}

// checkQuery turns the spec of a query job into an order.
func (s Spec) checkQuery(q *Queue, identity string) (o order, err *apierr.Error) {
	o.operation = Operation(s.Operation)
	switch {
	case !o.operation.reads():
		return o, apierr.InvalidJob.New("Unknown operation '" + apierr.Short(s.Operation) + "': use query or queryAll")
	case s.Query == "":
		return o, apierr.InvalidJob.New("query not specified: give the SOQL to run")
	case s.ContentType != "" && s.ContentType != "CSV":
		return o, apierr.InvalidJob.New("Unsupported contentType '" + apierr.Short(s.ContentType) + "': query jobs answer CSV")
	}
	object, failed := query.Check(q.cfg.Store, q.asks(o, s.Query, identity))
	if failed != nil {
		return o, query.Refusal(failed)
	}
	o.table, _ = q.cfg.Store.Table(object)
	o.form, err = parseFormat(s.ColumnDelimiter, s.LineEnding)
	return o, err
}

func (q *Queue) asks(o order, text, identity string) query.Ask {
	a := query.Ask{Text: text, All: o.operation == ReadAll}
	if hidden := q.cfg.Hidden; hidden != nil {
		a.Hidden = func(t *store.Table, field int) bool { return hidden(identity, t, field) }
	}
	return a
}

// ask runs the query of a job, or of a batch of one.
func (q *Queue) ask(j *job, identity string) ending {
	begun := q.cfg.Now()
	if end := j.trouble.End; end != "" {
		return ending{end, j.trouble.Reason}
	}
	if !sleep(j.processed, q.limits.Query+j.trouble.Chunk) {
		return ending{state: Aborted}
	}
	flat, err := query.Run(q.cfg.Store, q.asks(j.order, j.info.Spec.Query, identity))
	if err != nil {
		return ending{Failed, "InvalidBatch : Failed to process query: " + query.Refusal(err).Error()}
	}
	if j.order.table != nil && flat.Object != j.order.table.Name {
		return ending{Failed, "InvalidBatch : Failed to process query: INVALID_TYPE_FOR_OPERATION: The root entity of the requested query (" + flat.Object +
			") does not match the entity of the requested Bulk API Job (" + j.order.table.Name + ")."}
	}
	q.found(j, flat, begun)
	return ending{state: JobComplete}
}

// found keeps the answer.
func (q *Queue) found(j *job, flat *query.Flat, begun time.Time) {
	q.mu.Lock()
	defer q.mu.Unlock()
	j.answer = flat
	j.info.Processed = flat.Len()
	j.info.Active = q.cfg.Now().Sub(begun)
}

// Answer returns the result of a query job that is complete.
func (q *Queue) Answer(id string) (a Answer, info Info, err *apierr.Error) {
	info, err = q.with(Query, id, func(j *job) *apierr.Error {
		if j.info.State != JobComplete {
			return apierr.InvalidJobState.New("The job is " + string(j.info.State) + ": it has no results yet, or never will")
		}
		a = Answer{j.answer, j.order.form}
		return nil
	})
	return a, info, err
}
