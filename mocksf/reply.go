package mocksf

import (
	"net/http"

	"github.com/squall-harness/squall/mocksf/internal/apierr"
	"github.com/squall-harness/squall/mocksf/internal/jsontree"
)

// jsonType is the content type of almost everything.
const jsonType = "application/json;charset=UTF-8"

// reply is what a route answers: to a client, or into the result of a
// composite call.
type reply struct {
	status      int
	contentType string // "" is jsonType
	header      http.Header
	location    string // "" for none
	verbatim    bool   // a client's file: no byte of it may change
	body        []byte
	failed      int // records refused one by one inside a reply that says 200 or 201
}

// answer is a reply with a body in JSON.
func answer(status int, body []byte) reply { return reply{status: status, body: body} }

// failure is the reply to a request that was refused: always an array.
func failure(err *apierr.Error) reply {
	if err.Code == apierr.Ambiguous.Code {
		err = err.WithStatus(http.StatusBadRequest) // 300 has a body of its own, see upsert.go
	}
	return reply{status: err.Status, body: append(appendError([]byte{'['}, err), ']')}
}

// appendError appends the error object of a REST reply.
func appendError(dst []byte, err *apierr.Error) []byte {
	dst = jsontree.AppendString(append(dst, `{"message":`...), err.Message)
	dst = jsontree.AppendString(append(dst, `,"errorCode":`...), err.Code)
	if err.Fields != nil || err.OfRecord() {
		dst = appendStrings(append(dst, `,"fields":`...), err.Fields)
	}
	return append(dst, '}')
}

// appendResultError appends the error object of one record in a list of
// results.
func appendResultError(dst []byte, err *apierr.Error) []byte {
	dst = jsontree.AppendString(append(dst, `{"statusCode":`...), err.Code)
	dst = jsontree.AppendString(append(dst, `,"message":`...), err.Message)
	dst = appendStrings(append(dst, `,"fields":`...), err.Fields)
	return append(dst, '}')
}

func appendStrings(dst []byte, texts []string) []byte {
	dst = append(dst, '[')
	for i, text := range texts {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = jsontree.AppendString(dst, text)
	}
	return append(dst, ']')
}
