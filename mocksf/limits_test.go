package mocksf_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/squall-harness/squall/mocksf"
)

// bubble is an org without a network, for tests in virtual time.
type bubble struct {
	t     testing.TB
	org   *mocksf.Org
	token string
}

// inVirtualTime runs a test on an org in virtual time.
func inVirtualTime(t *testing.T, cfg mocksf.Config, test func(*bubble)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		if cfg.TokenLife == 0 {
			cfg.TokenLife = 1000 * time.Hour
		}
		d := &bubble{t: t, org: mocksf.New(cfg)}
		defer d.org.Close()
		d.token = d.login("id")
		test(d)
	})
}

func (d *bubble) login(client string) string {
	_, body := d.do("POST", "/services/oauth2/token?grant_type=client_credentials&client_secret=s&client_id="+client, "")
	var granted struct {
		Token string `json:"access_token"`
	}
	require.NoError(d.t, json.Unmarshal([]byte(body), &granted))
	return granted.Token
}

// do serves one request; header holds pairs of names and values.
func (d *bubble) do(method, path, body string, header ...string) (status int, text string) {
	w := d.serve(method, path, body, header...)
	return w.Code, w.Body.String()
}

func (d *bubble) serve(method, path, body string, header ...string) *httptest.ResponseRecorder {
	if !strings.HasPrefix(path, "/") && !strings.HasPrefix(path, "http") {
		path = "/services/data/v67.0/" + path
	}
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	r.Header.Set("Authorization", "Bearer "+d.token)
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	d.org.ServeHTTP(w, r)
	return w
}

func (d *bubble) insert(object string, fields map[string]any) string {
	id, err := d.org.Insert(object, fields)
	require.NoError(d.t, err)
	return id
}

// load takes a CSV file through a bulk job and returns failedResults.
func (d *bubble) load(spec, file string) (failed string) {
	_, body := d.do("POST", "jobs/ingest", spec)
	var job jobShown
	require.NoError(d.t, json.Unmarshal([]byte(body), &job), body)
	status, _ := d.do("PUT", "jobs/ingest/"+job.ID+"/batches", file, "Content-Type", "text/csv")
	require.Equal(d.t, 201, status)
	d.do("PATCH", "jobs/ingest/"+job.ID, `{"state":"UploadComplete"}`)
	for job.State != "JobComplete" && job.State != "Failed" {
		time.Sleep(700 * time.Millisecond) // at no instant at which a chunk is done
		_, body = d.do("GET", "jobs/ingest/"+job.ID, "")
		require.NoError(d.t, json.Unmarshal([]byte(body), &job))
	}
	_, failed = d.do("GET", "jobs/ingest/"+job.ID+"/failedResults", "")
	return failed
}

func TestTheAllocationRolls(t *testing.T) {
	inVirtualTime(t, mocksf.Config{DailyRequests: 3}, func(d *bubble) {
		for n := range 3 {
			w := d.serve("GET", "limits", "")
			assert.Equal(t, 200, w.Code)
			assert.Equal(t, fmt.Sprintf("api-usage=%d/3", n+1), w.Header().Get("Sforce-Limit-Info"))
			time.Sleep(time.Hour)
		}
		for range 2 { // what is refused is not counted
			w := d.serve("GET", "limits", "")
			assert.Equal(t, 403, w.Code)
			assert.JSONEq(t, `[{"message":"TotalRequests Limit exceeded.","errorCode":"REQUEST_LIMIT_EXCEEDED"}]`, w.Body.String())
			assert.Equal(t, "api-usage=3/3", w.Header().Get("Sforce-Limit-Info"))
		}
		time.Sleep(21 * time.Hour) // a day after the first call
		status, body := d.do("GET", "limits", "")
		assert.Equal(t, 200, status)
		assert.Contains(t, body, `"DailyApiRequests":{"Max":3,"Remaining":0}`)
		status, _ = d.do("GET", "limits", "")
		assert.Equal(t, 403, status)
		time.Sleep(100 * time.Hour)
		assert.Equal(t, "api-usage=1/3", d.serve("GET", "limits", "").Header().Get("Sforce-Limit-Info"))
	})
}

func TestLongRequestsKeepOthersOut(t *testing.T) {
	cfg := mocksf.Config{Service: mocksf.Service{Call: 30 * time.Second}, Limits: mocksf.Limits{LongRequests: 2}}
	inVirtualTime(t, cfg, func(d *bubble) {
		var all sync.WaitGroup
		var got []int
		var mu sync.Mutex
		call := func() {
			status, _ := d.do("GET", "limits", "")
			mu.Lock()
			defer mu.Unlock()
			got = append(got, status)
		}
		for range 3 { // at 0, 10 and 20 s; requests for tokens have come and gone
			all.Go(call)
			time.Sleep(10 * time.Second)
		}
		time.Sleep(time.Nanosecond)
		w := d.serve("GET", "limits", "") // after 30 s, when the first has just left: one is old
		assert.Equal(t, 200, w.Code)
		all.Wait()
		assert.Equal(t, []int{200, 200, 200}, got)

		all.Go(call)
		all.Go(call)
		time.Sleep(20*time.Second - 1)
		all.Go(call)
		synctest.Wait()
		time.Sleep(time.Nanosecond)
		status, body := d.do("GET", "limits", "")
		assert.Equal(t, 403, status)
		assert.JSONEq(t, `[{"message":"ConcurrentRequests (Concurrent API Requests) Limit exceeded.","errorCode":"REQUEST_LIMIT_EXCEEDED"}]`, body)
		visitor := *d
		visitor.token = d.org.Visit("somebody")
		status, _ = visitor.do("GET", "limits", "")
		assert.Equal(t, 200, status, "no limit counts a visitor")
		all.Wait()
		assert.Equal(t, []int{200, 200, 200, 200, 200, 200}, got)
	})
}

