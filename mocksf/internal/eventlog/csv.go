package eventlog

import (
	"io"
	"strings"
)

// ContentType is the value of LogFileContentType.
const ContentType = "text/csv"

// Header is the first line of a file of the type.
func (t *Type) Header() string {
	return `"` + strings.Join(t.columns, `","`) + "\"\n"
}

// Size is the length of the file in bytes.
func (f *File) Size() int {
	n := len(f.Type.Header())
	for _, p := range f.Parts {
		n += len(p)
	}
	return n
}

// WriteTo writes the file.
func (f *File) WriteTo(w io.Writer) (n int64, err error) {
	m, err := io.WriteString(w, f.Type.Header())
	n = int64(m)
	for i := 0; i < len(f.Parts) && err == nil; i++ {
		m, err = io.WriteString(w, f.Parts[i])
		n += int64(m)
	}
	return n, err
}

// rows are the lines of the events: all values quoted, as in recorded files.
func (t *Type) rows(org string, events []Event) string {
	var b strings.Builder
	for _, e := range events {
		for i, column := range t.columns {
			if i > 0 {
				b.WriteByte(',')
			}
			quote(&b, t.value(org, e, column), escaped(column))
		}
		b.WriteByte('\n')
	}
	return b.String()
}

func (t *Type) value(org string, e Event, column string) string {
	switch column {
	case "EVENT_TYPE":
		return t.Name
	case "TIMESTAMP":
		return e.At().UTC().Format("20060102150405.000")
	case "TIMESTAMP_DERIVED":
		return e.At().UTC().Format("2006-01-02T15:04:05.000Z")
	case "ORGANIZATION_ID":
		return ShortID(org)
	case "USER_ID", "JOB_ID", "BATCH_ID":
		return ShortID(e.Value(column))
	case "USER_ID_DERIVED":
		return e.Value("USER_ID")
	}
	return e.Value(column)
}

// ShortID is an id as the raw columns hold it: 15 characters.
func ShortID(id string) string { return id[:min(15, len(id))] }

func quote(b *strings.Builder, text string, twice bool) {
	b.WriteByte('"')
	if twice && text != "" {
		text = `"` + text + `"`
	}
	b.WriteString(strings.ReplaceAll(text, `"`, `""`))
	b.WriteByte('"')
}
