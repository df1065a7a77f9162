package fault

import (
	"fmt"
	"strings"

	"github.com/squall-harness/squall/mocksf/commitlog"
)

// The kinds about bulk jobs decide when a job is closed, and count there: what
// happens to the job then is certain, and may outlast the window. In Bulk API
// 1.0 each batch is taken as a job, and begins when it is added.
var (
	bulkFail = Kind{
		Name:  "bulk-fail",
		Does:  "A bulk job ends Failed or Aborted when percent of its rows are done; the others stay unprocessed.",
		Needs: []string{"for", "end"},
		Takes: andAim("percent", "message"),
		Hits:  "bulk jobs that end early",
		check: func(f Fault) error {
			if f.End != "Failed" && f.End != "Aborted" {
				return fmt.Errorf("end is %q: write Failed or Aborted", f.End)
			}
			return checkJobs(f, 0)
		},
		begin: func(_ *Nemesis, w *window) (effect, error) {
			f := w.planned.Fault
			return spoiling{w.aim, "bulk jobs that end " + f.End, Trouble{End: f.End, Share: f.Percent, Reason: f.Message}}, nil
		},
	}
	bulkRows = Kind{
		Name:  "bulk-rows",
		Does:  "Percent of the rows of a bulk job are refused with an error code, and the job completes.",
		Needs: []string{"for", "code", "percent"},
		Takes: andAim("message"),
		Hits:  "bulk jobs of which rows are refused",
		check: func(f Fault) error { return checkJobs(f, 1) },
		begin: func(_ *Nemesis, w *window) (effect, error) {
			f := w.planned.Fault
			return spoiling{w.aim, "bulk jobs of which rows are refused with " + f.Code,
				Trouble{Row: &RowError{Code: f.Code, Message: f.Message}, Percent: f.Percent}}, nil
		},
	}
	bulkSlow = Kind{
		Name:  "bulk-slow",
		Does:  "A bulk job stays InProgress for the delay before its first row is done.",
		Needs: []string{"for", "delay"},
		Takes: andAim(),
		Hits:  "bulk jobs that take longer",
		check: func(f Fault) error { return checkJobs(f, 0) },
		begin: func(_ *Nemesis, w *window) (effect, error) {
			return spoiling{w.aim, "bulk jobs that take longer", Trouble{Wait: w.planned.Delay}}, nil
		},
	}
)

// Words of Match.Steps: the requests that create and close a bulk job.
const (
	stepCreate = "create"
	stepClose  = "close"
	stepUpload = "upload"
)

// beginsJob tells whether a request sets off the work on a bulk job: its close,
// or in Bulk API 1.0 the upload of a batch, unless that is the SOQL of a query.
func beginsJob(c Call) bool {
	if c.API == string(commitlog.APIClassic) {
		return strings.EqualFold(c.Step, stepUpload) && c.Write
	}
	return strings.EqualFold(c.Step, stepClose)
}

// checkJobs holds the rules for all kinds about bulk jobs.
func checkJobs(f Fault, least int) error {
	switch {
	case len(f.Match.Steps)+len(f.Match.Methods) > 0 || f.Match.Writes != "":
		return fmt.Errorf("match: a bulk job is chosen by match.objects and match.apis alone; leave the rest out")
	case f.Match.apart([]string{string(commitlog.APIBulk), string(commitlog.APIClassic)}):
		return fmt.Errorf("match.apis: %s has no bulk jobs: it would never fire", strings.Join(f.Match.APIs, ", "))
	case f.Percent < least || f.Percent > 100:
		return fmt.Errorf("percent is %d: write a number from %d to 100", f.Percent, least)
	}
	return nil
}

// spoiling gives bulk jobs trouble.
type spoiling struct {
	*aim
	what    string // its hits are
	trouble Trouble
}

func (s spoiling) decide(c Call) (Decision, bool) {
	if !beginsJob(c) || !s.takes(c) {
		return Decision{}, false
	}
	trouble := s.trouble
	return Decision{Job: &trouble, AfterWork: s.hit}, true
}

func (s spoiling) end() (hits int, note string, err error) { return s.told(s.what) }
