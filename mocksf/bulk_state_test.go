package mocksf_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/squall-harness/squall/mocksf"
	"github.com/squall-harness/squall/mocksf/commitlog"
)

func TestBulkFailsTheJobOverItsFile(t *testing.T) {
	d := openDoor(t, mocksf.Config{})
	for _, c := range []struct {
		file, reason     string
		processed        int
		unprocessed      string
		committedAccount int
	}{
		{"Name,Wrong__c\nA,1\nB,2\n", "InvalidBatch : Field name not found : Wrong__c", 0, "\"Name\",\"Wrong__c\"\n\"A\",\"1\"\n\"B\",\"2\"\n", 0},
		{"Name,Nobody__r.Ext_Id__c\nA,1\n", "InvalidBatch : Field name not found : Nobody__r.Ext_Id__c", 0, "\"Name\",\"Nobody__r.Ext_Id__c\"\n\"A\",\"1\"\n", 0},
		{"Name\r\nA\r\n", "LineEnding is invalid on user data. Current LineEnding setting is LF", 0, "Name\r\nA\r\n", 0},
		{"Name,Phone\nA,1\nB,2,3\nC,4\n", "InvalidBatch : Row 2 has 3 columns, the header has 2", 1, "\"Name\",\"Phone\"\nB,2,3\nC,4\n", 1},
		{"Name\nA\n\"B\nC\n", "a quoted value is not closed", 1, "\"Name\"\n\"B\nC\n", 1},
		{"Name\nA\n" + strings.Repeat("é", 400_000) + "\n", "Row 2 has more than 400000 characters", 1, "\"Name\"\n" + strings.Repeat("é", 400_000) + "\n", 1},
		{strings.Repeat("Name,", 5000) + "Name\n", "more than 5000 columns", 0, strings.Repeat("Name,", 5000) + "Name\n", 0},
		{"Name\n\xff\xfe\n", "not encoded in UTF-8", 0, "Name\n\xff\xfe\n", 0},
	} {
		before := d.query("SELECT COUNT() FROM Account").TotalSize
		j := d.load(`{"object":"Account","operation":"insert"}`, c.file)
		assert.Equal(t, []any{"Failed", c.processed, 0}, []any{j.State, j.Processed, j.Failed}, c.reason)
		assert.Contains(t, j.ErrorMessage, c.reason)
		assert.Equal(t, c.unprocessed, d.do(http.MethodGet, "jobs/ingest/"+j.ID+"/unprocessedRecords", nil).body)
		assert.Equal(t, c.committedAccount, d.query("SELECT COUNT() FROM Account").TotalSize-before)
		assert.Zero(t, d.org.OpenJobs())
	}
}

func TestBulkAbortStopsFurtherChunks(t *testing.T) {
	inVirtualTime(t, mocksf.Config{Service: mocksf.Service{BulkChunk: time.Second, BulkParallel: 1}}, func(d *bubble) {
		ask := func(method, path, body string) (j jobShown) {
			_, text := d.do(method, "jobs/ingest"+path, body)
			require.NoError(t, json.Unmarshal([]byte(text), &j), text)
			return j
		}
		rows := func(name string) int {
			_, text := d.do(http.MethodGet, "jobs/ingest/7505g0000000001AAA/"+name, "")
			return strings.Count(text, "\n") - 1
		}
		id := ask(http.MethodPost, "", `{"object":"Account","operation":"insert"}`).ID
		require.Equal(t, "7505g0000000001AAA", id)
		d.do(http.MethodPut, "jobs/ingest/"+id+"/batches", "Name\n"+strings.Repeat("n\n", 4000), "Content-Type", "text/csv")
		ask(http.MethodPatch, "/"+id, `{"state":"UploadComplete"}`)
		time.Sleep(2500 * time.Millisecond)
		assert.Equal(t, "Aborted", ask(http.MethodPatch, "/"+id, `{"state":"Aborted"}`).State)
		assert.Zero(t, d.org.OpenJobs())
		time.Sleep(time.Minute)
		aborted := ask(http.MethodGet, "/"+id, "")
		assert.Equal(t, []any{"Aborted", 400}, []any{aborted.State, aborted.Processed})
		assert.Equal(t, []int{400, 3600}, []int{rows("successfulResults"), rows("unprocessedrecords")})
		assert.Equal(t, 400, d.org.Count("Account"), "committed rows stay")
		assert.Equal(t, 2, d.org.Log().Len())
	})
}

