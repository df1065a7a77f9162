package mocksf_test

import (
	"encoding/csv"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/squall-harness/squall/mocksf"
	"github.com/squall-harness/squall/mocksf/commitlog"
)

const (
	asXML  = "application/xml; charset=UTF-8"
	asJSON = "application/json"
	asCSV  = "text/csv"
)

// classic sends a request to Bulk API 1.0, which knows the session by a header
// of its own.
func (d *door) classic(method, path, kind, body string, header ...string) answered {
	d.t.Helper()
	return d.do(method, "/services/async/67.0/"+path, strings.NewReader(body), append([]string{"Content-Type", kind, "Authorization", "", "x-sfdc-session", d.token}, header...)...)
}

// tag is the text of the first element, or member, of a name.
func tag(body, name string) string {
	if m := regexp.MustCompile(`<` + name + `>([^<]*)</|"` + name + `":"?([^",}]*)`).FindStringSubmatch(body); m != nil {
		return m[1] + m[2]
	}
	return ""
}

// openClassic creates a job.
func (d *door) openClassic(operation, content string, header ...string) (id string) {
	d.t.Helper()
	a := d.classic("POST", "job", asXML, `<?xml version="1.0" encoding="UTF-8"?><jobInfo xmlns="http://www.force.com/2009/06/asyncapi/dataload"><operation>`+
		operation+`</operation><object>Account</object><externalIdFieldName>Ext_Id__c</externalIdFieldName><contentType>`+content+`</contentType></jobInfo>`, header...)
	require.Equal(d.t, http.StatusCreated, a.status, a.body)
	return tag(a.body, "id")
}

// batch adds a batch and waits for its end.
func (d *door) batch(job, kind, body string) (id string, last answered) {
	d.t.Helper()
	a := d.classic("POST", "job/"+job+"/batch", kind, body)
	require.Equal(d.t, http.StatusCreated, a.status, a.body)
	id = tag(a.body, "id")
	require.Eventually(d.t, func() bool {
		last = d.classic("GET", "job/"+job+"/batch/"+id, kind, "")
		state := tag(last.body, "state")
		return state != "Queued" && state != "InProgress"
	}, 10*time.Second, time.Millisecond, last.body)
	return id, last
}

func TestClassicCSV(t *testing.T) {
	d := openDoor(t, mocksf.Config{})
	job := d.openClassic("upsert", "CSV")
	assert.Regexp(t, `^750\w{15}$`, job)
	payload := "Ext_Id__c,Name\r\na-1,\"One, two\"\r\na-2,\r\na-3,Three\r\n"
	batch, info := d.batch(job, asCSV, payload)
	assert.Regexp(t, `^751\w{15}$`, batch)
	assert.Equal(t, []string{"Completed", job, "3", "1"}, []string{tag(info.body, "state"), tag(info.body, "jobId"), tag(info.body, "numberRecordsProcessed"), tag(info.body, "numberRecordsFailed")})
	assert.Equal(t, "application/xml", info.header.Get("Content-Type"))

	a := d.classic("GET", "job/"+job+"/batch/"+batch+"/result", asCSV, "")
	rows, err := csv.NewReader(strings.NewReader(a.body)).ReadAll()
	require.NoError(t, err)
	require.Len(t, rows, 4)
	assert.Equal(t, []string{"Id", "Success", "Created", "Error"}, rows[0])
	assert.Equal(t, []string{"true", "true", ""}, rows[1][1:])
	assert.Equal(t, []string{"", "false", "false", "REQUIRED_FIELD_MISSING:Required fields are missing: [Name]:Name --"}, rows[2])
	assert.Equal(t, payload, d.classic("GET", "job/"+job+"/batch/"+batch+"/request", asCSV, "").body)

	closed := d.classic("POST", "job/"+job, asXML, `<jobInfo xmlns="http://www.force.com/2009/06/asyncapi/dataload"><state>Closed</state></jobInfo>`)
	require.Equal(t, http.StatusOK, closed.status, closed.body)
	want := "id operation object createdById createdDate systemModstamp state externalIdFieldName concurrencyMode contentType numberBatchesQueued " +
		"numberBatchesInProgress numberBatchesCompleted numberBatchesFailed numberBatchesTotal numberRecordsProcessed numberRetries apiVersion " +
		"numberRecordsFailed totalProcessingTime apiActiveProcessingTime apexProcessingTime"
	var names []string
	for _, m := range regexp.MustCompile(`<(\w+)>`).FindAllStringSubmatch(closed.body, -1) {
		names = append(names, m[1])
	}
	assert.Equal(t, strings.Fields(want), names)
	assert.Equal(t, []string{"Closed", "1", "3", "1", "67.0"}, []string{tag(closed.body, "state"), tag(closed.body, "numberBatchesCompleted"),
		tag(closed.body, "numberRecordsProcessed"), tag(closed.body, "numberRecordsFailed"), tag(closed.body, "apiVersion")})
	assert.Contains(t, d.classic("GET", "job/"+job, asJSON, "").body, `"apiVersion":67.0`, "a job answers in the form of the request")
	commits := d.org.Log().Since(0)
	require.Len(t, commits, 1)
	assert.Equal(t, []any{commitlog.APIClassic, job, commitlog.FateAsync}, []any{commits[0].API, commits[0].Request, commits[0].Fate})
}

