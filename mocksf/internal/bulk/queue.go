package bulk

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/squall-harness/squall/mocksf/internal/apierr"
	"github.com/squall-harness/squall/mocksf/internal/rowlock"
	"github.com/squall-harness/squall/mocksf/internal/store"
)

const (
	// MaxUpload is the largest file in bytes (Bulk API 2.0 guide, Limits).
	MaxUpload = 150_000_000
	// maxHeld bounds the files of all jobs together; jobs give their file back
	// when they are deleted.
	maxHeld   = 2_000_000_000
	jobPrefix = "750"
)

// Config is what a queue works with.
type Config struct {
	Store    *store.Store
	Now      func() time.Time
	Start    time.Duration // from the closing of a job to its first chunk
	Chunk    time.Duration // that a chunk of 200 rows takes
	Parallel int           // chunks at once, over all jobs
	Limits   Limits

	// Hidden tells whether an identity may not know of a field, or with -1 of an
	// object; nil hides nothing.
	Hidden func(identity string, t *store.Table, field int) bool

	// Took is how long the org takes now for a chunk of so many rows that takes
	// Chunk at full strength; nil: Chunk.
	Took func(t *store.Table, rows int) time.Duration
	// Locks are those of the org, for which a chunk waits LockWait; 0 is an org
	// without locks.
	Locks    *rowlock.Table
	LockWait time.Duration

	OnMove func(Move) // told of every state that a job enters; it must not call the queue. nil: none
}

// Queue holds the jobs of an org and processes them in the background.
type Queue struct {
	cfg     Config
	ctx     context.Context
	workers *sync.WaitGroup
	limits  Limits
	slots   chan struct{} // one per chunk at work

	mu      sync.Mutex
	jobs    []*job // in the order of their creation
	byID    map[string]*job
	given   uint32     // ids of jobs
	parts   uint32     // ids of batches
	held    int        // bytes of files
	batches allocation // of both APIs
	queries allocation
}

// NewQueue returns a queue without jobs. Its goroutines are counted in workers
// and end soon after ctx does.
func NewQueue(ctx context.Context, workers *sync.WaitGroup, cfg Config) *Queue {
	q := &Queue{cfg: cfg, ctx: ctx, workers: workers, limits: cfg.Limits.filled(), slots: make(chan struct{}, cfg.Parallel), byID: map[string]*job{}}
	q.batches.max, q.queries.max = q.limits.DailyBatches, q.limits.DailyQueries
	return q
}

