package reference

import (
	"context"
	"errors"
	"net"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestClassify(t *testing.T) {
	for name, c := range map[string]struct {
		failure Failure
		want    Class
	}{
		"no answer":          {Failure{Err: errors.New("EOF")}, Retry},
		"not even a request": {Failure{Err: errors.New("bad URL"), Unsent: true}, Permanent},
		"maintenance page":   {Failure{Status: 503, Foreign: true}, Retry},
		"page with 403":      {Failure{Status: 403, Foreign: true}, Retry},
		"server error":       {Failure{Status: 500, Code: "APEX_ERROR"}, Retry},
		"lock":               {Failure{Status: 400, Code: "UNABLE_TO_LOCK_ROW"}, Retry},
		"lock of a row":      {Failure{Code: "UNABLE_TO_LOCK_ROW"}, Retry},
		"halted":             {Failure{Code: "PROCESSING_HALTED"}, Retry},
		"session":            {Failure{Status: 401, Code: "INVALID_SESSION_ID"}, Session},
		"session, old style": {Failure{Status: 400, Code: "INVALID_SESSION_ID"}, Session},
		"another 401":        {Failure{Status: 401, Code: "INVALID_AUTH_HEADER"}, Session},
		"limit":              {Failure{Status: 403, Code: "REQUEST_LIMIT_EXCEEDED"}, Throttled},
		"too many":           {Failure{Status: 429, Foreign: true}, Throttled},
		"no right":           {Failure{Status: 403, Code: "INSUFFICIENT_ACCESS"}, Permanent},
		"edge":               {Failure{Status: 420, Code: "X"}, Retry},
		"validation":         {Failure{Status: 400, Code: "FIELD_CUSTOM_VALIDATION_EXCEPTION"}, Permanent},
		"several matches":    {Failure{Status: 300, Code: "X"}, Permanent},
		"no parent yet":      {Failure{Code: "INVALID_CROSS_REFERENCE_KEY"}, Doubtful},
		"no parent by id":    {Failure{Status: 400, Code: "INVALID_FIELD", Message: "Foreign key external ID: a not found for field Ext_Id__c in entity Account"}, Doubtful},
		"no such column":     {Failure{Status: 400, Code: "INVALID_FIELD", Message: "No such column 'foo' on sobject of type Account"}, Permanent},
		"race of upserts":    {Failure{Status: 400, Code: "DUPLICATE_VALUE"}, Doubtful},
	} {
		assert.Equal(t, c.want, Classify(&c.failure), name)
	}
}

func TestFailureSaysItTheSameWayEachTime(t *testing.T) {
	refused := &net.OpError{Op: "dial", Addr: &net.TCPAddr{Port: 4711}, Err: syscall.ECONNREFUSED}
	assert.Equal(t, "connection refused", (&Failure{Err: refused}).Error())
	assert.Equal(t, "no answer in time", (&Failure{Err: context.DeadlineExceeded}).Error())
	assert.Equal(t, "HTTP 503 without a Salesforce error in it", (&Failure{Status: 503, Foreign: true}).Error())
	assert.Equal(t, "HTTP 400 X: y", (&Failure{Status: 400, Code: "X", Message: "y"}).Error())
	assert.Equal(t, "X: y", (&Failure{Code: "X", Message: "y"}).Error())
}

func TestGiveUp(t *testing.T) {
	assert.True(t, GiveUp(Permanent, 1, 0))
	assert.False(t, GiveUp(Retry, 1_000_000, 0), "an outage makes no dead letters")
	assert.False(t, GiveUp(Doubtful, 3, 3))
	assert.True(t, GiveUp(Doubtful, mostDoubts, mostDoubts))
}

func TestRowError(t *testing.T) {
	f := rowError("UNABLE_TO_LOCK_ROW:unable to obtain exclusive access to this record or 1 records: 001x:--")
	assert.Equal(t, "UNABLE_TO_LOCK_ROW", f.Code)
	assert.Equal(t, "unable to obtain exclusive access to this record or 1 records: 001x", f.Message)
	assert.Equal(t, "X", rowError("X").Code)
}
