package export

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/squall-harness/squall/harness/history"
	"github.com/squall-harness/squall/harness/rundir"
	"github.com/squall-harness/squall/mocksf/commitlog"
)

// saved is a run of n operations on disk. Its texts are the kind that breaks
// files.
func saved(t *testing.T, n int) *rundir.Dir {
	d, err := rundir.Create(t.TempDir(), "run")
	require.NoError(t, err)
	now := time.Duration(0)
	clock := func() time.Duration { now += time.Millisecond; return now }
	recorder, log := history.NewRecorder(clock), &commitlog.Log{}
	recorder.Gauge(history.Gauge{At: 1, Backlog: 0.1, Error: "two\nlines, \"quoted\""})
	for i := range n {
		fields := map[string]any{"Name": "Zoë <&> 'x'", "Amount__c": 12.5, "Phone": nil, "Token__c": fmt.Sprint(i)}
		recorder.Offer(history.Operation{ID: fmt.Sprintf("t-%d", i), Key: "=1+1", Records: []history.Record{{Object: "Account", Fields: fields}}})
		log.Append(commitlog.Commit{Request: "r", API: commitlog.APIRow, Fate: commitlog.FateSent,
			Changes: []commitlog.Change{{Op: commitlog.Insert, Object: "Account", ID: "001", Fields: fields}}}, clock)
	}
	l, err := d.StartLedgers(recorder, log, "")
	require.NoError(t, err)
	l.Request(commitlog.Request{ID: "r", Method: "POST", Path: "/services?q='a;b'", Traces: []string{"0"}})
	l.Read(commitlog.Read{Request: "r", Object: "Account", Fields: []string{"Id"}, Records: []commitlog.Served{{ID: "001", LSN: 1}}})
	require.NoError(t, l.Close())
	return d
}

// rows are the texts of all values of a ledger, as far as it is sound.
func rows(d *rundir.Dir, ledger rundir.File) (names []string, all [][]string) {
	_ = d.EachBlock(ledger, func(b arrow.RecordBatch) error {
		names = nil
		for _, f := range b.Schema().Fields() {
			names = append(names, f.Name)
		}
		for r := range int(b.NumRows()) {
			row := make([]string, len(names))
			for c, column := range b.Columns() {
				row[c] = column.ValueStr(r)
			}
			all = append(all, row)
		}
		return nil
	})
	return names, all
}

func TestEveryFormatHoldsWhatTheLedgersHold(t *testing.T) {
	d := saved(t, 20)
	for _, format := range Formats() {
		result, err := Run(d.Path(), Options{Format: format})
		require.NoError(t, err)
		assert.Empty(t, result.Notes)
		require.Len(t, result.Files, len(rundir.LedgerFiles))
		for i, ledger := range rundir.LedgerFiles {
			names, want := rows(d, ledger)
			require.NotEmpty(t, want)
			assert.Equal(t, want, readers[format](t, result.Files[i], names), result.Files[i])
			info, err := os.Stat(result.Files[i])
			require.NoError(t, err)
			assert.Equal(t, os.FileMode(fileMode), info.Mode().Perm())
		}
	}
}

func TestALedgerWithoutRowsIsAFileWithoutRows(t *testing.T) {
	d := saved(t, 0)
	for _, format := range Formats() {
		result, err := Run(d.Path(), Options{Format: format})
		require.NoError(t, err)
		names, _ := rows(d, rundir.CommitsFile)
		assert.Empty(t, readers[format](t, result.Files[1], names))
	}
}

// shorten cuts the end of a ledger off.
func shorten(t *testing.T, d *rundir.Dir, ledger rundir.File, by int64) {
	info, err := os.Stat(d.Join(ledger))
	require.NoError(t, err)
	require.NoError(t, os.Truncate(d.Join(ledger), info.Size()-by))
}

