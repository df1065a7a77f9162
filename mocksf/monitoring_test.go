package mocksf_test

import (
	"encoding/csv"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/squall-harness/squall/mocksf"
	"github.com/squall-harness/squall/mocksf/commitlog"
	"github.com/squall-harness/squall/mocksf/trust"
)

// wall is the org's wall clock: it stands still until it is moved.
type wall struct {
	mu sync.Mutex
	at time.Time
}

func newWall() *wall { return &wall{at: time.Date(2026, 3, 1, 22, 10, 0, 0, time.UTC)} }

func (w *wall) now() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.at
}

func (w *wall) forward(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.at = w.at.Add(d)
}

// inside is a client that calls the org without a socket: when a call returns
// the org has taken note of it.
type inside struct {
	t     *testing.T
	org   *mocksf.Org
	token string
}

func openInside(t *testing.T, cfg mocksf.Config) *inside {
	d := &inside{t: t, org: mocksf.New(cfg)}
	t.Cleanup(d.org.Close)
	d.token = d.org.Visit("erp")
	return d
}

// login makes the client one whose calls count.
func (d *inside) login() {
	d.t.Helper()
	var granted struct {
		Token string `json:"access_token"`
	}
	got := d.do("POST", "/services/oauth2/token", "grant_type=client_credentials&client_id=erp&client_secret=s")
	require.NoError(d.t, json.Unmarshal([]byte(got.body), &granted), got.body)
	d.token = granted.Token
}

func (d *inside) do(method, path, body string) answered {
	if !strings.HasPrefix(path, "/") {
		path = "/services/data/v67.0/" + path
	}
	got := browse(d.org, method, path, func(r *http.Request) {
		r.Header.Set("Authorization", "Bearer "+d.token)
		r.Body, r.ContentLength = io.NopCloser(strings.NewReader(body)), int64(len(body))
	})
	return answered{got.Code, got.Header(), got.Body.String()}
}

// records asks as an exporter does.
func (d *inside) records(soql string) []map[string]any {
	d.t.Helper()
	var page struct {
		Records []map[string]any `json:"records"`
	}
	got := d.do("GET", "query?q="+url.QueryEscape(soql), "")
	require.NoError(d.t, json.Unmarshal([]byte(got.body), &page), got.body)
	return page.Records
}

// logFile downloads a file and returns its lines as maps by column.
func (d *inside) logFile(record map[string]any) []map[string]string {
	d.t.Helper()
	got := d.do("GET", record["LogFile"].(string), "")
	require.Equal(d.t, 200, got.status)
	assert.Equal(d.t, "text/csv", got.header.Get("Content-Type"))
	rows, err := csv.NewReader(strings.NewReader(got.body)).ReadAll()
	require.NoError(d.t, err)
	var lines []map[string]string
	for _, row := range rows[1:] {
		line := map[string]string{}
		for i, name := range rows[0] {
			line[name] = row[i]
		}
		lines = append(lines, line)
	}
	return lines
}

