package rundir

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"os"
	"slices"
	"testing"

	"github.com/apache/arrow-go/v18/arrow/ipc"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/squall-harness/squall/mocksf/commitlog"
)

// blocksOf cuts a ledger into its messages: the head, the blocks and the end
// mark.
func blocksOf(t require.TestingT, data []byte) (blocks [][]byte) {
	for len(data) > len(endMark) {
		meta := prefixLength + int(binary.LittleEndian.Uint32(data[4:]))
		n := meta + int(ipc.NewMessage(memory.NewBufferBytes(data[prefixLength:meta]), memory.NewBufferBytes(nil)).BodyLen())
		blocks, data = append(blocks, data[:n]), data[n:]
	}
	require.Equal(t, endMark, string(data))
	return append(blocks, data)
}

// commitsOf is a ledger of four blocks: three of two commits each, and the last.
func commitsOf(t testing.TB, run string) [][]byte {
	_, log := sampleRun(6)
	var file buffer
	w := newLedgerWriter("commits.arrows", commitTable, &file)
	w.seal.run = run
	for i := 0; i < 6; i += 2 {
		require.NoError(t, writeAll(w, log.Since(0)[i:i+2], commitToRows))
	}
	require.NoError(t, w.close(true))
	return blocksOf(t, file.Bytes())
}

// The blocks of a ledger tell when they do not stand where they were written.
// What comes before is read.
func TestBlocksOutOfPlaceAreNamed(t *testing.T) {
	other := commitsOf(t, "run-b")
	for name, c := range map[string]struct {
		change func(b [][]byte) [][]byte
		want   string
		sound  int // commits before that place
	}{
		"swapped":              {func(b [][]byte) [][]byte { b[1], b[2] = b[2], b[1]; return b }, "block 1: it was written as block 2: blocks are missing, repeated or in another order", 0},
		"swapped later":        {func(b [][]byte) [][]byte { b[2], b[3] = b[3], b[2]; return b }, "block 2: it was written as block 3", 2},
		"repeated":             {func(b [][]byte) [][]byte { return slices.Insert(b, 2, b[1]) }, "block 2: it was written as block 1", 2},
		"missing":              {func(b [][]byte) [][]byte { return slices.Delete(b, 2, 3) }, "block 2: it was written as block 3", 2},
		"the first is missing": {func(b [][]byte) [][]byte { return slices.Delete(b, 1, 2) }, "block 1: it was written as block 2", 0},
		"the end is missing":   {func(b [][]byte) [][]byte { return slices.Delete(b, 3, 5) }, "block 3: it is missing: those before it are not all there were", 4},
		"all are missing":      {func(b [][]byte) [][]byte { return slices.Delete(b, 1, 5) }, "block 1: it is missing", 0},
		"one after the last":   {func(b [][]byte) [][]byte { return slices.Insert(b, 5, b[1]) }, "block 5: it stands after the last block", 6},
		"a foreign one":        {func(b [][]byte) [][]byte { b[2] = other[2]; return b }, "block 2: it belongs to run run-b, and this is run run-a: files of two runs are mixed up", 2},
		"all foreign":          {func([][]byte) [][]byte { return other }, "block 1: it belongs to run run-b, and this is run run-a", 0},
		"no blocks":            {func(b [][]byte) [][]byte { return [][]byte{b[0], []byte(endMark)} }, "block 1: it is missing", 0},
	} {
		t.Run(name, func(t *testing.T) {
			data := bytes.Join(c.change(commitsOf(t, "run-a")), nil)
			in := bytesOf("commits.arrows", data)
			in.run = "run-a"
			commits, err := readLedger(in, commitTable, commitsFromRows)
			require.ErrorAs(t, err, new(*Corrupt))
			assert.ErrorContains(t, err, "commits.arrows: "+c.want)
			assert.Len(t, commits, c.sound)
		})
	}
}

