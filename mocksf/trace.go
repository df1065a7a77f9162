package mocksf

import (
	"bytes"
	"fmt"
	"net"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/squall-harness/squall/mocksf/commitlog"
)

// Trace is one request as an engineer wants to read it. It holds no query
// string, no header and no body, so neither a token nor a password.
type Trace struct {
	commitlog.Request
	Time time.Time // arrival, on the org's clock
	Code string    // of the first error in the reply; "" for none
	Size int       // of the reply's body, in bytes
	From string    // the client's address, without the port
}

// String is one line: time, status, milliseconds, API, records, method, path,
// identity, and what was out of the ordinary.
func (t Trace) String() string {
	status := "---"
	if t.Status > 0 {
		status = strconv.Itoa(t.Status)
	}
	parts := []string{fmt.Sprintf("%s %s %8.1fms %-11s %5d  %-6s %s", t.Time.Format("15:04:05.000"), status, float64(t.Took)/1e6, t.API, t.Records, t.Method, printable(t.Path))}
	for _, part := range []string{t.Code, printable(t.Identity)} {
		if part != "" {
			parts = append(parts, part)
		}
	}
	if t.Failed > 0 {
		parts = append(parts, fmt.Sprintf("failed=%d", t.Failed))
	}
	if t.Fault != "" {
		parts = append(parts, "fault="+printable(t.Fault))
	}
	if t.Fate.ReplyLost() {
		parts = append(parts, "reply "+string(t.Fate))
	}
	return strings.Join(parts, "  ")
}

// errorName is what a request that failed is counted under: the code, or the
// status where the reply has none.
func (t Trace) errorName() string {
	if t.Code == "" && t.Status >= http.StatusBadRequest {
		return "HTTP " + strconv.Itoa(t.Status)
	}
	return t.Code
}

// longest is how much of a text from outside a line shows.
const longest = 200

// printable keeps a text from outside in its line. What it returns shares no
// memory with the request.
func printable(text string) string {
	text = strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return '\uFFFD'
		}
		return r
	}, text)
	if utf8.RuneCountInString(text) > longest {
		text = string([]rune(text)[:longest]) + "…"
	}
	return strings.Clone(text)
}

// trace describes a request that is over.
func (w *watch) trace(x *exchange, entry commitlog.Request) Trace {
	t := Trace{Request: entry, Time: w.org.cfg.Now().Add(-entry.Took), From: clientIP(x.http)}
	t.Path, t.Identity = x.http.URL.EscapedPath(), strings.Clone(t.Identity)
	if x.outer != nil {
		t.Size = len(x.answer.body)
		if t.Status >= http.StatusMultipleChoices || t.Failed > 0 {
			t.Code = errorCode(x.answer.body)
		}
	}
	return t
}

func clientIP(hr *http.Request) string {
	if host, _, err := net.SplitHostPort(hr.RemoteAddr); err == nil {
		return host
	}
	return ""
}

// codes finds the first error code of a reply in the form of any API.
var codes = regexp.MustCompile(`"(?:errorCode|statusCode|exceptionCode|error)"\s*:\s*"([A-Za-z_]+)"|<(?:\w+:)?(?:exceptionCode|errorCode|statusCode)>([A-Za-z_]+)<`)

func errorCode(body []byte) string {
	found := codes.FindSubmatch(body[:min(len(body), 1<<20)])
	if found == nil {
		return ""
	}
	return string(bytes.Join(found[1:], nil))
}

// recentTraces holds the newest traces.
type recentTraces struct {
	most  int
	list  []Trace
	start int // of the oldest
}

func (r *recentTraces) add(t Trace) {
	if len(r.list) < r.most {
		r.list = append(r.list, t)
		return
	}
	r.list[r.start] = t
	r.start = (r.start + 1) % r.most
}

// newest returns the traces, the newest first.
func (r *recentTraces) newest() []Trace {
	all := slices.Concat(r.list[r.start:], r.list[:r.start])
	slices.Reverse(all)
	return all
}
