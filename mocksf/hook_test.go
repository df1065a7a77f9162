package mocksf_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/squall-harness/squall/mocksf"
	"github.com/squall-harness/squall/mocksf/commitlog"
)

// nemesis is a hook whose decision a test changes.
type nemesis struct {
	mu       sync.Mutex
	asked    func() // when the org asks; nil: nothing
	decision mocksf.Decision
	calls    []mocksf.Call
	log      []commitlog.Request
}

func (n *nemesis) hook(c *mocksf.Call) mocksf.Decision {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.calls = append(n.calls, *c)
	if n.asked != nil {
		n.asked()
	}
	return n.decision
}

func (n *nemesis) set(d mocksf.Decision) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.decision = d
}

func (n *nemesis) note(r commitlog.Request) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.log = append(n.log, r)
}

// last waits for the request log to hold n lines and returns the newest.
func (n *nemesis) last(t *testing.T, lines int) (r commitlog.Request) {
	t.Helper()
	require.Eventually(t, func() bool {
		n.mu.Lock()
		defer n.mu.Unlock()
		if len(n.log) == lines {
			r = n.log[lines-1]
		}
		return len(n.log) == lines
	}, 5*time.Second, time.Millisecond)
	return r
}

func (n *nemesis) lastCall() mocksf.Call {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.calls[len(n.calls)-1]
}

// haunted is an org with a nemesis; its request log holds one line, the
// token's.
func haunted(t *testing.T, cfg mocksf.Config) (*door, *nemesis) {
	n := &nemesis{}
	cfg.Hook, cfg.OnRequest, cfg.TraceFields = n.hook, n.note, []string{"Token__c"}
	d := openDoor(t, cfg)
	n.last(t, 1) // the token's line; later connections may not overtake it
	return d, n
}

func TestHookSeesWhatACallMeansToDo(t *testing.T) {
	d, n := haunted(t, mocksf.Config{})
	assert.Equal(t, commitlog.APIAuth, n.lastCall().API)
	assert.False(t, n.lastCall().Write)
	for _, c := range []struct {
		call, body string
		want       mocksf.Call
	}{
		{"POST sobjects/account", `{"Name":"n","Token__c":"t-1.0"}`,
			mocksf.Call{API: commitlog.APIRow, Write: true, Records: 1, Objects: []string{"Account"}, Traces: []string{"t-1.0"}}},
		{"GET sobjects/Account/Ext_Id__c/x", ``, mocksf.Call{API: commitlog.APIRow}},
		{"POST composite/sobjects", `{"records":[{"attributes":{"type":"Account"},"Token__c":"t\u002d2"},{"attributes":{"type":"Case"}},{"attributes":{"type":"Case"}}]}`,
			mocksf.Call{API: commitlog.APICollections, Write: true, Records: 3, Objects: []string{"Account", "Case"}, Traces: []string{"t-2"}}},
		{"POST composite", `{` + subs(sub("a", "POST", "sobjects/Account", `{"Token__c":"1"}`), sub("b", "GET", "limits", ""), sub("c", "PATCH", "sobjects/Order__c/@{a.id}", `{"Token__c":"2"}`)) + `}`,
			mocksf.Call{API: commitlog.APIComposite, Write: true, Records: 2, Objects: []string{"Account", "Order__c"}, Traces: []string{"1", "2"}}},
		{"GET query?q=SELECT+Id+FROM+Account", ``, mocksf.Call{API: commitlog.APIQuery}},
		{"POST sobjects/Account", `{"Name":`, mocksf.Call{API: commitlog.APIRow}},
	} {
		method, path, _ := strings.Cut(c.call, " ")
		d.do(method, path, strings.NewReader(c.body))
		got := n.lastCall()
		assert.NotEmpty(t, got.ID)
		assert.Equal(t, "id", got.Identity)
		assert.NotContains(t, got.Path, "?")
		c.want.ID, c.want.At, c.want.Method, c.want.Path, c.want.Identity = got.ID, got.At, method, got.Path, "id"
		c.want.Running = got.Running
		assert.Equal(t, c.want, got, c.call)
	}
	d.do("POST", "sobjects/Account", strings.NewReader(`{"Name":"n"}`), "Authorization", "Bearer old")
	assert.Empty(t, n.lastCall().Identity)
	assert.False(t, n.lastCall().Write, "without a session nothing will be written")
}

