package bulk

import (
	"context"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/squall-harness/squall/mocksf/commitlog"
	"github.com/squall-harness/squall/mocksf/internal/apierr"
	"github.com/squall-harness/squall/mocksf/internal/store"
	"github.com/squall-harness/squall/mocksf/schema"
)

// works is a queue over a store of its own.
type works struct {
	*Queue
	store *store.Store
	log   *commitlog.Log
	end   func()

	trouble Trouble // of the jobs submitted
	poll    time.Duration
}

func newWorks(cfg Config) *works {
	w := &works{log: &commitlog.Log{}, poll: time.Millisecond}
	base := time.Now()
	var err error
	if w.store, err = store.New(schema.Default(), w.log, func() time.Duration { return time.Since(base) }, time.Now); err != nil {
		panic(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	var workers sync.WaitGroup
	w.end = func() { stop(); workers.Wait() }
	cfg.Store, cfg.Now = w.store, time.Now
	w.Queue = NewQueue(ctx, &workers, cfg)
	return w
}

// submit creates, fills and closes a job.
func (w *works) submit(t require.TestingT, s Spec, file string) string {
	info, err := w.Create(s, 67)
	require.Nil(t, err)
	form, _, err := w.Awaits(info.ID)
	require.Nil(t, err)
	require.Nil(t, w.Upload(info.ID, ReadUpload(file, form), nil))
	_, err = w.Close(info.ID, "tester", w.trouble)
	require.Nil(t, err)
	return info.ID
}

func (w *works) await(t require.TestingT, id string) Info {
	for {
		info, err := w.Get(Ingest, id)
		require.Nil(t, err)
		if info.State.Done() {
			return info
		}
		time.Sleep(w.poll)
	}
}

func (w *works) file(t require.TestingT, id string, kind Kind) string {
	r, err := w.Results(id, kind)
	require.Nil(t, err)
	var b strings.Builder
	n, failed := r.WriteTo(&b)
	require.NoError(t, failed)
	require.EqualValues(t, b.Len(), n)
	return b.String()
}

func names(n int) string {
	var b strings.Builder
	b.WriteString("Name,Ext_Id__c\n")
	for i := range n {
		fmt.Fprintf(&b, "n%d,e%d\n", i, i)
	}
	return b.String()
}

var inserts = Spec{Object: "Account", Operation: "insert"}

func TestServiceTimesAddUp(t *testing.T) {
	for _, c := range []struct {
		rows, jobs, parallel int
		want                 time.Duration
	}{
		{200, 1, 4, 1060 * time.Millisecond},
		{1000, 1, 4, 1300 * time.Millisecond},   // the chunks of a batch follow each other
		{20_000, 1, 4, 4000 * time.Millisecond}, // two batches side by side
		{20_000, 1, 1, 7000 * time.Millisecond},
		{400, 4, 2, 1240 * time.Millisecond}, // four jobs share two places
	} {
		synctest.Test(t, func(t *testing.T) {
			w := newWorks(Config{Start: time.Second, Chunk: 60 * time.Millisecond, Parallel: c.parallel})
			defer w.end()
			begun := time.Now()
			var ids []string
			for range c.jobs {
				ids = append(ids, w.submit(t, Spec{Object: "Account", Operation: "upsert", ExternalIDFieldName: "Ext_Id__c"}, names(c.rows)))
			}
			for _, id := range ids {
				info := w.await(t, id)
				assert.Equal(t, JobComplete, info.State)
				assert.Equal(t, c.rows, info.Processed)
			}
			assert.InDelta(t, c.want.Seconds(), time.Since(begun).Seconds(), 0.002, "%+v", c)
		})
	}
}

func TestStatesInTheirOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorks(Config{Start: time.Second, Chunk: time.Second, Parallel: 1})
		defer w.end()
		id := w.submit(t, inserts, names(300))
		for _, want := range []Info{{State: UploadComplete}, {State: InProgress}, {State: InProgress, Processed: 200}, {State: JobComplete, Processed: 300}} {
			synctest.Wait()
			info, _ := w.Get(Ingest, id)
			assert.Equal(t, []any{want.State, want.Processed}, []any{info.State, info.Processed})
			time.Sleep(time.Second)
		}
		info, _ := w.Get(Ingest, id)
		assert.Equal(t, []time.Duration{2 * time.Second, 2 * time.Second}, []time.Duration{info.Took, info.Active})
	})
}

func TestCloseOfTheOrgStopsEverything(t *testing.T) {
	for _, when := range []time.Duration{0, 500 * time.Millisecond, 1500 * time.Millisecond} {
		synctest.Test(t, func(t *testing.T) {
			w := newWorks(Config{Start: time.Second, Chunk: time.Second, Parallel: 1})
			id := w.submit(t, inserts, names(10_500))
			w.submit(t, inserts, names(10))
			time.Sleep(when)
			w.end() // returns, or the bubble reports a deadlock
			info, _ := w.Get(Ingest, id)
			assert.False(t, info.State.Done())
			assert.Zero(t, w.log.Len())
			assert.Equal(t, 2, w.Pending())
		})
	}
}

