package bulk

import "time"

// State is where a job stands.
type State string

// The states, in the order in which a job goes through them; it ends in one of
// the last three. Jobs of Bulk API 1.0 are Open, Closed or Aborted; their
// batches go through the others.
const (
	Open           State = "Open"
	Closed         State = "Closed"
	UploadComplete State = "UploadComplete"
	InProgress     State = "InProgress"
	JobComplete    State = "JobComplete"
	Failed         State = "Failed"
	Aborted        State = "Aborted"
)

// Done tells whether the job has ended.
func (s State) Done() bool { return s == JobComplete || s == Failed || s == Aborted }

// Type is the kind of a job, in the words of its member jobType.
type Type string

// The kinds.
const (
	Ingest  Type = "V2Ingest"
	Query   Type = "V2Query"
	Classic Type = "Classic" // of Bulk API 1.0
)

// Info is what can be known about a job, or a batch of Bulk API 1.0, at one
// moment.
type Info struct {
	ID        string
	Number    int // of all jobs, from 1 on; of a batch, of all batches
	Type      Type
	Spec      Spec // with the defaults filled in and names in canonical case
	Version   float64
	State     State
	Created   time.Time
	Changed   time.Time
	Processed int // rows tried, the failed ones included; of a query, rows found
	Failed    int
	Retries   int           // times that a batch was put back into the queue
	Took      time.Duration // from the start of the processing
	Active    time.Duration // of that, spent on chunks
	Error     string        // why a job failed
}
