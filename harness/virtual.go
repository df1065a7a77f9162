package harness

import (
	"cmp"
	"errors"
	"fmt"
	"hash/fnv"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/squall-harness/squall/harness/rundir"
	"github.com/squall-harness/squall/harness/subject"
)

// errNoFunction is the answer to virtual time for a program.
var errNoFunction = errors.New("only a Go function (subject.Func) can live in virtual time: a program has the machine's clock")

// RunVirtual is Run in virtual time: the org, the faults, the load and the
// subject, which must be a subject.Func, live in a bubble of testing/synctest
// with a network in memory. Nobody waits for anything there, so that an outage
// of hours takes seconds. Bubbles belong to tests, hence t.
//
// The same scenario on the same subject leads to the same ledgers, byte for
// byte, unless the subject does something random. With the option Control, an
// anomaly's blame is confirmed by a rerun without the fault blamed.
func RunVirtual(t *testing.T, s *Scenario, sub subject.Subject, o Options) (*Result, error) {
	t.Helper()
	if !subject.Inhabit(sub, subject.World{}) {
		return nil, fmt.Errorf("subject %s: %w", sub.Name(), errNoFunction)
	}
	play := func(s *Scenario, dir *rundir.Dir, o Options) error { return inBubble(t, s, sub, dir, o) }
	r, err := run(s, o, play)
	if err != nil || !o.Control || r.Summary.Exit != ExitBroken {
		return r, err
	}
	return ConfirmBlame(r.Dir, func(s *Scenario) (*Result, error) { return rerun(s, o.Scratch, play) })
}

// inBubble rehearses in a bubble of its own.
func inBubble(t *testing.T, s *Scenario, sub subject.Subject, dir *rundir.Dir, o Options) error {
	t.Helper()
	dir.Identify(virtualID(s, sub))
	state, err := os.MkdirTemp(cmp.Or(o.Scratch, Memory()), "squall-state-") //nolint:usetesting // in memory
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(state) }()
	stateDir := filepath.Join(state, "state")
	if err := os.Mkdir(stateDir, 0o700); err != nil {
		return err
	}
	began := time.Now()
	var p pulse
	o.Progress = p.through(o.Progress)
	var ended error // not to be read while the bubble lives
	if err := p.live(t, func(t *testing.T) {
		t.Helper()
		ended = rehearse(t.Context(), s, sub, dir, o, bubble(s.Seed, stateDir))
	}); err != nil {
		return err
	}
	return cmp.Or(ended, stamp(dir, began))
}

// stamp writes into run.json when the run was, and how long it took, by this
// machine's clock: in a bubble it is always the year 2000.
func stamp(dir *rundir.Dir, began time.Time) error {
	var r rehearsal
	if err := dir.ReadJSON(rundir.RunFile, &r); err != nil {
		return err
	}
	r.Environment.Started, r.Environment.Took = began, time.Since(began)
	return dir.WriteJSON(rundir.RunFile, r)
}

// rerun plays a variation of a scenario and leaves nothing behind.
func rerun(s *Scenario, scratch string, play rehearser) (*Result, error) {
	out, err := os.MkdirTemp(cmp.Or(scratch, Memory()), "squall-rerun-")
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(out) }()
	return run(s, Options{Out: out, Scratch: scratch}, play)
}

// Memory is a folder in memory, where there is one: in virtual time a disk is
// all that anybody would wait for, and proves nothing.
func Memory() string {
	const shm = "/dev/shm"
	if info, err := os.Stat(shm); err == nil && info.IsDir() {
		return shm
	}
	return os.TempDir()
}

// virtualID names a run in virtual time: the same one again has the same name.
func virtualID(s *Scenario, sub subject.Subject) string {
	h := fnv.New64a()
	_, _ = h.Write(s.effective())
	return fmt.Sprintf("%s-%s-%016x", s.Name, sub.Name(), h.Sum64())
}