func TestAPartIsWrittenAndSaidToBeOne(t *testing.T) {
	for name, c := range map[string]struct {
		spoil func(d *rundir.Dir)
		want  string
		rows  int // of commits; -1 means that there is no such file
	}{
		"cut off":       {func(d *rundir.Dir) { shorten(t, d, rundir.CommitsFile, 4) }, "commits.arrows was cut off at block 4", 20},
		"cut in two":    {func(d *rundir.Dir) { shorten(t, d, rundir.CommitsFile, 2000) }, "commits.arrows was cut off at block 2", 0},
		"damaged":       {func(d *rundir.Dir) { spoil(t, d, "Zo\xc3\xab", "Zoey") }, "commits.arrows: block 2: its values are damaged", 0},
		"not a ledger":  {func(d *rundir.Dir) { write(t, d.Join(rundir.CommitsFile), "hello, world") }, "commits.arrows: no Arrow message begins here", -1},
		"another one's": {func(d *rundir.Dir) { move(t, d, rundir.RequestsFile, rundir.CommitsFile) }, "commits.arrows: it holds the ledger requests: files were exchanged", -1},
		"missing":       {func(d *rundir.Dir) { require.NoError(t, os.Remove(d.Join(rundir.CommitsFile))) }, "has no commits.arrows", -1},
	} {
		t.Run(name, func(t *testing.T) {
			d := saved(t, 20)
			c.spoil(d)
			result, err := Run(d.Path(), Options{Format: "csv"})
			require.NoError(t, err)
			require.NotEmpty(t, result.Notes)
			assert.Contains(t, result.Notes[0], c.want)
			path := strings.TrimSuffix(d.Join(rundir.CommitsFile), "arrows") + "csv"
			if c.rows < 0 {
				assert.NoFileExists(t, path)
				return
			}
			names, _ := rows(d, rundir.CommitsFile)
			assert.Len(t, readCSV(t, path, names), c.rows)
		})
	}
}

func write(t *testing.T, path, text string) {
	require.NoError(t, os.WriteFile(path, []byte(text), fileMode))
}

func move(t *testing.T, d *rundir.Dir, from, to rundir.File) {
	require.NoError(t, os.Rename(d.Join(from), d.Join(to)))
}

// spoil replaces a text in the commits.
func spoil(t *testing.T, d *rundir.Dir, old, other string) {
	data, err := os.ReadFile(d.Join(rundir.CommitsFile))
	require.NoError(t, err)
	require.Contains(t, string(data), old)
	write(t, d.Join(rundir.CommitsFile), strings.Replace(string(data), old, other, 1))
}

func TestWithoutAnySoundLedgerThereIsNoExport(t *testing.T) {
	d := saved(t, 1)
	for _, ledger := range rundir.LedgerFiles {
		write(t, d.Join(ledger), "hello, world")
	}
	_, err := Run(d.Path(), Options{Format: "csv"})
	assert.ErrorContains(t, err, "no ledger could be read: history.arrows: no Arrow message begins here")
}

func TestNothingIsOverwrittenUnasked(t *testing.T) {
	d, out := saved(t, 1), filepath.Join(t.TempDir(), "new", "dir")
	require.NoError(t, os.MkdirAll(out, dirMode))
	write(t, filepath.Join(out, "requests.csv"), "mine")
	_, err := Run(d.Path(), Options{Format: "csv", Out: out})
	require.ErrorContains(t, err, "requests.csv is there already, and nothing is overwritten")
	assert.NoFileExists(t, filepath.Join(out, "history.csv"), "all or nothing")
	assert.NoFileExists(t, d.Join("history.csv"))

	result, err := Run(d.Path(), Options{Format: "csv", Out: out, Force: true})
	require.NoError(t, err)
	assert.Equal(t, filepath.Join(out, "requests.csv"), result.Files[2])
	text, err := os.ReadFile(result.Files[2])
	require.NoError(t, err)
	assert.NotEqual(t, "mine", string(text))
	entries, err := os.ReadDir(out)
	require.NoError(t, err)
	assert.Len(t, entries, len(rundir.LedgerFiles), "nothing is left over")
}

func TestNoLinkLeadsOutOfTheDirectory(t *testing.T) {
	d, out, outside := saved(t, 1), t.TempDir(), filepath.Join(t.TempDir(), "outside")
	write(t, outside, "mine")
	require.NoError(t, os.Symlink(outside, filepath.Join(out, "history.csv")))
	require.NoError(t, os.Symlink(outside, filepath.Join(out, ".commits.csv")))
	_, err := Run(d.Path(), Options{Format: "csv", Out: out, Force: true})
	require.ErrorContains(t, err, "cannot write")
	text, err := os.ReadFile(outside)
	require.NoError(t, err)
	assert.Equal(t, "mine", string(text))
}

func TestWhatCannotBeDoneIsSaid(t *testing.T) {
	d := saved(t, 1)
	file := filepath.Join(t.TempDir(), "file")
	write(t, file, "")
	for want, o := range map[string]Options{
		`there is no format "xlsx", choose one of csv, ndjson, parquet`: {Format: "xlsx"},
		"cannot make the directory " + file:                             {Format: "csv", Out: file},
	} {
		_, err := Run(d.Path(), o)
		assert.ErrorContains(t, err, want)
	}
	_, err := Run(t.TempDir(), Options{Format: "csv"})
	assert.ErrorContains(t, err, "is no run directory")
}
