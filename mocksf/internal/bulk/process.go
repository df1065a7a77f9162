package bulk

import (
	"context"
	"log"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"github.com/squall-harness/squall/mocksf/commitlog"
	"github.com/squall-harness/squall/mocksf/internal/apierr"
	"github.com/squall-harness/squall/mocksf/internal/store"
)

// ending is how a job ends, or goes on: the state with, for Failed, the reason.
type ending struct {
	state  State
	reason string
}

// process takes a closed job, or a batch of Bulk API 1.0, to its end.
func (q *Queue) process(j *job, identity string) {
	defer j.stop()
	if sleep(j.processed, q.cfg.Start) && q.enter(j, UploadComplete, ending{state: InProgress}) && sleep(j.processed, j.trouble.Wait) {
		q.enter(j, InProgress, q.run(j, identity))
	}
}

// run does what the job is for. Where the org itself breaks down the job fails.
func (q *Queue) run(j *job, identity string) (end ending) {
	defer j.survive(func(reason string) { end = ending{Failed, reason} })
	switch {
	case j.order.operation.reads():
		if end, ok := q.chunked(j, identity); ok {
			return end
		}
		return q.ask(j, identity)
	case j.upload == nil:
		return ending{state: JobComplete} // no data is no mistake
	}
	return q.load(j, store.Author{Request: j.info.ID, API: commitlog.APIBulk, Identity: identity, Fate: commitlog.FateAsync})
}

// load works on the rows of a job.
func (q *Queue) load(j *job, by store.Author) ending {
	u := j.upload
	if j.parent != nil {
		by.Request, by.API = j.parent.info.ID, commitlog.APIClassic
	}
	if u.header != nil {
		p, wrong := newPlan(j.order, u.header)
		if wrong == "" {
			wrong = q.hidden(p, by.Identity, u.header)
		}
		if wrong != "" {
			return ending{Failed, wrong}
		}
		q.runBatches(j, p, by)
	}
	switch broken := j.broken.Load(); {
	case broken != nil:
		return ending{Failed, *broken}
	case u.bad != "":
		return ending{Failed, u.bad}
	case j.trouble.End != "":
		return ending{j.trouble.End, j.trouble.Reason}
	}
	return ending{state: JobComplete}
}

// enter moves a job on; false when it is no longer in the state that the move
// starts from, or the org is closing.
func (q *Queue) enter(j *job, from State, to ending) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if j.info.State != from || j.processed.Err() != nil {
		return false
	}
	j.info.Error = to.reason
	j.move(to.state, q.cfg.Now())
	return true
}

// runBatches works on the batches side by side and returns when all chunks are
// done or the job was stopped.
func (q *Queue) runBatches(j *job, p *plan, by store.Author) {
	chunks := j.upload.chunks[:j.upload.todo]
	batches := (len(chunks) + batchParts - 1) / batchParts
	var next atomic.Int32
	var all sync.WaitGroup
	for range min(batches, q.cfg.Parallel) {
		all.Go(func() {
			defer j.survive(j.fail)
			w := newWorker(q, j, p, by)
			for n := int(next.Add(1)) - 1; n < batches; n = int(next.Add(1)) - 1 {
				w.batch(n*batchParts, min((n+1)*batchParts, len(chunks)))
			}
		})
	}
	all.Wait()
}

// survive ends a panic, of a rule for instance, and tells fail the reason that
// clients get to see. The unit of work was rolled back on the way.
func (j *job) survive(fail func(reason string)) {
	if p := recover(); p != nil {
		log.Printf("mocksf: %s: %v\n%s", j.info.ID, p, debug.Stack())
		fail(apierr.Unexpected.New(j.info.ID).Error())
	}
}

// fail makes the other batches stop, and the job end as Failed.
func (j *job) fail(reason string) { j.broken.CompareAndSwap(nil, &reason) }

// sleep waits; false when ctx ended meanwhile.
func sleep(ctx context.Context, d time.Duration) bool {
	if d <= 0 {
		return ctx.Err() == nil
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return ctx.Err() == nil
	case <-ctx.Done():
		return false
	}
}
