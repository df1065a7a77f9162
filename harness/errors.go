package harness

import "errors"

// The exit statuses of a run.
const (
	ExitPass      = 0 // every promise held
	ExitBroken    = 1 // a promise is broken
	ExitNoVerdict = 2 // no evidence, or the load was not reached
	ExitHarness   = 3 // the harness or its arguments failed
)

// SubjectError is a subject that could not be judged: it never became ready,
// kept ending, or answered something else than the contract says.
type SubjectError struct {
	Text string
	// Arguments is true when the run could not even begin, so that what was
	// asked for was wrong; false when the run began and came to no verdict.
	Arguments bool
}

// Error is the text, which ends with the subject's last lines where it helps.
func (e *SubjectError) Error() string { return e.Text }

// ExitCode is the exit status that an error of a run stands for.
func ExitCode(err error) int {
	var s *SubjectError
	if errors.As(err, &s) && !s.Arguments {
		return ExitNoVerdict
	}
	return ExitHarness
}
