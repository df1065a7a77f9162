package harness

import (
	"context"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/squall-harness/squall/harness/subject"
	"github.com/squall-harness/squall/harness/verify"
	"github.com/squall-harness/squall/reports"
)

// TB is the part of *testing.T that Test needs.
type TB interface {
	Helper()
	Context() context.Context
	Logf(format string, args ...any)
	Errorf(format string, args ...any)
	Fatalf(format string, args ...any)
}

// Test rehearses a scenario on a subject within go test. The test fails when a
// promise is broken or when there is no verdict; the log names the report. Run
// directories go to "runs" beside the test, unless an option says otherwise. A
// run without a verdict because the machine was too busy is repeated, twice at
// most: it says nothing of the subject.
//
// A subject.Func is rehearsed in virtual time (see RunVirtual), unless the
// option RealTime forbids it or t is no *testing.T.
func Test(t TB, s *Scenario, sub subject.Subject, options ...func(*Options)) *Result {
	t.Helper()
	o := Options{Out: "runs", Version: "go test", Repeat: "go test -count=1 -run '" + testName(t) + "'"}
	for _, option := range options {
		option(&o)
	}
	if err := hideFromGit(o.Out); err != nil {
		t.Fatalf("squall: %v", err)
	}
	r := untilIdle(t, func() (*Result, error) { return rehearseIn(t, s, sub, o) })
	var text strings.Builder
	_ = reports.Text(&text, r.Summary, reports.TextOptions{Report: filepath.Join(Relative(r.Dir), "report.html")}) // a Builder takes everything
	t.Logf("%s", text.String())
	if r.Summary.Result != verify.Pass {
		t.Errorf("squall: %s", r.Summary.Sentence)
	}
	return r
}

// tries is how often a rehearsal is begun on a machine that is too busy.
const tries = 3

// untilIdle rehearses until the machine has time for it.
func untilIdle(t TB, rehearse func() (*Result, error)) *Result {
	t.Helper()
	for try := 1; ; try++ {
		r, err := rehearse()
		if err != nil {
			t.Fatalf("squall: %v", err)
		}
		if try == tries || !foundBusy(r.Summary) {
			return r
		}
		t.Logf("squall: %s Trying again, %d of %d.", r.Summary.Sentence, try+1, tries)
	}
}

// rehearseIn runs in the time that fits the subject.
func rehearseIn(t TB, s *Scenario, sub subject.Subject, o Options) (*Result, error) {
	if whole, ok := t.(*testing.T); ok && !o.realTime && subject.Inhabit(sub, subject.World{}) {
		o.Control = true
		return RunVirtual(whole, s, sub, o)
	}
	return Run(t.Context(), s, sub, o)
}

// RealTime is an option of Test: a function too takes the time that it takes.
func RealTime() func(*Options) { return func(o *Options) { o.realTime = true } }

// Out is an option of Test: the folder for run directories.
func Out(dir string) func(*Options) { return func(o *Options) { o.Out = dir } }

// testName is the test as -run takes it, each level of subtests by itself.
func testName(t TB) string {
	named, ok := t.(interface{ Name() string })
	if !ok {
		return "Test"
	}
	levels := strings.Split(named.Name(), "/")
	for i, level := range levels {
		levels[i] = "^" + regexp.QuoteMeta(level) + "$"
	}
	return strings.Join(levels, "/")
}

// hideFromGit makes the folder for run directories and keeps it out of the
// user's repository. A folder that is there already is the user's: it is left
// as it is.
func hideFromGit(dir string) error {
	if _, err := os.Stat(dir); err == nil {
		return nil
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, ".gitignore"), []byte("*\n"), 0o600)
}
