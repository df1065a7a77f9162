package mocksf

import (
	"fmt"
	"strings"
	"time"

	"github.com/squall-harness/squall/mocksf/internal/bulk"
	"github.com/squall-harness/squall/mocksf/internal/jsontree"
	"github.com/squall-harness/squall/mocksf/internal/query"
	"github.com/squall-harness/squall/mocksf/internal/store"
	"github.com/squall-harness/squall/mocksf/schema"
)

// nested is the columns of a flat answer as records have them, one inside the
// other.
type nested struct {
	object string // API name
	place  int    // of its record in the family of a row
	fields []nestedField
}

type nestedField struct {
	name   string
	column int
	kind   query.Column
	parent *nested // in place of the column
}

// nest puts the columns with dotted names into the parents that they belong to.
func (o *Org) nest(a bulk.Answer) *nested {
	root, parents := &nested{object: a.Object}, 0
	for i, c := range a.Columns {
		at, parts := root, strings.Split(c.Name, ".")
		for _, relation := range parts[:len(parts)-1] {
			at = o.parent(at, relation, &parents)
		}
		at.fields = append(at.fields, nestedField{name: parts[len(parts)-1], column: i, kind: c})
	}
	return root
}

// parent finds a parent of n, or adds it to those that there are already.
func (o *Org) parent(n *nested, relation string, parents *int) *nested {
	for _, f := range n.fields {
		if f.parent != nil && f.name == relation {
			return f.parent
		}
	}
	*parents++
	p := &nested{place: *parents}
	if t, ok := o.store.Table(n.object); ok {
		if _, parent, ok := t.Parent(relation, ""); ok {
			p.object = parent.Name
		} else {
			p.object = query.NameObject
		}
	}
	n.fields = append(n.fields, nestedField{name: relation, parent: p})
	return p
}

// recordsJSON writes the records of an answer. Dates and times are in
// milliseconds since 1970, which only Bulk API 1.0 does (recorded replies in
// reports of its clients).
func (r *request) recordsJSON(a bulk.Answer) []byte {
	root, b := r.org.nest(a), []byte{'['}
	a.Page(0, a.Len(), func(row query.Family, values []string) {
		if len(b) > 1 {
			b = append(b, ',')
		}
		b = r.appendNested(b, root, row, values)
	})
	return append(b, ']')
}

// appendNested appends a record with its parents.
func (r *request) appendNested(b []byte, n *nested, row query.Family, values []string) []byte {
	b = jsontree.AppendString(append(b, `{"attributes":{"type":`...), n.object)
	b = jsontree.AppendString(append(b, `,"url":`...), fmt.Sprintf("/services/data/v%s/sobjects/%s/%s", r.param("release"), n.object, row.ID(n.place)))
	b = append(b, '}')
	for _, f := range n.fields {
		b = append(jsontree.AppendString(append(b, ','), f.name), ':')
		switch {
		case f.parent == nil:
			b = appendClassicValue(b, f.kind.Type, values[f.column])
		case row.ID(f.parent.place) == "":
			b = append(b, "null"...)
		default:
			b = r.appendNested(b, f.parent, row, values)
		}
	}
	return append(b, '}')
}

var classicTimes = map[schema.Type]string{schema.DateTime: store.DateTimeLayout, schema.Date: store.DateLayout}

func appendClassicValue(b []byte, t schema.Type, text string) []byte {
	if layout := classicTimes[t]; layout != "" && text != "" {
		if at, err := time.Parse(layout, text); err == nil {
			return fmt.Append(b, at.UnixMilli())
		}
	}
	return appendTyped(b, t, text)
}

// recordsXML writes the records of an answer.
func (r *request) recordsXML(a bulk.Answer) []byte {
	root := r.org.nest(a)
	b := append([]byte(xmlHeader), `<queryResult xmlns="`+classicSpace+`" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">`...)
	a.Page(0, a.Len(), func(row query.Family, values []string) { b = appendXMLRecord(b, "records", root, row, values) })
	return append(b, "</queryResult>"...)
}

func appendXMLRecord(b []byte, name string, n *nested, row query.Family, values []string) []byte {
	b = append(b, "<"+name+` xsi:type="sObject">`...)
	b = appendElement(b, "type", n.object)
	for _, f := range n.fields {
		switch {
		case f.parent != nil && row.ID(f.parent.place) != "":
			b = appendXMLRecord(b, f.name, f.parent, row, values)
		case f.parent != nil || values[f.column] == "":
			b = append(b, "<"+f.name+` xsi:nil="true"/>`...)
		default:
			b = appendElement(b, f.name, csvCell(f.kind, values[f.column]))
		}
	}
	return append(b, "</"+name+">"...)
}
