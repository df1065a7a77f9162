package mocksf

import (
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/squall-harness/squall/mocksf/commitlog"
	"github.com/squall-harness/squall/mocksf/internal/apierr"
	"github.com/squall-harness/squall/mocksf/internal/eventlog"
	"github.com/squall-harness/squall/mocksf/internal/store"
)

// event is a request as the event log keeps it: what all lines about one have
// in common.
type event struct {
	at       time.Time // of its end
	took     time.Duration
	id       string
	method   string
	path     string
	identity string
	ip       string
	agent    string // the client's program
	media    string
	family   string // API_FAMILY
	version  int
	entity   string
	status   int
	rows     int
	sent     int64 // bytes of the request's body
	received int   // of the reply's
	counted  bool  // against the daily allocation
}

// newEvent describes a request that was answered.
func newEvent(x *exchange, t Trace) event {
	return event{
		at: t.Time.Add(t.Took), took: t.Took, id: orDefault(x.call.TraceID, t.ID), method: t.Method, path: printable(t.Path), identity: printable(t.Identity),
		ip: t.From, agent: printable(x.http.UserAgent()), media: printable(x.http.Header.Get("Content-Type")), family: family(t),
		version: x.outer.version, entity: entityOf(x), status: t.Status, rows: t.Records, sent: max(x.http.ContentLength, 0), received: t.Size,
		counted: x.done != nil,
	}
}

// family is the API that a request belongs to.
func family(t Trace) string {
	path := strings.ToLower(t.Path)
	switch {
	case strings.HasPrefix(path, "/services/soap/"):
		return "SOAP"
	case strings.HasPrefix(path, "/services/async/") || t.API == commitlog.APIBulk:
		return "Bulk"
	case strings.HasPrefix(path, "/services/apexrest/"):
		return "ApexREST"
	}
	return "REST"
}

// entityOf is the object that a request is about.
func entityOf(x *exchange) string {
	if len(x.call.Objects) > 0 {
		return x.call.Objects[0]
	}
	return printable(x.outer.param("object"))
}

// note writes the events of a request: those with a session are API calls, and
// a composite call is one.
func (l *logFiles) note(x *exchange, t Trace) {
	if t.Identity == "" || x.outer == nil || x.outer.route.open {
		return
	}
	e := newEvent(x, t)
	types := []*eventlog.Type{eventlog.APITotalUsage}
	if e.family == "REST" && strings.HasPrefix(strings.ToLower(t.Path), "/services/data/") {
		types = append(types, eventlog.RestAPI)
	}
	l.log.Add(&e, types...)
	if t.Code != "APEX_ERROR" && t.Code != apierr.TriggerFailed.Code {
		return
	}
	if text := errorMessage(x.answer.body); !strings.HasPrefix(text, "entity type cannot be") {
		l.log.Add(&exceptionEvent{e, ApexException{Type: "System.DmlException", Message: text}}, eventlog.ApexUnexpectedException)
	}
}

var messages = regexp.MustCompile(`"message"\s*:\s*"((?:[^"\\]|\\.)*)"`)

func errorMessage(body []byte) string {
	found := messages.FindSubmatch(body[:min(len(body), 64<<10)])
	if found == nil {
		return ""
	}
	if text, err := strconv.Unquote(`"` + string(found[1]) + `"`); err == nil {
		return text
	}
	return string(found[1])
}

// At is part of eventlog.Event.
func (e *event) At() time.Time { return e.at }

// Value is part of eventlog.Event.
func (e *event) Value(column string) string {
	switch column {
	case "REQUEST_ID":
		return e.id
	case "USER_ID":
		return store.AdminID
	case "USER_NAME":
		return e.identity
	case "RUN_TIME":
		return strconv.FormatInt(e.took.Milliseconds(), 10)
	case "URI", "API_RESOURCE":
		return e.path
	case "CLIENT_IP":
		return e.ip
	case "CLIENT_NAME":
		return e.agent
	case "METHOD", "HTTP_METHOD":
		return e.method
	case "STATUS_CODE":
		return strconv.Itoa(e.status)
	}
	return e.size(column)
}

func (e *event) size(column string) string {
	switch column {
	case "API_FAMILY":
		return e.family
	case "API_VERSION":
		if e.version > 0 {
			return strconv.Itoa(e.version) + ".0"
		}
	case "MEDIA_TYPE":
		return e.media
	case "ENTITY_NAME":
		return e.entity
	case "COUNTS_AGAINST_API_LIMIT":
		return bit(e.counted)
	case "ROWS_PROCESSED":
		return strconv.Itoa(e.rows)
	case "REQUEST_SIZE":
		return strconv.FormatInt(e.sent, 10)
	case "RESPONSE_SIZE":
		return strconv.Itoa(e.received)
	}
	return ""
}

func bit(yes bool) string {
	if yes {
		return "1"
	}
	return "0"
}
