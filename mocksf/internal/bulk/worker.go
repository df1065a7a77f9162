package bulk

import (
	"time"

	"github.com/squall-harness/squall/mocksf/internal/apierr"
	"github.com/squall-harness/squall/mocksf/internal/store"
)

// A press asks for memory for a hundred records and more of the usual size at once.
const pressRows, pressBlock = 120, 16 << 10

// worker works on one batch after the other; what it needs for a chunk is kept
// from one to the next.
type worker struct {
	queue      *Queue
	job        *job
	plan       *plan
	by         store.Author
	scanner    *Scanner
	press      store.Press
	now, ahead *rows           // of the chunk at work, and of the one after it if there was time to read it
	end        int             // of the batch: the chunk behind its last one
	taken      map[string]bool // locks that the chunk did not get
}

// rows are those of a chunk, read.
type rows struct {
	chunk   int            // noChunk for none
	drafts  []*store.Draft // one per row, and more
	names   []string       // of the records that the rows are for
	results []result       // one per row; some have failed already
}

const noChunk = -1

func newWorker(q *Queue, j *job, p *plan, by store.Author) *worker {
	return &worker{
		queue: q, job: j, plan: p, by: by, scanner: NewScanner("", p.form), press: store.Press{Block: pressBlock, Rows: pressRows},
		now: &rows{chunk: noChunk}, ahead: &rows{chunk: noChunk},
	}
}

// chunk works on one chunk: it takes its time, then commits.
func (w *worker) chunk(a *attempt, i int) outcome {
	if w.job.broken.Load() != nil {
		return stopped // another batch has failed for good, and with it the job
	}
	begun := w.queue.cfg.Now()
	c := &w.job.upload.chunks[i]
	w.turn(i)
	held, ok := w.lock()
	if !ok {
		return stopped
	}
	defer held.Release()
	w.taken = held.Taken
	if end := w.wait(a, c.rows); end != done {
		return end
	}
	w.readAhead(i + 1)
	w.job.commit.RLock()
	defer w.job.commit.RUnlock()
	if w.job.processed.Err() != nil {
		return stopped
	}
	w.write(c.first)
	w.note(a, c, begun)
	return done
}

// turn makes chunk i the one at work.
func (w *worker) turn(i int) {
	if w.ahead.chunk != i {
		w.read(w.now, i)
		return
	}
	w.now, w.ahead = w.ahead, w.now
	w.ahead.chunk = noChunk
}

// readAhead reads the next chunk of the batch where there would be nothing to do
// but to wait for others who write.
func (w *worker) readAhead(i int) {
	if i < w.end && !w.queue.cfg.Store.Free() {
		w.read(w.ahead, i)
	}
}

// read turns the rows of a chunk into drafts, which hold parts of the file; the
// store copies what it keeps.
func (w *worker) read(r *rows, chunk int) {
	c := &w.job.upload.chunks[chunk]
	r.chunk, r.results = chunk, make([]result, c.rows)
	for len(r.drafts) < c.rows {
		r.drafts, r.names = append(r.drafts, store.NewDraft(w.plan.table, len(w.plan.columns))), append(r.names, "")
	}
	w.scanner.Reset(w.job.upload.text[c.from:c.to])
	for i := 0; w.scanner.Next(); i++ {
		r.drafts[i].Reset()
		var err *apierr.Error
		if r.names[i], err = w.plan.read(r.drafts[i], w.scanner.Cells()); err != nil {
			r.results[i] = failed("", err)
			continue
		}
		w.plan.pack(&w.press, r.drafts[i], r.names[i])
	}
}

// write is the chunk's transaction. It always commits: good rows take effect,
// bad ones fail one by one. first is the number of its first row.
func (w *worker) write(first int) {
	_, _ = w.queue.cfg.Store.Update(w.by, func(tx *store.Tx) *apierr.Error {
		r := w.now
		tx.Expect(len(r.results))
		tx.Approach(w.plan.table, w.plan.key, r.names[:len(r.results)])
		tx.Respect(w.taken)
		if first == 0 {
			tx.Fail = w.job.row
		}
		for n := range r.results {
			if w.job.trouble.hits(first + n) {
				r.results[n] = failed("", w.job.trouble.Row)
			}
			if r.results[n].failed == nil {
				r.results[n] = w.plan.apply(tx, r.drafts[n], r.names[n])
			}
		}
		return nil
	})
}

// note counts a chunk that is done.
func (w *worker) note(a *attempt, c *chunk, begun time.Time) {
	results := w.now.results
	bad := a.count(results)
	q, info := w.queue, &w.job.info
	q.mu.Lock()
	defer q.mu.Unlock()
	c.results = results
	info.Processed += len(results)
	info.Failed += bad
	info.Changed = q.cfg.Now()
	took := info.Changed.Sub(begun)
	info.Active += took
	a.left -= took
}
