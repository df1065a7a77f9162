package bulk

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/squall-harness/squall/mocksf/internal/apierr"
	"github.com/squall-harness/squall/mocksf/internal/store"
)

// Bounds of a batch of Bulk API 1.0 (Bulk API guide, Limits).
const (
	MaxBatch     = 10_000_000 // bytes
	maxBatchRows = 10_000
	maxChunkSize = 250_000 // of PK chunking, in records
	// DefaultChunk is where the header of PK chunking names none.
	DefaultChunk = 100_000
	batchPrefix  = "751"
	resultPrefix = "752"
)

// Content is the form of the data of a job of Bulk API 1.0.
type Content string

// The forms.
const (
	CSV  Content = "CSV"
	XML  Content = "XML"
	JSON Content = "JSON"
)

// ClassicSpec is what a client asks for when it creates a job of Bulk API 1.0.
type ClassicSpec struct {
	Spec
	Serial    bool // batches one after the other
	NoRetry   bool // a batch that takes too long is not put back
	ChunkSize int  // of PK chunking, in records; 0 is none
}

// classic is what a job of Bulk API 1.0 is beside other jobs.
type classic struct {
	ClassicSpec
	content Content
	batches []*job // in the order of their creation
}

// ClassicInfo is what can be known about a job of Bulk API 1.0 at one moment.
// Its figures are the sums of its batches'.
type ClassicInfo struct {
	Info
	Content                               Content
	Serial                                bool
	Queued, Running, Completed, NotLoaded int // batches: NotLoaded have failed
	Total                                 int
}

// CreateClassic adds an open job of Bulk API 1.0.
func (q *Queue) CreateClassic(s ClassicSpec, version float64) (ClassicInfo, *apierr.Error) {
	c := &classic{ClassicSpec: s, content: Content(strings.ToUpper(s.ContentType))}
	if c.content == "" {
		c.content = XML
	}
	o, err := c.check(q)
	if err != nil {
		return ClassicInfo{}, err
	}
	c.ChunkSize = min(c.ChunkSize, maxChunkSize)
	c.Spec = s.filled(o)
	c.ContentType = string(c.content)
	q.mu.Lock()
	defer q.mu.Unlock()
	j, err := q.add(&job{order: o, classic: c, info: Info{Type: Classic, Spec: c.Spec, Version: version, State: Open}})
	if err != nil {
		return ClassicInfo{}, err
	}
	return j.summary(), nil
}

func (c *classic) check(q *Queue) (o order, err *apierr.Error) {
	if op := Operation(c.Operation); op.reads() {
		o.operation = op
		var ok bool
		if o.table, ok = q.cfg.Store.Table(c.Object); !ok {
			return o, apierr.InvalidEntity.New(apierr.Short(c.Object))
		}
	} else if o, err = c.rows(q.cfg.Store, q.limits); err != nil {
		return o, err
	}
	o.form = Format{Delimiter: ','}
	switch {
	case c.content != CSV && c.content != XML && c.content != JSON:
		return o, apierr.InvalidJob.New("Unsupported contentType '" + apierr.Short(c.ContentType) + "': use CSV, XML or JSON")
	case c.ChunkSize > 0 && !o.operation.reads():
		return o, apierr.InvalidJob.New("PK chunking is for queries only")
	}
	return o, nil
}

// summary adds up the batches. The lock is held.
func (j *job) summary() ClassicInfo {
	c := ClassicInfo{Info: j.info, Content: j.classic.content, Serial: j.classic.Serial, Total: len(j.classic.batches)}
	for _, b := range j.classic.batches {
		switch b.info.State {
		case UploadComplete:
			c.Queued++
		case InProgress:
			c.Running++
		case JobComplete:
			c.Completed++
		case Failed:
			c.NotLoaded++
		}
		c.Processed += b.info.Processed
		c.Failed += b.info.Failed
		c.Retries += b.info.Retries
		c.Took += b.info.Took
		c.Active += b.info.Active
	}
	return c
}

// Classic returns what is known about a job of Bulk API 1.0.
func (q *Queue) Classic(id string) (c ClassicInfo, err *apierr.Error) {
	_, err = q.with(Classic, id, func(j *job) *apierr.Error {
		c = j.summary()
		return nil
	})
	return c, err
}

// CloseClassic ends the adding of batches.
func (q *Queue) CloseClassic(id string) (c ClassicInfo, err *apierr.Error) {
	_, err = q.with(Classic, id, func(j *job) *apierr.Error {
		if err := j.closable(); err != nil {
			return err
		}
		j.move(Closed, q.cfg.Now())
		c = j.summary()
		return nil
	})
	return c, err
}