func TestNothingIsCommittedAfterAnAbort(t *testing.T) {
	for round := range 8 {
		w := newWorks(Config{Parallel: 4})
		id := w.submit(t, inserts, names(11_000))
		for w.log.Len() < round {
			runtime.Gosched()
		}
		info, err := w.Abort(Ingest, id)
		commits := w.log.Len()
		if err == nil {
			assert.Equal(t, commits*chunkRows, info.Processed)
			assert.Equal(t, Aborted, info.State)
		}
		w.end()
		assert.Equal(t, commits, w.log.Len())
	}
}

func TestUploadsAreBounded(t *testing.T) {
	w := newWorks(Config{Parallel: 1})
	defer w.end()
	info, _ := w.Create(inserts, 67)
	w.held = maxHeld - 5
	u := ReadUpload("Name\nabc\n", comma)
	err := w.Upload(info.ID, u, nil)
	require.NotNil(t, err)
	assert.Equal(t, "EXCEEDEDQUOTA", err.Code)
	w.held = 0
	require.Nil(t, w.Upload(info.ID, u, nil))
	assert.Equal(t, 9, w.held)
	_, err = w.Abort(Ingest, info.ID)
	require.Nil(t, err)
	require.Nil(t, w.Delete(Ingest, info.ID))
	assert.Zero(t, w.held, "a deleted job gives its file back")
}

func TestRowErrorTakesTheFirstRow(t *testing.T) {
	w := newWorks(Config{Parallel: 1})
	defer w.end()
	info, _ := w.Create(inserts, 67)
	require.Nil(t, w.Upload(info.ID, ReadUpload(names(3), comma), apierr.LockedRow.New()))
	_, err := w.Close(info.ID, "tester", w.trouble)
	require.Nil(t, err)
	assert.Equal(t, 1, w.await(t, info.ID).Failed)
	assert.Equal(t, "\"sf__Id\",\"sf__Error\",\"Name\",\"Ext_Id__c\"\n\"\",\"UNABLE_TO_LOCK_ROW:unable to obtain exclusive access to this record:--\",\"n0\",\"e0\"\n",
		w.file(t, info.ID, FailedRows))
}

// TestEveryRowIsInOneFile is the law of the result files: every row of the
// upload is in exactly one of them, as it was sent.
func TestEveryRowIsInOneFile(t *testing.T) {
	cell := rapid.OneOf(rapid.StringMatching(`[a-c,"#]{0,3}`), rapid.SampledFrom([]string{"", "#N/A", "e1", "e2", "é\n"}))
	rapid.Check(t, func(t *rapid.T) {
		form := rapid.SampledFrom([]Format{comma, {'|', true}}).Draw(t, "form")
		header := rapid.Permutation([]string{"Id", "Name", "Ext_Id__c", "AnnualRevenue"}).Draw(t, "header")
		rows := rapid.SliceOfN(rapid.SliceOfN(cell, 4, 4), 0, 8).Draw(t, "rows")
		file := form.AppendRow(nil, header...)
		for _, r := range rows {
			file = form.AppendRow(file, r...)
		}
		s := Spec{Object: "Account", Operation: rapid.SampledFrom([]string{"insert", "update", "upsert", "delete"}).Draw(t, "operation"), ExternalIDFieldName: "Ext_Id__c"}
		if form.CRLF {
			s.ColumnDelimiter, s.LineEnding = "PIPE", "CRLF"
		}
		w := newWorks(Config{Parallel: 2})
		defer w.end()
		id := w.submit(t, s, string(file))
		info := w.await(t, id)
		require.Equal(t, JobComplete, info.State, info.Error)
		good, bad := w.rows(t, id, Successful, form), w.rows(t, id, FailedRows, form)
		assert.Equal(t, []int{info.Processed - info.Failed, info.Failed}, []int{len(good), len(bad)})
		assert.ElementsMatch(t, rows, append(good, bad...))
		assert.Empty(t, w.rows(t, id, Unprocessed, form))
	})
}

// rows reads a result file back, without its own two columns.
func (w *works) rows(t require.TestingT, id string, kind Kind, f Format) (out [][]string) {
	all, err := rowsOf(w.file(t, id, kind), f)
	require.NoError(t, err)
	for _, r := range all[1:] {
		out = append(out, r[len(r)-4:])
	}
	return out
}

func FuzzJob(f *testing.F) {
	for _, seed := range []string{"Name\nA\n", "Name,Ext_Id__c\nA,1\nB,1\n\"", "Id,Account__r.Ext_Id__c\n", "\ufeffName\r\nA", ".,.\n,\n", "ParentId,Parent.Ext_Id__c,Name\nx,y,z\n"} {
		f.Add(seed, uint8(0))
		f.Add(seed, uint8(2))
	}
	f.Fuzz(func(t *testing.T, file string, op uint8) {
		w := newWorks(Config{Parallel: 1})
		defer w.end()
		operation := []string{"insert", "update", "upsert", "delete"}[op%4]
		id := w.submit(t, Spec{Object: "Account", Operation: operation, ExternalIDFieldName: "Ext_Id__c"}, file)
		info := w.await(t, id)
		for _, kind := range []Kind{Successful, FailedRows, Unprocessed} {
			w.file(t, id, kind)
		}
		assert.LessOrEqual(t, info.Failed, info.Processed)
		assert.Equal(t, info.State == Failed, info.Error != "")
	})
}
