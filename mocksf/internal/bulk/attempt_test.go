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

// run submits a job of so many rows in virtual time and shows its end, and how
// long it took.
func run(t *testing.T, cfg Config, trouble Trouble, rows int, check func(w *works, info Info, took time.Duration)) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorks(cfg)
		defer w.end()
		w.trouble, w.poll = trouble, 10*time.Second
		begun := time.Now()
		info := w.await(t, w.submit(t, inserts, names(rows)))
		check(w, info, time.Since(begun).Truncate(time.Minute))
	})
}

func TestABatchThatTakesTooLongIsPutBack(t *testing.T) {
	for name, c := range map[string]struct {
		limits  Limits
		chunk   time.Duration
		state   State
		done    int
		retries int
		took    time.Duration
		message string
	}{
		"in time":             {Limits{}, time.Minute, JobComplete, 1000, 0, 5 * time.Minute, ""},
		"once":                {Limits{BatchTime: 3 * time.Minute}, time.Minute, JobComplete, 1000, 1, 5 * time.Minute, ""},
		"a chunk is cut":      {Limits{BatchTime: 150 * time.Second}, time.Minute, JobComplete, 1000, 2, 6 * time.Minute, ""},
		"and waits":           {Limits{BatchTime: 3 * time.Minute, Requeue: time.Hour}, time.Minute, JobComplete, 1000, 1, time.Hour + 5*time.Minute, ""},
		"no chunk is in time": {Limits{}, 6 * time.Minute, Failed, 0, 20, 21 * 5 * time.Minute, "InternalServerError : Retried more than 20 times"},
		"too often":           {Limits{BatchTime: 2 * time.Minute, Retries: 1}, time.Minute, Failed, 800, 1, 4 * time.Minute, "InternalServerError : Retried more than 1 times"},
		"never":               {Limits{BatchTime: 2 * time.Minute, Retries: -1}, time.Minute, Failed, 400, 0, 2 * time.Minute, "InternalServerError : Retried more than 0 times"},
	} {
		run(t, Config{Parallel: 1, Limits: c.limits}, Trouble{Chunk: c.chunk}, 1000, func(w *works, info Info, took time.Duration) {
			assert.Equal(t, []any{c.state, c.done, c.retries, c.message}, []any{info.State, info.Processed, info.Retries, info.Error}, name)
			assert.Equal(t, c.took, took, name)
			assert.Equal(t, c.done/chunkRows, w.log.Len(), name)
			assert.Equal(t, 1000-c.done, strings.Count(w.file(t, info.ID, Unprocessed), "\n")-1, name)
			assert.Equal(t, c.done, strings.Count(w.file(t, info.ID, Successful), "\n")-1, name)
		})
	}
}

func TestLocksPutTheRestOfABatchBack(t *testing.T) {
	for name, c := range map[string]struct {
		limits       Limits
		percent      int
		state        State
		done, failed int
		retries      int
		message      string
	}{
		"few":         {Limits{}, 5, JobComplete, 2000, 100, 0, ""},
		"one storm":   {Limits{}, 20, JobComplete, 2000, 400, 3, ""},
		"every chunk": {Limits{}, 100, JobComplete, 2000, 2000, 9, ""},
		"too often":   {Limits{LockRetries: 2}, 100, Failed, 600, 600, 2, "TooManyLockFailure : Too many lock failure 200 Trying again later."},
		"never":       {Limits{LockFailures: -1}, 100, JobComplete, 2000, 2000, 0, ""},
	} {
		run(t, Config{Parallel: 1, Limits: c.limits}, Trouble{Row: apierr.LockedRow.New(), Percent: c.percent}, 2000, func(w *works, info Info, _ time.Duration) {
			assert.Equal(t, []any{c.state, c.done, c.failed, c.retries, c.message}, []any{info.State, info.Processed, info.Failed, info.Retries, info.Error}, name)
			assert.Equal(t, c.failed, strings.Count(w.file(t, info.ID, FailedRows), "UNABLE_TO_LOCK_ROW"), name)
			assert.Equal(t, 2000-c.done, strings.Count(w.file(t, info.ID, Unprocessed), "\n")-1, name)
		})
	}
}

func TestABatchThatFailsForGoodStopsTheOthers(t *testing.T) {
	run(t, Config{Parallel: 2, Limits: Limits{BatchTime: 10 * time.Minute, Retries: -1}}, Trouble{Chunk: time.Minute}, 40_000, func(_ *works, info Info, took time.Duration) {
		assert.Equal(t, Failed, info.State)
		assert.Equal(t, 10*time.Minute, took)
		assert.LessOrEqual(t, info.Processed, 2*10*chunkRows)
	})
}

func TestJobsAreKeptForSevenDays(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorks(Config{Parallel: 1, Limits: Limits{OpenJobs: 3}})
		defer w.end()
		old := w.submit(t, inserts, names(3))
		w.await(t, old)
		open, err := w.Create(inserts, 67)
		require.Nil(t, err)
		time.Sleep(25 * time.Hour)
		_, _, err = w.Awaits(open.ID)
		assert.Equal(t, "INVALIDJOBSTATE", err.Code, "a job takes data for a day")
		time.Sleep(143*time.Hour - time.Second)
		assert.Len(t, w.List(0), 2)
		assert.NotZero(t, w.held)
		time.Sleep(time.Second)
		assert.Empty(t, w.List(0))
		assert.Zero(t, w.held)
		for range 3 {
			_, err = w.Create(inserts, 67)
			require.Nil(t, err)
		}
		_, err = w.Create(inserts, 67)
		assert.Equal(t, "EXCEEDEDQUOTA", err.Code, "three may be open")
	})
}

func TestBatchesOfADayAreCounted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorks(Config{Parallel: 1, Limits: Limits{DailyBatches: 3}})
		defer w.end()
		w.await(t, w.submit(t, inserts, names(10_001)))
		left, _ := w.Left()
		assert.Equal(t, 1, left)
		info, _ := w.Create(inserts, 67)
		form, _, _ := w.Awaits(info.ID)
		require.Nil(t, w.Upload(info.ID, ReadUpload(names(10_001), form), nil))
		_, err := w.Close(info.ID, "tester", Trouble{})
		assert.Equal(t, "EXCEEDEDQUOTA", err.Code)
		time.Sleep(24 * time.Hour)
		_, err = w.Close(info.ID, "tester", Trouble{})
		assert.Nil(t, err, "the window rolls")
		assert.Equal(t, 10_001, w.await(t, info.ID).Processed)
	})
}

// TestAllocationsRoll is the law of an allocation: never more than max in any
// 24 hours, and no refusal without need.
func TestAllocationsRoll(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := allocation{max: rapid.IntRange(0, 20).Draw(t, "max")}
		now := time.Unix(0, 0)
		var taken []take
		for range rapid.IntRange(1, 30).Draw(t, "calls") {
			now = now.Add(time.Duration(rapid.IntRange(0, 10).Draw(t, "hours")) * time.Hour)
			n, used := rapid.IntRange(0, 8).Draw(t, "n"), 0
			for _, k := range taken {
				if now.Sub(k.at) < day {
					used += k.n
				}
			}
			require.Equal(t, a.max-used, a.left(now))
			ok := a.take(n, now)
			require.Equal(t, used+n <= a.max, ok)
			if ok {
				taken = append(taken, take{now, n})
			}
		}
	})
}
