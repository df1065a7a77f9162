package export

import (
	"encoding/csv"
	"io"
	"strings"

	"github.com/apache/arrow-go/v18/arrow"
)

// csvFile writes a head line and one line a row (RFC 4180, line ends as in
// Unix). An absent value is an empty field.
type csvFile struct {
	out *csv.Writer
	row []string
}

func newCSV(w io.Writer, schema *arrow.Schema) (encoder, error) {
	c := csvFile{csv.NewWriter(w), make([]string, schema.NumFields())}
	for i, f := range schema.Fields() {
		c.row[i] = f.Name
	}
	return c, c.out.Write(c.row)
}

func (c csvFile) block(b arrow.RecordBatch) error {
	for r := range int(b.NumRows()) {
		for i, column := range b.Columns() {
			c.row[i] = cell(column, r)
		}
		if err := c.out.Write(c.row); err != nil {
			return err
		}
	}
	return nil
}

func (c csvFile) close() error {
	c.out.Flush()
	return c.out.Error()
}

func cell(column arrow.Array, row int) string {
	if column.IsNull(row) {
		return ""
	}
	text := column.ValueStr(row)
	if isNumber(column.DataType()) {
		return text
	}
	return harmless(text)
}

func isNumber(t arrow.DataType) bool { return arrow.IsInteger(t.ID()) || arrow.IsFloating(t.ID()) }

// harmless puts an apostrophe before a text that a spreadsheet would take for a
// formula (OWASP, CSV Injection): texts of a run come from the program under
// test. Texts that begin with an apostrophe get one too, so that whoever takes
// one away from each has what was written.
func harmless(text string) string {
	if text != "" && strings.ContainsRune("=+-@\t\r\n'", rune(text[0])) {
		return "'" + text
	}
	return text
}
