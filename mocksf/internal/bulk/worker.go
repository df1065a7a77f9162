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
	queue   *Queue
	job     *job
	plan    *plan
	by      store.Author
	scanner *Scanner
	drafts  []*store.Draft // one per row of a chunk
	names   []string       // of the records that the rows are for
	press   store.Press
	taken   map[string]bool // locks that the chunk did not get
}

func newWorker(q *Queue, j *job, p *plan, by store.Author) *worker {
	w := &worker{queue: q, job: j, plan: p, by: by, scanner: NewScanner("", p.form), names: make([]string, chunkRows), press: store.Press{Block: pressBlock, Rows: pressRows}}
	for range chunkRows {
		w.drafts = append(w.drafts, store.NewDraft(p.table, len(p.columns)))
	}
	return w
}

// chunk works on one chunk: it takes its time, then commits.
func (w *worker) chunk(a *attempt, i int) outcome {
	if w.job.broken.Load() != nil {
		return stopped // another batch has failed for good, and with it the job
	}
	begun := w.queue.cfg.Now()
	c := &w.job.upload.chunks[i]
	results := make([]result, c.rows)
	w.read(c, results)
	held, ok := w.lock(results)
	if !ok {
		return stopped
	}
	defer held.Release()
	w.taken = held.Taken
	if end := w.wait(a, c.rows); end != done {
		return end
	}
	w.job.commit.RLock()
	defer w.job.commit.RUnlock()
	if w.job.processed.Err() != nil {
		return stopped
	}
	w.write(i, results)
	w.note(a, c, results, begun)
	return done
}

// read turns the rows of a chunk into drafts, which hold parts of the file; the
// store copies what it keeps.
func (w *worker) read(c *chunk, results []result) {
	w.scanner.Reset(w.job.upload.text[c.from:c.to])
	for i := 0; w.scanner.Next(); i++ {
		w.drafts[i].Reset()
		var err *apierr.Error
		if w.names[i], err = w.plan.read(w.drafts[i], w.scanner.Cells()); err != nil {
			results[i] = failed("", err)
			continue
		}
		w.plan.pack(&w.press, w.drafts[i], w.names[i])
	}
}

// write is the chunk's transaction. It always commits: good rows take effect,
// bad ones fail one by one.
func (w *worker) write(i int, results []result) {
	_, _ = w.queue.cfg.Store.Update(w.by, func(tx *store.Tx) *apierr.Error {
		tx.Expect(len(results))
		tx.Approach(w.plan.table, w.plan.key, w.names[:len(results)])
		tx.Respect(w.taken)
		if i == 0 {
			tx.Fail = w.job.row
		}
		first := w.job.upload.chunks[i].first
		for n := range results {
			if w.job.trouble.hits(first + n) {
				results[n] = failed("", w.job.trouble.Row)
			}
			if results[n].failed == nil {
				results[n] = w.plan.apply(tx, w.drafts[n], w.names[n])
			}
		}
		return nil
	})
}

// note counts a chunk that is done.
func (w *worker) note(a *attempt, c *chunk, results []result, begun time.Time) {
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
