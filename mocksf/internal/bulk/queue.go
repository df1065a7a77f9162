package bulk

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/squall-harness/squall/mocksf/internal/apierr"
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
}

// Queue holds the jobs of an org and processes them in the background.
type Queue struct {
	cfg     Config
	ctx     context.Context
	workers *sync.WaitGroup
	slots   chan struct{} // one per chunk at work

	mu    sync.Mutex
	jobs  []*job // in the order of their creation
	byID  map[string]*job
	given uint32 // ids
	held  int    // bytes of files
}

// NewQueue returns a queue without jobs. Its goroutines are counted in workers
// and end soon after ctx does.
func NewQueue(ctx context.Context, workers *sync.WaitGroup, cfg Config) *Queue {
	return &Queue{cfg: cfg, ctx: ctx, workers: workers, slots: make(chan struct{}, cfg.Parallel), byID: map[string]*job{}}
}

// Create adds a job in state Open.
func (q *Queue) Create(s Spec, version float64) (Info, *apierr.Error) {
	o, err := s.check(q.cfg.Store)
	if err != nil {
		return Info{}, err
	}
	now := q.cfg.Now()
	q.mu.Lock()
	defer q.mu.Unlock()
	q.given++
	j := &job{order: o, number: int(q.given), info: Info{
		ID: store.MakeID(jobPrefix, q.given), Spec: s.filled(o), Version: version,
		State: Open, Created: now, Changed: now,
	}}
	j.processed, j.stop = context.WithCancel(q.ctx)
	q.jobs = append(q.jobs, j)
	q.byID[j.info.ID] = j
	return j.info, nil
}

// filled is the spec as the org repeats it.
func (s Spec) filled(o order) Spec {
	s.Object, s.ContentType = o.table.Name, "CSV"
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

// find looks a job up by an id of 15 or 18 characters. The lock is held.
func (q *Queue) find(id string) (*job, *apierr.Error) {
	long, _ := store.LongID(id)
	if j := q.byID[long]; j != nil {
		return j, nil
	}
	return nil, apierr.NotFound.New()
}

// with runs fn on a job under the lock and returns the job's state after it.
func (q *Queue) with(id string, fn func(*job) *apierr.Error) (Info, *apierr.Error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	j, err := q.find(id)
	if err == nil {
		err = fn(j)
	}
	if err != nil {
		return Info{}, err
	}
	return j.info, nil
}

// Get returns what is known about a job.
func (q *Queue) Get(id string) (Info, *apierr.Error) {
	return q.with(id, func(*job) *apierr.Error { return nil })
}

// Awaits returns the format in which a job wants its file, or why it wants
// none.
func (q *Queue) Awaits(id string) (f Format, info Info, err *apierr.Error) {
	info, err = q.with(id, func(j *job) *apierr.Error {
		f = j.order.form
		return j.awaits()
	})
	return f, info, err
}

// Upload gives a job its file. A row error makes the first row fail.
func (q *Queue) Upload(id string, u *Upload, row *apierr.Error) *apierr.Error {
	_, err := q.with(id, func(j *job) *apierr.Error {
		if q.held+len(u.text) > maxHeld {
			return apierr.ExceededQuota.New("The files of all jobs exceed the storage of this org: delete finished jobs")
		}
		if err := j.accept(u, row); err != nil {
			return err
		}
		q.held += len(u.text)
		return nil
	})
	return err
}

// Close ends the upload; the job is processed in the background, and runs into
// the trouble given.
func (q *Queue) Close(id, identity string, t Trouble) (Info, *apierr.Error) {
	return q.with(id, func(j *job) *apierr.Error {
		if err := j.close(q.cfg.Now()); err != nil {
			return err
		}
		j.meet(t)
		q.workers.Go(func() { q.process(j, identity) })
		return nil
	})
}

// Abort ends a job before its time: no row is committed after it returned.
func (q *Queue) Abort(id string) (Info, *apierr.Error) {
	q.mu.Lock()
	j, err := q.find(id)
	q.mu.Unlock()
	if err != nil {
		return Info{}, err
	}
	j.commit.Lock()
	defer j.commit.Unlock()
	return q.with(id, func(j *job) *apierr.Error { return j.abort(q.cfg.Now()) })
}

// Delete forgets a job with its file and its results.
func (q *Queue) Delete(id string) *apierr.Error {
	_, err := q.with(id, func(j *job) *apierr.Error {
		if s := j.info.State; s == Open || s == InProgress {
			return apierr.InvalidJobState.New("Deleting " + string(s) + " Job not allowed: abort it first")
		}
		j.stop()
		if j.upload != nil {
			q.held -= len(j.upload.text)
		}
		delete(q.byID, j.info.ID)
		q.jobs = slices.DeleteFunc(q.jobs, func(other *job) bool { return other == j })
		return nil
	})
	return err
}

// List returns all jobs, oldest first.
func (q *Queue) List() []Info {
	q.mu.Lock()
	defer q.mu.Unlock()
	all := make([]Info, len(q.jobs))
	for i, j := range q.jobs {
		all[i] = j.info
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
