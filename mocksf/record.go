package mocksf

import (
	"strconv"
	"strings"

	"github.com/squall-harness/squall/mocksf/internal/jsontree"
	"github.com/squall-harness/squall/mocksf/internal/store"
	"github.com/squall-harness/squall/mocksf/schema"
)

// base is the root of the REST API in the version of the request.
func (r *request) base() string { return "/services/data/v" + strconv.Itoa(r.version) + ".0" }

// appendRecord appends a record as the REST API shows it: attributes first,
// then the fields in the order asked for.
func (r *request) appendRecord(dst []byte, row *store.Row, fields []int) []byte {
	dst = r.appendAttributes(append(dst, '{'), row.Table().Name, row)
	for _, i := range fields {
		dst = jsontree.AppendString(append(dst, ','), row.Table().Fields[i].Name)
		dst = r.appendValue(append(dst, ':'), row, i)
	}
	return append(dst, '}')
}

// appendAttributes appends what a record is shown as, and where it is.
func (r *request) appendAttributes(dst []byte, object string, row *store.Row) []byte {
	dst = jsontree.AppendString(append(dst, `"attributes":{"type":`...), object)
	dst = jsontree.AppendString(append(dst, `,"url":`...), r.recordURL(row.Table(), row.ID()))
	return append(dst, '}')
}

// appendValue appends the value of one field in JSON; of a file the address, of a
// compound field an object.
func (r *request) appendValue(dst []byte, row *store.Row, field int) []byte {
	f, text := &row.Table().Fields[field], row.Text(field)
	if text == "" && f.Type.Compound() {
		return r.appendCompound(dst, row, f)
	}
	if f.Type == schema.Base64 && text != "" {
		return jsontree.AppendString(dst, r.recordURL(row.Table(), row.ID())+"/"+f.Name)
	}
	return appendTyped(dst, f.Type, text)
}

// appendCompound appends the components that the request may see; null when all of
// them are.
func (r *request) appendCompound(dst []byte, row *store.Row, f *schema.Field) []byte {
	object, filled := append(make([]byte, 0, 160), '{'), false
	for _, c := range f.Components() {
		part, _ := row.Table().Field(c.Field)
		text := row.Text(part)
		if r.hidden(row.Table(), part) {
			text = ""
		}
		if len(object) > 1 {
			object = append(object, ',')
		}
		object = append(jsontree.AppendString(object, c.Member), ':')
		object, filled = appendTyped(object, row.Table().Fields[part].Type, text), filled || text != ""
	}
	if !filled {
		return append(dst, "null"...)
	}
	return append(append(dst, object...), '}')
}

// appendTyped appends the text of a value in JSON. Numbers that are no int carry
// a fraction, as the real API prints them.
func appendTyped(dst []byte, t schema.Type, text string) []byte {
	switch {
	case text == "":
		return append(dst, "null"...)
	case t == schema.Boolean:
		return append(dst, text...)
	case t.Number():
		if dst = append(dst, text...); lacksFraction(t, text) {
			dst = append(dst, ".0"...)
		}
		return dst
	}
	return jsontree.AppendString(dst, text)
}

// lacksFraction tells whether a number is shown with ".0" after it.
func lacksFraction(t schema.Type, text string) bool {
	return t != schema.Int && !strings.Contains(text, ".")
}
