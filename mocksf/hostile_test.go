package mocksf_test

import (
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/squall-harness/squall/mocksf"
)

// FuzzRecord puts a record into every call that holds records.
func FuzzRecord(f *testing.F) {
	for _, seed := range []string{
		`{"Name":"n"}`, `{"attributes":{"type":"Account","referenceId":"r"},"Id":"001","Name":null}`, `[]`, `null`, `1e999`,
		`{"attributes":{"type":"account","referenceId":"r"},"Name":"n","Contacts":{"records":[{"attributes":{"referenceId":"s"},"LastName":"x"}]}}`,
		`{"Account__r":{"Ext_Id__c":"@{a.id}"}}`, `{"attributes":[],"records":{"records":[{}]}}`, `{"Ext_Id__c":"\ud800","Name":"@{a"}`, `{"a":1},{"b":2}`,
	} {
		f.Add(seed)
	}
	d := newDirect(mocksf.Config{DailyRequests: 1 << 40})
	f.Cleanup(d.org.Close)
	calls := map[string]string{
		"POST composite/sobjects":                    `{"allOrNone":true,"records":[$,$]}`,
		"PATCH composite/sobjects":                   `{"records":[$]}`,
		"PATCH composite/sobjects/Account/Ext_Id__c": `{"allOrNone":true,"records":[$,{"Ext_Id__c":"k","Name":"n"}]}`,
		"POST composite/sobjects/Account":            `{"ids":[$],"fields":[$]}`,
		"POST composite/tree/Account":                `{"records":[$]}`,
		"POST composite":                             `{"allOrNone":true,` + subs(sub("a", "POST", "sobjects/Account", `{"Name":"n"}`), sub("b", "POST", "sobjects/Order__c", `$`)) + `}`,
		"POST composite/graph":                       `{"graphs":[{"graphId":"g",` + subs(sub("a", "PATCH", "sobjects/Account/Ext_Id__c/k", `$`)) + `}]}`,
		"POST composite/batch":                       `{"haltOnError":true,"batchRequests":[{"method":"POST","url":"v67.0/sobjects/Account","richInput":$},{"method":"GET","url":$}]}`,
	}
	f.Fuzz(func(t *testing.T, record string) {
		for call, body := range calls {
			method, path, _ := strings.Cut(call, " ")
			w := d.send(method, path, strings.ReplaceAll(body, "$", record))
			assert.Less(t, w.Code, 500, "%s %q: %s", call, record, w.Body)
		}
	})
}

// FuzzHeaders throws headers and query parameters at what reads them.
func FuzzHeaders(f *testing.F) {
	for _, seed := range []string{`"x"`, `*`, `W/"x", "y"`, "Thu, 01 Jan 2015 00:00:00 GMT", "2026-01-02T03:04:05Z", "client=a, defaultNamespace", "batchSize=200", "0123456789abcdefABCDEF", "1", ";=,", "application/xml"} {
		f.Add(seed, seed)
	}
	o := mocksf.New(mocksf.Config{DailyRequests: 1 << 40})
	f.Cleanup(o.Close)
	token := o.Visit("fuzz")
	names := []string{"If-Match", "If-None-Match", "If-Modified-Since", "If-Unmodified-Since", "Sforce-Call-Options", "Sforce-Query-Options", "X-SFDC-REQUEST-ID", "X-PrettyPrint", "Accept"}
	f.Fuzz(func(t *testing.T, one, two string) {
		q := url.Values{"start": {one}, "end": {two}, "limit": {one}, "fields": {two}, "ids": {one}, "q": {two}, "_HttpMethod": {one}}.Encode()
		for _, call := range []string{
			"GET sobjects/Account/updated", "GET sobjects/Account/deleted", "GET recent", "GET composite/sobjects/Account", "DELETE composite/sobjects",
			"GET sobjects/User/" + "005000000000001", "PATCH sobjects/Account/Ext_Id__c/k", "POST sobjects/Account/Ext_Id__c/k", "GET query", "GET sobjects",
		} {
			method, path, _ := strings.Cut(call, " ")
			hr, err := http.NewRequest(method, "http://127.0.0.1/services/data/v67.0/"+path+"?"+q, strings.NewReader(`{"Name":"n"}`))
			if err != nil {
				continue
			}
			hr.RequestURI = hr.URL.RequestURI()
			for i, name := range names {
				hr.Header.Set(name, []string{one, two}[i%2])
			}
			hr.Header.Set("Authorization", "Bearer "+token)
			w := &discard{header: http.Header{}}
			o.ServeHTTP(w, hr)
			assert.Less(t, w.status, 500, "%s %q %q", call, one, two)
		}
	})
}

