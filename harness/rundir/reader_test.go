package rundir

import (
	"bytes"
	"errors"
	"fmt"
	"hash/crc32"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/ipc"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/squall-harness/squall/harness/history"
	"github.com/squall-harness/squall/mocksf/commitlog"
)

func tempDir(t require.TestingT) (string, error) {
	if tb, ok := t.(testing.TB); ok {
		return tb.TempDir(), nil
	}
	return os.MkdirTemp("", "rundir")
}

// commitsFile is a ledger of three blocks of two commits each.
func commitsFile(t testing.TB) []byte {
	_, log := sampleRun(6)
	var file buffer
	w := newLedgerWriter("commits.arrows", commitTable, &file)
	for i := 0; i < 6; i += 2 {
		require.NoError(t, writeAll(w, log.Since(0)[i:i+2], commitToRows))
	}
	require.NoError(t, w.close(true))
	return file.Bytes()
}

type buffer struct{ bytes.Buffer }

func (*buffer) Close() error { return nil }

func bytesOf(name string, data []byte) source {
	return source{name: name, ReaderAt: bytes.NewReader(data), size: int64(len(data))}
}

func readCommits(data []byte) ([]commitlog.Commit, error) {
	return readLedger(bytesOf("commits.arrows", data), commitTable, commitsFromRows)
}

func TestAFileCutOffAnywhereGivesItsWholeBlocks(t *testing.T) {
	whole := commitsFile(t)
	all, err := readCommits(whole)
	require.NoError(t, err)
	require.Len(t, all, 6)
	seen := map[int]bool{}
	for size := range whole {
		commits, err := readCommits(whole[:size])
		var cut *Truncated
		require.ErrorAs(t, err, &cut, "cut at %d", size)
		assert.Equal(t, "commits.arrows", cut.File)
		assert.Equal(t, min(max(cut.Block-1, 0), 3)*2, len(commits), "cut at %d: %v", size, err)
		assert.Equal(t, all[:len(commits)], append([]commitlog.Commit{}, commits...))
		seen[len(commits)] = true
	}
	assert.Equal(t, map[int]bool{0: true, 2: true, 4: true, 6: true}, seen)
}

func TestADamagedFileIsNeverTakenForAWholeOne(t *testing.T) {
	whole := commitsFile(t)
	all, err := readCommits(whole)
	require.NoError(t, err)
	for i := range whole {
		damaged := bytes.Clone(whole)
		damaged[i] ^= 1 << (i % 8)
		commits, err := readCommits(damaged)
		if err == nil { // padding, or a part of the head that means nothing
			assert.Equal(t, all, commits, "byte %d", i)
		}
	}
}

func TestForeignFilesAreNamedAsSuch(t *testing.T) {
	var other buffer
	w := newLedgerWriter("requests.arrows", requestTable, &other)
	require.NoError(t, w.write(nil))
	require.NoError(t, w.close(true))
	for name, c := range map[string]struct {
		data []byte
		want string
	}{
		"text":               {[]byte("hello, this is a text file of some length\n"), "commits.arrows: no Arrow message begins here"},
		"another ledger":     {other.Bytes(), "commits.arrows: it holds the ledger requests: files were exchanged"},
		"nothing":            {nil, "commits.arrows was cut off at block 1"},
		"end mark only":      {[]byte(endMark), "commits.arrows: it is empty"},
		"data after the end": {append(commitsFile(t), commitsFile(t)...), "commits.arrows: block 5: it ends at byte"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := readCommits(c.data)
			assert.ErrorContains(t, err, c.want)
		})
	}
}

func TestLedgersWithGapsAreCorrupt(t *testing.T) {
	_, log := sampleRun(3)
	for name, c := range map[string]struct {
		change func(rows []changeRow) []changeRow
		want   string
	}{
		"a missing commit":  {func(r []changeRow) []changeRow { return append(r[:1], r[2:]...) }, "block 1: commit 3 stands where commit 2 is due"},
		"half a commit":     {func(r []changeRow) []changeRow { r[2].changes = 2; return r }, "block 1: commit 3 is not whole"},
		"a negative number": {func(r []changeRow) []changeRow { r[0].changes = -1; return r }, "block 1: commit 1 is not whole"},
		"broken fields":     {func(r []changeRow) []changeRow { r[0].fields = "{"; return r }, "block 1: fields of commit 1, change 0"},
	} {
		t.Run(name, func(t *testing.T) {
			var rows []changeRow
			for _, commit := range log.Since(0) {
				rows, _ = commitToRows(rows, commit)
			}
			var file buffer
			w := newLedgerWriter("commits.arrows", commitTable, &file)
			require.NoError(t, w.write(c.change(rows)))
			require.NoError(t, w.close(true))
			_, err := readCommits(file.Bytes())
			assert.ErrorContains(t, err, c.want)
		})
	}
}

