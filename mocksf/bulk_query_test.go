package mocksf_test

import (
	"encoding/csv"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/squall-harness/squall/mocksf"
)

// queryJob creates a query job and waits for its end.
func (d *door) queryJob(spec string) (id string, state string) {
	d.t.Helper()
	var j jobShown
	a := d.json(http.MethodPost, "jobs/query", spec, &j)
	require.Equal(d.t, http.StatusOK, a.status, a.body)
	require.Equal(d.t, "UploadComplete", j.State)
	require.Eventually(d.t, func() bool {
		var now jobShown
		d.json(http.MethodGet, "jobs/query/"+j.ID, "", &now)
		state = now.State
		return state == "JobComplete" || state == "Failed" || state == "Aborted"
	}, 20*time.Second, time.Millisecond)
	return j.ID, state
}

func TestBulkQueryPages(t *testing.T) {
	d := openDoor(t, mocksf.Config{})
	d.fill(450)
	id, state := d.queryJob(`{"operation":"query","query":"SELECT Id, ext_id__c FROM account","contentType":"CSV","columnDelimiter":"PIPE"}`)
	require.Equal(t, "JobComplete", state)
	var pages []string
	var found []string
	for at := ""; at != "null"; {
		path := "jobs/query/" + id + "/results?maxRecords=200"
		if at != "" {
			path += "&locator=" + at
		}
		a := d.do(http.MethodGet, path, nil, "Accept", "application/json")
		require.Equal(t, http.StatusOK, a.status, a.body)
		assert.Regexp(t, "^text/csv(;|$)", a.header.Get("Content-Type"))
		rows, err := readPipes(a.body)
		require.NoError(t, err)
		assert.Equal(t, []string{"Id", "Ext_Id__c"}, rows[0], "on every page")
		assert.Equal(t, fmt.Sprint(len(rows)-1), a.header.Get("Sforce-NumberOfRecords"))
		for _, r := range rows[1:] {
			found = append(found, r[1])
		}
		pages, at = append(pages, path), a.header.Get("Sforce-Locator")
	}
	require.Len(t, pages, 3)
	require.Len(t, found, 450)
	assert.Equal(t, []string{"e-00000", "e-00449"}, []string{found[0], found[449]})

	before := d.do(http.MethodGet, pages[1], nil).body
	d.load(`{"object":"Account","operation":"upsert","externalIdFieldName":"Ext_Id__c"}`, "Ext_Id__c,Name\ne-00210,Changed\ne-99999,New\n")
	assert.Equal(t, before, d.do(http.MethodGet, pages[1], nil).body, "a page stays what it is")
	whole := d.do(http.MethodGet, "jobs/query/"+id+"/results/?locator=", nil)
	assert.Equal(t, []string{"null", "450"}, []string{whole.header.Get("Sforce-Locator"), whole.header.Get("Sforce-Numberofrecords")})
}

func readPipes(text string) ([][]string, error) {
	r := csv.NewReader(strings.NewReader(text))
	r.Comma = '|'
	return r.ReadAll()
}