// Create adds an ingest job in state Open.
func (q *Queue) Create(s Spec, version float64) (Info, *apierr.Error) {
	o, err := s.check(q.cfg.Store, q.limits)
	if err != nil {
		return Info{}, err
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.batches.left(q.cfg.Now()) == 0 {
		return Info{}, apierr.ExceededQuota.New(noBatches)
	}
	j, err := q.add(&job{order: o, info: Info{Type: Ingest, Spec: s.filled(o), Version: version, State: Open}})
	if err != nil {
		return Info{}, err
	}
	return j.info, nil
}

const noBatches = "ApiBatchItems Limit exceeded."

// add gives a new job its id and its place. The lock is held.
func (q *Queue) add(j *job) (*job, *apierr.Error) {
	q.tidy()
	if most := q.limits.OpenJobs; most > 0 && q.open(j.info.Type) >= most {
		return nil, apierr.ExceededQuota.New("Too many open jobs: close or abort some of them")
	}
	q.given++
	j.info.Number = int(q.given)
	j.info.ID = store.MakeID(jobPrefix, q.given)
	j.info.Created = q.cfg.Now()
	j.info.Changed = j.info.Created
	j.processed, j.stop = context.WithCancel(q.ctx)
	q.jobs = append(q.jobs, j)
	q.byID[j.info.ID] = j
	j.told = q.cfg.OnMove
	j.tell()
	return j, nil
}

// open is the number of jobs of a type that take data or are at work.
func (q *Queue) open(t Type) (n int) {
	for _, j := range q.jobs {
		if s := j.info.State; j.info.Type == t && !s.Done() && s != Closed {
			n++
		}
	}
	return n
}

// filled is the spec as the org repeats it.
func (s Spec) filled(o order) Spec {
	s.Object, s.ContentType, s.Query = o.table.Name, "CSV", ""
	if o.operation == Upsert {
		s.ExternalIDFieldName = o.table.Fields[o.key].Name
	}
	if s.LineEnding == "" {
		s.LineEnding = "LF"
	}
	if s.ColumnDelimiter == "" {
		s.ColumnDelimiter = "COMMA"
	}
	return s
}

// find looks a job of a type up by an id of 15 or 18 characters. The lock is
// held.
func (q *Queue) find(t Type, id string) (*job, *apierr.Error) {
	q.tidy()
	long, _ := store.LongID(id)
	if j := q.byID[long]; j != nil && j.info.Type == t {
		return j, nil
	}
	return nil, apierr.NotFound.New()
}

// with runs fn on a job under the lock and returns the job's state after it.
func (q *Queue) with(t Type, id string, fn func(*job) *apierr.Error) (Info, *apierr.Error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	j, err := q.find(t, id)
	if err == nil {
		err = fn(j)
	}
	if err != nil {
		return Info{}, err
	}
	return j.info, nil
}

// Get returns what is known about a job.
func (q *Queue) Get(t Type, id string) (Info, *apierr.Error) {
	return q.with(t, id, func(*job) *apierr.Error { return nil })
}

// Awaits returns the format in which a job wants its file, or why it wants
// none.
func (q *Queue) Awaits(id string) (f Format, info Info, err *apierr.Error) {
	info, err = q.with(Ingest, id, func(j *job) *apierr.Error {
		f = j.order.form
		if err := q.overdue(j); err != nil {
			return err
		}
		return j.awaits()
	})
	return f, info, err
}

// Upload gives a job its file. A row error makes the first row fail.
func (q *Queue) Upload(id string, u *Upload, row *apierr.Error) *apierr.Error {
	_, err := q.with(Ingest, id, func(j *job) *apierr.Error {
		if err := q.room(u); err != nil {
			return err
		}
		if err := j.accept(u, row); err != nil {
			return err
		}
		q.held += j.held()
		return nil
	})
	return err
}

// room tells whether a file still fits.
func (q *Queue) room(u *Upload) *apierr.Error {
	if q.held+len(u.text)+len(u.payload) > maxHeld {
		return apierr.ExceededQuota.New("The files of all jobs exceed the storage of this org: delete finished jobs")
	}
	return nil
}

// Close ends the upload; the job is processed in the background, and runs into
// the trouble given.
func (q *Queue) Close(id, identity string, t Trouble) (Info, *apierr.Error) {
	return q.with(Ingest, id, func(j *job) *apierr.Error {
		if err := j.closable(); err != nil {
			return err
		}
		if j.upload != nil && !q.batches.take((j.upload.Rows+batchRows-1)/batchRows, q.cfg.Now()) {
			return apierr.ExceededQuota.New(noBatches)
		}
		j.move(UploadComplete, q.cfg.Now())
		j.meet(t)
		q.workers.Go(func() { q.process(j, identity) })
		return nil
	})
}

// Abort ends a job of Bulk API 2.0 before its time: no row is committed after
// it returned.
func (q *Queue) Abort(t Type, id string) (Info, *apierr.Error) {
	q.mu.Lock()
	j, err := q.find(t, id)
	q.mu.Unlock()
	if err != nil {
		return Info{}, err
	}
	j.commit.Lock()
	defer j.commit.Unlock()
	return q.with(t, id, func(j *job) *apierr.Error { return j.abort(q.cfg.Now()) })
}

// Delete forgets a job with its file and its results.
func (q *Queue) Delete(t Type, id string) *apierr.Error {
	_, err := q.with(t, id, func(j *job) *apierr.Error {
		if s := j.info.State; s == Open || s == InProgress {
			return apierr.InvalidJobState.New("Deleting " + string(s) + " Job not allowed: abort it first")
		}
		q.remove(func(other *job) bool { return other == j })
		return nil
	})
	return err
}

// remove drops the jobs that fn picks, with what they hold. The lock is held.
func (q *Queue) remove(fn func(*job) bool) {
	q.jobs = slices.DeleteFunc(q.jobs, func(j *job) bool {
		if !fn(j) {
			return false
		}
		j.stop()
		q.held -= j.held()
		delete(q.byID, j.info.ID)
		return true
	})
}

// tidy removes the jobs that the org has kept long enough. The lock is held.
func (q *Queue) tidy() {
	now := q.cfg.Now()
	if len(q.jobs) == 0 || now.Sub(q.jobs[0].info.Created) < q.limits.Keep {
		return
	}
	q.remove(func(j *job) bool { return now.Sub(j.info.Created) >= q.limits.Keep && !j.pending() })
}

// List returns the jobs, oldest first, from those after the n-th that was
// created on.
func (q *Queue) List(n int) []Info {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.tidy()
	var all []Info
	for _, j := range q.jobs {
		if j.info.Number > n {
			all = append(all, j.info)
		}
	}
	return all
}

// Pending is the number of jobs that hold data and are not finished.
func (q *Queue) Pending() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	n := 0
	for _, j := range q.jobs {
		if j.pending() {
			n++
		}
	}
	return n
}
