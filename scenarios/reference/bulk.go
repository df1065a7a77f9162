package reference

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"sync"
	"time"
)

// Bulk carries a large backlog by Bulk API 2.0 jobs, one wave of them at a
// time. A wave's jobs run in parallel, one for each table.
//
// A job survives this process: its id and its rows are in the outbox before
// the upload, and a restart follows it further instead of sending the rows a
// second time. Only one thing ends a job for us, whatever calls failed on the
// way: its state, told by the org.
type Bulk struct {
	Client *Client
	Queue  *Queue
	Outbox Outbox
	Tables func([]*Transaction) []Table
	Settle func([]Result)
	// NoJob says where rows go for which there is no job: the small way.
	NoJob func([]*Transaction)
	// Watch waits for the end of a job and settles its rows: Follow.
	Watch func(stop, work context.Context, id string, txs []*Transaction, uploaded bool) bool
	// Results says what became of each row of a job that has ended: ReadResults.
	Results func(ctx context.Context, job Job, txs []*Transaction) ([]Result, error)
	Log     *slog.Logger
	Poll    Backoff // the ceiling of the time between two looks at a job
}

func newBulk(client *Client, queue *Queue, outbox Outbox, log *slog.Logger) *Bulk {
	b := &Bulk{Client: client, Queue: queue, Outbox: outbox, Log: log, Poll: Backoff{100 * time.Millisecond, 2 * time.Second},
		Tables: func(txs []*Transaction) []Table { return Tables(txs, Cell) }}
	b.NoJob, b.Watch, b.Results = b.giveBack, b.Follow, b.ReadResults
	return b
}

// Run sends waves until stop ends. work outlives stop by the time that calls
// under way are given. A wave is taken when the org can be reached and not
// before: then it holds the whole backlog.
func (b *Bulk) Run(stop, work context.Context) {
	for {
		b.Queue.OfferBulk()
		if b.Queue.AwaitBulk(stop) != nil {
			return
		}
		inTurn(stop, 0, jobTurn)
		if b.Client.Gate.Wait(stop) != nil {
			return
		}
		b.send(stop, work, b.Queue.TakeBulk())
	}
}

func (b *Bulk) send(stop, work context.Context, wave []*Transaction) {
	var jobs sync.WaitGroup
	for i, t := range b.Tables(wave) {
		if len(t.Txs) < b.Queue.Plan.BulkLeast {
			b.giveBack(t.Txs)
			continue
		}
		jobs.Go(func() { inTurn(work, i, jobTurn); b.run(stop, work, t) })
	}
	jobs.Wait()
}

// giveBack leaves transactions to the small way.
func (b *Bulk) giveBack(txs []*Transaction) {
	for _, tx := range txs {
		tx.syncOnly = true
		b.Queue.Retry(tx, 0)
	}
}

// create opens a job for a table. A lost answer may leave an empty job behind,
// which is no harm: an open job does nothing.
func (b *Bulk) create(stop, work context.Context, t Table) (Job, error) {
	for attempt := 1; ; attempt++ {
		job, err := b.Client.CreateJob(work, t.Object, t.Field)
		if err == nil || errors.Is(err, ErrSentBack) || answered(b.Client.Class(err)) || !sleep(stop, b.pause(attempt)) {
			return job, err
		}
	}
}

// run takes one table through a job. Create, remember, upload, close: up to
// the close nothing can happen in the org, so a failure costs an open job at most.
func (b *Bulk) run(stop, work context.Context, t Table) {
	job, err := b.create(stop, work, t)
	if errors.Is(err, ErrSentBack) {
		for _, tx := range t.Txs {
			b.Queue.Retry(tx, 0)
		}
		return
	}
	if err != nil {
		b.Log.Warn("no bulk job", "object", t.Object, "cause", err)
		b.NoJob(t.Txs) // for example: the allowance of jobs is used up
		return
	}
	if err := b.Outbox.Assign(job.ID, t.Txs); err != nil {
		b.Log.Error("bulk job not remembered", "job", job.ID, "cause", err)
		b.giveBack(t.Txs)
		return
	}
	b.Log.Info("bulk job", "job", job.ID, "object", t.Object, "rows", len(t.Rows))
	b.Watch(stop, work, job.ID, t.Txs, b.upload(work, job.ID, t))
}

// upload sends the rows and closes the job. It tells whether the rows are
// known to be there; whether the job is closed is for Follow to see.
func (b *Bulk) upload(work context.Context, id string, t Table) bool {
	err := b.Client.Upload(work, id, t.CSV())
	if err == nil {
		_, _ = b.Client.SetJobState(work, id, jobUploadComplete)
		return true
	}
	b.Log.Warn("bulk upload failed", "job", id, "cause", err)
	for _, tx := range t.Txs { // a definite no, such as "too large", would be one again
		tx.syncOnly = answered(b.Client.Class(err))
	}
	return false
}

// Follow watches a job until it has ended and its results are settled, or
// until stop ends: then it returns false, and the next start resumes it. A call
// that fails is made again; it says nothing about the job.
//
// An open job is closed when its rows are known to be there, and aborted when
// they are not. Its rows go elsewhere only after the org has confirmed the
// end: a close that is still on its way must not start them a second time.
func (b *Bulk) Follow(stop, work context.Context, id string, txs []*Transaction, uploaded bool) bool {
	for attempt := 1; sleep(stop, b.pause(attempt)); attempt++ {
		job, err := b.Client.GetJob(work, id)
		if isGone(err) {
			job = Job{ID: id, State: jobAborted, ErrorMessage: "the org does not know the job"}
		}
		switch {
		case err != nil && !isGone(err):
		case job.State == jobOpen && uploaded:
			_, _ = b.Client.SetJobState(work, id, jobUploadComplete)
		case job.State == jobOpen:
			_, _ = b.Client.SetJobState(work, id, jobAborted)
		case job.ended():
			if b.finish(work, job, txs) {
				return true
			}
		}
	}
	return false
}

// pause grows from the base to the cap: a job of a second is not waited for a
// minute, one of an hour not asked every second.
func (b *Bulk) pause(attempt int) time.Duration {
	return min(b.Poll.Base*time.Duration(attempt), b.Poll.Cap)
}

func isGone(err error) bool {
	var f *Failure
	return errors.As(err, &f) && f.Status == http.StatusNotFound && !f.Foreign
}