func TestBulkQueryShowsValues(t *testing.T) {
	at := time.Date(2026, 3, 4, 5, 6, 7, 8e6, time.UTC)
	d := openDoor(t, mocksf.Config{Now: func() time.Time { return at }})
	d.create("Account", `{"Name":"A \"1\"","Ext_Id__c":"a-1","AnnualRevenue":12}`)
	gone := d.create("Order__c", `{"Ext_Id__c":"o-0"}`)
	d.create("Order__c", `{"Ext_Id__c":"o-1","Account__r":{"Ext_Id__c":"a-1"}}`)
	d.create("Order__c", `{"Ext_Id__c":"o-2"}`)
	require.Equal(t, http.StatusNoContent, d.do(http.MethodDelete, "sobjects/Order__c/"+gone, nil).status)
	for _, c := range []struct{ operation, soql, want string }{
		{"query", "SELECT Name, AnnualRevenue, CreatedDate, Active__c, Phone FROM Account",
			"\"Name\",\"AnnualRevenue\",\"CreatedDate\",\"Active__c\",\"Phone\"\n\"A \"\"1\"\"\",\"12.0\",\"2026-03-04T05:06:07.000Z\",\"false\",\"\"\n"},
		{"query", "SELECT Ext_Id__c, Account__r.Name FROM Order__c ORDER BY Ext_Id__c", "\"Ext_Id__c\",\"Account__r.Name\"\n\"o-1\",\"A \"\"1\"\"\"\n\"o-2\",\"\"\n"},
		{"queryAll", "SELECT Ext_Id__c, IsDeleted FROM Order__c ORDER BY Ext_Id__c", "\"Ext_Id__c\",\"IsDeleted\"\n\"o-0\",\"true\"\n\"o-1\",\"false\"\n\"o-2\",\"false\"\n"},
		{"query", "SELECT Ext_Id__c FROM Order__c WHERE Ext_Id__c = 'none'", "\"Ext_Id__c\"\n"},
	} {
		id, state := d.queryJob(fmt.Sprintf(`{"operation":%q,"query":%q}`, c.operation, c.soql))
		require.Equal(t, "JobComplete", state)
		a := d.do(http.MethodGet, "jobs/query/"+id+"/results", nil)
		assert.Equal(t, c.want, a.body)
		assert.Equal(t, "null", a.header.Get("Sforce-Locator"))
	}
	id, _ := d.queryJob(`{"operation":"query","query":"SELECT Name, Ext_Id__c FROM Account"}`)
	assert.Contains(t, d.do(http.MethodGet, "jobs/query/"+id, nil).body, `"jobType":"V2Query"`)
	for _, version := range []string{"v49.0", "v66.0"} {
		a := d.do(http.MethodGet, "/services/data/"+version+"/jobs/query/"+id+"/results", nil)
		assert.Equal(t, http.StatusConflict, a.status, a.body)
	}
}

func TestBulkQueryColumnsOfOldVersionsAreSorted(t *testing.T) {
	d := openDoor(t, mocksf.Config{})
	var j jobShown
	d.json(http.MethodPost, "/services/data/v49.0/jobs/query", `{"operation":"query","query":"SELECT Name, Ext_Id__c FROM Account"}`, &j)
	var body string
	require.Eventually(t, func() bool {
		a := d.do(http.MethodGet, "/services/data/v49.0/jobs/query/"+j.ID+"/results", nil)
		body = a.body
		return a.status == http.StatusOK
	}, 10*time.Second, time.Millisecond)
	assert.Equal(t, "\"Ext_Id__c\",\"Name\"\n", body)
}

func TestBulkQueryResultPages(t *testing.T) {
	d := openDoor(t, mocksf.Config{})
	d.fill(60)
	id, _ := d.queryJob(`{"operation":"query","query":"SELECT Ext_Id__c FROM Account"}`)
	var show struct {
		Pages []struct {
			URL string `json:"resultUrl"`
		} `json:"resultPages"`
		Next string `json:"nextRecordsUrl"`
		Done bool   `json:"done"`
	}
	var sizes []int
	rows := 0
	for next := "jobs/query/" + id + "/resultPages?maxRecords=10"; next != ""; next = show.Next {
		show.Next = ""
		a := d.json(http.MethodGet, next, "", &show)
		require.Equal(t, http.StatusOK, a.status, a.body)
		sizes = append(sizes, len(show.Pages))
		for _, p := range show.Pages {
			rows += strings.Count(d.do(http.MethodGet, p.URL, nil).body, "\n") - 1
		}
		assert.Equal(t, show.Next == "", show.Done)
	}
	assert.Equal(t, []int{5, 1}, sizes)
	assert.Equal(t, 60, rows)
}

