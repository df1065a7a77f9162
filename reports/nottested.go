package reports

// NotTested lists, one sentence each, what the run did not put to the test,
// computed from what it had.
func NotTested(s Summary, d Data) []string {
	return nil
}
