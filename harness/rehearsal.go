package harness

import (
	"runtime"
	"strings"
	"time"

	"github.com/squall-harness/squall/harness/subject"
	"github.com/squall-harness/squall/reports"
)

// rehearsal is what a judge must know about a run beside scenario and ledgers:
// the file run.json.
type rehearsal struct {
	Run         string              `json:"run"` // id that its ledgers carry
	Seed        uint64              `json:"seed"`
	Subject     reports.Subject     `json:"subject"`
	Repeat      string              `json:"repeat"`
	Planned     int                 `json:"planned"` // transactions that the scenario asks for
	Environment reports.Environment `json:"environment"`
	Notes       []string            `json:"notes,omitempty"`
	Stopped     *reports.Stop       `json:"stopped,omitempty"` // at the first broken promise
	Finished    bool                `json:"finished"`          // it came to its end, so that all of it can be judged
	Ended       string              `json:"ended,omitempty"`   // why it did not come to its end

	incomplete string // why only a part of the run can be judged
}

func newRehearsal(s *Scenario, sub subject.Subject, o Options) *rehearsal {
	return &rehearsal{Seed: s.Seed, Subject: reports.Subject{Name: sub.Name(), Command: sub.Command()}, Repeat: o.Repeat, Planned: s.Load.Count(),
		Environment: reports.Environment{Squall: o.Version, Go: runtime.Version(), OS: runtime.GOOS + "/" + runtime.GOARCH,
			CPUs: runtime.NumCPU(), Started: time.Now()}}
}

func (r *rehearsal) end(err error, notes []string) {
	r.Environment.Took, r.Notes, r.Finished = time.Since(r.Environment.Started), notes, err == nil
	if err != nil {
		line, _, _ := strings.Cut(err.Error(), "\n")
		r.Ended = strings.TrimSuffix(strings.TrimSuffix(line, "; its last lines:"), "; the last lines of its log:")
	}
}

// unfinished says why a run did not come to its end; "" when it did.
func (r *rehearsal) unfinished() string {
	switch {
	case r.Finished:
		return ""
	case r.Ended != "":
		return "the run ended early: " + r.Ended
	}
	return "the harness did not finish this run; what it had written is judged"
}
