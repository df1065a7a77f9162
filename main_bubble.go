package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"reflect"
	"testing"
	"time"

	"github.com/squall-harness/squall/harness"
)

// Virtual time is had inside a bubble of testing/synctest, which belongs to a
// test, and a bubble that breaks takes its process with it. So `run --virtual`
// starts this program once more, as a child, and the child runs one test.

// inBubble is the variable that tells the child what it is, and which folder it
// may fill: its parent removes it, however the child ends.
const inBubble = "SQUALL_IN_BUBBLE"

// childBase is added to the exit statuses of the child, to tell them from those
// of a Go program that breaks.
const childBase = 100

// runInChild runs this command line once more, in a child that has virtual time.
func runInChild(ctx context.Context, c console) (int, error) {
	self, err := os.Executable()
	if err != nil {
		return harness.ExitHarness, fmt.Errorf("cannot find the squall program to start it once more for virtual time: %w", err)
	}
	scratch, err := os.MkdirTemp(harness.Memory(), "squall-virtual-")
	if err != nil {
		return harness.ExitHarness, err
	}
	defer func() { _ = os.RemoveAll(scratch) }()
	child := exec.CommandContext(ctx, self, os.Args[1:]...)
	child.Args[0] = os.Args[0]
	child.Env = append(os.Environ(), inBubble+"="+scratch)
	child.Stdin, child.Stdout, child.Stderr = nil, c.out, c.err
	err = child.Run()
	var ended *exec.ExitError
	switch {
	case ctx.Err() != nil:
		return harness.ExitHarness, errors.New("interrupted: the run was stopped before it came to a verdict")
	case errors.As(err, &ended) && ended.ExitCode() >= childBase:
		return ended.ExitCode() - childBase, nil
	}
	return harness.ExitHarness, fmt.Errorf("virtual time broke down, see above: %w", err)
}

// asTest runs f as the one test of this process.
func asTest(f func(t *testing.T)) {
	os.Args = os.Args[:1] // or the tests would look for their flags there
	if silent, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0); err == nil {
		defer func(out *os.File) { os.Stdout = out }(os.Stdout)
		os.Stdout = silent // where the tests say PASS
	}
	testing.MainStart(nothing{}, []testing.InternalTest{{Name: "virtual time", F: f}}, nil, nil, nil).Run()
}

// nothing is what tests need of `go test`, which is not there.
type nothing struct{}

type corpusEntry = struct {
	Parent     string
	Path       string
	Data       []byte
	Values     []any
	Generation int
	IsSeed     bool
}

func (nothing) ImportPath() string                          { return "" }
func (nothing) ModulePath() string                          { return "" }
func (nothing) MatchString(string, string) (bool, error)    { return true, nil }
func (nothing) SetPanicOnExit0(bool)                        {}
func (nothing) StartCPUProfile(io.Writer) error             { return nil }
func (nothing) StopCPUProfile()                             {}
func (nothing) StartTestLog(io.Writer)                      {}
func (nothing) StopTestLog() error                          { return nil }
func (nothing) WriteProfileTo(string, io.Writer, int) error { return nil }
func (nothing) CoordinateFuzzing(time.Duration, int64, time.Duration, int64, int, []corpusEntry, []reflect.Type, string, string) error {
	return nil
}
func (nothing) RunFuzzWorker(func(corpusEntry) error) error              { return nil }
func (nothing) ReadCorpus(string, []reflect.Type) ([]corpusEntry, error) { return nil, nil }
func (nothing) CheckCorpus([]any, []reflect.Type) error                  { return nil }
func (nothing) ResetCoverage()                                           {}
func (nothing) SnapshotCoverage()                                        {}
func (nothing) InitRuntimeCoverage() (string, func(string, string) (string, error), func() float64) {
	return "", nil, nil
}
