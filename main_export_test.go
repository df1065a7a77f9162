package main

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/squall-harness/squall/harness"
	"github.com/squall-harness/squall/harness/history"
	"github.com/squall-harness/squall/harness/rundir"
	"github.com/squall-harness/squall/mocksf/commitlog"
)

func TestExportTellsAPartByItsStatus(t *testing.T) {
	d, err := rundir.Create(t.TempDir(), "run")
	require.NoError(t, err)
	recorder := history.NewRecorder(func() time.Duration { return 1 })
	recorder.Mark(history.MarkStarted, "")
	l, err := d.StartLedgers(recorder, &commitlog.Log{}, "")
	require.NoError(t, err)
	require.NoError(t, l.Close())

	code, out, stderr := squall(t, "export", d.Path(), "--format", "ndjson")
	assert.Equal(t, harness.ExitPass, code, stderr)
	assert.Equal(t, d.Join("history.ndjson")+"\n"+d.Join("commits.ndjson")+"\n"+d.Join("requests.ndjson")+"\n"+d.Join("reads.ndjson")+"\n", out)

	code, _, stderr = squall(t, "export", "--format", "ndjson", d.Path())
	assert.Equal(t, harness.ExitHarness, code)
	assert.Contains(t, stderr, "nothing is overwritten")

	require.NoError(t, os.Truncate(d.Join(rundir.HistoryFile), 100))
	code, out, stderr = squall(t, "export", d.Path(), "--format", "csv", "--out", filepath.Join(d.Path(), "csv"))
	assert.Equal(t, harness.ExitNoVerdict, code)
	assert.Equal(t, d.Join("csv/commits.csv")+"\n"+d.Join("csv/requests.csv")+"\n"+d.Join("csv/reads.csv")+"\n", out)
	assert.Contains(t, stderr, "squall export: only a part was written: history.arrows was cut off at block 1")
}
