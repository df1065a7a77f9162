package bulk

import "time"

// State is where a job stands.
type State string

// The states, in the order in which a job goes through them; it ends in one of
// the last three.
const (
	Open           State = "Open"
	UploadComplete State = "UploadComplete"
	InProgress     State = "InProgress"
	JobComplete    State = "JobComplete"
	Failed         State = "Failed"
	Aborted        State = "Aborted"
)

// Done tells whether the job has ended.
func (s State) Done() bool { return s == JobComplete || s == Failed || s == Aborted }

// Info is what can be known about a job at one moment.
type Info struct {
	ID        string
	Spec      Spec // with the defaults filled in and names in canonical case
	Version   float64
	State     State
	Created   time.Time
	Changed   time.Time
	Processed int // rows tried, the failed ones included
	Failed    int
	Took      time.Duration // from the start of the processing
	Active    time.Duration // of that, spent on chunks
	Error     string        // why a job failed
}
