package mocksf

import (
	"net/http"
	"strconv"
	"time"

	"github.com/squall-harness/squall/mocksf/internal/eventlog"
)

// The org runs no Apex. Whoever plays it, such as a trigger written in Go or
// the sender of a flow out of the org, tells the event log through this door.

// Callout is an HTTP call out of the org.
type Callout struct {
	Method, URL    string
	Status         int // 0: there was no answer
	Took           time.Duration
	Sent, Received int // bytes of the bodies
}

// ApexException is an exception that no Apex code caught.
type ApexException struct {
	Type     string // such as System.DmlException
	Message  string
	Stack    string // such as Class.Sync.push: line 49, column 1
	Category string // of a governor limit, such as LimitException: CpuTime; "" for another
}

// NoteCallout writes a line of the event type ApexCallout. It does nothing in
// an org without event log.
func (o *Org) NoteCallout(c Callout) {
	if l := o.eventLog(); l != nil {
		l.Add(&calloutEvent{o.ownEvent(c.Took), c}, eventlog.ApexCallout)
	}
}

// NoteException writes a line of the event type ApexUnexpectedException. It
// does nothing in an org without event log.
func (o *Org) NoteException(e ApexException) {
	if l := o.eventLog(); l != nil {
		l.Add(&exceptionEvent{o.ownEvent(0), e}, eventlog.ApexUnexpectedException)
	}
}

func (o *Org) eventLog() *eventlog.Log {
	if o.watch == nil || o.watch.files == nil {
		return nil
	}
	return o.watch.files.log
}

// ownEvent is one that no request brought about.
func (o *Org) ownEvent(took time.Duration) event {
	return event{at: o.cfg.Now(), took: took}
}

type calloutEvent struct {
	event
	call Callout
}

// Value is part of eventlog.Event.
func (e *calloutEvent) Value(column string) string {
	switch column {
	case "TYPE":
		return "REST"
	case "METHOD":
		return e.call.Method
	case "SUCCESS":
		return bit(e.call.Status >= http.StatusOK && e.call.Status < http.StatusMultipleChoices)
	case "STATUS_CODE":
		return strconv.Itoa(e.call.Status)
	case "TIME":
		return strconv.FormatInt(e.call.Took.Milliseconds(), 10)
	case "REQUEST_SIZE":
		return strconv.Itoa(e.call.Sent)
	case "RESPONSE_SIZE":
		return strconv.Itoa(e.call.Received)
	case "URL":
		return e.call.URL
	}
	return e.event.Value(column)
}

type exceptionEvent struct {
	event
	exception ApexException
}

// Value is part of eventlog.Event.
func (e *exceptionEvent) Value(column string) string {
	switch column {
	case "EXCEPTION_TYPE":
		return e.exception.Type
	case "EXCEPTION_MESSAGE":
		return e.exception.Message
	case "STACK_TRACE":
		return e.exception.Stack
	case "EXCEPTION_CATEGORY":
		return e.exception.Category
	}
	return e.event.Value(column)
}
