package harness

import (
	"errors"
	"os"
	"slices"
	"strings"

	"github.com/squall-harness/squall/harness/rundir"
	"github.com/squall-harness/squall/harness/verify"
	"github.com/squall-harness/squall/reports"
)

// rehearser plays a scenario into a run directory.
type rehearser func(*Scenario, *rundir.Dir, Options) error

// playControl plays the control run: the same transactions through the same
// proxy, and nothing goes wrong. Without it nobody knows whether an anomaly
// took a fault at all.
func playControl(s *Scenario, dir *rundir.Dir, o Options, play rehearser) error {
	control, err := dir.CreateControl()
	if err != nil {
		return err
	}
	o.StopAtFirst, o.Hold = false, nil
	tell := o.Progress
	if tell != nil {
		o.Progress = func(st Status) {
			st.Phase = "control run: " + st.Phase
			tell(st)
		}
	}
	_ = play(s.WithoutFaults(), control, o) // its own run.json tells why it ended, and the run before it stands
	return nil
}

// addControl judges the control run of a run, if there is one, and adds what
// it showed to the summary.
func addControl(out *reports.Summary, dir *rundir.Dir) {
	control, there := dir.Control()
	if !there {
		return
	}
	r, err := Check(control.Path())
	if err != nil {
		out.Notes = append(out.Notes, "the control run cannot be judged: "+err.Error())
		return
	}
	concludeControl(out, r.Summary)
}

// concludeControl sets the control run beside the run. A promise that it broke
// is said first: then the integration is wrong without any fault.
func concludeControl(out *reports.Summary, control reports.Summary) {
	c := &reports.Control{Pace: control.Recovery.Pace, Load: control.Load, Wanting: control.Wanting}
	for _, v := range control.Guarantees {
		if v.Result == verify.Fail {
			c.Broken = append(c.Broken, v)
		}
	}
	out.Control = c
	verify.Unprovoked(out.Guarantees, control.Guarantees)
	if len(c.Broken) > 0 {
		out.Result, out.Exit = verify.Fail, ExitBroken
		out.Sentence = verify.ControlSentence(c.Broken) + " " + out.Sentence
	}
}

// Rerunner plays a variation of a scenario on the same subject. An error means
// that the rerun shows nothing.
type Rerunner func(*Scenario) (*Result, error)

// maxTrials bounds the reruns that confirm a blame.
const maxTrials = 6

// ConfirmBlame plays a saved run again without each fault that is blamed, the
// likeliest first and one at a time, until reruns explain every anomaly. It writes what that showed into the run directory and
// judges again. A rerun that fails leaves its fault unconfirmed, and a note
// tells of it.
func ConfirmBlame(path string, play Rerunner) (*Result, error) {
	dir, err := rundir.Open(path)
	if err != nil {
		return nil, err
	}
	s, verdicts, err := judged(dir)
	if err != nil {
		return nil, err
	}
	if err := dir.WriteJSON(rundir.TrialsFile, tryWithout(s, verdicts, play)); err != nil {
		return nil, err
	}
	return Check(path)
}

// judged reads a run that was judged.
func judged(dir *rundir.Dir) (*Scenario, []verify.Verdict, error) {
	var summary reports.Summary
	text, err := dir.ReadScenario()
	if err != nil {
		return nil, nil, err
	}
	if err := dir.ReadJSON(rundir.VerdictFile, &summary); err != nil {
		return nil, nil, err
	}
	s, err := ParseScenario(string(rundir.ScenarioFile), text)
	return s, summary.Guarantees, err
}

// tryWithout plays rerun after rerun, each without the next suspect, until every
// anomaly is explained, nobody is left to suspect, or it has been enough.
func tryWithout(s *Scenario, verdicts []verify.Verdict, play Rerunner) []verify.Trial {
	trials := []verify.Trial{}
	for len(trials) < maxTrials {
		suspects := slices.DeleteFunc(verify.Suspects(verdicts), func(name string) bool {
			return slices.ContainsFunc(trials, func(t verify.Trial) bool { return t.Without == name }) // its rerun failed
		})
		if len(suspects) == 0 {
			break
		}
		t := try(s, suspects[0], play)
		trials = append(trials, t)
		verify.Confirm(verdicts, []verify.Trial{t})
	}
	return trials
}

func try(s *Scenario, without string, play Rerunner) verify.Trial {
	t := verify.Trial{Without: without}
	r, err := play(s.Without(without))
	switch {
	case err != nil:
		t.Failed, _, _ = strings.Cut(err.Error(), "\n")
	case r.Summary.Wanting != "":
		t.Failed = r.Summary.Wanting
	default:
		t.Broken = verify.Signatures(r.Summary.Guarantees)
	}
	return t
}

// readTrials reads what reruns have shown; a run without them has none.
func readTrials(dir *rundir.Dir) ([]verify.Trial, error) {
	var trials []verify.Trial
	err := dir.ReadJSON(rundir.TrialsFile, &trials)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	return trials, err
}
