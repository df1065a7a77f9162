package bulk

import (
	"fmt"
	"time"

	"github.com/squall-harness/squall/mocksf/internal/apierr"
)

// attempt is one go at a batch, which takes up the chunks that are left.
type attempt struct {
	left  time.Duration // of the time that a batch may take
	locks int           // rows that could not be locked
}

// outcome is how a chunk, or an attempt, ended.
type outcome uint8

const (
	done    outcome = iota
	stopped         // the job, or the org, was
	late            // the batch took too long
	locked          // too many of its rows could not be locked
)

// batch works on the chunks of one batch in their order, in as many attempts
// as the org grants. Batches begin some nanoseconds apart: in virtual time,
// where nothing else parts them, the order of their commits would be chance.
func (w *worker) batch(from, to int) {
	if !sleep(w.job.processed, time.Duration(from)) {
		return
	}
	w.end = to
	puts := map[outcome]int{} // how often it was put back, by the reason
	for next := from; next < to; {
		var end outcome
		a := &attempt{left: w.queue.limits.BatchTime}
		if next, end = w.attempt(a, next, to); end == done || end == stopped {
			return
		}
		puts[end]++
		if !w.putBack(a, end, puts[end]) {
			return
		}
	}
}

// attempt works on chunks until the batch is done or has to be put back, and
// returns the chunk to go on with.
func (w *worker) attempt(a *attempt, next, to int) (int, outcome) {
	for next < to {
		select {
		case w.queue.slots <- struct{}{}:
		case <-w.job.processed.Done():
			return next, stopped
		}
		end := w.slotted(a, next)
		if end != done {
			return next, end
		}
		next++
		if most := w.queue.limits.LockFailures; most >= 0 && a.locks > most && next < to {
			return next, locked
		}
	}
	return next, done
}

// slotted works on a chunk and gives its slot back.
func (w *worker) slotted(a *attempt, i int) outcome {
	defer func() { <-w.queue.slots }()
	return w.chunk(a, i)
}

// putBack puts a batch back into the queue for the n-th time. After the last
// time that is granted the batch fails, and with it the job: false.
func (w *worker) putBack(a *attempt, why outcome, n int) bool {
	most, reason := w.queue.limits.retries(w.job.info.Type), ""
	if why == locked {
		most = w.queue.limits.LockRetries
		reason = fmt.Sprintf("TooManyLockFailure : Too many lock failure %d Trying again later.", a.locks)
	}
	if w.job.noRetry {
		most = 0
	}
	if n > most {
		if reason == "" {
			reason = fmt.Sprintf("InternalServerError : Retried more than %d times", max(most, 0))
		}
		w.job.fail(reason)
		return false
	}
	w.queue.mu.Lock()
	w.job.info.Retries++
	w.queue.mu.Unlock()
	return sleep(w.job.processed, w.queue.limits.Requeue)
}

// wait is the time that a chunk takes. A batch whose time runs out meanwhile
// loses the chunk.
func (w *worker) wait(a *attempt, rows int) outcome {
	need, end := w.queue.cfg.took(w.plan.table, rows)+w.job.trouble.Chunk, done
	if need > a.left {
		need, end = a.left, late
	}
	if !sleep(w.job.processed, need) {
		return stopped
	}
	return end
}

// count notes how many rows of a chunk failed, and how many for a lock.
func (a *attempt) count(results []result) (failed int) {
	for i := range results {
		if f := results[i].failed; f != nil {
			failed++
			if f.err.Code == apierr.LockedRow.Code {
				a.locks++
			}
		}
	}
	return failed
}