func TestClassicJSON(t *testing.T) {
	d := openDoor(t, mocksf.Config{})
	a := d.classic("POST", "job/", asJSON, `{"operation":"insert","object":"Order__c","contentType":"JSON","concurrencyMode":0,"externalIdFieldName":null}`)
	require.Equal(t, http.StatusCreated, a.status, a.body)
	assert.Equal(t, "application/json", a.header.Get("Content-Type"))
	job := tag(a.body, "id")
	d.create("Account", `{"Name":"a","Ext_Id__c":"a-1"}`)
	payload := `[{"attributes":{"type":"Order__c"},"Ext_Id__c":"o-1","Amount__c":1.5,"Account__r":{"Ext_Id__c":"a-1"}},{"ext_id__c":"o-2","Paid__c":true,"Amount__c":null},{"Ext_Id__c":"o-1"}]`
	batch, info := d.batch(job, asJSON, payload)
	assert.Equal(t, []string{"Completed", "3", "1"}, []string{tag(info.body, "state"), tag(info.body, "numberRecordsProcessed"), tag(info.body, "numberRecordsFailed")})
	a = d.classic("GET", "job/"+job+"/batch/"+batch+"/result/", asJSON, "")
	assert.Regexp(t, `^\[\{"success":true,"created":true,"id":"\w{18}","errors":\[\]\},.*\{"success":false,"created":false,"id":null,"errors":\[\{"message":"duplicate value found: .*,"statusCode":"DUPLICATE_VALUE","extendedErrorDetails":null\}\]\}\]$`, a.body)
	assert.Equal(t, payload, d.classic("GET", "job/"+job+"/batch/"+batch+"/request", asJSON, "").body)
	assert.Regexp(t, `^\{"id":"`+job, d.classic("GET", "job/"+job, "", "").body, "the job's own form")
	assert.Regexp(t, `^\{"batchInfo":\[\{"id":"`+batch, d.classic("GET", "job/"+job+"/batch/", asJSON, "").body)
	orders := d.query("SELECT Amount__c, Account__r.Name, Paid__c FROM Order__c ORDER BY Ext_Id__c").Records
	require.Len(t, orders, 2)
	assert.Equal(t, []any{1.5, nil, true}, []any{orders[0]["Amount__c"], orders[1]["Amount__c"], orders[1]["Paid__c"]})
}

