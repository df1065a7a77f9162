package scenarios_test

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/squall-harness/squall/harness"
	"github.com/squall-harness/squall/harness/subject"
	"github.com/squall-harness/squall/harness/verify"
	"github.com/squall-harness/squall/scenarios"
)

// A program that breaks a promise is stopped in its tracks while the report is
// written, and gone afterwards. Nothing kills it before: it is to be there.
func TestAFrozenProgramStandsStill(t *testing.T) {
	t.Parallel()
	defer inTime()()
	var state string
	var pid int
	r, err := harness.Run(t.Context(), scenarios.Load(short).Without("integration killed"), subject.Process(squall(), "subject", "insert-blind-retry"),
		harness.Options{Out: t.TempDir(), StopAtFirst: true, Hold: func(_ context.Context, f harness.Frozen) {
			pid = f.Stop.PID
			state = stateOf(pid)
		}})
	require.NoError(t, err)
	require.NotNil(t, r.Summary.Stopped)
	assert.Equal(t, verify.NoDuplicates, r.Summary.Stopped.Guarantee)
	assert.Equal(t, "T", state, "stopped by a signal (proc(5))")
	assert.Empty(t, stateOf(pid))
}

// stateOf is the state of a process, one letter; "" when there is none.
func stateOf(pid int) string {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return ""
	}
	_, rest, _ := strings.Cut(string(text), ") ")
	return rest[:1]
}
