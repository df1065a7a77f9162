package harness

import (
	"errors"
	"fmt"
	"io"
	"runtime/debug"
	"slices"

	"golang.org/x/sync/errgroup"

	"github.com/squall-harness/squall/harness/dense"
	"github.com/squall-harness/squall/harness/history"
	"github.com/squall-harness/squall/harness/rundir"
	"github.com/squall-harness/squall/harness/verify"
	"github.com/squall-harness/squall/harness/verify/sieve"
	"github.com/squall-harness/squall/reports"
)

// ErrWhole says that a run must be judged as a whole.
var ErrWhole = sieve.ErrWhole

// CheckIndex judges a saved run by its index, and by what of its ledgers the
// index makes look suspicious: a sixth of the bytes, and memory for what is
// open at a time. The summary holds the verdict and neither recovery nor load,
// and no report is written. It fails with ErrWhole when the run must be judged
// as a whole, by Check.
func CheckIndex(path string) (*Result, error) {
	dir, err := rundir.Open(path)
	if err != nil {
		return nil, err
	}
	text, err := dir.ReadScenario()
	if err != nil {
		return nil, err
	}
	s, err := ParseScenario(string(rundir.ScenarioFile), text)
	if err != nil {
		return nil, err
	}
	run := rehearsal{Seed: s.Seed, Planned: s.Load.Count()}
	if err := dir.ReadJSON(rundir.RunFile, &run); err != nil || !run.Finished || run.Stopped != nil {
		return nil, sieve.ErrWhole
	}
	if _, there := dir.Control(); there { // what it broke is part of the verdict
		return nil, sieve.ErrWhole
	}
	j, err := judgeSifted(dir, s)
	if err != nil {
		return nil, err
	}
	out := reports.Summary{
		Version: reports.FormatVersion, Scenario: reports.Scenario{Name: s.Name, Promise: s.Promise, Budget: s.Expect.Drained},
		Seed: run.Seed, Subject: run.Subject, Repeat: run.Repeat, Windows: j.windows, Unknowns: j.Unknowns, Redelivery: j.Redelivery,
		Environment: run.Environment, Notes: run.Notes,
	}
	conclude(&out, j.Verdicts, j.whyNoVerdict(run.Planned))
	return &Result{Dir: dir.Path(), Summary: out}, nil
}

// mostGarbage is how much of what is in use may lie about unused, in percent.
const mostGarbage = 30

// sifted is a judgement by the index.
type sifted struct {
	verify.Judgement
	windows       []history.Window
	offered, late int // operations
}

// whyNoVerdict says why the load was not what the scenario asks for.
func (j *sifted) whyNoVerdict(planned int) string {
	switch {
	case float64(j.offered) < leastOffered*float64(planned):
		return fmt.Sprintf("only %d of %d transactions were offered", j.offered, planned)
	case 100*j.late > j.offered:
		return fmt.Sprintf("the harness offered %d transactions more than %s late, the machine is too busy: close what else is running and repeat it", j.late, dense.LateAfter)
	}
	return ""
}

func judgeSifted(dir *rundir.Dir, s *Scenario) (*sifted, error) {
	defer debug.SetGCPercent(debug.SetGCPercent(mostGarbage)) // it lives on little memory
	in := verify.Input{Settings: s.settings()}
	notes, err := readNotes(dir, in.Settings.TokenField)
	if err != nil {
		return nil, err
	}
	in.History = history.Fold(notes)
	s.markOptional(in.History)
	frame, err := sieve.FrameOf(&in)
	if err != nil {
		return nil, err
	}
	left, err := sieve.Sift(columnsOf(dir, in.Settings.TokenField), frame)
	if err != nil {
		return nil, err
	}
	if err := readLeft(dir, left, notes, &in); err != nil {
		return nil, err
	}
	s.markOptional(in.History)
	found := verify.JudgeAll(in)
	dropUnclaimed(found.Verdicts)
	return &sifted{found, in.History.Windows, left.Rest.Operations + len(left.Ops), left.Late}, nil
}

// dropUnclaimed leaves out what was measured of promises that nobody makes: they
// are no matter of the sieve, and a part of the run tells nothing of them.
func dropUnclaimed(verdicts []verify.Verdict) {
	for i, v := range verdicts {
		if v.Result == verify.NotClaimed {
			verdicts[i] = verify.Verdict{Guarantee: v.Guarantee, Result: v.Result, Reason: v.Reason}
		}
	}
}

func columnsOf(dir *rundir.Dir, token string) sieve.Source { return columns{dir, token} }

// columns is the index of a run.
type columns struct {
	dir   *rundir.Dir
	token string
}

// Open starts to read a table.
func (c columns) Open(name string, t dense.Table, from int) (sieve.Reader, error) {
	r, err := c.dir.OpenColumns(name, c.token, t, from)
	if err != nil {
		return nil, err // and no reader, which a nil *ColumnReader would be
	}
	return r, nil
}

// Count counts the rows of its blocks.
func (c columns) Count(name string, t dense.Table) ([]int, error) {
	return c.dir.CountColumns(name, c.token, t)
}

// readNotes reads the fault windows, marks and alerts of a run.
func readNotes(dir *rundir.Dir, token string) ([]history.Event, error) {
	var t dense.Notes
	r, err := dir.OpenColumns("notes", token, &t, 0)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	var seqs []uint32
	for err = r.Next(); err == nil; err = r.Next() {
		for i, kind := range t.Kind {
			if kind != dense.Gauge {
				seqs = append(seqs, t.Seq[i])
			}
		}
	}
	if !errors.Is(err, io.EOF) {
		return nil, err
	}
	return dir.PickEvents(seqs)
}

// readLeft reads of the ledgers what the sieve left to judge, all three of them
// side by side.
func readLeft(dir *rundir.Dir, left *sieve.Sifted, notes []history.Event, in *verify.Input) error {
	seqs := slices.Concat(left.Ops, left.Answers)
	slices.Sort(seqs)
	var events []history.Event
	var all errgroup.Group
	all.Go(func() (err error) { events, err = dir.PickEvents(seqs); return err })
	all.Go(func() (err error) { in.Commits, err = dir.PickCommits(left.Changes); return err })
	all.Go(func() (err error) { in.Requests, err = dir.PickRequests(left.Requests); return err })
	if err := all.Wait(); err != nil {
		return err
	}
	in.History, in.Rest = history.Fold(append(events, notes...)), left.Rest
	return nil
}
