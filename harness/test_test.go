package harness_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/squall-harness/squall/harness"
)

// spy is a *testing.T that a test can look at.
type spy struct {
	ctx          context.Context
	logs, errors strings.Builder
	fatal        bool
}

func (s *spy) Helper()                           {}
func (s *spy) Name() string                      { return "TestSpy" }
func (s *spy) Context() context.Context          { return s.ctx }
func (s *spy) Logf(format string, args ...any)   { fmt.Fprintf(&s.logs, format, args...) }
func (s *spy) Errorf(format string, args ...any) { fmt.Fprintf(&s.errors, format, args...) }
func (s *spy) Fatalf(format string, args ...any) {
	s.fatal = true
	s.Errorf(format, args...)
	panic(s) // as runtime.Goexit would: Test does not go on
}

func TestTestFailsWithTheSentenceAndNamesTheReport(t *testing.T) {
	t.Parallel()
	s, dir := &spy{ctx: t.Context()}, filepath.Join(t.TempDir(), "runs")
	r := harness.Test(s, scenario(t), synchronous(pretend), harness.Out(dir))
	assert.Contains(t, s.errors.String(), "NOT SAFE: ")
	assert.Contains(t, s.logs.String(), "report.html")
	assert.Contains(t, s.logs.String(), "go test -count=1 -run '^TestSpy$'")
	assert.FileExists(t, filepath.Join(r.Dir, "report.html"))
	ignore, err := os.ReadFile(filepath.Join(dir, ".gitignore"))
	require.NoError(t, err)
	assert.Equal(t, "*\n", string(ignore))
}

func TestTestPasses(t *testing.T) {
	t.Parallel()
	s := &spy{ctx: t.Context()}
	harness.Test(s, scenario(t), synchronous(writeThrough), harness.Out(t.TempDir()))
	assert.Empty(t, s.errors.String())
	assert.Contains(t, s.logs.String(), "SAFE: ")
}

func TestTestStopsAtAScenarioThatCannotBeRun(t *testing.T) {
	t.Parallel()
	s := &spy{ctx: t.Context()}
	assert.PanicsWithValue(t, s, func() {
		harness.Test(s, harness.Invalid(assert.AnError), synchronous(writeThrough), harness.Out(t.TempDir()))
	})
	assert.True(t, s.fatal)
	assert.Contains(t, s.errors.String(), assert.AnError.Error())
}

// A folder that is there already belongs to the user, .gitignore and all.
func TestTestLeavesAFolderOfTheUserAlone(t *testing.T) {
	t.Parallel()
	s, dir := &spy{ctx: t.Context()}, t.TempDir()
	assert.Panics(t, func() {
		harness.Test(s, harness.Invalid(assert.AnError), synchronous(writeThrough), harness.Out(dir))
	})
	assert.NoFileExists(t, filepath.Join(dir, ".gitignore"))
}
