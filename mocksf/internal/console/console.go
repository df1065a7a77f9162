// Package console is the page on which an engineer watches a mock org: plain
// HTML that reloads itself, without scripts. It shows what it is given; whoever
// gives it keeps tokens and passwords out.
package console

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"html/template"
	"net"
	"net/http"
	"net/netip"
	"strings"
)

// View is all that the page shows. Texts may come from outside: they are
// escaped.
type View struct {
	Base      string // where the page is, such as /_squall
	Now, Up   string
	Paused    bool // does not reload itself
	Status    string
	Green     bool // the status site shows no trouble whatever happens
	Trust     bool // there is a status site
	Figures   []Figure
	Requests  []Request
	Objects   []Count
	Empty     int // objects without records
	Jobs      []Job
	Limits    []Limit
	Faults    []Count
	Errors    []Count
	Notices   []string
	Incidents []Incident
}

// Figure is one number at the head of the page.
type Figure struct{ Label, Value string }

// Request is one line of the trace.
type Request struct {
	Time, Method, Path, API, Status, Class, Millis, Records, Code, Identity, Note string
}

// Count is a thing and how often there is one.
type Count struct {
	Name string
	N    int
}

// Job is a bulk job.
type Job struct {
	ID, Operation, Object, State string
	Processed, Failed            int
}

// Limit is an allocation.
type Limit struct {
	Name      string
	Used, Max int
}

// Percent is how much of it is used.
func (l Limit) Percent() int {
	if l.Max <= 0 {
		return 0
	}
	return min(100, l.Used*100/l.Max)
}

// Incident is one of the status site.
type Incident struct {
	ID, Kind, Since, Message string
	Active                   bool
}

var (
	//go:embed page.css
	style string
	//go:embed page.html
	pageText string

	page   = template.Must(template.New("page").Parse(pageText))
	policy = contentPolicy(style)
)

// contentPolicy lets the page's own style in, and forms to the page's own
// address, and nothing else.
func contentPolicy(style string) string {
	sum := sha256.Sum256([]byte(style))
	return "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) +
		"'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
}

// Guard lets only the engineer at this machine through: requests from a
// loopback address, under a loopback name, so that no web page that he visits
// can read the answer; and writes only from the page itself.
func Guard(next http.Handler) http.Handler {
	next = http.NewCrossOriginProtection().Handler(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Cache-Control", "no-store")
		if !loopback(r.RemoteAddr) || !loopback(r.Host) {
			http.Error(w, "This page is for the machine that the org runs on: open it as http://127.0.0.1 or http://localhost", http.StatusForbidden)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// loopback tells whether a host, with or without a port, is this machine.
func loopback(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	if strings.EqualFold(host, "localhost") {
		return true
	}
	addr, err := netip.ParseAddr(strings.Trim(host, "[]"))
	return err == nil && addr.Unmap().IsLoopback()
}

// Write answers the page.
func Write(w http.ResponseWriter, name string, v View) {
	var b bytes.Buffer
	err := page.ExecuteTemplate(&b, name, struct {
		View
		Style template.CSS
	}{v, template.CSS(style)})
	if err != nil {
		http.Error(w, "the page cannot be shown: "+err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = b.WriteTo(w) // a browser that is gone needs no answer
}