func TestBulkRefusesWhatDoesNotFitTheState(t *testing.T) {
	d := openDoor(t, mocksf.Config{})
	done := d.load(`{"object":"Account","operation":"insert"}`, "Name\nA\n").ID
	open := d.createJob(`{"object":"Account","operation":"insert"}`).ID
	d.upload(open, "Name\nA\n")
	csvType, jsonType := "text/csv", "application/json"
	for _, c := range []struct {
		method, path, body, kind string
		status                   int
		code                     string
	}{
		{"PUT", open + "/batches", "Name\nB\n", csvType, 400, "CLIENTINPUTERROR"},
		{"PUT", done + "/batches", "Name\nB\n", csvType, 400, "INVALIDJOBSTATE"},
		{"PUT", open + "/batches", "{}", jsonType, 415, "UNSUPPORTED_MEDIA_TYPE"},
		{"PATCH", done, `{"state":"UploadComplete"}`, jsonType, 400, "INVALIDJOBSTATE"},
		{"PATCH", done, `{"state":"Aborted"}`, jsonType, 400, "INVALIDJOBSTATE"},
		{"PATCH", open, `{"state":"JobComplete"}`, jsonType, 400, "INVALIDJOBSTATE"},
		{"PATCH", open, `{}`, jsonType, 400, "INVALIDJOBSTATE"},
		{"PATCH", open, `[`, jsonType, 400, "JSON_PARSER_ERROR"},
		{"DELETE", open, "", "", 400, "INVALIDJOBSTATE"},
		{"GET", "750000000000000AAA", "", "", 404, "NOT_FOUND"},
		{"GET", "nonsense", "", "", 404, "NOT_FOUND"},
		{"DELETE", "nonsense", "", "", 404, "NOT_FOUND"},
		{"PATCH", "nonsense", `{"state":"Aborted"}`, jsonType, 404, "NOT_FOUND"},
		{"PUT", "nonsense/batches", "Name\n", csvType, 404, "NOT_FOUND"},
		{"GET", "nonsense/failedResults", "", "", 404, "NOT_FOUND"},
		{"GET", done + "/otherResults", "", "", 404, "NOT_FOUND"},
		{"GET", open + "/batches", "", "", 405, "METHOD_NOT_ALLOWED"},
	} {
		a := d.do(c.method, "jobs/ingest/"+c.path, strings.NewReader(c.body), "Content-Type", c.kind)
		assert.Equal(t, c.status, a.status, c.method+c.path+a.body)
		assert.Contains(t, a.body, `"errorCode":"`+c.code+`"`)
	}
}

func TestBulkRefusesSpecs(t *testing.T) {
	d := openDoor(t, mocksf.Config{})
	for spec, code := range map[string]string{
		`{"object":"Account","operation":"hardDelete"}`:                          "FEATURENOTENABLED",
		`{"object":"Account","operation":"explode"}`:                             "INVALIDJOB",
		`{"object":"Account"}`:                                                   "INVALIDJOB",
		`{"operation":"insert"}`:                                                 "INVALIDJOB",
		`{"object":"Nope","operation":"insert"}`:                                 "INVALIDENTITY",
		`{"object":"Account","operation":"upsert"}`:                              "INVALIDJOB",
		`{"object":"Account","operation":"upsert","externalIdFieldName":"Name"}`: "INVALIDJOB",
		`{"object":"Account","operation":"insert","contentType":"JSON"}`:         "INVALIDJOB",
		`{"object":"Account","operation":"insert","columnDelimiter":"SLASH"}`:    "INVALIDJOB",
		`{"object":"Account","operation":"insert","lineEnding":"CR"}`:            "INVALIDJOB",
		`{"object":7}`: "JSON_PARSER_ERROR", `[]`: "JSON_PARSER_ERROR", `{`: "JSON_PARSER_ERROR", ``: "JSON_PARSER_ERROR",
	} {
		var errs refusal
		a := d.json(http.MethodPost, "jobs/ingest", spec, &errs)
		assert.Equal(t, http.StatusBadRequest, a.status, spec)
		assert.Equal(t, code, errs[0].ErrorCode, spec)
	}
}

