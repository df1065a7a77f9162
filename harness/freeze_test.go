package harness_test

import (
	"bytes"
	"context"
	"net/http"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/squall-harness/squall/harness"
	"github.com/squall-harness/squall/harness/verify"
)

// garbling returns an integration that alters the tenth transaction.
func garbling() func(*integration, http.ResponseWriter, []byte) {
	var n atomic.Int32
	return func(i *integration, w http.ResponseWriter, body []byte) {
		if n.Add(1) == 10 {
			body = bytes.Replace(body, []byte(`"LastName":"`), []byte(`"LastName":"x`), 1)
		}
		writeThrough(i, w, body)
	}
}

func TestTheRunStopsAtTheCommitThatBreaksAPromise(t *testing.T) {
	t.Parallel()
	var held *harness.Frozen
	r, err := harness.Run(t.Context(), scenario(t).WithoutFaults(), synchronous(garbling()), harness.Options{Out: t.TempDir(), StopAtFirst: true,
		Hold: func(_ context.Context, f harness.Frozen) { held = &f }})
	require.NoError(t, err)
	require.NotNil(t, held)
	stop := r.Summary.Stopped
	require.NotNil(t, stop)
	assert.Equal(t, stop, &held.Stop)
	assert.Equal(t, verify.Fail, held.Result.Summary.Result, "the report is there while the run is held")
	assert.Equal(t, verify.Corrupted, stop.Class)
	assert.Equal(t, verify.Integrity, stop.Guarantee)
	assert.NotEmpty(t, stop.Operation)
	assert.NotEmpty(t, stop.Request)
	assert.LessOrEqual(t, r.Summary.Operations.Commits, int(stop.LSN)+1, "nothing is written after it")
	assert.Equal(t, harness.ExitBroken, r.Summary.Exit)
	dump, err := os.ReadFile(filepath.Join(r.Dir, "goroutines.txt"))
	require.NoError(t, err)
	assert.Contains(t, string(dump), "writeThrough", "where the integration waits for its reply")
	page, err := os.ReadFile(filepath.Join(r.Dir, "report.html"))
	require.NoError(t, err)
	assert.Contains(t, string(page), "the run was stopped at the first broken promise, commit ")
	again, err := harness.Check(r.Dir)
	require.NoError(t, err)
	assert.Equal(t, r.Summary, again.Summary)
}

func TestARunThatBreaksNothingGoesOnToItsEnd(t *testing.T) {
	t.Parallel()
	r, err := harness.Run(t.Context(), scenario(t), synchronous(writeThrough), harness.Options{Out: t.TempDir(), StopAtFirst: true})
	require.NoError(t, err)
	assert.Nil(t, r.Summary.Stopped)
	assert.Equal(t, verify.Pass, r.Summary.Result, r.Summary.Sentence)
}

func TestInVirtualTimeTheRunStopsToo(t *testing.T) {
	s := scenario(t)
	r, err := harness.RunVirtual(t, s, synchronous(garbling()), harness.Options{Out: t.TempDir(), StopAtFirst: true})
	require.NoError(t, err)
	require.NotNil(t, r.Summary.Stopped)
	assert.Equal(t, int(r.Summary.Stopped.LSN), r.Summary.Operations.Commits)
	_, err = harness.CheckIndex(r.Dir)
	assert.ErrorIs(t, err, harness.ErrWhole, "where it was stopped is no part of the index")
}
