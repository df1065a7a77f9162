package mocksf_test

import (
	"bytes"
	"compress/gzip"
	"encoding/csv"
	"fmt"
	"io"
	"net/http"
	"sort"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/squall-harness/squall/mocksf"
	"github.com/squall-harness/squall/mocksf/commitlog"
)

// jobShown is a job as the API shows it.
type jobShown struct {
	ID           string  `json:"id"`
	State        string  `json:"state"`
	Object       string  `json:"object"`
	Operation    string  `json:"operation"`
	ExternalID   string  `json:"externalIdFieldName"`
	APIVersion   float64 `json:"apiVersion"`
	JobType      string  `json:"jobType"`
	ContentURL   string  `json:"contentUrl"`
	Created      string  `json:"createdDate"`
	Processed    int     `json:"numberRecordsProcessed"`
	Failed       int     `json:"numberRecordsFailed"`
	ErrorMessage string  `json:"errorMessage"`
}

func (d *door) createJob(spec string) (j jobShown) {
	d.t.Helper()
	a := d.json(http.MethodPost, "jobs/ingest", spec, &j)
	require.Equal(d.t, http.StatusOK, a.status, a.body)
	return j
}

func (d *door) upload(id, file string) {
	d.t.Helper()
	a := d.do(http.MethodPut, "jobs/ingest/"+id+"/batches", strings.NewReader(file), "Content-Type", "text/csv")
	require.Equal(d.t, http.StatusCreated, a.status, a.body)
	require.Empty(d.t, a.body)
}

func (d *door) set(id, state string) (j jobShown) {
	d.t.Helper()
	a := d.json(http.MethodPatch, "jobs/ingest/"+id, `{"id":"`+id+`","state":"`+state+`"}`, &j)
	require.Equal(d.t, http.StatusOK, a.status, a.body)
	return j
}

func (d *door) job(id string) (j jobShown) {
	d.t.Helper()
	a := d.json(http.MethodGet, "jobs/ingest/"+id, "", &j)
	require.Equal(d.t, http.StatusOK, a.status, a.body)
	return j
}

// await polls until the job has ended.
func (d *door) await(id string) (j jobShown) {
	d.t.Helper()
	require.Eventually(d.t, func() bool {
		j = d.job(id)
		return j.State == "JobComplete" || j.State == "Failed" || j.State == "Aborted"
	}, 20*time.Second, time.Millisecond)
	return j
}

// load takes a file through a whole job.
func (d *door) load(spec, file string) jobShown {
	d.t.Helper()
	j := d.createJob(spec)
	d.upload(j.ID, file)
	d.set(j.ID, "UploadComplete")
	return d.await(j.ID)
}

// results reads a result file: its header and its rows, sorted, since nobody
// promises their order.
func (d *door) results(id, name string) (header []string, rows [][]string) {
	d.t.Helper()
	a := d.do(http.MethodGet, "jobs/ingest/"+id+"/"+name, nil)
	require.Equal(d.t, http.StatusOK, a.status, a.body)
	all, err := csv.NewReader(strings.NewReader(a.body)).ReadAll()
	require.NoError(d.t, err, a.body)
	if len(all) == 0 {
		return nil, nil
	}
	sort.Slice(all[1:], func(i, j int) bool { return strings.Join(all[1+i], "\x00") < strings.Join(all[1+j], "\x00") })
	return all[0], all[1:]
}

// drop leaves the first n columns out.
func drop(rows [][]string, n int) (out [][]string) {
	for _, r := range rows {
		out = append(out, r[n:])
	}
	return out
}