func TestEventLogFilesTellWhatHappened(t *testing.T) {
	w := newWall()
	d := openInside(t, mocksf.Config{Now: w.now, Monitoring: mocksf.Monitoring{EventLog: mocksf.EventLog{Events: 100}}})
	d.login()
	require.Equal(t, 201, d.do("PATCH", "sobjects/Account/Ext_Id__c/a-1", `{"Name":"One"}`).status)
	require.Equal(t, 400, d.do("POST", "sobjects/Account", `{}`).status)
	d.org.NoteCallout(mocksf.Callout{Method: "POST", URL: "https://third.example/in", Status: 503, Took: 40 * time.Millisecond})
	d.org.NoteException(mocksf.ApexException{Type: "System.CalloutException", Message: "Read timed out", Stack: "Class.Sync: line 1"})
	const hourly = "SELECT Id,EventType,CreatedDate,LogDate,Interval,LogFile,LogFileLength,Sequence FROM EventLogFile WHERE Interval='Hourly'"
	assert.Empty(t, d.records(hourly), "the hour is not over")

	w.forward(50 * time.Minute)
	byType := map[string]map[string]any{}
	for _, r := range d.records(hourly) {
		byType[r["EventType"].(string)] = r
		assert.Equal(t, "2026-03-01T22:00:00.000+0000", r["LogDate"])
		assert.Equal(t, "2026-03-01T23:00:00.000+0000", r["CreatedDate"])
		assert.EqualValues(t, 1, r["Sequence"])
		assert.True(t, strings.HasPrefix(r["Id"].(string), "0AT"))
		assert.EqualValues(t, len(d.do("GET", r["LogFile"].(string), "").body), r["LogFileLength"])
	}
	require.Len(t, byType, 5)

	calls := d.logFile(byType["RestApi"])
	require.Len(t, calls, 3, "the two writes and the query")
	assert.Equal(t, []string{"PATCH", "201", "Account", "1", "/services/data/v67.0/sobjects/Account/Ext_Id__c/a-1", "20260301221000.000"},
		[]string{calls[0]["METHOD"], calls[0]["STATUS_CODE"], calls[0]["ENTITY_NAME"], calls[0]["ROWS_PROCESSED"], calls[0]["URI"], calls[0]["TIMESTAMP"]})
	assert.Equal(t, "400", calls[1]["STATUS_CODE"])
	usage := d.logFile(byType["ApiTotalUsage"])
	require.Len(t, usage, 3)
	assert.Equal(t, []string{"REST", "67.0", "1"}, []string{usage[0]["API_FAMILY"], usage[0]["API_VERSION"], usage[0]["COUNTS_AGAINST_API_LIMIT"]})
	assert.Equal(t, "LOGIN_NO_ERROR", d.logFile(byType["Login"])[0]["LOGIN_STATUS"])
	out := d.logFile(byType["ApexCallout"])[0]
	assert.Equal(t, []string{`"https://third.example/in"`, "503", "0", "40"}, []string{out["URL"], out["STATUS_CODE"], out["SUCCESS"], out["TIME"]})
	assert.Equal(t, "Read timed out", d.logFile(byType["ApexUnexpectedException"])[0]["EXCEPTION_MESSAGE"])

	w.forward(time.Hour)
	daily := d.records("SELECT LogFile, LogDate, Sequence FROM EventLogFile WHERE Interval='Daily' AND EventType='RestApi'")
	require.Len(t, daily, 1)
	assert.Equal(t, "2026-03-01T00:00:00.000+0000", daily[0]["LogDate"])
	assert.EqualValues(t, 0, daily[0]["Sequence"])
	assert.Greater(t, len(d.logFile(daily[0])), 3, "the calls of both hours")
	assert.EqualValues(t, 1, d.org.Log().Len(), "log files are no commits")
}

func TestBulkJobsInTheEventLog(t *testing.T) {
	w := newWall()
	d := openInside(t, mocksf.Config{Now: w.now, Monitoring: mocksf.Monitoring{EventLog: mocksf.EventLog{Events: 100}}})
	var job struct{ ID string }
	require.NoError(t, json.Unmarshal([]byte(d.do("POST", "jobs/ingest", `{"object":"Account","operation":"insert"}`).body), &job))
	require.Equal(t, 201, d.do("PUT", "jobs/ingest/"+job.ID+"/batches", "Name\nOne\n\"\"\n").status)
	require.Equal(t, 200, d.do("PATCH", "jobs/ingest/"+job.ID, `{"state":"UploadComplete"}`).status)
	require.Eventually(t, func() bool { return d.org.OpenJobs() == 0 }, 5*time.Second, time.Millisecond)
	w.forward(time.Hour)
	files := d.records("SELECT LogFile FROM EventLogFile WHERE EventType='BulkApi2' AND Interval='Hourly'")
	require.Len(t, files, 1)
	var states []string
	for _, line := range d.logFile(files[0]) {
		assert.Equal(t, []string{job.ID[:15], "insert", "Account"}, []string{line["JOB_ID"], line["OPERATION_TYPE"], line["ENTITY_TYPE"]})
		states = append(states, line["JOB_STATUS"]+" "+line["RECORDS_PROCESSED"]+" "+line["RECORDS_FAILED"])
	}
	assert.Equal(t, []string{"Open 0 0", "UploadComplete 0 0", "InProgress 0 0", "JobComplete 2 1"}, states)
}