func TestBulkQueryRefuses(t *testing.T) {
	d := openDoor(t, mocksf.Config{Bulk: mocksf.BulkLimits{DailyQueries: 1}})
	for spec, code := range map[string]string{
		`{"operation":"insert","query":"SELECT Id FROM Account"}`:                     "INVALIDJOB",
		`{"operation":"query"}`:                                                       "INVALIDJOB",
		`{"operation":"query","query":"SELECT FROM"}`:                                 "MALFORMED_QUERY",
		`{"operation":"query","query":"SELECT Nope FROM Account"}`:                    "INVALID_FIELD",
		`{"operation":"query","query":"SELECT COUNT() FROM Account"}`:                 "API_ERROR",
		`{"operation":"query","query":"SELECT Id FROM Account","contentType":"JSON"}`: "INVALIDJOB",
		`{`: "JSON_PARSER_ERROR",
	} {
		var errs refusal
		a := d.json(http.MethodPost, "jobs/query", spec, &errs)
		assert.Equal(t, http.StatusBadRequest, a.status, spec)
		assert.Equal(t, code, errs[0].ErrorCode, spec)
	}
	id, _ := d.queryJob(`{"operation":"query","query":"SELECT Id FROM Account"}`)
	for _, c := range []struct {
		method, path, body string
		status             int
		code               string
	}{
		{"POST", "jobs/query", `{"operation":"query","query":"SELECT Id FROM Account"}`, 400, "LIMIT_EXCEEDED"},
		{"PATCH", "jobs/query/" + id, `{"state":"UploadComplete"}`, 400, "INVALIDJOBSTATE"},
		{"PATCH", "jobs/query/" + id, `{"state":"Aborted"}`, 400, "INVALIDJOBSTATE"},
		{"GET", "jobs/query/" + id + "/results?locator=nonsense!", "", 400, "INVALID_QUERY_LOCATOR"},
		{"GET", "jobs/query/" + id + "/results?locator=OTk5OTk", "", 400, "INVALID_QUERY_LOCATOR"},
		{"GET", "jobs/ingest/" + id, "", 404, "NOT_FOUND"},
		{"GET", "jobs/query/750000000000000AAA/results", "", 404, "NOT_FOUND"},
	} {
		var errs refusal
		a := d.json(c.method, c.path, c.body, &errs)
		assert.Equal(t, []any{c.status, c.code}, []any{a.status, errs[0].ErrorCode}, c.path)
	}
	assert.Equal(t, http.StatusNoContent, d.do(http.MethodDelete, "jobs/query/"+id, nil).status)
	assert.Equal(t, http.StatusNotFound, d.do(http.MethodGet, "jobs/query/"+id+"/results", nil).status)
}

func TestBulkQueryShowsNoHiddenField(t *testing.T) {
	d := openDoor(t, mocksf.Config{})
	require.NoError(t, d.org.SetAccess("id", "Account", "Phone", mocksf.AccessNone))
	var errs refusal
	d.json(http.MethodPost, "jobs/query", `{"operation":"query","query":"SELECT Phone FROM Account"}`, &errs)
	assert.Equal(t, "INVALID_FIELD", errs[0].ErrorCode)
	_, info := d.batch(d.openClassic("query", "CSV"), asCSV, "SELECT Phone FROM Account")
	assert.Contains(t, tag(info.body, "stateMessage"), "INVALID_FIELD: ")
}

// TestBulkRowsWaitForLocks: a chunk that tries its rows for their locks first
// writes them as it would have.
func TestBulkRowsWaitForLocks(t *testing.T) {
	d := openDoor(t, mocksf.Config{Limits: mocksf.Limits{LockWait: time.Second}})
	for range 2 {
		j := d.load(`{"object":"Account","operation":"upsert","externalIdFieldName":"Ext_Id__c"}`, "Ext_Id__c,Name\na,1\nb,2\n")
		assert.Equal(t, []any{"JobComplete", 2, 0}, []any{j.State, j.Processed, j.Failed})
	}
}

func TestBulkQueryCanBeAborted(t *testing.T) {
	d := openDoor(t, mocksf.Config{Bulk: mocksf.BulkLimits{Query: time.Hour}})
	var j jobShown
	d.json(http.MethodPost, "jobs/query", `{"operation":"query","query":"SELECT Id FROM Account"}`, &j)
	assert.Equal(t, http.StatusBadRequest, d.do(http.MethodGet, "jobs/query/"+j.ID+"/results", nil).status)
	d.json(http.MethodPatch, "jobs/query/"+j.ID, `{"state":"Aborted"}`, &j)
	assert.Equal(t, "Aborted", j.State)
}

