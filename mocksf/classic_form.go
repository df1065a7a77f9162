package mocksf

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/squall-harness/squall/mocksf/internal/apierr"
	"github.com/squall-harness/squall/mocksf/internal/bulk"
	"github.com/squall-harness/squall/mocksf/internal/jsontree"
	"github.com/squall-harness/squall/mocksf/internal/store"
)

// The content types and the names of Bulk API 1.0. A client checks for exactly
// this JSON type.
const (
	classicXML   = "application/xml"
	classicJSON  = "application/json"
	classicSpace = "http://www.force.com/2009/06/asyncapi/dataload"
	xmlHeader    = `<?xml version="1.0" encoding="UTF-8"?>`
)

// speaksJSON tells whether the request is in JSON, and its answer is to be.
func (r *request) speaksJSON() bool {
	return strings.HasPrefix(strings.ToLower(r.header.Get("Content-Type")), classicJSON)
}

// member is one member of an object that Bulk API 1.0 shows in XML or JSON: a
// string, an int, a number as it is written, a time, or nil, which JSON shows as
// null and XML not at all.
type member struct {
	name  string
	value any
}

// classicReply shows an object in one of the two forms.
func classicReply(status int, asJSON bool, name string, members []member) reply {
	if asJSON {
		return reply{status: status, contentType: classicJSON, body: appendObject(nil, members)}
	}
	body := append([]byte(xmlHeader), "<"+name+` xmlns="`+classicSpace+`">`...)
	body = appendElements(body, members)
	return reply{status: status, contentType: classicXML, body: append(body, "</"+name+">"...)}
}

func appendObject(b []byte, members []member) []byte {
	b = append(b, '{')
	for i, m := range members {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(jsontree.AppendString(b, m.name), ':')
		switch v := m.value.(type) {
		case time.Time:
			b = jsontree.AppendString(b, store.Stamp(v))
		case int, json.Number:
			b = fmt.Append(b, v)
		case nil:
			b = append(b, "null"...)
		default:
			b = jsontree.AppendString(b, fmt.Sprint(v))
		}
	}
	return append(b, '}')
}

func appendElements(b []byte, members []member) []byte {
	for _, m := range members {
		if m.value == nil {
			continue
		}
		text := fmt.Sprint(m.value)
		if at, ok := m.value.(time.Time); ok {
			text = strings.Replace(store.Stamp(at), "+0000", "Z", 1)
		}
		b = appendElement(b, m.name, text)
	}
	return b
}

// appendElement appends <name>text</name>.
func appendElement(b []byte, name, text string) []byte {
	b = append(append(append(b, '<'), name...), '>')
	b = appendXMLText(b, text)
	return append(append(append(b, "</"...), name...), '>')
}

func appendXMLText(b []byte, text string) []byte {
	if plainText(text) {
		return append(b, text...)
	}
	var escaped strings.Builder
	_ = xml.EscapeText(&escaped, []byte(text)) // a Builder takes everything
	return append(b, escaped.String()...)
}

// plainText tells whether a text has only characters that XML takes as they are.
func plainText(text string) bool {
	for i := range len(text) {
		if text[i] < 0x20 || text[i] >= 0x7f {
			return false
		}
	}
	return !strings.ContainsAny(text, "<>&'\"")
}

// classicCodes are the exception codes of Bulk API 1.0 for the codes of the
// other doors (Bulk API guide, Errors).
var classicCodes = map[string]string{
	apierr.InvalidSession.Code: "InvalidSessionId", apierr.InvalidAuth.Code: "InvalidSessionId", apierr.RequestLimit.Code: "ExceededQuota", apierr.NotFound.Code: "InvalidJob",
	apierr.MethodNotAllowed.Code: "MethodNotAllowed", apierr.MediaType.Code: "UnsupportedContentType", apierr.Unexpected.Code: "Unknown",
	apierr.InvalidJob.Code: "InvalidJob", apierr.InvalidJobState.Code: "InvalidJobState", apierr.InvalidBatch.Code: "InvalidBatch",
	apierr.InvalidEntity.Code: "InvalidEntity", apierr.ExceededQuota.Code: "ExceededQuota", apierr.WrongVersion.Code: "InvalidVersion",
	apierr.InvalidXML.Code: "InvalidXML", apierr.FeatureNotEnabled.Code: "FeatureNotEnabled",
}

// classicFailure is the reply to a request that was refused: status 400 where
// the client is at fault, an ended session included (Bulk API guide, Errors).
func (r *request) classicFailure(err *apierr.Error) reply {
	code, status, message := orDefault(classicCodes[err.Code], "ClientInputError"), err.Status, err.Message
	if status < http.StatusInternalServerError {
		status = http.StatusBadRequest
	}
	switch err.Code {
	case apierr.InvalidSession.Code, apierr.InvalidAuth.Code:
		message = "Invalid session id"
	case apierr.BodyTooLarge.Code:
		message = fmt.Sprintf("Failed to read request. Exceeded max size limit of %d", bulk.MaxBatch)
	case apierr.NotFound.Code:
		message = "Unable to find the job " + r.param("job")
	}
	return classicReply(status, r.speaksJSON(), "error", []member{{"exceptionCode", code}, {"exceptionMessage", message}})
}