func TestClassicXML(t *testing.T) {
	d := openDoor(t, mocksf.Config{})
	id := d.create("Account", `{"Name":"a","Phone":"1","Ext_Id__c":"a-1"}`)
	job := d.openClassic("update", "XML")
	batch, info := d.batch(job, asXML, `<?xml version="1.0" encoding="utf-16"?><sObjects xmlns="http://www.force.com/2009/06/asyncapi/dataload" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
		<sObject><Id>`+id+`</Id><type>Account</type><Name>Bén &amp; Co</Name><Phone xsi:nil="true"/></sObject>
		<sObject><id>`+id+`</id><type>Other</type></sObject>
		<sObject><Id>`+id+`</Id><Parent><sObject><Ext_Id__c>a-1</Ext_Id__c></sObject></Parent></sObject>
		<sObject><Name>x</Name></sObject></sObjects>`)
	assert.Equal(t, "Completed", tag(info.body, "state"), info.body)
	a := d.classic("GET", "job/"+job+"/batch/"+batch+"/result", "", "")
	assert.Equal(t, `<?xml version="1.0" encoding="UTF-8"?><results xmlns="http://www.force.com/2009/06/asyncapi/dataload">`+
		strings.Repeat(`<result><id>`+id+`</id><success>true</success><created>false</created></result>`, 3)+
		`<result><errors><message>Id not specified</message><statusCode>MISSING_ARGUMENT</statusCode></errors><success>false</success><created>false</created></result></results>`, a.body)
	row := d.query("SELECT Name, Phone, ParentId, Type FROM Account").Records[0]
	assert.Equal(t, []any{"Bén & Co", nil, id, "Other"}, []any{row["Name"], row["Phone"], row["ParentId"], row["Type"]})
	a = d.classic("POST", "job/"+job, asXML, `<?xml version="1.0" encoding="utf-16"?><jobInfo xmlns="http://www.force.com/2009/06/asyncapi/dataload"><state>Closed</state></jobInfo>`)
	assert.Equal(t, "Closed", tag(a.body, "state"), a.body)
}

func TestClassicQueries(t *testing.T) {
	at := time.Date(2026, 3, 4, 5, 6, 7, 8e6, time.UTC)
	d := openDoor(t, mocksf.Config{Now: func() time.Time { return at }})
	id := d.create("Account", `{"Name":"<A>","Ext_Id__c":"a-1","NumberOfEmployees":3}`)
	for _, c := range []struct{ content, soql, list, want string }{
		{"CSV", "SELECT Id, Name, CreatedDate FROM Account", "<result>(752\\w{12})</result>", "\"Id\",\"Name\",\"CreatedDate\"\n\"" + id + "\",\"<A>\",\"2026-03-04T05:06:07.000Z\"\n"},
		{"CSV", "SELECT Id FROM Account WHERE Name = 'none'", "<result>(752\\w{12})</result>", "Records not found for this query"},
		{"JSON", "SELECT Name, NumberOfEmployees, CreatedDate, Parent.Name FROM Account", `^\["(752\w{12})"\]$`,
			`[{"attributes":{"type":"Account","url":"/services/data/v67.0/sobjects/Account/` + id + `"},"Name":"<A>","NumberOfEmployees":3,"CreatedDate":1772600767000,"Parent":null}]`},
		{"XML", "SELECT Name, Phone FROM Account", "<result>(752\\w{12})</result>", `<?xml version="1.0" encoding="UTF-8"?><queryResult xmlns="http://www.force.com/2009/06/asyncapi/dataload" ` +
			`xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><records xsi:type="sObject"><type>Account</type><Name>&lt;A&gt;</Name><Phone xsi:nil="true"/></records></queryResult>`},
	} {
		job := d.openClassic("query", c.content)
		kind := map[string]string{"CSV": asCSV, "JSON": asJSON, "XML": asXML}[c.content]
		batch, info := d.batch(job, kind, c.soql)
		require.Equal(t, "Completed", tag(info.body, "state"), info.body)
		list := d.classic("GET", "job/"+job+"/batch/"+batch+"/result", kind, "")
		require.Regexp(t, c.list, list.body)
		result := regexp.MustCompile(c.list).FindStringSubmatch(list.body)[1]
		a := d.classic("GET", "job/"+job+"/batch/"+batch+"/result/"+result, kind, "")
		assert.Equal(t, c.want, strings.ReplaceAll(a.body, `\u003c`, "<"), c.content)
		assert.Equal(t, http.StatusBadRequest, d.classic("GET", "job/"+job+"/batch/"+batch+"/result/752000000000000AAA", kind, "").status)
	}
	job := d.openClassic("query", "CSV")
	_, info := d.batch(job, asCSV, "SELECT Id FROM Contact")
	assert.Equal(t, "Failed", tag(info.body, "state"))
	assert.Equal(t, "InvalidBatch : Failed to process query: INVALID_TYPE_FOR_OPERATION: The root entity of the requested query (Contact) does not match the entity of the requested Bulk API Job (Account).", tag(info.body, "stateMessage"))
	_, info = d.batch(job, asCSV, "SELECT Nope FROM Account")
	assert.Contains(t, tag(info.body, "stateMessage"), "InvalidBatch : Failed to process query: INVALID_FIELD: ")
}

