package mocksf

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strings"
)

// callOption reads one of the settings in Sforce-Call-Options, such as
// client=MyApp (REST API guide, Call Options Header).
func callOption(header http.Header, name string) string {
	for option := range strings.FieldsFuncSeq(header.Get("Sforce-Call-Options"), func(c rune) bool { return c == ',' || c == ';' }) {
		key, value, _ := strings.Cut(option, "=")
		if strings.EqualFold(strings.TrimSpace(key), name) {
			return strings.TrimSpace(value)
		}
	}
	return ""
}

// traceID is the id that a client gives its request: 22 letters and digits, or
// 32 (Object Reference, EventLogFile, REQUEST_ID). Any other is none.
func traceID(header http.Header) string {
	id := header.Get("X-SFDC-REQUEST-ID")
	if len(id) != 22 && len(id) != 32 {
		return ""
	}
	for _, c := range id {
		if (c < '0' || c > '9') && (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') {
			return ""
		}
	}
	return id
}

// pretty lays a JSON body out for people, where X-PrettyPrint asks for it.
func pretty(header http.Header, contentType string, body []byte) []byte {
	if header.Get("X-PrettyPrint") != "1" || !strings.HasPrefix(contentType, "application/json") {
		return body
	}
	var laidOut bytes.Buffer
	if err := json.Indent(&laidOut, body, "", "  "); err != nil {
		return body // a hook's reply that is no JSON stays as it is
	}
	return laidOut.Bytes()
}