func TestBulkListsAndDeletes(t *testing.T) {
	d := openDoor(t, mocksf.Config{})
	var list struct {
		Done    bool       `json:"done"`
		Records []jobShown `json:"records"`
	}
	d.json(http.MethodGet, "jobs/ingest/", "", &list)
	assert.True(t, list.Done)
	assert.Empty(t, list.Records)
	done := d.load(`{"object":"Account","operation":"insert"}`, "Name\nA\n").ID
	open := d.createJob(`{"object":"Account","operation":"insert"}`).ID
	d.json(http.MethodGet, "jobs/ingest?jobType=V2Ingest", "", &list)
	require.Len(t, list.Records, 2)
	assert.Equal(t, []string{done, open}, []string{list.Records[0].ID, list.Records[1].ID})
	d.json(http.MethodGet, "jobs/ingest?jobType=Classic", "", &list)
	assert.Empty(t, list.Records)
	assert.Equal(t, http.StatusNoContent, d.do(http.MethodDelete, "jobs/ingest/"+done[:15]+"/", nil).status)
	assert.Equal(t, http.StatusNotFound, d.do(http.MethodGet, "jobs/ingest/"+done, nil).status)
	assert.Equal(t, http.StatusNotFound, d.do(http.MethodGet, "jobs/ingest/"+done+"/failedResults", nil).status)
	assert.Equal(t, 1, d.query("SELECT COUNT() FROM Account").TotalSize, "the records stay")
}

func TestBulkLogsTheUpload(t *testing.T) {
	var uploads []commitlog.Request
	cfg := mocksf.Config{TraceFields: []string{"Token__c"}, OnRequest: func(r commitlog.Request) {
		if r.Method == http.MethodPut {
			uploads = append(uploads, r)
		}
	}, Hook: func(c *mocksf.Call) (d mocksf.Decision) {
		if c.Method == http.MethodPut {
			d = mocksf.Decision{Fault: "lock", RowError: &mocksf.RowError{Code: "UNABLE_TO_LOCK_ROW", Message: "unable to obtain exclusive access to this record"}}
		}
		return d
	}}
	inVirtualTime(t, cfg, func(d *bubble) {
		failed := d.load(`{"object":"Account","operation":"insert"}`, "Name,token__c\nA,t-1.0\nB,\nC,t-2.0\n")
		assert.Equal(t, `"","UNABLE_TO_LOCK_ROW:unable to obtain exclusive access to this record:--","A","t-1.0"`+"\n", failed[strings.Index(failed, "\n")+1:])
		assert.Equal(t, 2, d.org.Count("Account"))
		require.Len(t, uploads, 1)
		assert.Equal(t, []any{"7505g0000000001AAA", 3, []string{"t-1.0", "t-2.0"}, "lock"}, []any{uploads[0].Job, uploads[0].Records, uploads[0].Traces, uploads[0].Fault})
	})
}

func TestBulkCountsOpenJobs(t *testing.T) {
	d := openDoor(t, mocksf.Config{Service: mocksf.Service{BulkStart: time.Hour}})
	j := d.createJob(`{"object":"Account","operation":"insert"}`)
	assert.Zero(t, d.org.OpenJobs(), "a job without data is no work")
	d.upload(j.ID, "Name\nA\n")
	assert.Equal(t, 1, d.org.OpenJobs())
	d.set(j.ID, "UploadComplete")
	assert.Equal(t, 1, d.org.OpenJobs())
	assert.Equal(t, http.StatusNoContent, d.do(http.MethodDelete, "jobs/ingest/"+j.ID, nil).status)
	assert.Zero(t, d.org.OpenJobs())
	d.upload(d.createJob(`{"object":"Account","operation":"insert"}`).ID, "Name\nA\n")
	assert.Equal(t, 1, d.org.OpenJobs(), "the org closes with a job under way")
}