func TestClassicPKChunking(t *testing.T) {
	d := openDoor(t, mocksf.Config{})
	d.fill(250)
	job := d.openClassic("query", "CSV", "Sforce-Enable-PKChunking", "chunkSize=100; parent=Account")
	parent, info := d.batch(job, asCSV, "SELECT Ext_Id__c FROM Account WHERE Ext_Id__c != 'e-00001'")
	assert.Equal(t, "NotProcessed", tag(info.body, "state"))
	var ids, states []string
	require.Eventually(t, func() bool {
		list := d.classic("GET", "job/"+job+"/batch", asJSON, "").body
		ids, states = nil, nil
		for _, b := range strings.Split(list, "<batchInfo>")[1:] {
			ids, states = append(ids, tag(b, "id")), append(states, tag(b, "state"))
		}
		return !strings.Contains(strings.Join(states, " "), "Queued") && !strings.Contains(strings.Join(states, " "), "InProgress")
	}, 10*time.Second, time.Millisecond)
	assert.Equal(t, []string{"NotProcessed", "Completed", "Completed", "Completed"}, states)
	assert.Equal(t, parent, ids[0])
	assert.Regexp(t, `^SELECT Ext_Id__c FROM Account WHERE Ext_Id__c != 'e-00001' AND Id >= '001\w{12}' AND Id < '001\w{12}'$`, d.classic("GET", "job/"+job+"/batch/"+ids[2]+"/request", asXML, "").body)
	var sizes []int
	for _, id := range ids[1:] {
		result := tag(d.classic("GET", "job/"+job+"/batch/"+id+"/result", asXML, "").body, "result")
		sizes = append(sizes, strings.Count(d.classic("GET", "job/"+job+"/batch/"+id+"/result/"+result, asXML, "").body, "\n")-1)
	}
	assert.Equal(t, []int{99, 100, 50}, sizes)
}

