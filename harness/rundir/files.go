package rundir

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
)

// File names one file of a run directory. The constants are all there are.
type File string

// The files of a run.
const (
	ScenarioFile = "scenario.yaml" // the scenario as run
	RunFile      = "run.json"      // what a judge must know beside scenario and ledgers
	PlanFile     = "plan.json"     // the fault plan as drawn and executed
	HistoryFile  = "history.arrows"
	CommitsFile  = "commits.arrows"
	RequestsFile = "requests.arrows"
	ReadsFile    = "reads.arrows"
	LogFile      = "subject.log"
	VerdictFile  = "verdict.json"
	ReportFile   = "report.html"
	JUnitFile    = "junit.xml"
	MarkdownFile = "summary.md"
	DumpFile     = "goroutines.txt" // what a Go function was about when the run was frozen
	TrialsFile   = "trials.json"    // what reruns without one of the faults showed
	// ControlReport is the report of the control run.
	ControlReport = controlName + "/" + ReportFile
	stateName     = "state" // the subject's STATE_DIR
)

// Meaning says in a few words what the file holds.
func (f File) Meaning() string { return meanings[f] }

var meanings = map[File]string{
	ScenarioFile:  "the scenario as run",
	RunFile:       "how and when it was run",
	PlanFile:      "the fault plan as executed",
	HistoryFile:   "ledger 1: what was offered, answered and disturbed (Arrow IPC stream)",
	CommitsFile:   "ledger 2: what the target committed (Arrow IPC stream)",
	RequestsFile:  "every call that reached the target (Arrow IPC stream)",
	ReadsFile:     "what was read at the target, which version of which record (Arrow IPC stream)",
	LogFile:       "what the integration printed",
	VerdictFile:   "the verdict for programs",
	ReportFile:    "the report for people",
	JUnitFile:     "the verdict for CI servers",
	MarkdownFile:  "the verdict for a review comment",
	DumpFile:      "what the integration's goroutines were about when the first promise broke",
	TrialsFile:    "what reruns without one of the faults showed",
	ControlReport: "the same transactions without any fault: the control run's own report",
}

// all is the order in which Files lists them.
var all = []File{
	ReportFile, VerdictFile, JUnitFile, MarkdownFile, ScenarioFile, RunFile, PlanFile,
	HistoryFile, CommitsFile, RequestsFile, ReadsFile, LogFile, DumpFile, TrialsFile, ControlReport,
}

// Path is the run directory itself.
func (d *Dir) Path() string { return d.path }

// Join is the path of one file of the run.
func (d *Dir) Join(f File) string { return filepath.Join(d.path, string(f)) }

// StateDir is the directory that survives restarts of the subject.
func (d *Dir) StateDir() string { return d.Join(stateName) }

// SubjectLog is the path of the file that takes the subject's output.
func (d *Dir) SubjectLog() string { return d.Join(LogFile) }

// Has tells whether the run has the file.
func (d *Dir) Has(f File) bool { return slices.Contains(d.Files(), f) }

// Files lists the files that the run has.
func (d *Dir) Files() []File {
	var there []File
	for _, f := range all {
		if info, err := os.Stat(d.Join(f)); err == nil && info.Mode().IsRegular() {
			there = append(there, f)
		}
	}
	return there
}

// Write writes a file of the run as a whole: a reader finds the old one or the
// new one, never half of it.
func (d *Dir) Write(f File, content func(io.Writer) error) error {
	root, err := os.OpenRoot(d.path)
	if err != nil {
		return fmt.Errorf("cannot write %s: %w", f, err)
	}
	defer root.Close()
	temp := "." + string(f)
	if err := writeTemp(root, temp, content); err != nil {
		return fmt.Errorf("cannot write %s: %w", d.Join(f), err)
	}
	if err := root.Rename(temp, string(f)); err != nil {
		return fmt.Errorf("cannot write %s: %w", d.Join(f), err)
	}
	return nil
}

func writeTemp(root *os.Root, name string, content func(io.Writer) error) error {
	file, err := root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, fileMode)
	if err != nil {
		return err
	}
	if err := errors.Join(content(file), file.Close()); err != nil {
		return errors.Join(err, root.Remove(name))
	}
	return nil
}

// WriteJSON writes v as indented JSON.
func (d *Dir) WriteJSON(f File, v any) error {
	return d.Write(f, func(w io.Writer) error {
		enc := json.NewEncoder(w)
		enc.SetIndent("", "  ")
		return enc.Encode(v)
	})
}

// ReadJSON reads a JSON file of the run into v.
func (d *Dir) ReadJSON(f File, v any) error {
	data, err := d.read(f)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(data, v); err != nil {
		return fmt.Errorf("%s: %w", d.Join(f), err)
	}
	return nil
}

// WriteScenario keeps the scenario as run.
func (d *Dir) WriteScenario(text []byte) error {
	return d.Write(ScenarioFile, func(w io.Writer) error {
		_, err := w.Write(text)
		return err
	})
}

// ReadScenario returns the scenario as run.
func (d *Dir) ReadScenario() ([]byte, error) { return d.read(ScenarioFile) }

// open opens a file of the run; a link that leads out of the directory is an
// error.
func (d *Dir) open(f File) (*os.File, error) {
	return os.OpenInRoot(d.path, string(f))
}

func (d *Dir) read(f File) ([]byte, error) {
	file, err := d.open(f)
	if err != nil {
		return nil, fmt.Errorf("cannot read %s: %w", d.Join(f), err)
	}
	defer file.Close()
	return io.ReadAll(file)
}