func TestBulkJobShowsWhatIsDocumented(t *testing.T) {
	d := openDoor(t, mocksf.Config{})
	j := d.createJob(`{"object":"account","operation":"upsert","externalIdFieldName":"ext_id__c"}`)
	assert.Regexp(t, `^750\w{15}$`, j.ID)
	assert.Regexp(t, `^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+0000$`, j.Created)
	j.Created = ""
	assert.Equal(t, jobShown{ID: j.ID, State: "Open", Object: "Account", Operation: "upsert", ExternalID: "Ext_Id__c", APIVersion: 67,
		JobType: "V2Ingest", ContentURL: "services/data/v67.0/jobs/ingest/" + j.ID + "/batches"}, j)
	assert.Contains(t, d.do(http.MethodGet, "jobs/ingest/"+j.ID, nil).body, `"apiVersion":67.0,`)
	d.upload(j.ID, "Name,Ext_Id__c\nA,1\n")
	assert.Equal(t, 1, d.org.OpenJobs())
	assert.Empty(t, d.set(j.ID, "UploadComplete").ContentURL)
	done := d.await(j.ID)
	assert.Equal(t, []any{"JobComplete", 1, 0}, []any{done.State, done.Processed, done.Failed})
	assert.Zero(t, d.org.OpenJobs())
}

func TestBulkUpsertCreatesUpdatesAndFailsRowByRow(t *testing.T) {
	d := openDoor(t, mocksf.Config{})
	d.create("Account", `{"Name":"Old","Ext_Id__c":"e-1","Phone":"1","AnnualRevenue":5}`)
	j := d.load(`{"object":"Account","operation":"upsert","externalIdFieldName":"Ext_Id__c"}`,
		"ID,NAME,ext_id__c,PHONE,annualrevenue,Active__c\n"+ // names in any case, and jsforce's empty Id column
			",New,e-1,#N/A,,true\n"+
			",\"Second, \"\"quoted\"\"\",e-2,2,1e2,1\n"+
			",#N/A,e-3,,,\n"+
			",Third,e-4,,many,\n"+
			",No key,,,,\n")
	assert.Equal(t, []any{"JobComplete", 5, 3}, []any{j.State, j.Processed, j.Failed})

	header, rows := d.results(j.ID, "successfulResults/")
	assert.Equal(t, []string{"sf__Id", "sf__Created", "ID", "NAME", "ext_id__c", "PHONE", "annualrevenue", "Active__c"}, header)
	assert.ElementsMatch(t, [][]string{
		{"false", "", "New", "e-1", "#N/A", "", "true"},
		{"true", "", `Second, "quoted"`, "e-2", "2", "1e2", "1"},
	}, drop(rows, 1))
	for _, r := range rows {
		assert.Regexp(t, `^001\w{15}$`, r[0])
	}
	header, rows = d.results(j.ID, "FAILEDRESULTS")
	assert.Equal(t, []string{"sf__Id", "sf__Error"}, header[:2])
	var errs []string
	for _, r := range rows {
		assert.Empty(t, r[0])
		errs = append(errs, r[1])
	}
	assert.ElementsMatch(t, []string{
		"REQUIRED_FIELD_MISSING:Required fields are missing: [Name]:Name --",
		"INVALID_TYPE_ON_FIELD_IN_RECORD:AnnualRevenue: value not of required type: many:AnnualRevenue --",
		"MISSING_ARGUMENT:Ext_Id__c not specified:--",
	}, errs)
	header, rows = d.results(j.ID, "unprocessedrecords")
	assert.Equal(t, []string{"ID", "NAME", "ext_id__c", "PHONE", "annualrevenue", "Active__c"}, header)
	assert.Empty(t, rows)

	got := d.query("SELECT Name, Phone, AnnualRevenue, Active__c FROM Account WHERE Ext_Id__c IN ('e-1','e-2') ORDER BY Ext_Id__c").Records
	for _, r := range got {
		delete(r, "attributes")
	}
	assert.Equal(t, []map[string]any{
		{"Name": "New", "Phone": nil, "AnnualRevenue": 5.0, "Active__c": true},
		{"Name": `Second, "quoted"`, "Phone": "2", "AnnualRevenue": 100.0, "Active__c": true},
	}, got)
}

