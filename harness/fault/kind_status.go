package fault

import (
	"encoding/json"
	"fmt"
	"strings"
)

var status = Kind{
	Name:  "status",
	Does:  "Requests are refused with an HTTP status and a Salesforce error code, and change nothing.",
	Needs: []string{"for", "status", "code"},
	Takes: andAim("message", "body", "contentType"),
	Hits:  "requests refused",
	check: func(f Fault) error { return checkStatus(f.Status) },
	begin: func(_ *Nemesis, w *window) (effect, error) {
		f := w.planned.Fault
		what := fmt.Sprintf("requests refused with %d %s", f.Status, f.Code)
		return answering{w.aim, what, func(c Call) Reply {
			return Reply{Status: f.Status, ContentType: orDefault(f.ContentType, jsonType),
				Body: orDefault(f.Body, errorBody(c, f))}
		}}, nil
	},
}

const jsonType = "application/json;charset=UTF-8"

// errorBody is an error as the API that was called words it: an array of
// errors, or one object from the OAuth endpoints (Salesforce REST API guide,
// Status Codes and Error Responses; OAuth 2.0 authorization errors).
func errorBody(c Call, f Fault) string {
	message := orDefault(f.Message, usualMessage(f.Code))
	var body any = []map[string]string{{"message": message, "errorCode": f.Code}}
	if c.API == apiAuth {
		body = map[string]string{"error": strings.ToLower(f.Code), "error_description": message}
	}
	text, err := json.Marshal(body)
	if err != nil { // strings always marshal
		return "[]"
	}
	return string(text)
}

func usualMessage(code string) string {
	switch code {
	case "REQUEST_LIMIT_EXCEEDED":
		return "TotalRequests Limit exceeded."
	case "SERVER_UNAVAILABLE":
		return "Server Unavailable"
	}
	return strings.ToLower(strings.ReplaceAll(code, "_", " "))
}