// AbortClassic ends a job with its batches: no row is committed after it
// returned. Batches that are complete stay.
func (q *Queue) AbortClassic(id string) (c ClassicInfo, err *apierr.Error) {
	q.mu.Lock()
	j, err := q.find(Classic, id)
	if err == nil && j.info.State != Aborted {
		j.move(Aborted, q.cfg.Now()) // no batch is added from now on
		j.stop()
	} else if err == nil {
		err = apierr.InvalidJobState.New("Aborting already Aborted Job not allowed")
	}
	var parts []*job
	if err == nil {
		parts = j.parts()
	}
	q.mu.Unlock()
	if err != nil {
		return c, err
	}
	for _, b := range parts {
		q.end(b)
	}
	return q.Classic(id)
}

// end aborts a batch that is not done.
func (q *Queue) end(b *job) {
	b.commit.Lock()
	defer b.commit.Unlock()
	q.mu.Lock()
	defer q.mu.Unlock()
	if !b.info.State.Done() {
		b.move(Aborted, q.cfg.Now())
	}
}

// parts are the batches of a job; the lock is held.
func (j *job) parts() []*job {
	if j.classic == nil {
		return nil
	}
	return slices.Clone(j.classic.batches)
}

// AddBatch gives a job of Bulk API 1.0 a batch, which is worked on at once, or
// after the ones before it in a serial job. A row error makes its first row
// fail; a batch counts also when it is refused for the job's state.
func (q *Queue) AddBatch(id string, u *Upload, row *apierr.Error, identity string, t Trouble) (info Info, err *apierr.Error) {
	_, err = q.with(Classic, id, func(j *job) *apierr.Error {
		if !j.order.operation.reads() && !q.batches.take(1, q.cfg.Now()) {
			return apierr.ExceededQuota.New(noBatches)
		}
		if err := j.takes(q, u); err != nil {
			return err
		}
		b := q.batch(j, u)
		b.row = row
		b.meet(t)
		info = b.info
		q.held += b.held()
		q.begin(b, identity)
		return nil
	})
	return info, err
}

func (j *job) takes(q *Queue, u *Upload) *apierr.Error {
	if j.info.State != Open {
		return apierr.InvalidJobState.New("Batches cannot be added to a job that is " + string(j.info.State))
	}
	if err := q.overdue(j); err != nil {
		return err
	}
	return q.room(u)
}

// batch adds a batch in the queue. The lock is held.
func (q *Queue) batch(j *job, u *Upload) *job {
	q.parts++
	now := q.cfg.Now()
	b := &job{order: j.order, upload: u, parent: j, told: j.told, noRetry: j.classic.NoRetry, info: Info{
		ID: store.MakeID(batchPrefix, q.parts), Number: int(q.parts), Type: Classic, Spec: j.info.Spec, Version: j.info.Version,
		State: UploadComplete, Created: now, Changed: now,
	}}
	if j.order.operation.reads() {
		b.info.Spec.Query = u.payload
	} else {
		b.order.form = u.form
	}
	b.processed, b.stop = context.WithCancel(j.processed)
	j.classic.batches = append(j.classic.batches, b)
	return b
}

// begin starts the work on a batch. The lock is held.
func (q *Queue) begin(b *job, identity string) {
	var before *job
	if all := b.parent.classic.batches; b.parent.classic.Serial && len(all) > 1 {
		before = all[len(all)-2]
	}
	q.workers.Go(func() {
		if before == nil || sleepUntil(b.processed, before.processed) {
			q.process(b, identity)
		}
		b.stop()
		q.shed(b)
	})
}

// shed drops the CSV text of a batch that came in another form, which nobody
// reads again.
func (q *Queue) shed(b *job) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if u := b.upload; u.payload != "" && q.byID[b.parent.info.ID] == b.parent {
		q.held -= len(u.text)
		u.text = ""
	}
}

// sleepUntil waits for the end of another job's processing; false when ctx
// ended meanwhile.
func sleepUntil(ctx, other context.Context) bool {
	select {
	case <-other.Done():
	case <-ctx.Done():
	}
	return ctx.Err() == nil
}

// part finds a batch of a job by its id. The lock is held.
func (j *job) part(id string) (*job, *apierr.Error) {
	long, _ := store.LongID(id)
	for _, b := range j.classic.batches {
		if b.info.ID == long {
			return b, nil
		}
	}
	return nil, apierr.InvalidBatch.New(fmt.Sprintf("Unable to find batch %q in the job", id))
}