func TestBulkCommitsInChunks(t *testing.T) {
	d := openDoor(t, mocksf.Config{})
	d.fill(450)
	commits := d.org.Log().Since(0)
	require.Len(t, commits, 3)
	sizes := []int{}
	for _, c := range commits {
		sizes = append(sizes, len(c.Changes))
		assert.Equal(t, commitlog.APIBulk, c.API)
		assert.Equal(t, commitlog.FateAsync, c.Fate)
		assert.Regexp(t, "^750", c.Request)
		assert.Equal(t, "id", c.Identity)
	}
	assert.Equal(t, []int{200, 200, 50}, sizes)
	assert.Equal(t, map[string]any{"Name": "Account 00000", "Ext_Id__c": "e-00000"}, commits[0].Changes[0].Fields)
	assert.Equal(t, "e-00000", commits[0].Changes[0].ExternalID)
}

func TestBulkUpdateAndDeleteByID(t *testing.T) {
	d := openDoor(t, mocksf.Config{})
	a, b := d.create("Account", `{"Name":"a","Phone":"1"}`), d.create("Account", `{"Name":"b"}`)
	unknown := a[:9] + "zzzzzz" // 15 characters
	j := d.load(`{"object":"Account","operation":"update","externalIdFieldName":""}`, "Id,Name\n"+a[:15]+",a2\n"+unknown+",x\nnonsense,y\n,z\n")
	assert.Equal(t, []any{"JobComplete", 4, 3}, []any{j.State, j.Processed, j.Failed})
	_, rows := d.results(j.ID, "successfulResults")
	assert.Equal(t, [][]string{{a, "false", a[:15], "a2"}}, rows)
	_, rows = d.results(j.ID, "failedResults")
	errs := map[string]string{}
	for _, r := range rows {
		errs[r[2]] = r[1]
	}
	assert.Equal(t, map[string]string{
		unknown:    "INVALID_CROSS_REFERENCE_KEY:invalid cross reference id:--",
		"nonsense": "MALFORMED_ID:Account ID: id value of incorrect type: nonsense:Id --",
		"":         "MISSING_ARGUMENT:Id not specified:--",
	}, errs)

	j = d.load(`{"object":"Account","operation":"delete"}`, "Id\n"+a+"\n"+b+"\n"+a+"\n")
	assert.Equal(t, []any{"JobComplete", 3, 1}, []any{j.State, j.Processed, j.Failed})
	_, rows = d.results(j.ID, "failedResults")
	assert.Equal(t, [][]string{{a, "ENTITY_IS_DELETED:entity is deleted:--", a}}, rows)
	assert.Zero(t, d.query("SELECT COUNT() FROM Account").TotalSize)
}

func TestBulkRelationshipColumns(t *testing.T) {
	d := openDoor(t, mocksf.Config{})
	account := d.create("Account", `{"Name":"a","Ext_Id__c":"a-1"}`)
	j := d.load(`{"object":"Order__c","operation":"upsert","externalIdFieldName":"Ext_Id__c"}`,
		"Ext_Id__c,account__r.ext_id__c,Amount__c\no-1,a-1,1.50\no-2,,2\no-3,nobody,3\n")
	assert.Equal(t, []any{"JobComplete", 3, 1}, []any{j.State, j.Processed, j.Failed})
	_, rows := d.results(j.ID, "failedResults")
	assert.Equal(t, "INVALID_FIELD:Foreign key external ID: nobody not found for field Ext_Id__c in entity Account:--", rows[0][1])
	orders := d.query("SELECT Account__c, Amount__c FROM Order__c ORDER BY Ext_Id__c").Records
	require.Len(t, orders, 2)
	assert.Equal(t, []any{account, 1.5, nil}, []any{orders[0]["Account__c"], orders[0]["Amount__c"], orders[1]["Account__c"]})
	j = d.load(`{"object":"Order__c","operation":"upsert","externalIdFieldName":"Ext_Id__c"}`, "Ext_Id__c,Account__r.Ext_Id__c\no-1,#N/A\n")
	assert.Equal(t, []any{"JobComplete", 0}, []any{j.State, j.Failed})
	assert.Nil(t, d.query("SELECT Account__c FROM Order__c WHERE Ext_Id__c = 'o-1'").Records[0]["Account__c"])
}

