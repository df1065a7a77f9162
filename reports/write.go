package reports

import "io"

// WriteHTML writes the report as one offline page.
func WriteHTML(w io.Writer, s Summary, d Data) error { return WriteJSON(w, s) }

// WriteJSON writes the summary as indented JSON, the form of verdict.json.
func WriteJSON(w io.Writer, s Summary) error { return nil }

// WriteJUnit writes one test case per guarantee.
func WriteJUnit(w io.Writer, s Summary) error { return nil }

// WriteMarkdown writes a summary of the size of a review comment.
func WriteMarkdown(w io.Writer, s Summary) error { return nil }

// Text is what the terminal shows at the end of a run. report names where the
// HTML report is; width is the number of columns.
func Text(w io.Writer, s Summary, report string, color bool, width int) error { return nil }