func TestBulkListsInPages(t *testing.T) {
	d := openDoor(t, mocksf.Config{})
	for range 1001 {
		d.createJob(`{"object":"Account","operation":"insert"}`)
	}
	var list struct {
		Done    bool       `json:"done"`
		Records []jobShown `json:"records"`
		Next    string     `json:"nextRecordsUrl"`
	}
	d.json(http.MethodGet, "jobs/query", "", &list)
	assert.False(t, list.Done)
	assert.Len(t, list.Records, 1000)
	d.json(http.MethodGet, list.Next, "", &list)
	assert.True(t, list.Done)
	assert.Len(t, list.Records, 1)
	d.json(http.MethodPost, "jobs/query", `{"operation":"query","query":"SELECT Id FROM Account"}`, &list)
	d.openClassic("insert", "JSON")
	for path, n := range map[string]int{"jobs/query?jobType=V2Query": 1, "jobs/ingest?jobType=V2Query": 0, "jobs/ingest?jobType=Classic": 1, "jobs/query?isPkChunkingEnabled=true": 0} {
		d.json(http.MethodGet, path, "", &list)
		assert.Len(t, list.Records, n, path)
	}
	assert.Equal(t, http.StatusBadRequest, d.do(http.MethodGet, "jobs/query?queryLocator=!", nil).status)
	assert.Contains(t, d.classic("GET", "jobs", asJSON, "").body, `"contentType":"JSON"`)
}

// TestBulkJobInOneCall sends job and data together.
func TestBulkJobInOneCall(t *testing.T) {
	d := openDoor(t, mocksf.Config{})
	send := func(parts string) answered {
		return d.do(http.MethodPost, "jobs/ingest", strings.NewReader(parts), "Content-Type", `multipart/form-data; boundary="BOUNDARY"`)
	}
	job := "--BOUNDARY\r\nContent-Type: application/json\r\nContent-Disposition: form-data; name=\"job\"\r\n\r\n{\"object\":\"Account\",\"operation\":\"insert\",\"columnDelimiter\":\"PIPE\"}\r\n"
	content := "--BOUNDARY\r\nContent-Type: text/csv\r\nContent-Disposition: form-data; name=\"content\"; filename=\"content\"\r\n\r\n%s\r\n"
	a := send(job + fmt.Sprintf(content, "Name|Phone\nA|1\nB|2") + "--BOUNDARY--\r\n")
	require.Equal(t, http.StatusOK, a.status, a.body)
	assert.Contains(t, a.body, `"state":"UploadComplete"`)
	var list struct{ Records []jobShown }
	d.json(http.MethodGet, "jobs/ingest", "", &list)
	done := d.await(list.Records[0].ID)
	assert.Equal(t, []any{"JobComplete", 2, 0}, []any{done.State, done.Processed, done.Failed})
	for _, bad := range []string{"", job, job + "--BOUNDARY--\r\n", job + fmt.Sprintf(content, strings.Repeat("x", 100_001)) + "--BOUNDARY--\r\n",
		strings.Replace(job, "{", "", 1) + fmt.Sprintf(content, "Name\nA") + "--BOUNDARY--\r\n"} {
		assert.Equal(t, http.StatusBadRequest, send(bad).status, bad[:min(len(bad), 200)])
	}
}

func TestBulkHardDelete(t *testing.T) {
	d := openDoor(t, mocksf.Config{Bulk: mocksf.BulkLimits{HardDelete: true}})
	id := d.create("Account", `{"Name":"a","Ext_Id__c":"a-1"}`)
	j := d.load(`{"object":"Account","operation":"hardDelete"}`, "Id\n"+id+"\n"+id+"\n")
	assert.Equal(t, []any{"JobComplete", 2, 1}, []any{j.State, j.Processed, j.Failed})
	assert.Zero(t, d.page("queryAll?q=SELECT+Id+FROM+Account").TotalSize, "nothing is in the recycle bin")
	d.create("Account", `{"Name":"b","Ext_Id__c":"a-1"}`)
}