func TestClassicRefuses(t *testing.T) {
	d := openDoor(t, mocksf.Config{Bulk: mocksf.BulkLimits{DailyBatches: 2}})
	open, closed := d.openClassic("insert", "CSV"), d.openClassic("insert", "JSON")
	state := func(s string) string { return `{"state":"` + s + `"}` }
	require.Equal(t, http.StatusOK, d.classic("POST", "job/"+closed, asJSON, state("Closed")).status)
	for _, c := range []struct{ method, path, kind, body, code string }{
		{"POST", "job", asXML, "<jobInfo>", "InvalidXML"},
		{"POST", "job", asXML, "<other/>", "InvalidXML"},
		{"POST", "job", asJSON, "[]", "ClientInputError"},
		{"POST", "job", asJSON, `{"operation":"explode","object":"Account"}`, "InvalidJob"},
		{"POST", "job", asJSON, `{"operation":"insert","object":"Nope"}`, "InvalidEntity"},
		{"POST", "job", asJSON, `{"operation":"query","object":"Nope"}`, "InvalidEntity"},
		{"POST", "job", asJSON, `{"operation":"hardDelete","object":"Account"}`, "FeatureNotEnabled"},
		{"POST", "job", asJSON, `{"operation":"upsert","object":"Account"}`, "InvalidJob"},
		{"POST", "job", asJSON, `{"operation":"insert","object":"Account","contentType":"ZIP_CSV"}`, "InvalidJob"},
		{"GET", "job/750000000000000AAA", asJSON, "", "InvalidJob"},
		{"GET", "job/nonsense/batch", asXML, "", "InvalidJob"},
		{"GET", "job/" + open + "/batch/751000000000000AAA", asXML, "", "InvalidBatch"},
		{"POST", "job/" + open, asJSON, state("Failed"), "InvalidJobState"},
		{"POST", "job/" + closed, asJSON, state("Closed"), "InvalidJobState"},
		{"POST", "job/" + closed + "/batch", asJSON, "[]", "InvalidJobState"},
		{"POST", "job/" + open + "/batch", "zip/csv", "PK", "UnsupportedContentType"},
		{"DELETE", "job/" + open, asXML, "", "MethodNotAllowed"},
		{"POST", "job/" + open + "/batch", asCSV, strings.Repeat("x", 10_000_001), "ClientInputError"},
	} {
		a := d.classic(c.method, c.path, c.kind, c.body)
		assert.Equal(t, []any{http.StatusBadRequest, c.code}, []any{a.status, tag(a.body, "exceptionCode")}, c.path+c.body[:min(100, len(c.body))]+a.body)
		assert.Equal(t, map[bool]string{true: "application/json", false: "application/xml"}[c.kind == asJSON], a.header.Get("Content-Type"))
	}
	d.batch(open, asCSV, "Name\nA\n")
	a := d.classic("POST", "job/"+open+"/batch", asCSV, "Name\nA\n")
	assert.Equal(t, "ExceededQuota", tag(a.body, "exceptionCode"), "the batch that was refused for its job's state counts")
	var errs refusal
	d.json("POST", "jobs/ingest", `{"object":"Account","operation":"insert"}`, &errs)
	assert.Equal(t, "EXCEEDEDQUOTA", errs[0].ErrorCode, "both APIs share the allocation")
}

func TestClassicSessionsEnd(t *testing.T) {
	d := openDoor(t, mocksf.Config{})
	d.org.ExpireTokens()
	a := d.classic("GET", "job/750000000000000AAA", asXML, "")
	assert.Equal(t, http.StatusBadRequest, a.status)
	assert.Equal(t, `<?xml version="1.0" encoding="UTF-8"?><error xmlns="http://www.force.com/2009/06/asyncapi/dataload"><exceptionCode>InvalidSessionId</exceptionCode><exceptionMessage>Invalid session id</exceptionMessage></error>`, a.body)
	a = d.classic("POST", "job", asJSON, "{}")
	assert.Equal(t, []any{http.StatusBadRequest, `{"exceptionCode":"InvalidSessionId","exceptionMessage":"Invalid session id"}`}, []any{a.status, a.body})
}

