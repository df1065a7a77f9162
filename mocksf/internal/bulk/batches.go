package bulk

import (
	"github.com/squall-harness/squall/mocksf/internal/apierr"
	"github.com/squall-harness/squall/mocksf/internal/store"
)

// Takes returns the form in which a job of Bulk API 1.0 wants its batches, and
// what it does with them.
func (q *Queue) Takes(id string) (c Content, s Spec, err *apierr.Error) {
	_, err = q.with(Classic, id, func(j *job) *apierr.Error {
		c, s = j.classic.content, j.info.Spec
		return nil
	})
	return c, s, err
}

// Batches lists the batches of a job of Bulk API 1.0, oldest first.
func (q *Queue) Batches(id string) (all []Info, err *apierr.Error) {
	_, err = q.with(Classic, id, func(j *job) *apierr.Error {
		for _, b := range j.classic.batches {
			all = append(all, b.info)
		}
		return nil
	})
	return all, err
}

// Batch returns what is known about one batch.
func (q *Queue) Batch(id, batch string) (Info, *apierr.Error) {
	var info Info
	err := q.withBatch(id, batch, func(b *job) *apierr.Error {
		info = b.info
		return nil
	})
	return info, err
}

// withBatch runs fn on a batch under the lock.
func (q *Queue) withBatch(id, batch string, fn func(*job) *apierr.Error) *apierr.Error {
	_, err := q.with(Classic, id, func(j *job) *apierr.Error {
		b, err := j.part(batch)
		if err == nil {
			err = fn(b)
		}
		return err
	})
	return err
}

// Request is what the client sent as that batch.
func (q *Queue) Request(id, batch string) (text string, err *apierr.Error) {
	err = q.withBatch(id, batch, func(b *job) *apierr.Error {
		if text = b.upload.payload; text == "" {
			text = b.upload.text
		}
		return nil
	})
	return text, err
}

// RowResult is what became of one row of a batch.
type RowResult struct {
	ID      string // the record's, "" when unknown
	Created bool
	Err     *apierr.Error // nil for a row that took effect
}

// RowResults tells what became of the rows of a batch that has ended, in their
// order. ok is false for a batch that is a query.
func (q *Queue) RowResults(id, batch string) (rows []RowResult, ok bool, err *apierr.Error) {
	err = q.withBatch(id, batch, func(b *job) *apierr.Error {
		if err := b.ended(); err != nil {
			return err
		}
		if ok = !b.order.operation.reads(); !ok {
			return nil
		}
		for i := range b.upload.chunks {
			rows = append(rows, b.upload.chunks[i].shown(b.order.table.Prefix)...)
		}
		return nil
	})
	return rows, ok, err
}

// ended tells whether a batch has results.
func (j *job) ended() *apierr.Error {
	if !j.info.State.Done() {
		return apierr.InvalidBatch.New("Batch not completed")
	}
	return nil
}

func (c *chunk) shown(prefix string) []RowResult {
	rows := make([]RowResult, c.rows)
	for i := range rows {
		if c.results == nil {
			rows[i].Err = apierr.NotProcessed.New()
			continue
		}
		if r := c.results[i]; r.failed != nil {
			rows[i] = RowResult{ID: r.failed.id, Err: r.failed.err}
		} else {
			rows[i] = RowResult{ID: store.MakeID(prefix, r.number), Created: r.created}
		}
	}
	return rows
}

// Result is the id of the result of a query's batch that has ended; "" when it
// has none.
func (q *Queue) Result(id, batch string) (result string, err *apierr.Error) {
	err = q.withBatch(id, batch, func(b *job) *apierr.Error {
		if err := b.ended(); err != nil {
			return err
		}
		if b.answer != nil {
			result = store.MakeID(resultPrefix, uint32(b.info.Number))[:15] // results alone have the short form (recorded replies)
		}
		return nil
	})
	return result, err
}

// BatchAnswer is the result of a query's batch.
func (q *Queue) BatchAnswer(id, batch, result string) (a Answer, err *apierr.Error) {
	err = q.withBatch(id, batch, func(b *job) *apierr.Error {
		long, _ := store.LongID(result)
		if b.answer == nil || long != store.MakeID(resultPrefix, uint32(b.info.Number)) {
			return apierr.InvalidBatch.New("Unable to find the result " + result + " of the batch")
		}
		a = Answer{b.answer, b.order.form}
		return nil
	})
	return a, err
}