func TestMaintenancePageHitsEverything(t *testing.T) {
	d, n := haunted(t, mocksf.Config{})
	n.set(mocksf.Decision{Fault: "maintenance", Reply: &mocksf.Reply{Status: 503, ContentType: "text/html", Body: "<html>down</html>", Header: http.Header{"Retry-After": {"1"}}}})
	for _, path := range []string{"/services/oauth2/token", "sobjects/Account", "/services/data"} {
		a := d.do("POST", path, strings.NewReader(`{"Name":"n"}`), "Authorization", "Bearer none")
		assert.Equal(t, 503, a.status)
		assert.Equal(t, "text/html", a.header.Get("Content-Type"))
		assert.Equal(t, "1", a.header.Get("Retry-After"))
		assert.Equal(t, "<html>down</html>", a.body)
	}
	assert.Equal(t, "maintenance", n.last(t, 4).Fault)
	assert.Zero(t, d.org.Log().Len())
}

func TestCutCommitsFirst(t *testing.T) {
	d, n := haunted(t, mocksf.Config{})
	committed := make(chan int, 1)
	n.set(mocksf.Decision{Fault: "cut", Cut: true, AfterCommit: func() { committed <- d.org.Log().Len() }})
	request, err := http.NewRequest("PATCH", d.url+"/services/data/v67.0/sobjects/Account/Ext_Id__c/a", strings.NewReader(`{"Name":"n"}`))
	require.NoError(t, err)
	request.Header.Set("Authorization", "Bearer "+d.token)
	_, err = http.DefaultClient.Do(request)
	require.Error(t, err)
	assert.True(t, errors.Is(err, syscall.ECONNRESET) || errors.Is(err, io.EOF), err)
	assert.Equal(t, 1, <-committed)
	got := n.last(t, 2)
	assert.Equal(t, commitlog.FateCut, got.Fate)
	assert.Equal(t, 201, got.Status)
	assert.Equal(t, commitlog.FateCut, d.org.Log().SettledSince(0)[0].Fate)
	assert.Equal(t, got.ID, d.org.Log().Since(0)[0].Request)
}

func TestAfterCommitNeedsACommit(t *testing.T) {
	d, n := haunted(t, mocksf.Config{})
	n.set(mocksf.Decision{AfterCommit: func() { t.Error("nothing was committed") }})
	assert.Equal(t, 400, d.do("POST", "sobjects/Account", strings.NewReader(`{}`)).status)
	assert.Equal(t, 200, d.do("GET", "limits", nil).status)
}

func TestRowErrorHitsTheFirstRecord(t *testing.T) {
	d, n := haunted(t, mocksf.Config{})
	n.set(mocksf.Decision{Fault: "lock", RowError: &mocksf.RowError{Code: "UNABLE_TO_LOCK_ROW"}})
	a := d.do("POST", "sobjects/Account", strings.NewReader(`{"Name":"n"}`))
	assert.Equal(t, 400, a.status)
	assert.JSONEq(t, `[{"message":"unable to obtain exclusive access to this record","errorCode":"UNABLE_TO_LOCK_ROW","fields":[]}]`, a.body)

	list := d.collection("POST", "composite/sobjects", `{"records":[{"attributes":{"type":"Account"},"Name":"a"},{"attributes":{"type":"Account"},"Name":"b"}]}`)
	assert.Equal(t, []string{"UNABLE_TO_LOCK_ROW", ""}, codes(list))
	assert.Equal(t, 1, n.last(t, 3).Failed)

	unit := subs(sub("r", "GET", "limits", ""), sub("a", "POST", "sobjects/Account", `{"Name":"n"}`), sub("b", "POST", "sobjects/Account", `{"Name":"n"}`))
	assert.Equal(t, []int{400, 400, 400}, statuses(d.composite(`{"allOrNone":true,`+unit+`}`)))
	assert.Equal(t, 2, n.last(t, 4).Failed)
	assert.Equal(t, []int{200, 400, 201}, statuses(d.composite(`{`+unit+`}`)))
	assert.Equal(t, 1, n.last(t, 5).Failed)
	assert.Equal(t, 2, d.org.Count("Account"))
}

