package harness

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"time"

	"github.com/squall-harness/squall/harness/history"
	"github.com/squall-harness/squall/harness/recovery"
	"github.com/squall-harness/squall/harness/rundir"
	"github.com/squall-harness/squall/harness/verify"
	"github.com/squall-harness/squall/mocksf/commitlog"
	"github.com/squall-harness/squall/reports"
)

// Check judges a saved run: the two ledgers in, verdict and report out. Run
// ends with it, so a run that is checked again gets the same verdict.
func Check(path string) (*Result, error) {
	dir, err := rundir.Open(path)
	if err != nil {
		return nil, err
	}
	summary, data, err := judge(dir)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", Relative(dir.Path()), err)
	}
	addControl(&summary, dir)
	summary.NotTested = reports.NotTested(summary, data)
	if err := dir.WriteJSON(rundir.VerdictFile, summary); err != nil {
		return nil, err
	}
	return &Result{Dir: dir.Path(), Summary: summary}, writeReports(dir, summary, data)
}

// Report writes the report of a saved run again, with the verdict that the
// run directory holds.
func Report(path string) (*Result, error) {
	dir, err := rundir.Open(path)
	if err != nil {
		return nil, err
	}
	var summary reports.Summary
	if err := dir.ReadJSON(rundir.VerdictFile, &summary); err != nil {
		return nil, fmt.Errorf("%w; `squall check %s` judges the run first", err, path)
	}
	data, _, err := readData(dir)
	if err != nil {
		return nil, err
	}
	return &Result{Dir: dir.Path(), Summary: summary}, writeReports(dir, summary, data)
}

// judge is step 8 of a run.
func judge(dir *rundir.Dir) (reports.Summary, reports.Data, error) {
	data, notes, err := readData(dir)
	if err != nil {
		return reports.Summary{}, data, err
	}
	s, err := ParseScenario(string(rundir.ScenarioFile), data.Scenario)
	if err != nil {
		return reports.Summary{}, data, err
	}
	run := rehearsal{Seed: s.Seed, Planned: s.Load.Count()}
	s.markOptional(data.History)
	if err := dir.ReadJSON(rundir.RunFile, &run); err != nil {
		notes = append(notes, err.Error())
	}
	if why := run.unfinished(); why != "" {
		notes = append([]string{why}, notes...)
	}
	run.Notes = append(run.Notes, notes...)
	if len(notes) > 0 {
		run.incomplete = notes[0]
		keepWhatIsSure(&data, run.Planned)
	}
	found := verify.JudgeAll(verify.Input{History: data.History, Commits: data.Commits, Requests: data.Requests, Reads: data.Reads, Settings: s.settings()})
	trials, err := readTrials(dir)
	if err != nil {
		run.Notes = append(run.Notes, err.Error())
	}
	for _, t := range trials {
		if t.Failed != "" {
			run.Notes = append(run.Notes, fmt.Sprintf("the rerun without fault %q shows nothing: %s", t.Without, t.Failed))
		}
	}
	verify.Confirm(found.Verdicts, trials)
	figures := recovery.Measure(data.History, data.Commits, data.Requests, s.names().Tokens())
	return summarize(s, run, data, found, figures), data, nil
}

// readData reads the ledgers. One that ends too early, is damaged, foreign or of
// another run is judged as far as it is sound; the notes say so, and a part
// never passes.
func readData(dir *rundir.Dir) (data reports.Data, notes []string, err error) {
	if data.Scenario, err = dir.ReadScenario(); err != nil {
		return data, nil, err
	}
	events, err := dir.ReadHistory()
	if notes, err = tolerate(notes, err); err != nil {
		return data, nil, err
	}
	data.History = history.Fold(events)
	data.Commits, err = dir.ReadCommits()
	if notes, err = tolerate(notes, err); err != nil {
		return data, nil, err
	}
	data.Requests, err = dir.ReadRequests()
	if notes, err = tolerateMissing(rundir.RequestsFile, notes, err); err != nil {
		return data, nil, err
	}
	data.Reads, err = dir.ReadReads()
	notes, err = tolerateMissing(rundir.ReadsFile, notes, err)
	return data, notes, err
}

// keepWhatIsSure takes back what a part of a run cannot tell. The proof that
// nothing more would come goes: what is missing may lie in the lost rest. So do
// the commits after the last offer, unless all were offered: what they carry
// out may have been offered in the lost rest.
func keepWhatIsSure(data *reports.Data, planned int) {
	h := data.History
	h.Marks = slices.DeleteFunc(h.Marks, func(m history.Mark) bool { return m.Name == history.MarkQuiet })
	if len(h.Operations) >= planned {
		return
	}
	last := time.Duration(0)
	for _, op := range h.Operations {
		last = max(last, op.Offered)
	}
	data.Commits = slices.DeleteFunc(data.Commits, func(c commitlog.Commit) bool { return c.At > last })
}

func tolerate(notes []string, err error) ([]string, error) {
	_, cut := errors.AsType[*rundir.Truncated](err)
	_, corrupt := errors.AsType[*rundir.Corrupt](err)
	if cut || corrupt {
		return append(notes, err.Error()), nil
	}
	return notes, err
}

// tolerateMissing is tolerate for what a judge can do without.
func tolerateMissing(name rundir.File, notes []string, err error) ([]string, error) {
	if errors.Is(err, fs.ErrNotExist) {
		return append(notes, fmt.Sprintf("%s is missing", name)), nil
	}
	return tolerate(notes, err)
}

// writeReports writes the page last: it lists what lies beside it.
func writeReports(dir *rundir.Dir, s reports.Summary, data reports.Data) error {
	err := errors.Join(
		dir.Write(rundir.JUnitFile, func(w io.Writer) error { return reports.WriteJUnit(w, s) }),
		dir.Write(rundir.MarkdownFile, func(w io.Writer) error { return reports.WriteMarkdown(w, s) }),
	)
	data.Files = dir.Files()
	return errors.Join(err, dir.Write(rundir.ReportFile, func(w io.Writer) error { return reports.WriteHTML(w, s, data) }))
}