func TestBatchesOfBulk1InTheEventLog(t *testing.T) {
	w := newWall()
	d := openInside(t, mocksf.Config{Now: w.now, Monitoring: mocksf.Monitoring{EventLog: mocksf.EventLog{Events: 100}}})
	call := func(path, kind, body string) (answer struct{ ID string }) {
		got := browse(d.org, "POST", "/services/async/60.0/"+path, func(r *http.Request) {
			r.Header.Set("X-SFDC-Session", d.token)
			r.Header.Set("Content-Type", kind)
			r.Body, r.ContentLength = io.NopCloser(strings.NewReader(body)), int64(len(body))
		})
		require.Less(t, got.Code, 300, got.Body.String())
		require.NoError(t, json.Unmarshal(got.Body.Bytes(), &answer), got.Body.String())
		return answer
	}
	job := call("job", "application/json", `{"operation":"insert","object":"Account","contentType":"JSON"}`).ID
	batch := call("job/"+job+"/batch", "application/json", `[{"Name":"One"},{"Phone":"1"}]`).ID
	var line map[string]string
	require.Eventually(t, func() bool {
		w.forward(time.Hour)
		for _, f := range d.records("SELECT LogFile FROM EventLogFile WHERE EventType='BulkApi' AND Interval='Hourly'") {
			line = d.logFile(f)[0]
		}
		return line != nil
	}, 5*time.Second, time.Millisecond)
	assert.Equal(t, []string{job[:15], batch[:15], "2", "1", "1"}, []string{line["JOB_ID"], line["BATCH_ID"], line["ROWS_PROCESSED"], line["NUMBER_FAILURES"], line["SUCCESS"]})
}

func TestClientsDoNotWriteWhatTheOrgNotes(t *testing.T) {
	d := openInside(t, mocksf.Config{Monitoring: mocksf.Monitoring{LoginHistory: 5, EventLog: mocksf.EventLog{Events: 5}}})
	d.login()
	id := d.records("SELECT Id FROM LoginHistory")[0]["Id"].(string)
	for _, c := range []struct{ call, body, want string }{
		{"POST sobjects/EventLogFile", `{}`, "entity type cannot be inserted: EventLogFile"},
		{"POST sobjects/EventLogFile", `{"EventType":"x"}`, "INVALID_FIELD_FOR_INSERT_UPDATE"},
		{"PATCH sobjects/LoginHistory/" + id, `{}`, "entity type cannot be updated: LoginHistory"},
		{"DELETE sobjects/LoginHistory/" + id, "", "entity type cannot be deleted: LoginHistory"},
	} {
		method, path, _ := strings.Cut(c.call, " ")
		got := d.do(method, path, c.body)
		assert.Equal(t, 400, got.status, c.call)
		assert.Contains(t, got.body, c.want, c.call)
	}
	assert.Contains(t, d.do("GET", "sobjects/EventLogFile/describe", "").body, `"createable":false`)
	assert.Equal(t, 1, d.org.Count("LoginHistory"))
}

func TestAFailingTriggerIsAnUnexpectedException(t *testing.T) {
	w := newWall()
	d := openInside(t, mocksf.Config{Now: w.now, Monitoring: mocksf.Monitoring{EventLog: mocksf.EventLog{Events: 5}}, Hook: func(c *mocksf.Call) mocksf.Decision {
		return mocksf.Decision{Reply: &mocksf.Reply{Status: 400, Body: `[{"message":"Sync: System.LimitException: \"CPU\"","errorCode":"CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY"}]`}}
	}})
	d.do("POST", "sobjects/Account", `{"Name":"x"}`)
	w.forward(time.Hour)
	assert.Equal(t, 400, d.do("GET", "limits", "").status)
	assert.Equal(t, 3, d.org.Count("EventLogFile"), "a file each of ApiTotalUsage, RestApi and ApexUnexpectedException")
}

