// Package bulk is the inside of both Bulk APIs: the jobs with their batches and
// states, the CSV files that go in and come out, and the background processing
// in chunks. It knows no HTTP.
package bulk

import (
	"strings"

	"github.com/squall-harness/squall/mocksf/internal/apierr"
)

// Format is how the CSV files of a job are written.
type Format struct {
	Delimiter byte
	CRLF      bool // rows end in CR LF, else in LF
}

// delimiters are the column delimiters by their names in the API (Bulk API 2.0
// guide, Create a Job).
var delimiters = map[string]byte{
	"BACKQUOTE": '`', "CARET": '^', "COMMA": ',', "PIPE": '|', "SEMICOLON": ';', "TAB": '\t',
}

// parseFormat reads the two settings of a job; "" stands for the default.
func parseFormat(columnDelimiter, lineEnding string) (Format, *apierr.Error) {
	var f Format
	if columnDelimiter == "" {
		columnDelimiter = "COMMA"
	}
	f.Delimiter = delimiters[columnDelimiter]
	if f.Delimiter == 0 {
		return f, apierr.InvalidJob.New("Unknown columnDelimiter '" + apierr.Short(columnDelimiter) + "': use BACKQUOTE, CARET, COMMA, PIPE, SEMICOLON or TAB")
	}
	switch lineEnding {
	case "", "LF":
	case "CRLF":
		f.CRLF = true
	default:
		return f, apierr.InvalidJob.New("Unknown lineEnding '" + apierr.Short(lineEnding) + "': use LF or CRLF")
	}
	return f, nil
}

// Form is the format that the spec asks for.
func (s Spec) Form() (Format, *apierr.Error) { return parseFormat(s.ColumnDelimiter, s.LineEnding) }

// lineEnd is the text between two rows.
func (f Format) lineEnd() string {
	if f.CRLF {
		return "\r\n"
	}
	return "\n"
}

// AppendRow writes one row as the result files have it: every value in double
// quotes.
func (f Format) AppendRow(b []byte, cells ...string) []byte {
	for i, c := range cells {
		if i > 0 {
			b = append(b, f.Delimiter)
		}
		b = appendQuoted(b, c)
	}
	return append(b, f.lineEnd()...)
}

func appendQuoted(b []byte, s string) []byte {
	b = append(b, '"')
	for {
		i := strings.IndexByte(s, '"')
		if i < 0 {
			break
		}
		b = append(append(b, s[:i]...), `""`...)
		s = s[i+1:]
	}
	return append(append(b, s...), '"')
}
