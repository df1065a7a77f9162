package bulk

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/squall-harness/squall/mocksf/internal/apierr"
)

func TestTroubleSlowsAJob(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorks(Config{Start: time.Second, Parallel: 1})
		defer w.end()
		w.trouble = Trouble{Wait: time.Hour}
		id := w.submit(t, inserts, names(10))
		time.Sleep(time.Hour)
		synctest.Wait()
		info, _ := w.Get(Ingest, id)
		assert.Equal(t, InProgress, info.State)
		assert.Zero(t, w.log.Len())
		assert.Equal(t, 10, w.await(t, id).Processed)
		assert.Equal(t, JobComplete, w.await(t, id).State)
	})
}

func TestTroubleFailsRowsAllOver(t *testing.T) {
	w := newWorks(Config{Parallel: 1})
	defer w.end()
	w.trouble = Trouble{Row: apierr.LockedRow.New(), Percent: 30}
	id := w.submit(t, inserts, names(1000))
	info := w.await(t, id)
	assert.Equal(t, []any{JobComplete, 1000, 300}, []any{info.State, info.Processed, info.Failed})
	failed := w.file(t, id, FailedRows)
	assert.Equal(t, 300, strings.Count(failed, "UNABLE_TO_LOCK_ROW:unable to obtain exclusive access to this record:--"))
	assert.Contains(t, failed, `"n0","e0"`)
	assert.Contains(t, failed, `"n990","e990"`)
}

// However many rows a job has and wherever it ends: each row is in one of the
// result files, the first ones are done and the others unprocessed.
func TestTroubleEndsAJobEarly(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := newWorks(Config{Parallel: rapid.IntRange(1, 3).Draw(t, "parallel")})
		defer w.end()
		rows, share := rapid.IntRange(1, 900).Draw(t, "rows"), rapid.IntRange(0, 100).Draw(t, "share")
		w.trouble = Trouble{End: rapid.SampledFrom([]State{Failed, Aborted}).Draw(t, "end"), Share: share, Reason: "why"}
		id := w.submit(t, inserts, names(rows))
		info := w.await(t, id)
		done := rows * share / 100
		require.Equal(t, []any{w.trouble.End, "why", done, 0}, []any{info.State, info.Error, info.Processed, info.Failed})
		require.Equal(t, 1+done, strings.Count(w.file(t, id, Successful), "\n"))
		unprocessed := w.file(t, id, Unprocessed)
		require.Equal(t, 1+rows-done, strings.Count(unprocessed, "\n"))
		for _, text := range strings.Split(names(rows), "\n")[1+done : 1+rows] {
			name, _, _ := strings.Cut(text, ",")
			require.Contains(t, unprocessed, `"`+name+`"`)
		}
	})
}
