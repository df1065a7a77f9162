package mocksf

import (
	"net/http"
	"strconv"

	"github.com/squall-harness/squall/mocksf/internal/bulk"
	"github.com/squall-harness/squall/mocksf/internal/jsontree"
)

// classicResults answers what became of a batch: its rows in their order, or
// the id of a query's result.
func classicResults(r *request) reply {
	content, _, err := r.org.jobs.Takes(r.job)
	if err != nil {
		return r.classicFailure(err)
	}
	rows, ok, err := r.org.jobs.RowResults(r.job, r.param("batch"))
	if err != nil {
		return r.classicFailure(err)
	}
	if !ok {
		return classicResultList(r, content)
	}
	body := rowWriters[content](rows)
	return reply{status: http.StatusOK, contentType: contentTypes[content], body: body}
}

var rowWriters = map[bulk.Content]func([]bulk.RowResult) []byte{bulk.CSV: csvRows, bulk.XML: xmlRows, bulk.JSON: jsonRows}

func csvRows(rows []bulk.RowResult) []byte {
	form := bulk.Format{Delimiter: ','}
	b := form.AppendRow(nil, "Id", "Success", "Created", "Error")
	for _, row := range rows {
		text := ""
		if row.Err != nil {
			text = bulk.RowError(row.Err)
		}
		b = form.AppendRow(b, row.ID, strconv.FormatBool(row.Err == nil), strconv.FormatBool(row.Created), text)
	}
	return b
}

func xmlRows(rows []bulk.RowResult) []byte {
	b := append([]byte(xmlHeader), `<results xmlns="`+classicSpace+`">`...)
	for _, row := range rows {
		b = append(b, "<result>"...)
		if row.Err != nil {
			b = append(b, "<errors>"...)
			for _, field := range row.Err.Fields {
				b = appendElement(b, "fields", field)
			}
			b = appendElement(appendElement(b, "message", row.Err.Message), "statusCode", row.Err.Code)
			b = append(b, "</errors>"...)
		}
		if row.ID != "" {
			b = appendElement(b, "id", row.ID)
		}
		b = appendElement(b, "success", strconv.FormatBool(row.Err == nil))
		b = append(appendElement(b, "created", strconv.FormatBool(row.Created)), "</result>"...)
	}
	return append(b, "</results>"...)
}

func jsonRows(rows []bulk.RowResult) []byte {
	b := []byte{'['}
	for i, row := range rows {
		if i > 0 {
			b = append(b, ',')
		}
		b = strconv.AppendBool(append(b, `{"success":`...), row.Err == nil)
		b = strconv.AppendBool(append(b, `,"created":`...), row.Created)
		if b = append(b, `,"id":`...); row.ID == "" {
			b = append(b, "null"...)
		} else {
			b = jsontree.AppendString(b, row.ID)
		}
		if b = append(b, `,"errors":[`...); row.Err != nil {
			b = jsontree.AppendString(append(b, `{"message":`...), row.Err.Message)
			b = appendStrings(append(b, `,"fields":`...), row.Err.Fields)
			b = append(jsontree.AppendString(append(b, `,"statusCode":`...), row.Err.Code), `,"extendedErrorDetails":null}`...)
		}
		b = append(b, ']', '}')
	}
	return append(b, ']')
}

func classicResultList(r *request, content bulk.Content) reply {
	id, err := r.org.jobs.Result(r.job, r.param("batch"))
	if err != nil {
		return r.classicFailure(err)
	}
	if content == bulk.JSON {
		ids := []string{}
		if id != "" {
			ids = append(ids, id)
		}
		return reply{status: http.StatusOK, contentType: classicJSON, body: appendStrings(nil, ids)}
	}
	b := append([]byte(xmlHeader), `<result-list xmlns="`+classicSpace+`">`...)
	if id != "" {
		b = appendElement(b, "result", id)
	}
	return reply{status: http.StatusOK, contentType: classicXML, body: append(b, "</result-list>"...)}
}

// classicAnswer answers the records that a query found.
func classicAnswer(r *request) reply {
	content, _, err := r.org.jobs.Takes(r.job)
	if err != nil {
		return r.classicFailure(err)
	}
	a, err := r.org.jobs.BatchAnswer(r.job, r.param("batch"), r.param("result"))
	if err != nil {
		return r.classicFailure(err)
	}
	var body []byte
	switch {
	case content == bulk.JSON:
		body = r.recordsJSON(a)
	case content == bulk.XML:
		body = r.recordsXML(a)
	case a.Len() == 0:
		body = []byte("Records not found for this query") // in place of a header, as live orgs say it
	default:
		body = csvPage(a, lastVersion, 0, a.Len()) // the columns as the query has them, in every version
	}
	return reply{status: http.StatusOK, contentType: contentTypes[content], body: body}
}
