package mocksf

import (
	"bytes"
	"encoding/json"
	"iter"
	"net/http"
	"strings"
)

// callOption reads one of the settings in Sforce-Call-Options, such as
// client=MyApp (REST API guide, Call Options Header).
func callOption(header http.Header, name string) string {
	for key, value := range options(header.Get("Sforce-Call-Options"), ",;") {
		if strings.EqualFold(key, name) {
			return value
		}
	}
	return ""
}

// options yields the settings in a header, such as client=MyApp; one of the
// separators stands between two.
func options(header, separators string) iter.Seq2[string, string] {
	return func(yield func(name, value string) bool) {
		for option := range strings.FieldsFuncSeq(header, func(c rune) bool { return strings.ContainsRune(separators, c) }) {
			name, value, _ := strings.Cut(option, "=")
			if !yield(strings.TrimSpace(name), strings.TrimSpace(value)) {
				return
			}
		}
	}
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