func TestFateOfReplies(t *testing.T) {
	d, n := haunted(t, mocksf.Config{})
	require.Equal(t, 201, d.do("POST", "sobjects/Account", strings.NewReader(`{"Name":"n","Token__c":"t"}`)).status)
	got := n.last(t, 2)
	assert.Equal(t, commitlog.FateSent, got.Fate)
	assert.Equal(t, []string{"t"}, got.Traces)
	assert.Equal(t, 1, got.Records)
	assert.Equal(t, commitlog.FateSent, d.org.Log().SettledSince(0)[0].Fate)
}

func TestClientGoneAfterTheCommit(t *testing.T) {
	d, n := haunted(t, mocksf.Config{})
	d.giveUp(func(leave func()) { n.decision.AfterCommit = leave })
	require.Equal(t, commitlog.FateLost, n.last(t, 2).Fate)
	assert.Equal(t, commitlog.FateLost, d.org.Log().Since(0)[0].Fate)
}

// A client that hangs up as soon as it has read the reply has the reply: the
// flush hands it over, and the org learns of the end only afterwards.
func TestClientGoneAfterTheReply(t *testing.T) {
	d, n := haunted(t, mocksf.Config{})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		d.org.ServeHTTP(hungUp{w, r.Context()}, r)
	}))
	defer server.Close()
	request, err := http.NewRequest("POST", server.URL+"/services/data/v67.0/sobjects/Account", strings.NewReader(`{"Name":"n"}`))
	require.NoError(t, err)
	request.Header.Set("Authorization", "Bearer "+d.token)
	request.Close = true
	reply, err := (&http.Client{Transport: &http.Transport{}}).Do(request)
	require.NoError(t, err)
	require.Equal(t, 201, reply.StatusCode)
	require.NoError(t, reply.Body.Close())
	assert.Equal(t, commitlog.FateSent, n.last(t, 2).Fate)
	assert.Equal(t, commitlog.FateSent, d.org.Log().Since(0)[0].Fate)
}

// hungUp lets the flush of a reply last until the server has seen the client go.
type hungUp struct {
	http.ResponseWriter
	ctx context.Context
}

func (h hungUp) FlushError() error {
	err := http.NewResponseController(h.ResponseWriter).Flush()
	<-h.ctx.Done()
	return err
}

// giveUp sends an insert and hangs up when leave is called, which returns when
// the server has noticed. when says who calls it.
func (d *door) giveUp(when func(leave func())) {
	d.t.Helper()
	ctx, hangUp := context.WithCancel(d.t.Context())
	calls := make(chan context.Context, 1)
	when(func() { hangUp(); <-(<-calls).Done() })
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		calls <- r.Context()
		d.org.ServeHTTP(w, r)
	}))
	defer server.Close()
	client := &http.Client{Transport: &http.Transport{}}
	request, err := http.NewRequestWithContext(ctx, "POST", server.URL+"/services/data/v67.0/sobjects/Account", strings.NewReader(`{"Name":"n"}`))
	require.NoError(d.t, err)
	request.Header.Set("Authorization", "Bearer "+d.token)
	_, err = client.Do(request)
	require.Error(d.t, err)
	client.CloseIdleConnections()
}

func TestClientGoneBeforeTheWork(t *testing.T) {
	d, n := haunted(t, mocksf.Config{Service: mocksf.Service{Record: time.Hour}})
	d.giveUp(func(leave func()) { n.asked = leave })
	got := n.last(t, 2)
	assert.Equal(t, commitlog.FateLost, got.Fate)
	assert.Zero(t, got.Status)
	assert.Zero(t, d.org.Log().Len())
}

// A request that is held lands although its client has given it up.
func TestHeldRequestsLandLate(t *testing.T) {
	d, n := haunted(t, mocksf.Config{Service: mocksf.Service{Record: time.Hour}})
	n.set(mocksf.Decision{Hold: time.Millisecond})
	d.giveUp(func(leave func()) { n.asked = leave })
	got := n.last(t, 2)
	assert.Equal(t, []any{commitlog.FateLost, 201}, []any{got.Fate, got.Status})
	assert.Equal(t, 1, d.org.Log().Len())
}

func TestInstanceURLFollowsTheHost(t *testing.T) {
	d := openDoor(t, mocksf.Config{})
	request, err := http.NewRequest("POST", d.url+"/services/oauth2/token", strings.NewReader(url.Values{"grant_type": {"client_credentials"}, "client_id": {"c"}, "client_secret": {"s"}}.Encode()))
	require.NoError(t, err)
	request.Host = "proxy.example:1234"
	reply, err := http.DefaultClient.Do(request)
	require.NoError(t, err)
	text, err := io.ReadAll(reply.Body)
	require.NoError(t, err)
	require.NoError(t, reply.Body.Close())
	assert.Contains(t, string(text), `"instance_url":"http://proxy.example:1234"`)
}

