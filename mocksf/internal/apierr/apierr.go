// Package apierr holds the errors that a Salesforce org answers with: one
// table, from which every part of the mock raises.
package apierr

import (
	"fmt"
	"strings"
)

// Kind is one line of the table: a Salesforce error code and what it means to
// a client.
type Kind struct {
	Code      string
	Status    int    // HTTP status when the error is the whole reply
	Text      string // message, with fmt verbs for the arguments of New
	Definite  bool   // nothing was written; the client may rely on it
	Retryable bool   // the same request may succeed later, unchanged
	Source    string // where code, status and text come from
}

// Error is one error on its way into a reply.
type Error struct {
	Kind
	Message string
	Fields  []string // canonical names of the fields at fault
	IDs     []string // the records that an ambiguous external id matches
}

// Error says code and message, as Salesforce clients print them.
func (e *Error) Error() string { return e.Code + ": " + e.Message }

// New raises an error of the table; args fill in the verbs of its text.
func (k *Kind) New(args ...any) *Error {
	return &Error{Kind: *k, Message: fmt.Sprintf(k.Text, args...)}
}

// On names the fields at fault.
func (e *Error) On(fields ...string) *Error {
	e.Fields = fields
	return e
}

// OfRecord says whether the error is about a record that was to be written. Such
// errors list their fields even where there are none.
func (e *Error) OfRecord() bool { return ofRecords[e.Code] }

// Short cuts what a client sent for a message about it: to 200 bytes.
func Short(text string) string {
	const most = 200
	if len(text) <= most {
		return text
	}
	return strings.ToValidUTF8(text[:most], "") + "..."
}

// LockedRows is the error of a write that needs records which others hold.
func LockedRows(ids []string) *Error { return LockedRecords.New(len(ids), strings.Join(ids, ",")) }

// WithStatus answers with another HTTP status than the table's, for the few
// codes whose status depends on the call.
func (e *Error) WithStatus(status int) *Error {
	e.Status = status
	return e
}

// WithCode answers with another error code than the table's, where none is
// documented.
func (e *Error) WithCode(code string) *Error {
	e.Code = code
	return e
}

// Custom is an error with a text of its own, or the usual one of its code when
// message is "". A code that the table does not know gets status 400, is
// definite and not retryable.
func Custom(code, message string) *Error {
	for _, k := range Table {
		if k.Code == code && message == "" {
			return &Error{Kind: *k, Message: k.Text}
		}
		if k.Code == code {
			return &Error{Kind: *k, Message: message}
		}
	}
	return &Error{Kind: Kind{Code: code, Status: 400, Definite: true}, Message: message}
}