// TestASlowSenderIsALongRequest has a request that came first and was admitted
// last, because its body took so long.
func TestASlowSenderIsALongRequest(t *testing.T) {
	cfg := mocksf.Config{Service: mocksf.Service{Call: time.Minute}, Limits: mocksf.Limits{LongRequests: 1}}
	inVirtualTime(t, cfg, func(d *bubble) {
		var all sync.WaitGroup
		body, send := io.Pipe()
		all.Go(func() {
			r := httptest.NewRequest("POST", "/services/data/v67.0/sobjects/Account", body)
			r.Header.Set("Authorization", "Bearer "+d.token)
			d.org.ServeHTTP(httptest.NewRecorder(), r)
		})
		time.Sleep(10 * time.Second)
		all.Go(func() { d.do("GET", "limits", "") })
		time.Sleep(5 * time.Second)
		_, _ = send.Write([]byte("{}"))
		send.Close()
		time.Sleep(10 * time.Second)
		status, _ := d.do("GET", "limits", "")
		assert.Equal(t, 403, status)
		all.Wait()
	})
}

// TestTheSameReferenceFailsEveryTime has two headers whose references lead nowhere.
func TestTheSameReferenceFailsEveryTime(t *testing.T) {
	inVirtualTime(t, mocksf.Config{}, func(d *bubble) {
		for range 20 {
			_, body := d.do("POST", "composite", `{"compositeRequest":[{"referenceId":"a","method":"GET","url":"/services/data/v67.0/limits","httpHeaders":{"If-None-Match":"@{second.x}","If-Match":"@{first.x}"}}]}`)
			assert.Contains(t, body, "No value for first.x")
		}
	})
}

func TestStorageFillsUp(t *testing.T) {
	inVirtualTime(t, mocksf.Config{Limits: mocksf.Limits{StorageMB: 1}}, func(d *bubble) {
		var last string
		for d.org.Count("Account") < 510 { // and the user with the profile
			last = d.insert("Account", map[string]any{"Name": "n"})
		}
		_, body := d.do("GET", "limits", "")
		assert.Contains(t, body, `"DataStorageMB":{"Max":1,"Remaining":0}`)
		everyDoor(d, `{"Name":"one too many"}`, "storage limit exceeded", "STORAGE_LIMIT_EXCEEDED", nil)
		status, _ := d.do("PATCH", "sobjects/Account/"+last, `{"Name":"updates are fine"}`)
		assert.Equal(t, 204, status)
		d.do("DELETE", "sobjects/Account/"+last, "")
		status, _ = d.do("POST", "sobjects/Account", `{"Name":"there is room"}`)
		assert.Equal(t, 201, status)
	})
}

func TestReadOnlyModeRefusesWritesOnly(t *testing.T) {
	inVirtualTime(t, mocksf.Config{Statuses: map[string]int{"INSERT_UPDATE_DELETE_NOT_ALLOWED_DURING_MAINTENANCE": 503}}, func(d *bubble) {
		id := d.insert("Account", map[string]any{"Name": "n", "Ext_Id__c": "a"})
		d.org.SetReadOnly(true)
		status, body := d.do("PATCH", "sobjects/Account/"+id, `{"Name":"m"}`)
		assert.Equal(t, http.StatusServiceUnavailable, status, "the status is a setting")
		assert.Contains(t, body, `"errorCode":"INSERT_UPDATE_DELETE_NOT_ALLOWED_DURING_MAINTENANCE"`)
		status, _ = d.do("DELETE", "sobjects/Account/"+id, "")
		assert.Equal(t, 503, status)
		status, body = d.do("GET", "query?q=SELECT+Name+FROM+Account", "")
		assert.Equal(t, 200, status)
		assert.Contains(t, body, `"Name":"n"`)
		assert.Contains(t, d.load(`{"object":"Account","operation":"upsert","externalIdFieldName":"Ext_Id__c"}`, "Ext_Id__c,Name\na,m\n"),
			"INSERT_UPDATE_DELETE_NOT_ALLOWED_DURING_MAINTENANCE:")
		d.org.SetReadOnly(false)
		status, _ = d.do("PATCH", "sobjects/Account/"+id, `{"Name":"m"}`)
		assert.Equal(t, 204, status)
	})
	inVirtualTime(t, mocksf.Config{}, func(d *bubble) {
		d.org.SetReadOnly(true)
		everyDoor(d, `{"Name":"n"}`, "The organization is in read only mode during maintenance", "INSERT_UPDATE_DELETE_NOT_ALLOWED_DURING_MAINTENANCE", nil)
	})
}