func TestClassicBatchesThatCannotBeRead(t *testing.T) {
	d := openDoor(t, mocksf.Config{})
	for _, c := range []struct{ content, kind, body, message string }{
		{"CSV", asCSV, "Name,Wrong__c\nA,1\n", "InvalidBatch : Field name not found : Wrong__c"},
		{"JSON", asJSON, `[{"Name":"a"},{"Wrong__c":1}]`, "InvalidBatch : Field name not found : Wrong__c"},
		{"JSON", asJSON, `{"Name":"a"}`, "InvalidBatch : An array of records is expected"},
		{"JSON", asJSON, `[1]`, "InvalidBatch : A record must be an object"},
		{"XML", asXML, `<sObjects><sObject><Wrong__c>1</Wrong__c></sObject></sObjects>`, "InvalidBatch : Field name not found : Wrong__c"},
		{"XML", asXML, `<sObjects><sObject>`, "InvalidBatch : The XML cannot be read: "},
		{"XML", asXML, `<rows/>`, "InvalidBatch : Element rows is not expected"},
		{"CSV", asCSV, "Name\n" + strings.Repeat("A\n", 10_001), "InvalidBatch : The batch holds more than 10000 records"},
		{"JSON", asJSON, "[" + strings.Repeat(`{"Name":"A"},`, 10_000) + `{"Name":"A"}]`, "InvalidBatch : The batch holds more than 10000 records"},
	} {
		job := d.openClassic("insert", c.content)
		batch, info := d.batch(job, c.kind, c.body)
		assert.Equal(t, "Failed", tag(info.body, "state"), info.body)
		assert.Contains(t, tag(info.body, "stateMessage"), c.message)
		assert.Equal(t, http.StatusOK, d.classic("GET", "job/"+job+"/batch/"+batch+"/result", c.kind, "").status)
	}
	assert.Zero(t, d.query("SELECT COUNT() FROM Account").TotalSize)
}

func TestClassicSerialJobsAndAborts(t *testing.T) {
	d := openDoor(t, mocksf.Config{Service: mocksf.Service{BulkChunk: time.Millisecond}})
	a := d.classic("POST", "job", asJSON, `{"operation":"insert","object":"Account","contentType":"CSV","concurrencyMode":"Serial"}`)
	job := tag(a.body, "id")
	for i := range 5 {
		d.classic("POST", "job/"+job+"/batch", asCSV, fmt.Sprintf("Name\nbatch %d\n", i))
	}
	require.Eventually(t, func() bool {
		return tag(d.classic("GET", "job/"+job, asXML, "").body, "numberBatchesCompleted") == "5"
	}, 10*time.Second, time.Millisecond)
	for i, c := range d.org.Log().Since(0) {
		assert.Equal(t, fmt.Sprint("batch ", i), c.Changes[0].Fields["Name"], "one after the other")
	}
	assert.Zero(t, d.org.OpenJobs())

	d = openDoor(t, mocksf.Config{Service: mocksf.Service{BulkStart: time.Hour}})
	job = d.openClassic("insert", "CSV")
	d.classic("POST", "job/"+job+"/batch", asCSV, "Name\nA\n")
	assert.Equal(t, 1, d.org.OpenJobs())
	a = d.classic("POST", "job/"+job, asJSON, `{"state":"Aborted"}`)
	assert.Equal(t, "Aborted", tag(a.body, "state"))
	assert.Equal(t, "NotProcessed", tag(d.classic("GET", "job/"+job+"/batch", asXML, "").body, "state"))
	assert.Zero(t, d.org.OpenJobs())
}

func TestHookGivesABatchTrouble(t *testing.T) {
	d, n := haunted(t, mocksf.Config{})
	for _, c := range []struct {
		trouble mocksf.JobTrouble
		want    []string // state, processed, failed
	}{
		{mocksf.JobTrouble{End: "Failed", Share: 50, Reason: "InternalServerError"}, []string{"Failed", "2", "0"}},
		{mocksf.JobTrouble{End: "Aborted", Share: 50}, []string{"NotProcessed", "2", "0"}},
		{mocksf.JobTrouble{Row: &mocksf.RowError{Code: "UNABLE_TO_LOCK_ROW"}, Percent: 50}, []string{"Completed", "4", "2"}},
	} {
		n.set(mocksf.Decision{Job: &c.trouble})
		_, info := d.batch(d.openClassic("insert", "CSV"), asCSV, "Name\na\nb\nc\nd\n")
		assert.Equal(t, c.want, []string{tag(info.body, "state"), tag(info.body, "numberRecordsProcessed"), tag(info.body, "numberRecordsFailed")})
		assert.Equal(t, c.trouble.Reason, tag(info.body, "stateMessage"))
	}
}
