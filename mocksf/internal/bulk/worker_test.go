package bulk

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/squall-harness/squall/mocksf/internal/apierr"
	"github.com/squall-harness/squall/mocksf/internal/store"
)

// A chunk that was read while others wrote is worked on in its turn, once, and
// so is one that was not.
func TestChunksAreReadAheadWhileOthersWrite(t *testing.T) {
	works := newWorks(Config{Parallel: 1})
	defer works.end()
	const rows = 2*chunkRows + 1
	w := workerFor(t, works, rows)
	read := w.ahead
	_, _ = works.store.Update(store.Author{}, func(*store.Tx) *apierr.Error {
		w.readAhead(w.end)
		assert.Equal(t, noChunk, read.chunk, "it is of no batch, or of another worker's")
		w.readAhead(1)
		assert.Equal(t, 1, read.chunk)
		return nil
	})
	for i := range w.end {
		require.Equal(t, done, w.chunk(&attempt{left: time.Hour}, i))
		assert.Equal(t, i >= 1, w.now == read, "chunk %d", i)
	}
	assert.Equal(t, noChunk, w.ahead.chunk, "nobody wrote beside it")
	n := 0
	for _, c := range works.log.Since(0) {
		for _, change := range c.Changes {
			assert.Equal(t, fmt.Sprint("e", n), change.ExternalID)
			n++
		}
	}
	assert.Equal(t, rows, n)
}

// workerFor is a worker on a job of so many rows, which nobody else works on.
func workerFor(t *testing.T, works *works, rows int) *worker {
	info, bad := works.Create(inserts, 67)
	require.Nil(t, bad)
	j := works.byID[info.ID]
	require.Nil(t, works.Upload(info.ID, ReadUpload(names(rows), j.order.form), nil))
	p, wrong := newPlan(j.order, j.upload.header)
	require.Empty(t, wrong)
	w := newWorker(works.Queue, j, p, store.Author{})
	w.end = len(j.upload.chunks)
	return w
}
