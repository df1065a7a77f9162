package bulk

import (
	"time"

	"github.com/squall-harness/squall/mocksf/internal/apierr"
)

// Limits is how an org treats bulk jobs. Zero fields have the documented values
// (Bulk API 2.0 and Bulk API guide, Limits), which are given in brackets.
type Limits struct {
	// BatchTime is how long the org works on a batch of 10,000 rows before it
	// puts the rest of it back into the queue [5 minutes]; Retries is how often
	// it does so before the batch fails for good [20 in Bulk API 2.0, 10 in Bulk
	// API 1.0]; -1 is never.
	BatchTime time.Duration
	Retries   int
	// More than LockFailures rows of one batch that could not be locked put the
	// rest of it back too [100], LockRetries times [10]; -1 is never.
	LockFailures, LockRetries int
	// Requeue is how long a batch that was put back waits [not at all: nothing is
	// documented].
	Requeue time.Duration

	// Query is how long a query takes from its start [no time].
	Query time.Duration
	// QueryPage is how many records a page of query results has where the client
	// does not say [50,000; not documented].
	QueryPage int

	// What an org takes in 24 hours: batches of both APIs' ingest jobs, of 10,000
	// rows in Bulk API 2.0 [15,000], and query jobs [10,000].
	DailyBatches, DailyQueries int
	// OpenJobs is how many jobs of a kind may be open at once [unlimited: the
	// figure of 25 that is told is not documented].
	OpenJobs int
	// OpenTime is how long a job takes data [24 hours], Keep is when it is
	// removed with its results [7 days].
	OpenTime, Keep time.Duration

	// HardDelete allows the operation hardDelete, which needs a permission that
	// nobody has by default.
	HardDelete bool
}

// filled puts the documented values in.
func (l Limits) filled() Limits {
	orTime(&l.BatchTime, 5*time.Minute)
	orTime(&l.OpenTime, day)
	orTime(&l.Keep, 7*day)
	orNumber(&l.LockFailures, 100)
	orNumber(&l.LockRetries, 10)
	orNumber(&l.QueryPage, 50_000)
	orNumber(&l.DailyBatches, 15_000)
	orNumber(&l.DailyQueries, 10_000)
	return l
}

// retries is how often a batch of a job of that type is put back for its time.
func (l Limits) retries(t Type) int {
	switch {
	case l.Retries != 0:
		return l.Retries
	case t == Classic:
		return 10
	}
	return 20
}

const day = 24 * time.Hour

func orTime(d *time.Duration, other time.Duration) {
	if *d == 0 {
		*d = other
	}
}

func orNumber(n *int, other int) {
	if *n == 0 {
		*n = other
	}
}

// allocation counts what was used in the last 24 hours.
type allocation struct {
	max   int
	used  int
	takes []take // oldest first
}

type take struct {
	at time.Time
	n  int
}

// left is what can still be taken.
func (a *allocation) left(now time.Time) int {
	gone := 0
	for gone < len(a.takes) && now.Sub(a.takes[gone].at) >= day {
		a.used -= a.takes[gone].n
		gone++
	}
	a.takes = a.takes[gone:]
	return max(a.max-a.used, 0)
}

// take uses n up; false when there are not so many left, and then none are.
func (a *allocation) take(n int, now time.Time) bool {
	if n > a.left(now) {
		return false
	}
	if n > 0 {
		a.used += n
		a.takes = append(a.takes, take{now, n})
	}
	return true
}

// Left is what is left of the 24-hour allocations of batches and of query jobs.
func (q *Queue) Left() (batches, queries int) {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.batches.left(q.cfg.Now()), q.queries.left(q.cfg.Now())
}

// overdue refuses data for a job that has been open too long.
func (q *Queue) overdue(j *job) *apierr.Error {
	if j.info.State == Open && q.cfg.Now().Sub(j.info.Created) > q.limits.OpenTime {
		return apierr.InvalidJobState.New("The job has been open for longer than " + q.limits.OpenTime.String())
	}
	return nil
}

// Limits are those that the queue keeps, with the documented values filled in.
func (q *Queue) Limits() Limits { return q.limits }
