package mocksf

import (
	"fmt"
	"strings"

	"github.com/squall-harness/squall/mocksf/internal/jsontree"
	"github.com/squall-harness/squall/mocksf/internal/store"
	"github.com/squall-harness/squall/mocksf/schema"
)

// base is the root of the REST API in the version of the request.
func (r *request) base() string { return fmt.Sprintf("/services/data/v%d.0", r.version) }

// appendRecord appends a record as the REST API shows it: attributes first,
// then the fields in the order asked for.
func (r *request) appendRecord(dst []byte, row *store.Row, fields []int) []byte {
	dst = r.appendAttributes(append(dst, '{'), row)
	for _, i := range fields {
		dst = jsontree.AppendString(append(dst, ','), row.Table().Fields[i].Name)
		dst = appendValue(append(dst, ':'), row, i)
	}
	return append(dst, '}')
}

func (r *request) appendAttributes(dst []byte, row *store.Row) []byte {
	dst = jsontree.AppendString(append(dst, `"attributes":{"type":`...), row.Table().Name)
	dst = jsontree.AppendString(append(dst, `,"url":`...), r.recordURL(row.Table(), row.ID()))
	return append(dst, '}')
}

// appendValue appends the value of one field in JSON. Numbers that are no int
// carry a fraction, as the real API prints them.
func appendValue(dst []byte, row *store.Row, field int) []byte {
	text := row.Text(field)
	f := &row.Table().Fields[field]
	switch {
	case text == "":
		return append(dst, "null"...)
	case f.Type == schema.Boolean:
		return append(dst, text...)
	case f.Type.Number():
		dst = append(dst, text...)
		if f.Type != schema.Int && !strings.Contains(text, ".") {
			dst = append(dst, ".0"...)
		}
		return dst
	}
	return jsontree.AppendString(dst, text)
}
