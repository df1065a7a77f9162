package mocksf

import (
	"math"
	"strconv"

	"github.com/squall-harness/squall/mocksf/internal/jsontree"
	"github.com/squall-harness/squall/mocksf/internal/soql"
	"github.com/squall-harness/squall/mocksf/internal/store"
)

// pageWriter writes one page of an answer. The records of child subqueries
// count towards the size of the page (REST API guide, Query Options Header).
type pageWriter struct {
	*request
	shown int // records so far
}

// list appends the rows of a cursor from a position on, as many as make a page,
// and says where the next one begins. A cursor that is not exhausted gets a
// locator of the request's version.
func (p *pageWriter) list(dst []byte, c *cursor, shape *soql.Shape, from int) (body []byte, to int) {
	var records []byte
	before := p.shown
	for to = from; to < len(c.rows) && p.shown-before < c.size; to++ {
		if to > from {
			records = append(records, ',')
		}
		p.shown++
		records = p.record(records, c, shape, c.rows[to])
	}
	dst = appendInt(append(dst, `{"totalSize":`...), len(c.rows))
	dst = strconv.AppendBool(append(dst, `,"done":`...), to == len(c.rows))
	if to < len(c.rows) {
		locator := p.keep(c) + "-" + strconv.Itoa(to)
		dst = jsontree.AppendString(append(dst, `,"nextRecordsUrl":`...), p.base()+"/query/"+locator)
	}
	dst = append(append(dst, `,"records":[`...), records...)
	return append(dst, ']', '}'), to
}

// keep remembers a cursor and returns its id. That of a rehearsal is nobody's.
func (p *pageWriter) keep(c *cursor) string {
	if p.dry {
		return store.MakeID(locatorPrefix, 0)
	}
	return p.org.cursors.keep(c)
}

// record appends a record with the selected fields, parents and children inside
// it. A parent or a list that is empty is null.
func (p *pageWriter) record(dst []byte, c *cursor, shape *soql.Shape, row soql.Row) []byte {
	record := row.(*store.Row)
	dst = p.appendAttributes(append(dst, '{'), shape.Object, record)
	for i := range shape.Columns {
		column := &shape.Columns[i]
		dst = append(jsontree.AppendString(append(dst, ','), column.Name), ':')
		switch {
		case column.Child != nil:
			dst = p.children(dst, c.child(i, column.Members(row), p.org.cfg.Clock()), column.Child)
		case column.Format != nil && record.Value(column.Index) != nil:
			dst = jsontree.AppendString(dst, column.Format(record.Value(column.Index)))
		case column.Of != nil:
			dst = appendFigure(dst, soql.Figure{}, column.Of(row))
		case column.Ways == nil:
			dst = p.appendValue(dst, record, column.Index)
		default:
			if shape, parent := column.Parent(row); parent != nil {
				dst = p.record(dst, c, shape, parent)
			} else {
				dst = append(dst, "null"...)
			}
		}
	}
	return append(dst, '}')
}

func (p *pageWriter) children(dst []byte, c *cursor, shape *soql.Shape) []byte {
	if len(c.rows) == 0 {
		return append(dst, "null"...)
	}
	dst, _ = p.list(dst, c, shape, 0)
	return dst
}

// appendFigures appends the answer of COUNT() and of aggregates.
func appendFigures(dst []byte, result *soql.Result) []byte {
	dst = appendInt(append(dst, `{"totalSize":`...), result.Total)
	dst = append(dst, `,"done":true,"records":[`...)
	for i, values := range result.Groups {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(dst, `{"attributes":{"type":"AggregateResult"}`...)
		for k, f := range result.Figures {
			dst = append(jsontree.AppendString(append(dst, ','), f.Name), ':')
			dst = appendFigure(dst, f, values[k])
		}
		dst = append(dst, '}')
	}
	return append(dst, ']', '}')
}

func appendFigure(dst []byte, f soql.Figure, value any) []byte {
	switch v := value.(type) {
	case string:
		return jsontree.AppendString(dst, v)
	case bool:
		return strconv.AppendBool(dst, v)
	case float64:
		if !f.Whole && v == math.Trunc(v) {
			return strconv.AppendFloat(dst, v, 'f', 1, 64)
		}
		return strconv.AppendFloat(dst, v, 'f', -1, 64)
	}
	return append(dst, "null"...)
}
