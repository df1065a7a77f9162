package bulk

import (
	"strings"
	"time"

	"github.com/squall-harness/squall/mocksf/internal/apierr"
	"github.com/squall-harness/squall/mocksf/internal/store"
)

// pressBlock has room for a hundred records of the usual size.
const pressBlock = 16 << 10

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
}

func newWorker(q *Queue, j *job, p *plan, by store.Author) *worker {
	w := &worker{queue: q, job: j, plan: p, by: by, scanner: NewScanner("", p.form), names: make([]string, chunkRows), press: store.Press{Block: pressBlock}}
	for range chunkRows {
		w.drafts = append(w.drafts, store.NewDraft(p.table, len(p.columns)))
	}
	return w
}

// batch works on the chunks of one batch in their order. Batches begin some
// nanoseconds apart: in virtual time, where nothing else parts them, the order
// of their commits would be chance.
func (w *worker) batch(from, to int) {
	if !sleep(w.job.processed, time.Duration(from)) {
		return
	}
	for i := from; i < to; i++ {
		select {
		case w.queue.slots <- struct{}{}:
		case <-w.job.processed.Done():
			return
		}
		done := w.chunk(i)
		<-w.queue.slots
		if !done {
			return
		}
	}
}

// chunk works on one chunk: it takes its time, then commits. false when the
// job was stopped meanwhile.
func (w *worker) chunk(i int) bool {
	begun := w.queue.cfg.Now()
	c := &w.job.upload.chunks[i]
	results := make([]result, c.rows)
	w.read(c, results)
	if !sleep(w.job.processed, w.queue.cfg.Chunk) {
		return false
	}
	w.job.commit.RLock()
	defer w.job.commit.RUnlock()
	if w.job.processed.Err() != nil {
		return false
	}
	w.write(i, results)
	w.note(c, results, begun)
	return true
}

// read turns the rows of a chunk into drafts, which hold parts of the file; the
// store copies what it keeps.
func (w *worker) read(c *chunk, results []result) {
	w.scanner.Reset(w.job.upload.text[c.from:c.to])
	for i := 0; w.scanner.Next(); i++ {
		w.drafts[i].Reset()
		var err *apierr.Error
		if w.names[i], err = w.plan.read(w.drafts[i], w.scanner.Cells()); err != nil {
			results[i].fail("", err)
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
		if i == 0 {
			tx.Fail = w.job.row
		}
		first := w.job.upload.chunks[i].first
		for n := range results {
			if w.job.trouble.hits(first + n) {
				results[n].fail("", w.job.trouble.Row)
			}
			if results[n].failure == "" {
				results[n] = w.writeRow(tx, n)
			}
		}
		return nil
	})
}

func (w *worker) writeRow(tx *store.Tx, n int) (r result) {
	saved, err := w.plan.apply(tx, w.drafts[n], w.names[n])
	if err != nil {
		r.fail(saved.ID, err)
		return r
	}
	return result{id: saved.ID, created: saved.Created}
}

// fail notes why a row failed, in the form CODE:message:fields --.
func (r *result) fail(id string, err *apierr.Error) {
	end := "--"
	if len(err.Fields) > 0 {
		end = strings.Join(err.Fields, ", ") + " --"
	}
	*r = result{id: id, failure: err.Code + ":" + err.Message + ":" + end}
}

// note counts a chunk that is done.
func (w *worker) note(c *chunk, results []result, begun time.Time) {
	failed := 0
	for i := range results {
		if results[i].failure != "" {
			failed++
		}
	}
	q, info := w.queue, &w.job.info
	q.mu.Lock()
	defer q.mu.Unlock()
	c.results = results
	info.Processed += len(results)
	info.Failed += failed
	info.Active += q.cfg.Now().Sub(begun)
	info.Changed = q.cfg.Now()
}