func TestOldLogFilesMakeRoom(t *testing.T) {
	w := newWall()
	d := openInside(t, mocksf.Config{Now: w.now, Monitoring: mocksf.Monitoring{EventLog: mocksf.EventLog{Events: 10, Hour: time.Minute, Bytes: 4000}}})
	for range 20 {
		d.do("GET", "limits", "")
		w.forward(time.Minute)
	}
	files := d.records("SELECT Id, LogFile, LogFileLength FROM EventLogFile")
	sum := 0.0
	for _, f := range files {
		sum += f["LogFileLength"].(float64)
	}
	assert.NotEmpty(t, files)
	assert.LessOrEqual(t, sum, 4000.0)
	assert.Equal(t, 404, d.do("GET", "sobjects/EventLogFile/0AT5g0000000001/LogFile", "").status)
	assert.Equal(t, 404, d.do("GET", "sobjects/EventLogFile/junk/LogFile", "").status)
}

func TestRestoreLeavesTheLogFiles(t *testing.T) {
	d := openInside(t, mocksf.Config{Monitoring: mocksf.Monitoring{LoginHistory: 10}})
	restore := d.org.Backup()
	_, err := d.org.Insert("Account", map[string]any{"Name": "later"})
	require.NoError(t, err)
	require.Equal(t, 400, d.do("POST", "/services/oauth2/token", "grant_type=bogus").status)
	assert.Equal(t, 1, restore())
	assert.Zero(t, d.org.Count("Account"))
	assert.Equal(t, 1, d.org.Count("LoginHistory"))
}

func TestLoginHistory(t *testing.T) {
	d := openInside(t, mocksf.Config{Username: "u@x", Password: "pw-9", Monitoring: mocksf.Monitoring{LoginHistory: 3}})
	form := func(text string) { d.do("POST", "/services/oauth2/token", text) }
	form("grant_type=password&client_id=c&client_secret=s&username=u@x&password=wrong")
	form("grant_type=password&client_id=c&client_secret=s&username=u@x&password=pw-9")
	d.do("POST", "/services/Soap/u/60.0", `<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body><n1:login xmlns:n1="urn:partner.soap.sforce.com"><n1:username>u@x</n1:username><n1:password>no</n1:password></n1:login></e:Body></e:Envelope>`)
	var got []string
	for _, r := range d.records("SELECT LoginType, Status, SourceIp, ApiVersion, LoginTime FROM LoginHistory") {
		assert.Equal(t, "127.0.0.1", r["SourceIp"])
		assert.NotNil(t, r["LoginTime"])
		got = append(got, r["LoginType"].(string)+" "+r["Status"].(string)+" "+r["ApiVersion"].(string))
	}
	assert.Equal(t, []string{"Remote Access 2.0 Invalid Password N/A", "Remote Access 2.0 Success N/A", "Other Apex API Invalid Password 60.0"}, got)
}

func TestUsageNotices(t *testing.T) {
	w := newWall()
	var told []mocksf.UsageNotice
	d := openInside(t, mocksf.Config{Now: w.now, DailyRequests: 10, Monitoring: mocksf.Monitoring{
		Usage: mocksf.UsageNotices{Percents: []int{50, 80}, Again: time.Hour, OnNotice: func(n mocksf.UsageNotice) { told = append(told, n) }},
	}})
	d.login()
	for range 8 {
		d.do("GET", "limits", "")
	}
	require.Len(t, told, 2)
	assert.Equal(t, []int{50, 5, 10, 80, 8}, []int{told[0].Percent, told[0].Used, told[0].Max, told[1].Percent, told[1].Used})
	assert.Contains(t, told[0].Subject(), "50%")
	assert.Contains(t, told[0].Body(), "5 of 10")
	w.forward(time.Hour)
	d.do("GET", "limits", "")
	assert.Len(t, told, 4, "still passed an hour later")
}

