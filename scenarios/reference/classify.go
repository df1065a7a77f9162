package reference

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"syscall"
)

// Class says what to do about a write or a call.
type Class uint8

// The classes. The zero value is safe: every write may be repeated.
const (
	Retry     Class = iota // may work when it is repeated; also when the outcome is unknown
	Delivered              // it is in Salesforce
	Session                // the access token is not accepted any more
	Throttled              // the org asks for less: slow down everything
	Doubtful               // the org refused it for a reason that may pass by itself; patience is limited
	Permanent              // it will never work as it is
)

// Failure is what is known about a call, or one row of it, that did not succeed.
type Failure struct {
	Err     error  // no answer: the outcome is unknown
	Unsent  bool   // with Err: the request could not even be formed
	Status  int    // HTTP status; 0 for a row
	Foreign bool   // the body is no JSON: whoever answered was not the API
	Code    string // Salesforce errorCode, statusCode of a row, or the code in sf__Error
	Message string
}

// Error says it in one line, without anything that differs between two
// failures of the same kind.
func (f *Failure) Error() string {
	switch {
	case f.Err != nil:
		return plainNetworkError(f.Err)
	case f.Foreign:
		return fmt.Sprintf("HTTP %d without a Salesforce error in it", f.Status)
	case f.Status == 0:
		return f.Code + ": " + f.Message
	}
	return fmt.Sprintf("HTTP %d %s: %s", f.Status, f.Code, f.Message)
}

// Unwrap returns the network error, if there is one.
func (f *Failure) Unwrap() error { return f.Err }

// classOfCode lists the error codes that are not Permanent (Salesforce SOAP API
// guide, Core Data Types, StatusCode and ExceptionCode; Bulk API 2.0 writes its
// own codes in capitals).
var classOfCode = map[string]Class{
	"INVALID_SESSION_ID": Session,

	"REQUEST_LIMIT_EXCEEDED": Throttled,
	"TOO_MANY_APEX_REQUESTS": Throttled,

	"UNABLE_TO_LOCK_ROW":                                  Retry,
	"TOOMANYLOCKFAILURE":                                  Retry,
	"PROCESSING_HALTED":                                   Retry,
	"ALL_OR_NONE_OPERATION_ROLLED_BACK":                   Retry,
	"SERVER_UNAVAILABLE":                                  Retry,
	"QUERY_TIMEOUT":                                       Retry,
	"REQUEST_RUNNING_TOO_LONG":                            Retry,
	"UNKNOWN_EXCEPTION":                                   Retry,
	"API_CURRENTLY_DISABLED":                              Retry,
	"ORG_IN_MAINTENANCE":                                  Retry,
	"TXN_SECURITY_METERING_ERROR":                         Retry,
	"FUNCTIONALITY_TEMPORARILY_UNAVAILABLE":               Retry,
	"INSERT_UPDATE_DELETE_NOT_ALLOWED_DURING_MAINTENANCE": Retry,

	// A parent that is still under way, and two upserts that met at the same
	// new external id: both pass, or are real after all.
	"INVALID_CROSS_REFERENCE_KEY": Doubtful,
	"DUPLICATE_VALUE":             Doubtful,
}

// Classify is the one place that decides what a failure means. It looks at the
// outer signs first: a body is only believed when the API itself wrote it.
func Classify(f *Failure) Class {
	switch {
	case f.Unsent:
		return Permanent
	case f.Err != nil:
		return Retry
	case f.Status == http.StatusTooManyRequests:
		return Throttled
	case f.Foreign, f.Status >= 500:
		return Retry
	}
	if class, known := classOfCode[f.Code]; known {
		return class
	}
	return classOfRest(f)
}

func classOfRest(f *Failure) Class {
	switch {
	case f.Status == http.StatusUnauthorized:
		return Session
	case f.Status == http.StatusNotAcceptable, f.Status == 420: // seen from the edge while an org moves
		return Retry
	case strings.Contains(f.Message, "Foreign key external ID"):
		return Doubtful // INVALID_FIELD, but it means: no such parent yet
	}
	return Permanent
}

// plainNetworkError drops addresses and ports from the usual errors.
func plainNetworkError(err error) string {
	var timeout net.Error
	switch {
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &timeout) && timeout.Timeout():
		return "no answer in time"
	case errors.Is(err, syscall.ECONNREFUSED):
		return "connection refused"
	case errors.Is(err, syscall.ECONNRESET):
		return "connection reset"
	}
	return err.Error()
}
