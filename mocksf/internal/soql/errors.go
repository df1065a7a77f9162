package soql

import (
	"fmt"
	"strings"
)

// The error codes of queries (Salesforce REST API guide, Query).
const (
	MalformedQuery = "MALFORMED_QUERY"
	InvalidField   = "INVALID_FIELD"
	InvalidType    = "INVALID_TYPE"
	InvalidFilter  = "INVALID_QUERY_FILTER_OPERATOR"
	OutsideRange   = "NUMBER_OUTSIDE_VALID_RANGE"
)

// Error is a query that Salesforce would refuse with status 400. Row and
// Column count from 1, Column in characters.
type Error struct {
	Code        string
	Message     string // whole text: the line, a caret under the place, the place, the reason
	Row, Column int
}

// Error returns code and message.
func (e *Error) Error() string { return e.Code + ": " + e.Message }

// fail builds an error that points at a place of the query, in the form that
// Salesforce uses.
func fail(code, text string, pos Pos, format string, args ...any) *Error {
	before := text[:min(int(pos), len(text))]
	start := strings.LastIndexByte(before, '\n') + 1
	line, _, _ := strings.Cut(text[start:], "\n")
	e := &Error{Code: code}
	e.Row = strings.Count(before, "\n") + 1
	e.Column = len([]rune(before[start:])) + 1
	e.Message = fmt.Sprintf("\n%s\n%s^\nERROR at Row:%d:Column:%d\n%s", line,
		strings.Repeat(" ", e.Column-1), e.Row, e.Column, fmt.Sprintf(format, args...))
	return e
}

// plain builds an error that points at no place.
func plain(code, format string, args ...any) *Error {
	return &Error{Code: code, Message: fmt.Sprintf(format, args...)}
}