func TestTraceIsReadableAndHoldsNoSecret(t *testing.T) {
	var lines []string
	d := openInside(t, mocksf.Config{Monitoring: mocksf.Monitoring{OnTrace: func(t mocksf.Trace) { lines = append(lines, t.String()) }}, Hook: func(c *mocksf.Call) mocksf.Decision {
		if strings.HasSuffix(c.Path, "/limits") {
			return mocksf.Decision{Fault: "503\npage", Reply: &mocksf.Reply{Status: 503, Body: "<html>", ContentType: "text/html"}}
		}
		return mocksf.Decision{}
	}})
	d.do("POST", "/services/oauth2/token", "grant_type=password&client_id=cc&client_secret=hush-1&username=u&password=hush-2")
	d.do("POST", "sobjects/Account", `{"Phone":"x"}`)
	d.do("POST", "composite/sobjects", `{"records":[{"attributes":{"type":"Account"},"Name":"a"},{"attributes":{"type":"Account"}}]}`)
	d.do("GET", "/id/00D/005?oauth_token="+d.token, "")
	d.do("GET", "limits", "")
	d.do("GET", "sobjects/Account/a%0Ab", "")
	all := strings.Join(lines, "\n")
	for _, want := range []string{
		`(?m)^\d\d:\d\d:\d\d\.\d{3} 200 +\d+\.\dms auth +0  POST   /services/oauth2/token$`,
		`400 +\d+\.\dms row +1  POST   /services/data/v67.0/sobjects/Account  REQUIRED_FIELD_MISSING  \S+`,
		`200 +\d+\.\dms collections +2  POST   /services/data/v67.0/composite/sobjects  REQUIRED_FIELD_MISSING  \S+  failed=1`,
		`503 +\d+\.\dms other +0  GET    /services/data/v67.0/limits  \S+  fault=503.page`,
		`404 .* /services/data/v67.0/sobjects/Account/a%0Ab  NOT_FOUND`,
	} {
		assert.Regexp(t, want, all)
	}
	assert.Len(t, lines, 6)
	for _, secret := range []string{"hush", d.token, "grant_type"} {
		assert.NotContains(t, all, secret)
	}
}

// page asks for a page of the org as a browser does.
func browse(org *mocksf.Org, method, path string, change func(*http.Request)) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, path, nil)
	r.RemoteAddr, r.Host = "127.0.0.1:5000", "localhost:8080"
	if change != nil {
		change(r)
	}
	w := httptest.NewRecorder()
	org.ServeHTTP(w, r)
	return w
}

func TestPageShowsTheOrg(t *testing.T) {
	m := mocksf.DefaultMonitoring()
	m.Usage.Percents = []int{1}
	d := openInside(t, mocksf.Config{Monitoring: m, DailyRequests: 100, Hook: func(c *mocksf.Call) mocksf.Decision {
		if c.API == commitlog.APIRow {
			return mocksf.Decision{Fault: "<i>slow</i>"}
		}
		return mocksf.Decision{}
	}})
	d.login()
	d.do("PATCH", "sobjects/Account/Ext_Id__c/%3Cscript%3E", `{"Name":"One"}`)
	d.do("POST", "sobjects/Account", `{}`)
	d.do("POST", "jobs/ingest", `{"object":"Contact","operation":"insert"}`)
	m.Trust.Raise(trust.Incident{Message: "<b>down</b>"})
	got := browse(d.org, "GET", "/_squall/", nil)
	require.Equal(t, 200, got.Code)
	text := got.Body.String()
	for _, want := range []string{"REQUIRED_FIELD_MISSING", "&lt;i&gt;slow&lt;/i&gt;", "insert Contact", "<td>Account</td><td class=\"n\">1</td>", "3 of 100", "API usage notification",
		"MAJOR_INCIDENT_CORE", `http-equiv="refresh" content="2"`} {
		assert.Contains(t, text, want)
	}
	for _, never := range []string{d.token, "<script", "<i>"} {
		assert.NotContains(t, text, never)
	}
	assert.NotContains(t, browse(d.org, "GET", "/_squall/?pause=1", nil).Body.String(), `http-equiv="refresh"`)
	assert.Contains(t, browse(d.org, "GET", "/_squall/incidents", nil).Body.String(), "&lt;b&gt;down&lt;/b&gt;")
	assert.Equal(t, http.StatusSeeOther, browse(d.org, "GET", "/_squall", nil).Code)
	assert.Equal(t, http.StatusNotFound, browse(d.org, "GET", "/_squall/nothing", nil).Code)
	assert.NotContains(t, browse(d.org, "GET", "/_squall/", nil).Body.String(), "/_squall/nothing", "looking on is no request of the org")
}