func TestUnknownWordsInEventsAreCorrupt(t *testing.T) {
	for _, row := range []eventRow{
		{seq: 1, kind: "rumour"}, {seq: 1, kind: "answer", outcome: "maybe"}, {seq: 2, kind: "mark"}, {seq: 1, kind: "offer", records: "["},
	} {
		_, err := eventsFromRows(nil, []eventRow{row})
		assert.Error(t, err, "%+v", row)
	}
}

func TestAMissingLedgerSaysWhichOne(t *testing.T) {
	d := newDir(t, t.TempDir())
	_, err := d.ReadHistory()
	require.ErrorIs(t, err, fs.ErrNotExist)
	assert.ErrorContains(t, err, "history.arrows")
}

func TestALinkThatLeadsOutOfTheDirectoryIsRefused(t *testing.T) {
	d := newDir(t, t.TempDir())
	outside := filepath.Join(t.TempDir(), "secret")
	require.NoError(t, os.WriteFile(outside, []byte("secret"), fileMode))
	require.NoError(t, os.Symlink(outside, d.Join(ScenarioFile)))
	_, err := d.ReadScenario()
	assert.ErrorContains(t, err, "escapes")
}

func TestWhatIsReadFoldsToTheSameHistory(t *testing.T) {
	recorder, log := sampleRun(5)
	events, err := writeRun(t, recorder, log).ReadHistory()
	require.NoError(t, err)
	h := history.Fold(events)
	assert.Equal(t, history.Fold(recorder.Since(0)), h)
	assert.Len(t, h.Operations, 5)
}

func TestAnyArrowReaderReadsALedger(t *testing.T) {
	r, err := ipc.NewReader(bytes.NewReader(commitsFile(t)))
	require.NoError(t, err)
	defer r.Release()
	rows := int64(0)
	for r.Next() {
		rows += r.RecordBatch().NumRows()
	}
	require.NoError(t, r.Err())
	assert.EqualValues(t, 6, rows)
	assert.Equal(t, []string{"lsn", "at", "request", "api", "identity", "fate", "index", "changes", "op", "object", "id", "external_id", "fields"},
		names(r.Schema().Fields()))
}

func names(fields []arrow.Field) []string {
	var out []string
	for _, f := range fields {
		out = append(out, f.Name)
	}
	return out
}

// Ledgers are recognised by their head. Should a new version of the Arrow
// library write another one for the same columns, then the old one must stay
// readable: keep it beside the new one.
func TestTheHeadsOfLedgersStayAsTheyAre(t *testing.T) {
	for want, head := range map[string][]byte{
		"5bee43a2": headOf(eventTable.schema()),
		"39a15484": headOf(commitTable.schema()),
		"150686f9": headOf(requestTable.schema()),
		"d32b7d17": headOf(readsTable.schema()),
	} {
		assert.Equal(t, want, fmt.Sprintf("%08x", crc32.ChecksumIEEE(head)))
	}
}

func FuzzReadLedgers(f *testing.F) {
	whole := commitsFile(f)
	f.Add(whole)
	f.Add(whole[:len(whole)/2])
	f.Add([]byte("ARROW1"))
	blocks := commitsOf(f, "run-a")
	f.Add(bytes.Join([][]byte{blocks[0], blocks[2], blocks[1], blocks[3]}, nil))
	f.Add(bytes.Join([][]byte{blocks[0], blocks[1], commitsOf(f, "run-b")[2], blocks[4]}, nil))
	f.Fuzz(func(t *testing.T, data []byte) {
		began := time.Now()
		_, err := readCommits(data)
		mustBeTyped(t, err)
		_, err = readLedger(bytesOf("h", data), eventTable, eventsFromRows)
		mustBeTyped(t, err)
		_, err = readLedger(bytesOf("r", data), requestTable, requestsFromRows)
		mustBeTyped(t, err)
		_, err = readLedger(bytesOf("q", data), readsTable, readsFromRows)
		mustBeTyped(t, err)
		_, err = readLedger(bytesOf("s", data), readsTable, readsFromRows)
		mustBeTyped(t, err)
		if took := time.Since(began); took > 30*time.Second {
			t.Fatalf("%d bytes took %v", len(data), took)
		}
	})
}

// mustBeTyped holds what the judge relies on: a reader that does not reach the
// end says Truncated or Corrupt.
func mustBeTyped(t *testing.T, err error) {
	var cut *Truncated
	var bad *Corrupt
	if err != nil && !errors.As(err, &cut) && !errors.As(err, &bad) {
		t.Fatalf("neither cut off nor corrupt: %v", err)
	}
}