func TestCutOverHTTP2(t *testing.T) {
	n := &nemesis{}
	org := mocksf.New(mocksf.Config{Hook: n.hook, OnRequest: n.note})
	server := httptest.NewUnstartedServer(org)
	server.EnableHTTP2 = true
	server.StartTLS()
	t.Cleanup(func() { server.Close(); org.Close() })
	client := server.Client()
	reply, err := client.PostForm(server.URL+"/services/oauth2/token", url.Values{"grant_type": {"client_credentials"}, "client_id": {"c"}, "client_secret": {"s"}})
	require.NoError(t, err)
	text, err := io.ReadAll(reply.Body)
	require.NoError(t, err)
	require.NoError(t, reply.Body.Close())
	assert.Equal(t, 2, reply.ProtoMajor)
	assert.Contains(t, string(text), `"instance_url":"`+server.URL+`"`, "the scheme is https")
	n.set(mocksf.Decision{Cut: true})
	_, err = client.Get(server.URL + "/services/data")
	require.Error(t, err)
	assert.Equal(t, commitlog.FateCut, n.last(t, 2).Fate)
}

// Every step of a login and of a bulk job can be told apart, done and cut.
func TestHookSeesTheSteps(t *testing.T) {
	d, n := haunted(t, mocksf.Config{})
	assert.Equal(t, mocksf.StepToken, n.lastCall().Step)
	job := d.createJob(`{"object":"account","operation":"insert"}`)
	assert.Equal(t, []string{"Account"}, n.lastCall().Objects)
	for _, c := range []struct {
		step               mocksf.Step
		method, path, body string
	}{
		{mocksf.StepCreate, "POST", "jobs/ingest", `{"object":"Account","operation":"insert"}`},
		{mocksf.StepUpload, "PUT", "jobs/ingest/" + job.ID + "/batches", "Name\nn\n"},
		{mocksf.StepStatus, "GET", "jobs/ingest/" + job.ID, ""},
		{mocksf.StepClose, "PATCH", "jobs/ingest/" + job.ID, `{"state":"UploadComplete"}`},
		{mocksf.StepAbort, "PATCH", "jobs/ingest/" + job.ID, `{"state":"Aborted"}`},
		{mocksf.StepResults, "GET", "jobs/ingest/" + job.ID + "/failedResults", ""},
		{"", "GET", "limits", ""},
	} {
		worked := 0
		n.set(mocksf.Decision{AfterWork: func() { worked++ }})
		kind := "application/json"
		if c.step == mocksf.StepUpload {
			kind = "text/csv"
		}
		a := d.do(c.method, c.path, strings.NewReader(c.body), "Content-Type", kind)
		assert.Equal(t, c.step, n.lastCall().Step, c.path)
		if c.step != "" {
			assert.Equal(t, []string{"Account"}, n.lastCall().Objects, c.step)
		}
		if a.status < 300 {
			assert.Equal(t, 1, worked, c.step)
		} else {
			assert.Equal(t, mocksf.StepAbort, c.step, "%d %s", a.status, a.body) // the job may be complete already
			assert.Zero(t, worked)
		}
	}
}

func TestHookGivesABulkJobTrouble(t *testing.T) {
	d, n := haunted(t, mocksf.Config{})
	n.set(mocksf.Decision{Job: &mocksf.JobTrouble{End: "Failed", Share: 50, Reason: "InternalServerError"}})
	job := d.load(`{"object":"Account","operation":"insert"}`, "Name\na\nb\nc\nd\n")
	assert.Equal(t, []any{"Failed", 2, 0, "InternalServerError"}, []any{job.State, job.Processed, job.Failed, job.ErrorMessage})
	n.set(mocksf.Decision{Job: &mocksf.JobTrouble{Row: &mocksf.RowError{Code: "UNABLE_TO_LOCK_ROW"}, Percent: 50}})
	job = d.load(`{"object":"Account","operation":"insert"}`, "Name\na\nb\nc\nd\n")
	assert.Equal(t, []any{"JobComplete", 4, 2}, []any{job.State, job.Processed, job.Failed})
}
