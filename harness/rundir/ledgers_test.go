package rundir

import (
	"errors"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/squall-harness/squall/harness/history"
	"github.com/squall-harness/squall/mocksf/commitlog"
)

func newDir(t require.TestingT, parent string) *Dir {
	d, err := Create(parent, "outage")
	require.NoError(t, err)
	return d
}

func TestWhatIsWrittenIsReadBack(t *testing.T) {
	parent := t.TempDir()
	rapid.Check(t, func(rt *rapid.T) {
		recorder, log, requests := drawRun(rt)
		d := newDir(rt, parent)
		defer os.RemoveAll(d.Path())
		l, err := d.StartLedgers(recorder, log, "")
		require.NoError(rt, err)
		for _, q := range requests {
			l.Request(q)
		}
		reads := rapid.SliceOfN(rapid.Custom(drawRead), 1, 5).Draw(rt, "reads")
		for _, q := range reads {
			l.Read(q)
		}
		require.NoError(rt, l.Close())

		events, err := d.ReadHistory()
		require.NoError(rt, err)
		assert.Equal(rt, recorder.Since(0), events)
		commits, err := d.ReadCommits()
		require.NoError(rt, err)
		assert.Equal(rt, log.Since(0), commits)
		back, err := d.ReadRequests()
		require.NoError(rt, err)
		assert.Equal(rt, requests, back)
		seen, err := d.ReadReads()
		require.NoError(rt, err)
		assert.Equal(rt, reads, seen)
	})
}

func TestTheLedgersGrowWhileTheRunGoesOn(t *testing.T) {
	recorder, log := sampleRun(10)
	d := newDir(t, t.TempDir())
	l, err := d.StartLedgers(recorder, log, "")
	require.NoError(t, err)
	defer l.Close()

	// Before Close each file is what a killed harness leaves behind.
	require.Eventually(t, func() bool {
		events, err := d.ReadHistory()
		var cut *Truncated
		return errors.As(err, &cut) && len(events) == len(recorder.Since(0))
	}, 10*time.Second, 10*time.Millisecond)
	commits, err := d.ReadCommits()
	require.ErrorAs(t, err, new(*Truncated))
	assert.Equal(t, log.SettledSince(0), commits, "a commit without a fate waits for it")
	require.NoError(t, l.Close())
}

func TestCloseWritesCommitsWhoseFateIsUnknown(t *testing.T) {
	recorder, log := sampleRun(4)
	require.Less(t, len(log.SettledSince(0)), log.Len(), "the sample has an open commit")
	d := writeRun(t, recorder, log)
	commits, err := d.ReadCommits()
	require.NoError(t, err)
	assert.Equal(t, log.Since(0), commits)
}

func TestCloseMayBeCalledTwice(t *testing.T) {
	recorder, log := sampleRun(1)
	l, err := newDir(t, t.TempDir()).StartLedgers(recorder, log, "")
	require.NoError(t, err)
	require.NoError(t, l.Close())
	require.NoError(t, l.Close())
}

func TestAWriteErrorIsReportedAtOnce(t *testing.T) {
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Skip("this system has no /dev/full")
	}
	recorder, log := sampleRun(3)
	d := newDir(t, t.TempDir())
	l, err := d.StartLedgers(recorder, log, "")
	require.NoError(t, err)
	require.NoError(t, l.Close())

	l = restarted(l)
	l.index, err = newIndexWriter(d, "")
	require.NoError(t, err)
	l.historyOut = newLedgerWriter("history.arrows", eventTable, full)
	go l.loop()
	select {
	case err := <-l.Failed():
		assert.ErrorContains(t, err, "cannot write history.arrows")
		assert.ErrorContains(t, err, "no space left on device")
	case <-time.After(10 * time.Second):
		t.Fatal("nobody was told")
	}
	assert.Error(t, l.Close(), "and Close says it again")
}

// restarted makes a writer that starts from the beginning, onto nothing.
func restarted(old *Ledgers) *Ledgers {
	l := &Ledgers{
		events: old.events, commits: old.commits,
		failed: make(chan error, 1), stop: make(chan struct{}), done: make(chan struct{}),
	}
	l.commitsOut = newLedgerWriter("commits.arrows", commitTable, discard{})
	l.requestOut = newLedgerWriter("requests.arrows", requestTable, discard{})
	l.readsOut = newLedgerWriter("reads.arrows", readsTable, discard{})
	return l
}

type discard struct{}

func (discard) Write(p []byte) (int, error) { return len(p), nil }
func (discard) Close() error                { return nil }

func TestAValueThatJSONCannotHoldIsAnError(t *testing.T) {
	recorder := history.NewRecorder(func() time.Duration { return 0 })
	recorder.Offer(history.Operation{ID: "t-1", Records: []history.Record{{Fields: map[string]any{"X": make(chan int)}}}})
	l, err := newDir(t, t.TempDir()).StartLedgers(recorder, &commitlog.Log{}, "")
	require.NoError(t, err)
	assert.ErrorContains(t, l.Close(), "history.arrows")
}
