package bulk

import (
	"time"

	"github.com/squall-harness/squall/mocksf/internal/rowlock"
	"github.com/squall-harness/squall/mocksf/internal/store"
)

// took is how long a chunk takes now.
func (c Config) took(t *store.Table, rows int) time.Duration {
	if c.Took == nil {
		return c.Chunk
	}
	return c.Took(t, rows)
}

// lock takes the locks that the rows of a chunk need, which it holds until its
// end. ok is false when the job was stopped meanwhile.
func (w *worker) lock() (held rowlock.Held, ok bool) {
	cfg := &w.queue.cfg
	if cfg.LockWait <= 0 {
		return held, true
	}
	keys := cfg.Store.Rehearse(w.by, func(tx *store.Tx) {
		for n, r := range w.now.results {
			if r.failed == nil {
				w.plan.apply(tx, w.now.drafts[n], w.now.names[n])
			}
		}
	})
	return cfg.Locks.Take(keys, cfg.LockWait, w.job.processed.Done(), nil)
}
