package harness

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/squall-harness/squall/harness/verify"
	"github.com/squall-harness/squall/reports"
)

// listener is a test that only writes down what is logged.
type listener struct {
	TB
	logged strings.Builder
}

func (l *listener) Helper()                         {}
func (l *listener) Logf(format string, args ...any) { fmt.Fprintf(&l.logged, format, args...) }

// Only a run without a verdict on a busy machine is worth another try.
func TestUntilIdle(t *testing.T) {
	t.Parallel()
	const idle, busy = 3 * time.Millisecond, 300 * time.Millisecond
	run := func(r verify.Result, lag time.Duration) *Result {
		s := reports.Summary{Result: r, Sentence: "NO VERDICT: too busy.", Load: reports.Load{LagP99: lag}}
		if lag == busy {
			s.Wanting = tooBusy(s.Load)
		}
		return &Result{Summary: s}
	}
	cutOff := run(verify.NoEvidence, busy)
	cutOff.Summary.Wanting = "the run was cut off"
	for name, c := range map[string]struct {
		runs   []*Result
		begun  int
		logged string
	}{
		"passes":              {[]*Result{run(verify.Pass, busy)}, 1, ""},
		"broken":              {[]*Result{run(verify.Fail, busy)}, 1, ""},
		"no verdict, idle":    {[]*Result{run(verify.NoEvidence, idle)}, 1, ""},
		"cut off, busy":       {[]*Result{cutOff}, 1, ""},
		"busy, then idle":     {[]*Result{run(verify.NoEvidence, busy), run(verify.Pass, idle)}, 2, "squall: NO VERDICT: too busy. Trying again, 2 of 3."},
		"busy for ever":       {[]*Result{run(verify.NoEvidence, busy), run(verify.NoEvidence, busy), run(verify.NoEvidence, busy)}, 3, "Trying again, 3 of 3."},
		"busy, then no proof": {[]*Result{run(verify.NoEvidence, busy), run(verify.NoEvidence, idle)}, 2, "2 of 3"},
	} {
		l, begun := &listener{}, 0
		got := untilIdle(l, func() (*Result, error) { begun++; return c.runs[begun-1], nil })
		assert.Equal(t, c.begun, begun, name)
		assert.Same(t, c.runs[begun-1], got, name)
		assert.Contains(t, l.logged.String(), c.logged, name)
		assert.Equal(t, begun-1, strings.Count(l.logged.String(), "Trying again"), name)
	}
}
