// Package reports says what a run showed: run data in; HTML, JUnit, JSON,
// Markdown and terminal text out. It reads data only, never a network or a
// file, and it judges nothing itself.
package reports

import (
	"time"

	"github.com/squall-harness/squall/harness/history"
	"github.com/squall-harness/squall/harness/recovery"
	"github.com/squall-harness/squall/harness/rundir"
	"github.com/squall-harness/squall/harness/verify"
	"github.com/squall-harness/squall/mocksf/commitlog"
)

// FormatVersion is the version of the Summary's JSON form. It rises when a
// field changes its name or meaning; new fields leave it as it is.
const FormatVersion = 1

// Summary is what a run showed, in one value: the content of verdict.json.
// In JSON every time and duration is an integer number of nanoseconds; times
// are on the run's clock, 0 is its base. Environment.Started is the one
// exception: a date.
type Summary struct {
	Version     int               `json:"version"`
	Scenario    Scenario          `json:"scenario"`
	Seed        uint64            `json:"seed"`
	Subject     Subject           `json:"subject"`
	Result      verify.Result     `json:"result"`
	Sentence    string            `json:"sentence"`
	Repeat      string            `json:"repeat"`            // the one command that repeats the run
	Wanting     string            `json:"wanting,omitempty"` // why the run itself proves nothing: a part is missing, the load was not reached
	Exit        int               `json:"exit"`              // exit status: 0 pass, 1 broken promise, 2 no verdict, 3 harness or arguments
	Guarantees  []verify.Verdict  `json:"guarantees"`
	Recovery    recovery.Figures  `json:"recovery"`
	Windows     []history.Window  `json:"windows"`
	Operations  Operations        `json:"operations"`
	Unknowns    verify.Unknowns   `json:"unknowns"` // what nobody could know, resolved by the commit log
	Redelivery  verify.Redelivery `json:"redelivery"`
	Telling     verify.Telling    `json:"telling"`           // the backlog that the subject reports, held against the true one
	Stopped     *Stop             `json:"stopped,omitempty"` // nil: the run went on to its end
	Control     *Control          `json:"control,omitempty"` // nil: none was played
	Alerts      Alerts            `json:"alerts"`
	DeadLetters int               `json:"deadLetters"` // the subject's last figure
	NotTested   []string          `json:"notTested"`   // what the run did not put to the test, one sentence each
	Load        Load              `json:"load"`
	Environment Environment       `json:"environment"`
	Notes       []string          `json:"notes,omitempty"` // anything a reader must know, for example a truncated ledger
}

// Stop is where a run was frozen: at the first broken promise.
type Stop struct {
	verify.Breach
	PID  int  `json:"pid,omitempty"`  // of the integration, 0 when it is no process
	Dump bool `json:"dump,omitempty"` // what its goroutines were about lies beside the report
}

// Scenario is what was promised.
type Scenario struct {
	Name    string        `json:"name"`
	Promise string        `json:"promise"`
	Budget  time.Duration `json:"budget"` // from the heal until the backlog must be clear
}

// Subject is the integration under test.
type Subject struct {
	Name    string `json:"name"`
	Command string `json:"command"`
}

// Operations counts the business transactions of the run.
type Operations struct {
	Offered   int `json:"offered"`
	Accepted  int `json:"accepted"`  // outcome ok
	Refused   int `json:"refused"`   // outcome fail
	Unknown   int `json:"unknown"`   // outcome info to the end
	Committed int `json:"committed"` // accepted and wholly in the target at the end
	Units     int `json:"units"`     // offered with more than one record
	Records   int `json:"records"`   // record writes of all offered operations
	Attempts  int `json:"attempts"`  // offers, repeated ones included
	Commits   int `json:"commits"`   // atomic changes that the target made
	Requests  int `json:"requests"`  // calls that reached the target
}

// Alerts is what the subject told its operators.
type Alerts struct {
	List []history.Alert `json:"list,omitempty"`
	// Delay is the time from the start of the first fault to the first firing
	// alert after it; Told is false when there was none.
	Delay time.Duration `json:"delay"`
	Told  bool          `json:"told"`
}

// Load says whether the load that the scenario asks for was offered.
type Load struct {
	Target   float64       `json:"target"`   // operations per second
	Achieved float64       `json:"achieved"` // operations per second
	LagP99   time.Duration `json:"lagP99"`   // how late the harness itself offered, 99th percentile
}

// Environment is where and when the run took place.
type Environment struct {
	Squall  string        `json:"squall"` // version of the harness
	Go      string        `json:"go"`
	OS      string        `json:"os"` // for example linux/amd64
	CPUs    int           `json:"cpus"`
	Started time.Time     `json:"started"`
	Took    time.Duration `json:"took"` // wall time of the whole run
}

// Data is the evidence behind a Summary: what a report draws and quotes.
type Data struct {
	History  *history.History
	Commits  []commitlog.Commit
	Requests []commitlog.Request
	Reads    []commitlog.Read
	Scenario []byte        // the scenario file as run
	Files    []rundir.File // what else lies beside the report
}