func TestPageIsForTheEngineerOnly(t *testing.T) {
	m := mocksf.DefaultMonitoring()
	d := openInside(t, mocksf.Config{Monitoring: m})
	for name, c := range map[string]struct {
		method, path string
		change       func(*http.Request)
		want         int
	}{
		"loopback":         {"GET", "/_squall/", nil, 200},
		"IPv6":             {"GET", "/_squall/", func(r *http.Request) { r.RemoteAddr, r.Host = "[::1]:9", "[::1]:8080" }, 200},
		"without a port":   {"GET", "/_squall/", func(r *http.Request) { r.Host = "127.0.0.1" }, 200},
		"other machine":    {"GET", "/_squall/", func(r *http.Request) { r.RemoteAddr = "10.0.0.7:5000" }, 403},
		"rebound name":     {"GET", "/_squall/", func(r *http.Request) { r.Host = "evil.example" }, 403},
		"name that begins": {"GET", "/_squall/", func(r *http.Request) { r.Host = "localhost.evil.example" }, 403},
		"no host":          {"GET", "/_squall/", func(r *http.Request) { r.Host = "" }, 403},
		"form":             {"POST", "/_squall/raise", func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "same-origin") }, 303},
		"form elsewhere":   {"POST", "/_squall/raise", func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "cross-site") }, 403},
		"other origin":     {"POST", "/_squall/raise", func(r *http.Request) { r.Header.Set("Origin", "http://evil.example") }, 403},
	} {
		got := browse(d.org, c.method, c.path, c.change)
		assert.Equal(t, c.want, got.Code, name)
		assert.Contains(t, got.Header().Get("Content-Security-Policy"), "default-src 'none'", name)
	}
	assert.Len(t, m.Trust.Incidents(), 1, "one form went through")
	form := func(path string) {
		require.Equal(t, 303, browse(d.org, "POST", path, nil).Code)
	}
	form("/_squall/resolve?id=" + m.Trust.Incidents()[0].ID)
	assert.True(t, m.Trust.Incidents()[0].Resolved.IsZero(), "what a form sends is in its body, not in the address")
	form("/_squall/green")
}

func TestStatusSiteHasItsHostAndItsPrefix(t *testing.T) {
	d := openInside(t, mocksf.Config{Monitoring: mocksf.Monitoring{Trust: trust.New(trust.Config{})}})
	far := func(host string) func(*http.Request) {
		return func(r *http.Request) { r.RemoteAddr, r.Host = "10.0.0.7:5000", host }
	}
	assert.Contains(t, browse(d.org, "GET", "/v1/instances/EU42/status", far("api.status.salesforce.com:443")).Body.String(), `"status":"OK"`)
	assert.Contains(t, browse(d.org, "GET", "/_squall/trust/v1/instances/eu42/status", far("org.example")).Body.String(), `"status":"OK"`)
	assert.Equal(t, 404, browse(d.org, "GET", "/v1/instances", far("org.example")).Code)
}

func TestNothingIsMonitoredUnlessAsked(t *testing.T) {
	d := openInside(t, mocksf.Config{})
	d.org.NoteCallout(mocksf.Callout{})
	d.org.NoteException(mocksf.ApexException{})
	assert.Equal(t, 404, d.do("GET", "/_squall/", "").status)
	assert.Equal(t, 404, d.do("GET", "/_squall/trust/v1/instances", "").status)
	assert.Contains(t, d.do("GET", "query?q=SELECT+Id+FROM+EventLogFile", "").body, "INVALID_TYPE")
	assert.Contains(t, d.do("GET", "query?q=SELECT+Id+FROM+LoginHistory", "").body, "INVALID_TYPE")
}

func FuzzTraceIsOneLine(f *testing.F) {
	f.Add("/services/data/v67.0/sobjects/Account/a%0Ab", "me\n", "fault\r\x1b[31m")
	f.Fuzz(func(t *testing.T, path, identity, fault string) {
		trace := mocksf.Trace{Request: commitlog.Request{Path: path, Identity: identity, Fault: fault}}
		for _, r := range trace.String() {
			require.True(t, unicode.IsPrint(r), "%q", trace.String())
		}
		require.Less(t, len([]rune(trace.String())), 1000)
	})
}