func TestBulkUpsertByID(t *testing.T) {
	d := openDoor(t, mocksf.Config{})
	id := d.create("Account", `{"Name":"a"}`)
	j := d.load(`{"object":"Account","operation":"upsert","externalIdFieldName":"Id"}`, "Id,Name\n"+id+",b\n,c\n")
	assert.Equal(t, []any{"JobComplete", 0}, []any{j.State, j.Failed})
	_, rows := d.results(j.ID, "successfulResults")
	assert.Equal(t, [][]string{{"false", id, "b"}, {"true", "", "c"}}, drop(rows, 1))
}

func TestBulkFormats(t *testing.T) {
	d := openDoor(t, mocksf.Config{})
	for name, sign := range map[string]string{"BACKQUOTE": "`", "CARET": "^", "COMMA": ",", "PIPE": "|", "SEMICOLON": ";", "TAB": "\t"} {
		for ending, end := range map[string]string{"LF": "\n", "CRLF": "\r\n"} {
			spec := fmt.Sprintf(`{"object":"Account","operation":"insert","columnDelimiter":%q,"lineEnding":%q,"contentType":"CSV"}`, name, ending)
			j := d.load(spec, strings.Join([]string{"Name", "Phone"}, sign)+end+"\"two"+end+"lines\""+sign+"1"+end)
			require.Equal(t, []any{"JobComplete", 0}, []any{j.State, j.Failed}, spec)
			a := d.do(http.MethodGet, "jobs/ingest/"+j.ID+"/successfulResults", nil)
			assert.Regexp(t, "(?s)^\"sf__Id\"\\Q"+sign+"\\E\"sf__Created\"\\Q"+sign+"\"Name\""+sign+"\"Phone\""+end+"\\E\"001\\w{15}\"\\Q"+sign+"\"true\""+sign+"\"two"+end+"lines\""+sign+"\"1\""+end+"\\E$", a.body)
		}
	}
}

func TestBulkUploadsInManyWays(t *testing.T) {
	d := openDoor(t, mocksf.Config{})
	file := "\ufeffName,Token__c\nA,t-1\n"
	var zipped bytes.Buffer
	z := gzip.NewWriter(&zipped)
	_, err := z.Write([]byte(file))
	require.NoError(t, err)
	require.NoError(t, z.Close())
	for name, send := range map[string]func(path string) answered{
		"chunked": func(p string) answered {
			return d.do("PUT", p, io.MultiReader(strings.NewReader(file)), "Content-Type", "text/csv")
		},
		"gzip": func(p string) answered {
			return d.do("PUT", p, &zipped, "Content-Type", "text/csv; charset=UTF-8", "Content-Encoding", "gzip")
		},
		"slashes": func(p string) answered {
			return d.do("PUT", strings.ReplaceAll(p, "/", "//")+"/", strings.NewReader(file), "Content-Type", "text/csv")
		},
	} {
		j := d.createJob(`{"object":"Account","operation":"insert"}`)
		require.Equal(t, http.StatusCreated, send("jobs/ingest/"+j.ID+"/batches").status, name)
		d.set(j.ID, "UploadComplete")
		done := d.await(j.ID)
		assert.Equal(t, []any{"JobComplete", 1, 0}, []any{done.State, done.Processed, done.Failed}, name+done.ErrorMessage)
	}
}

func TestBulkEmptyUploadCompletes(t *testing.T) {
	d := openDoor(t, mocksf.Config{})
	for _, file := range []string{"", "Name\n"} {
		j := d.load(`{"object":"Account","operation":"insert"}`, file)
		assert.Equal(t, []any{"JobComplete", 0, 0}, []any{j.State, j.Processed, j.Failed})
	}
}
