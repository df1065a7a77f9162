package fault

import (
	"slices"
	"strings"
	"time"
)

// Call is what a service fault is told about one request to the org.
type Call struct {
	ID      string
	At      time.Duration // arrival, on the run's clock
	Method  string
	Path    string
	API     string   // row, collections, composite, ...
	Write   bool     // means to change records
	Records int      // how many
	Objects []string // of these kinds
	Traces  []string // values of the trace field in the body
	Running int      // requests under way at the org, this one included
	Step    string   // of a login or a bulk job: token, create, ...; "" for none
}

// Decision is what a fault does to a request. The zero value lets it pass.
type Decision struct {
	Fault       string        // name
	Reply       *Reply        // answered in place of doing the work
	RowError    *RowError     // the first record of the request fails with it
	Cut         bool          // does the work, commits, and cuts the connection in place of the reply
	AfterCommit func()        // runs between the commit and the reply
	AfterWork   func()        // runs between the work and the reply, when it is no error
	Hold        time.Duration // done so much later, whether the client waits or not
	Job         *Trouble      // what happens to the bulk job that the request closes
}

// Trouble is what a bulk job runs into once it is closed.
type Trouble struct {
	Wait    time.Duration // in progress for so long before its first row
	Row     *RowError     // of Percent of its rows
	Percent int
	End     string // state in which it ends when Share percent of its rows are done; "" completes
	Share   int
	Reason  string // its errorMessage then
}

// Reply is an answer in place of the org's.
type Reply struct {
	Status      int
	ContentType string
	Body        string
}

// RowError is an error of one record.
type RowError struct {
	Code    string
	Message string // "" is the usual text of the code
}

// takes says whether a request matches.
func (m Match) takes(c Call) bool {
	return oneOf(m.APIs, c.API) && oneOf(m.Methods, c.Method) && oneOf(m.Steps, c.Step) && m.takesObjects(c) && m.takesWrite(c)
}

func oneOf(words []string, word string) bool {
	return len(words) == 0 || slices.ContainsFunc(words, func(w string) bool { return strings.EqualFold(w, word) })
}

func (m Match) takesObjects(c Call) bool {
	return len(m.Objects) == 0 ||
		slices.ContainsFunc(c.Objects, func(o string) bool { return oneOf(m.Objects, o) })
}

func (m Match) takesWrite(c Call) bool {
	switch m.Writes {
	case WritesSingle:
		return c.Write && c.Records == 1
	case WritesMulti:
		return c.Write && c.Records > 1
	case WritesAny:
		return c.Write
	}
	return true
}

// done has what was decided run do once the request has taken effect: at its
// commit, or, for steps that commit nothing by themselves, after the work.
func (m Match) done(d Decision, do func()) Decision {
	if len(m.Steps) > 0 {
		d.AfterWork = do
	} else {
		d.AfterCommit = do
	}
	return d
}
