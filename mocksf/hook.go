package mocksf

import (
	"net/http"
	"time"

	"github.com/squall-harness/squall/mocksf/commitlog"
)

// Hook is asked once per request, after the body was read and the session was
// looked up, before any work is done; requests for tokens are no exception. It
// may be called from many goroutines at once.
type Hook func(*Call) Decision

// Call is what a hook is told about a request.
type Call struct {
	ID     string
	At     time.Duration // arrival, on the run's clock
	Method string
	Path   string // without the query string
	API    commitlog.API
	// Identity is on whose behalf the call is made; "" when it has no valid
	// session, and then it will write nothing.
	Identity string
	Write    bool     // means to change records, and is well-formed as far as seen
	Records  int      // how many
	Objects  []string // of these kinds, each once
	Traces   []string // values of the trace field in the body
	Running  int      // requests under way, this one included
	Client   string   // what the client calls itself in Sforce-Call-Options
	TraceID  string   // X-SFDC-REQUEST-ID, when it is a valid one
	Step     Step     // which step of a login or a bulk job it is, "" for none
}

// Step is a step of a login or of a bulk job.
type Step string

// The steps.
const (
	StepToken   Step = "token"   // an access token is asked for
	StepCreate  Step = "create"  // a bulk job is created
	StepUpload  Step = "upload"  // it gets its file
	StepClose   Step = "close"   // it may begin
	StepAbort   Step = "abort"   // it is ended before its time
	StepStatus  Step = "status"  // its state is asked for
	StepResults Step = "results" // one of its result files is asked for
)

// Decision is what a hook does to a request. The zero value lets it pass.
type Decision struct {
	Fault string // name, for the request log; "" is no fault

	// Reply is answered in place of doing the work, whatever the session.
	Reply *Reply

	// RowError makes the first record write of the request fail: one record
	// where the API reports records one by one, and with it the whole unit
	// where the unit is all or none.
	RowError *RowError

	// Cut does the work and commits, then resets the connection in place of
	// the reply.
	Cut bool

	// AfterCommit runs between the commit and the reply. It is not called for
	// a request that committed nothing.
	AfterCommit func()

	// AfterWork runs between the work and the reply of a request that is
	// answered by a status below 300, whether or not it committed anything.
	AfterWork func()

	// Hold is how long the request waits before its work is done, also when its
	// client has given it up meanwhile: then it lands late.
	Hold time.Duration

	// Job is what happens to the bulk job that the request closes, or starts.
	Job *JobTrouble
}

// JobTrouble is what a bulk job runs into once it is closed, a query job once it
// is created, and a batch of Bulk API 1.0 once it is added. The zero value
// changes nothing.
type JobTrouble struct {
	// Wait is how long the job is InProgress before its first row.
	Wait time.Duration
	// Chunk is how much longer each chunk of 200 rows takes, as with slow
	// automation; see BulkLimits.BatchTime.
	Chunk time.Duration
	// Row is the error of Percent of its rows, evenly spread, the first row
	// among them; nil for none.
	Row     *RowError
	Percent int
	// End is the state in which it ends, Failed or Aborted, when Share percent
	// of its rows are done; the others stay unprocessed. "" lets it complete.
	// Reason is its errorMessage.
	End    string
	Share  int
	Reason string
}

// Reply is an answer made by a hook.
type Reply struct {
	Status      int
	ContentType string // "" is application/json
	Body        string
	Header      http.Header
}

// RowError is an error of one record, such as UNABLE_TO_LOCK_ROW.
type RowError struct {
	Code    string
	Message string // "" is the usual text of the code
}
