package reports

import "io"

// WriteJSON writes the summary as indented JSON, the form of verdict.json.
func WriteJSON(w io.Writer, s Summary) error { return nil }

// WriteJUnit writes one test case per guarantee.
func WriteJUnit(w io.Writer, s Summary) error { return nil }

// WriteMarkdown writes a summary of the size of a review comment.
func WriteMarkdown(w io.Writer, s Summary) error { return nil }

// TextOptions say how Text looks.
type TextOptions struct {
	Report string // where the HTML report is
	Color  bool   // ANSI colours
	Width  int    // columns; 0 means 80
}

// Text writes what the terminal shows at the end of a run.
func Text(w io.Writer, s Summary, o TextOptions) error { return nil }
