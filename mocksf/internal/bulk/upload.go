package bulk

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/squall-harness/squall/mocksf/internal/apierr"
)

// How the org cuts a file into work (Bulk API 2.0 guide, Limits): batches of
// 10,000 rows, which run side by side, and in each of them chunks of 200, one
// transaction each, one after the other.
const (
	chunkRows  = 200
	batchRows  = 10_000
	batchParts = batchRows / chunkRows

	maxRecord  = 400_000 // characters
	maxColumns = 5_000
)

// Upload is the file of a job, read through once: where its chunks are and
// what is wrong with it.
type Upload struct {
	Rows   int
	Traces []string // values of the trace field, in the order of the rows

	payload string // what the client sent, where text was made of it
	text    string
	form    Format
	header  []string
	chunks  []chunk
	todo    int    // chunks that are worked on: all, unless the job ends early
	rest    int    // offset behind the last row that could be read
	bad     string // why the rest could not be read, "" when it could
}

// chunk is a stretch of the file with up to 200 rows. Its results are there
// when it is done, and never change again.
type chunk struct {
	from, to int
	first    int // its first row, counted from 0
	rows     int
	results  []result // nil while the chunk has not been worked on
}

// result is what became of one row.
type result struct {
	number  uint32 // of the record, see store.MakeID
	created bool
	failed  *failure // nil for a row that took effect
}

// failure is why a row took no effect.
type failure struct {
	id  string // the record's, "" when unknown
	err *apierr.Error
}

func failed(id string, err *apierr.Error) result { return result{failed: &failure{id, err}} }

// byteOrderMark may stand in front of a file written on Windows.
const byteOrderMark = "\ufeff"

// ReadUpload looks through a file. The columns named by traces (in any case) are
// collected into Traces. Mistakes in the file are no error here: the job finds
// them when it is processed, as in Salesforce.
func ReadUpload(text string, f Format, traces ...string) *Upload {
	u := &Upload{text: strings.TrimPrefix(text, byteOrderMark), form: f}
	if !utf8.ValidString(u.text) {
		u.bad = "InvalidBatch : The file is not encoded in UTF-8"
		return u
	}
	s := NewScanner(u.text, f)
	if s.Next() {
		if len(s.Cells()) > maxColumns {
			u.bad = fmt.Sprintf("InvalidBatch : The file has more than %d columns", maxColumns)
			return u
		}
		u.header = append(u.header, s.Cells()...)
		u.rest = s.End()
		u.readRows(s, columnsOf(u.header, traces))
	}
	if err := s.Err(); err != nil && u.bad == "" {
		u.bad = "InvalidBatch : " + err.Error()
	}
	return u
}

func columnsOf(header, names []string) (columns []int) {
	for i, h := range header {
		if slices.ContainsFunc(names, func(name string) bool { return strings.EqualFold(h, name) }) {
			columns = append(columns, i)
		}
	}
	return columns
}

func (u *Upload) readRows(s *Scanner, traces []int) {
	for s.Next() {
		cells := s.Cells()
		if len(cells) != len(u.header) {
			u.bad = fmt.Sprintf("InvalidBatch : Row %d has %d columns, the header has %d", u.Rows+1, len(cells), len(u.header))
			return
		}
		if row := u.text[s.Start():s.End()]; len(row) > maxRecord && utf8.RuneCountInString(row) > maxRecord {
			u.bad = fmt.Sprintf("InvalidBatch : Row %d has more than %d characters", u.Rows+1, maxRecord)
			return
		}
		u.add(s.Start(), s.End())
		for _, trace := range traces {
			if cells[trace] != "" {
				u.Traces = append(u.Traces, strings.Clone(cells[trace]))
			}
		}
	}
}

func (u *Upload) add(from, to int) {
	if u.Rows%chunkRows == 0 {
		u.chunks = append(u.chunks, chunk{from: from, first: u.Rows})
		u.todo++
	}
	c := &u.chunks[len(u.chunks)-1]
	c.to, c.rows = to, c.rows+1
	u.rest = to
	u.Rows++
}
