package bulk

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/squall-harness/squall/mocksf/internal/apierr"
	"github.com/squall-harness/squall/mocksf/internal/query"
)

// job is one job, or one batch of a job of Bulk API 1.0, which is worked on
// like a job with one file. The queue's lock guards it, apart from what never
// changes.
type job struct {
	info  Info
	order order
	row   *apierr.Error // the fault that the first row takes

	trouble Trouble // set by the close

	upload    *Upload     // nil before the upload
	answer    *query.Flat // of a query, nil before it was run
	started   time.Time
	processed context.Context // ends when the job is aborted or deleted
	stop      context.CancelFunc
	commit    sync.RWMutex           // a chunk holds it from its commit to its count; who aborts waits for that
	broken    atomic.Pointer[string] // why one of its batches failed for good, and the others stop
	noRetry   bool                   // batches are not put back

	classic *classic // of a job of Bulk API 1.0
	parent  *job     // of a batch of such a job
	stretch bool     // a batch that PK chunking made

	told func(Move) // nil: nobody wants to know
}

// move enters a state.
func (j *job) move(s State, now time.Time) {
	j.info.State, j.info.Changed = s, now
	if s == InProgress {
		j.started = now
	}
	if s.Done() && !j.started.IsZero() {
		j.info.Took = now.Sub(j.started)
	}
	j.tell()
}

// closable tells whether the job can go from Open into the queue.
func (j *job) closable() *apierr.Error {
	if j.info.State != Open {
		return apierr.InvalidJobState.New("Closing already " + string(j.info.State) + " Job not allowed")
	}
	return nil
}

// abort ends the job. Rows that were committed stay.
func (j *job) abort(now time.Time) *apierr.Error {
	if j.info.State.Done() {
		return apierr.InvalidJobState.New("Aborting already " + string(j.info.State) + " Job not allowed")
	}
	j.move(Aborted, now)
	j.stop()
	return nil
}

// accept takes the file. A job takes one.
func (j *job) accept(u *Upload, row *apierr.Error) *apierr.Error {
	if err := j.awaits(); err != nil {
		return err
	}
	j.upload, j.row = u, row
	return nil
}

// awaits tells whether the job still wants a file.
func (j *job) awaits() *apierr.Error {
	switch {
	case j.info.State != Open:
		return apierr.InvalidJobState.New("Uploading to already " + string(j.info.State) + " Job not allowed")
	case j.upload != nil:
		return apierr.ClientInput.New("Found multiple contents for job: <" + j.info.ID + ">, please 'Close' / 'Abort' / 'Delete' the current Job " +
			"then create a new Job and make sure you only do 'PUT' once on a given Job.")
	}
	return nil
}

// pending tells whether the job holds data that has not been dealt with.
func (j *job) pending() bool {
	if j.classic != nil {
		return slices.ContainsFunc(j.classic.batches, (*job).pending)
	}
	return j.upload != nil && !j.info.State.Done()
}

// held is the size of the files that the job keeps, in bytes.
func (j *job) held() (n int) {
	if j.upload != nil {
		n = len(j.upload.text) + len(j.upload.payload)
	}
	if j.classic != nil {
		for _, b := range j.classic.batches {
			n += b.held()
		}
	}
	return n
}
