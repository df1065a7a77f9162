package rundir

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// One event is one line: half of them are offers, which carry their records.
const benchOperations = 20_000

func BenchmarkWriteEvents(b *testing.B) {
	recorder, _ := sampleRun(benchOperations)
	events := recorder.Since(0)
	b.ReportAllocs()
	for b.Loop() {
		index, err := newIndexWriter(newDir(b, b.TempDir()), "")
		require.NoError(b, err)
		l := &Ledgers{historyOut: newLedgerWriter("history.arrows", eventTable, discard{}), index: index}
		require.NoError(b, l.flushEvents(events))
	}
	b.ReportMetric(float64(len(events)*b.N)/b.Elapsed().Seconds(), "events/s")
}

func BenchmarkReadEvents(b *testing.B) {
	recorder, _ := sampleRun(benchOperations)
	var file buffer
	index, err := newIndexWriter(newDir(b, b.TempDir()), "")
	require.NoError(b, err)
	l := &Ledgers{historyOut: newLedgerWriter("history.arrows", eventTable, &file), index: index}
	require.NoError(b, l.flushEvents(recorder.Since(0)))
	require.NoError(b, l.historyOut.close(true))
	b.SetBytes(int64(file.Len()))
	b.ReportAllocs()
	for b.Loop() {
		events, err := readLedger(bytesOf("history.arrows", file.Bytes()), eventTable, eventsFromRows)
		require.NoError(b, err)
		require.Len(b, events, 2*benchOperations+1)
	}
	b.ReportMetric(float64((2*benchOperations+1)*b.N)/b.Elapsed().Seconds(), "events/s")
}

func BenchmarkWriteCommits(b *testing.B) {
	_, log := sampleRun(benchOperations)
	commits := log.Since(0)
	for b.Loop() {
		w := newLedgerWriter("commits.arrows", commitTable, discard{})
		require.NoError(b, writeAll(w, commits, commitToRows))
	}
	b.ReportMetric(float64(len(commits)*b.N)/b.Elapsed().Seconds(), "commits/s")
}
