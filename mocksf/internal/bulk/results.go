package bulk

import (
	"io"
	"strconv"
	"strings"

	"github.com/squall-harness/squall/mocksf/internal/apierr"
	"github.com/squall-harness/squall/mocksf/internal/store"
)

// Kind names one of the three result files of a job.
type Kind string

// The result files, by the lower-case last part of their path.
const (
	Successful  Kind = "successfulresults"
	FailedRows  Kind = "failedresults"
	Unprocessed Kind = "unprocessedrecords"
)

// Results is a result file as of one moment.
type Results struct {
	kind   Kind
	form   Format
	prefix string  // of the records' ids
	upload *Upload // chunks copied; nil when there was none
}

// Results returns a result file of a job, which holds what is known so far.
func (q *Queue) Results(id string, kind Kind) (r *Results, err *apierr.Error) {
	_, err = q.with(Ingest, id, func(j *job) *apierr.Error {
		r = &Results{kind: kind, form: j.order.form, prefix: j.order.table.Prefix}
		if j.upload != nil {
			u := *j.upload
			u.chunks = append([]chunk(nil), u.chunks...)
			r.upload = &u
		}
		return nil
	})
	return r, err
}

// WriteTo writes the file: the header, even when there are no rows, then the
// rows, all values in quotes.
func (r *Results) WriteTo(w io.Writer) (int64, error) {
	f := &file{to: w, Results: r}
	f.header()
	if r.upload != nil {
		f.rows()
	}
	f.flush()
	return f.written, f.err
}

// file is a result file being written.
type file struct {
	*Results
	to      io.Writer
	buf     []byte
	written int64
	err     error
}

const flushAt = 64 << 10

func (f *file) header() {
	var names []string
	switch f.kind {
	case Successful:
		names = []string{"sf__Id", "sf__Created"}
	case FailedRows:
		names = []string{"sf__Id", "sf__Error"}
	}
	if f.upload != nil {
		names = append(names, f.upload.header...)
	}
	if names != nil {
		f.buf = f.form.AppendRow(f.buf, names...)
	}
}

func (f *file) rows() {
	s := NewScanner("", f.form)
	for i := range f.upload.chunks {
		c := &f.upload.chunks[i]
		if (c.results == nil) != (f.kind == Unprocessed) || f.err != nil {
			continue
		}
		s.Reset(f.upload.text[c.from:c.to])
		for n := 0; s.Next(); n++ {
			f.row(c, n, s.Cells())
		}
		if len(f.buf) > flushAt {
			f.flush()
		}
	}
	if f.kind == Unprocessed {
		f.buf = append(f.buf, f.upload.text[f.upload.rest:]...) // what could not be read goes back as it came
	}
}

func (f *file) row(c *chunk, n int, cells []string) {
	if f.kind == Unprocessed {
		f.buf = f.form.AppendRow(f.buf, cells...)
		return
	}
	r := c.results[n]
	switch {
	case (r.failed != nil) != (f.kind == FailedRows):
		return
	case r.failed != nil:
		f.buf = append(appendQuoted(f.buf, r.failed.id), f.form.Delimiter)
		f.buf = appendQuoted(f.buf, RowError(r.failed.err))
	default:
		f.buf = append(store.AppendID(append(f.buf, '"'), f.prefix, r.number), '"', f.form.Delimiter)
		f.buf = appendQuoted(f.buf, strconv.FormatBool(r.created))
	}
	f.buf = f.form.AppendRow(append(f.buf, f.form.Delimiter), cells...)
}

// RowError is why a row failed, in the form CODE:message:fields --.
func RowError(err *apierr.Error) string {
	end := "--"
	if len(err.Fields) > 0 {
		end = strings.Join(err.Fields, ", ") + " --"
	}
	return err.Code + ":" + err.Message + ":" + end
}

func (f *file) flush() {
	if f.err != nil {
		return
	}
	n, err := f.to.Write(f.buf)
	f.written, f.err, f.buf = f.written+int64(n), err, f.buf[:0]
}