// Whatever is done with the blocks of two runs, only the ledger as it was
// written is taken for a whole one, and what is read is a part of it.
func TestNoOtherArrangementIsTakenForTheLedger(t *testing.T) {
	a, b := commitsOf(t, "run-a"), commitsOf(t, "run-b")
	whole := bytes.Join(a, nil)
	all, err := readCommits(whole)
	require.NoError(t, err)
	rapid.Check(t, func(t *rapid.T) {
		pool := slices.Concat(a, a, b)
		data := bytes.Join(rapid.SliceOfN(rapid.SampledFrom(pool), 0, 8).Draw(t, "blocks"), nil)
		in := bytesOf("commits.arrows", data)
		in.run = "run-a"
		commits, err := readLedger(in, commitTable, commitsFromRows)
		if !bytes.Equal(data, whole) {
			require.Error(t, err)
		}
		require.Equal(t, all[:len(commits)], append([]commitlog.Commit{}, commits...))
	})
}

// Each run has an id of its own, by which a file of another run is noticed; it
// is told by run.json, else by the first ledger that can be read.
func TestAFileOfAnotherRunIsNoticed(t *testing.T) {
	recorder, log := sampleRun(5)
	for _, named := range []bool{true, false} {
		for _, name := range LedgerFiles {
			a, b := writeRun(t, recorder, log), writeRun(t, recorder, log)
			require.NotEqual(t, a.ID(), b.ID())
			if named {
				require.NoError(t, a.WriteJSON(RunFile, map[string]string{"run": a.ID()}))
			}
			data, err := os.ReadFile(b.Join(name))
			require.NoError(t, err)
			require.NoError(t, os.WriteFile(a.Join(name), data, fileMode))
			opened, err := Open(a.Path())
			require.NoError(t, err)
			want := fmt.Sprintf("block 1: it belongs to run %s, and this is run %s", b.ID(), a.ID())
			wrong := name
			if !named && name == HistoryFile { // it is believed, and the others are not
				want, wrong = fmt.Sprintf("block 1: it belongs to run %s, and this is run %s", a.ID(), b.ID()), CommitsFile
			}
			errs := readAll(opened)
			require.ErrorContains(t, errs[wrong], string(wrong)+": "+want)
			if named {
				delete(errs, wrong)
				assert.Empty(t, errs)
			}
		}
	}
}

// readAll reads all ledgers and returns the errors.
func readAll(d *Dir) map[File]error {
	errs := map[File]error{}
	note := func(name File, err error) {
		if err != nil {
			errs[name] = err
		}
	}
	_, err := d.ReadHistory()
	note(HistoryFile, err)
	_, err = d.ReadCommits()
	note(CommitsFile, err)
	_, err = d.ReadRequests()
	note(RequestsFile, err)
	_, err = d.ReadReads()
	note(ReadsFile, err)
	return errs
}

func TestFilesThatAreNoLedgerAreNamedAsWhatTheyAre(t *testing.T) {
	for want, begins := range map[string]string{
		"it is an Arrow file, and a ledger is an Arrow stream": "ARROW1\x00\x00",
		"it is a Parquet file":                                 "PAR1\x15\x04\x15\x00",
		"it is compressed with gzip":                           "\x1f\x8b\x08\x00\x00\x00\x00\x00",
		"it is compressed with zstd":                           "\x28\xb5\x2f\xfd\x00\x00\x00\x00",
		"it is a zip archive":                                  "PK\x03\x04\x00\x00\x00\x00",
		"no Arrow message begins here":                         "lsn,at,request",
		"it is no record batch":                                string(commitsOf(t, "")[0]) + string(commitsOf(t, "")[0]),
		"it is a ledger of another for":                        string(bytes.Replace(commitsOf(t, "")[0], []byte(format+"\x00\x00\x00"), []byte("1\x00\x00\x00"), 1)),
	} {
		_, err := readCommits([]byte(begins + "\xff\xff\xff\xff\x00\x00\x00\x00"))
		assert.ErrorContains(t, err, want)
	}
}

func TestALedgerThatLacksSomethingGetsNoEnd(t *testing.T) {
	_, log := sampleRun(3)
	var file buffer
	w := newLedgerWriter("commits.arrows", commitTable, &file)
	require.NoError(t, writeAll(w, log.Since(0), commitToRows))
	require.NoError(t, w.close(false))
	commits, err := readCommits(file.Bytes())
	require.ErrorAs(t, err, new(*Truncated))
	assert.Len(t, commits, 3)
}
