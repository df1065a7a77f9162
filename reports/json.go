package reports

import (
	"encoding/json"
	"io"
)

// WriteJSON writes the summary as indented JSON, the form of verdict.json. It
// is for programs: values are as they were.
func WriteJSON(w io.Writer, s Summary) error {
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	return enc.Encode(s)
}