// discard is a reply that nobody reads.
type discard struct {
	io.Writer
	header http.Header
	status int
}

func (d *discard) Header() http.Header            { return d.header }
func (d *discard) WriteHeader(status int)         { d.status = status }
func (d *discard) Write(text []byte) (int, error) { return len(text), nil }

func TestHostileJSON(t *testing.T) {
	d := openDoor(t, mocksf.Config{})
	for name, body := range map[string]string{
		"values": `[` + strings.Repeat("1,", 2_000_000) + `1]`,
		"twice":  `{` + strings.Repeat(`"Name":"n",`, 100_000) + `"Name":"n"`,
		"braces": strings.Repeat(`{"a":`, 600),
	} {
		a := d.do("POST", "sobjects/Account", strings.NewReader(body))
		assert.Equal(t, 400, a.status, name)
		assert.Contains(t, a.body, "JSON_PARSER_ERROR", name)
		assert.Less(t, len(a.body), 1000, name)
	}
	a := d.do("POST", "composite/batch", strings.NewReader(`{"batchRequests":[{"method":"`+strings.Repeat("x", 100_000)+`","url":"`+strings.Repeat("y", 100_000)+`"}]}`))
	assert.Equal(t, 400, a.status)
	assert.Less(t, len(a.body), 1000, "an error repeats a part of what it is about")
	long := strings.Repeat("-", 100_000)
	get := `{"referenceId":"a","method":"GET","url":"/services/data/v67.0/limits"}`
	for path, body := range map[string]string{
		"composite":                      `{"compositeRequest":[{"referenceId":"` + long + `","method":"GET","url":"/services/data/v67.0/limits"}]}`,
		"composite#method":               `{"compositeRequest":[{"referenceId":"a","method":"` + long + `","url":"x"}]}`,
		"composite#header":               `{"compositeRequest":[{"referenceId":"a","method":"GET","url":"/services/data/v67.0/limits","httpHeaders":{"Authorization":"` + long + `"}}]}`,
		"/services/data/v50.0/composite": `{"compositeRequest":[` + strings.Replace(get, "a", long, 1) + `,` + strings.Replace(get, "a", long, 1) + `]}`,
		"jobs/ingest":                    `{"object":"Account","operation":"` + long + `"}`,
		"jobs/ingest#object":             `{"object":"` + long + `","operation":"insert"}`,
		"jobs/ingest#format":             `{"object":"Account","operation":"insert","columnDelimiter":"` + long + `"}`,
		"jobs/query":                     `{"operation":"` + long + `"}`,
		"/services/async/67.0/job":       `{"object":"Account","operation":"insert","contentType":"` + long + `"}`,
	} {
		path, _, _ = strings.Cut(path, "#")
		a := d.do("POST", path, strings.NewReader(body), "Content-Type", "application/json", "X-SFDC-Session", d.token)
		assert.Equal(t, 400, a.status, path)
		assert.Less(t, len(a.body), 1000, path)
	}
}

// TestPanicIsAnAnswer lets the parts of the org crash that run before and
// during the work.
func TestPanicIsAnAnswer(t *testing.T) {
	for name, cfg := range map[string]mocksf.Config{
		"hook": {Hook: func(c *mocksf.Call) mocksf.Decision {
			if c.Step == "" {
				panic("hook")
			}
			return mocksf.Decision{}
		}},
		"reads": {OnRead: nil, Hook: func(c *mocksf.Call) mocksf.Decision {
			return mocksf.Decision{AfterWork: func() {
				if c.Step == "" {
					panic("after")
				}
			}}
		}},
	} {
		d := openDoor(t, cfg)
		a := d.do("GET", "limits", nil)
		assert.Equal(t, 500, a.status, name)
		assert.Contains(t, a.body, `"errorCode":"UNKNOWN_EXCEPTION"`, name)
		assert.Contains(t, a.body, "req-", name)
	}
}
