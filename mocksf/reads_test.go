package mocksf_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/squall-harness/squall/mocksf"
	"github.com/squall-harness/squall/mocksf/commitlog"
)

// visited is an org with its read log, asked by a visitor without a network.
type visited struct {
	*mocksf.Org
	token string
	reads []commitlog.Read
}

func visit(t *testing.T, cfg mocksf.Config) *visited {
	v := &visited{}
	cfg.OnRead = func(r commitlog.Read) { v.reads = append(v.reads, r) }
	cfg.Clock = func() time.Duration { return 0 }
	v.Org = mocksf.New(cfg)
	t.Cleanup(v.Close)
	v.token = v.Visit(commitlog.CrowdIdentity("reader-1"))
	return v
}

// ask sends one request and returns the reads that came of it.
func (v *visited) ask(t *testing.T, method, path, body string, status int) []commitlog.Read {
	t.Helper()
	v.reads = nil
	req := httptest.NewRequest(method, "/services/data/v67.0"+path, strings.NewReader(body))
	req.Header.Set("Authorization", "Bearer "+v.token)
	w := httptest.NewRecorder()
	v.ServeHTTP(w, req)
	require.Equal(t, status, w.Code, w.Body.String())
	for i := range v.reads {
		assert.Equal(t, "crowd/reader-1", v.reads[i].Identity)
		assert.NotEmpty(t, v.reads[i].Request)
		v.reads[i].Request, v.reads[i].Identity, v.reads[i].API = "", "", ""
	}
	return v.reads
}

func (v *visited) insert(t *testing.T, object string, fields map[string]any) string {
	id, err := v.Insert(object, fields)
	require.NoError(t, err)
	return id
}

// Every way of reading says which version of which record was served, and from
// which state.
func TestReadsNameTheVersionsServed(t *testing.T) {
	v := visit(t, mocksf.Config{})
	account := v.insert(t, "Account", map[string]any{"Name": "A", "Ext_Id__c": "a"})                                   // lsn 1
	order := v.insert(t, "Order__c", map[string]any{"Ext_Id__c": "o", "Account__r": map[string]any{"Ext_Id__c": "a"}}) // lsn 2
	v.ask(t, "PATCH", "/sobjects/Account/"+account, `{"Phone":"1"}`, 204)                                              // lsn 3
	a, o := commitlog.Served{ID: account, ExternalID: "a", LSN: 3}, commitlog.Served{ID: order, ExternalID: "o", LSN: 2}

	assert.Equal(t, []commitlog.Read{{LSN: 3, Object: "Account", Exact: true, Records: []commitlog.Served{a}}},
		v.ask(t, "GET", "/sobjects/Account/"+account, "", 200))
	assert.Equal(t, []commitlog.Read{{LSN: 3, Object: "Account", Exact: true, Fields: []string{"Name"}, Records: []commitlog.Served{a}}},
		v.ask(t, "GET", "/sobjects/account/ext_id__c/a?fields=name", "", 200))
	assert.Equal(t, []commitlog.Read{{LSN: 3, Object: "Account", Exact: true, Records: []commitlog.Served{{ExternalID: "b"}}}},
		v.ask(t, "GET", "/sobjects/Account/Ext_Id__c/b", "", 404))
	assert.Equal(t, []commitlog.Read{{LSN: 3, Object: "Account", Exact: true, Records: []commitlog.Served{a}}},
		v.ask(t, "GET", "/sobjects/Order__c/"+order+"/Account__r", "", 200))
	assert.Equal(t, []commitlog.Read{{LSN: 3, Object: "Account", Exact: true, Fields: []string{"Id"}, Records: []commitlog.Served{a}}},
		v.ask(t, "GET", "/composite/sobjects/Account?fields=Id&ids="+account+",001000000000099AAA", "", 200))
	assert.Equal(t, []commitlog.Read{
		{LSN: 3, Object: "Order__c", Fields: []string{"Account__c"}, Exact: true, Where: []commitlog.Match{{Field: "Ext_Id__c", Values: []any{"o"}}}, Records: []commitlog.Served{o}},
		{LSN: 3, Object: "Account", Fields: []string{"Name"}, Records: []commitlog.Served{a}},
	}, v.ask(t, "GET", "/query?q="+url.QueryEscape("SELECT Account__r.Name FROM Order__c WHERE Ext_Id__c = 'o'"), "", 200), "not all fields")
	assert.Equal(t, []commitlog.Read{{LSN: 3, Object: "Account", Fields: []string{"Id"}, Exact: true, Records: []commitlog.Served{a}}, {LSN: 3, Object: "Contact", Fields: []string{"Name"}}},
		v.ask(t, "GET", "/query?q="+url.QueryEscape("SELECT (SELECT Name FROM Contacts) FROM Account"), "", 200), "not all fields")
	assert.Equal(t, []commitlog.Read{{LSN: 3, Object: "Order__c", Fields: []string{"Id"}, Exact: true,
		Where: []commitlog.Match{{Field: "Ext_Id__c", Values: []any{"p", "o"}}}, Records: []commitlog.Served{{ExternalID: "p"}, o}}},
		v.ask(t, "GET", "/query?q="+url.QueryEscape("SELECT Id FROM Order__c WHERE Ext_Id__c IN ('p', 'o')"), "", 200))
	assert.Equal(t, []commitlog.Read{{LSN: 3, Object: "Order__c", Fields: []string{"Status__c", "Amount__c"}, Records: []commitlog.Served{o}}},
		v.ask(t, "GET", "/query?q="+url.QueryEscape("SELECT toLabel(Status__c) Ext_Id__c, FORMAT(Amount__c) t FROM Order__c LIMIT 1"), "", 200), "an alias is no field")
	assert.Equal(t, []commitlog.Read{{LSN: 3, Object: "Contact", Where: []commitlog.Match{{Field: "Email", Values: []any{"m@x.de"}}}}},
		v.ask(t, "GET", "/query?q="+url.QueryEscape("SELECT COUNT() FROM contact WHERE Email = 'm@x.de' AND Name != 'x'"), "", 200))
}

// A composite call that is all or none reads one state, and its own writes are
// no reads.
func TestAUnitReadsOneState(t *testing.T) {
	v := visit(t, mocksf.Config{})
	v.insert(t, "Account", map[string]any{"Name": "A", "Ext_Id__c": "a"})
	body, err := json.Marshal(map[string]any{"allOrNone": true, "compositeRequest": []map[string]any{
		{"method": "GET", "url": "/services/data/v67.0/sobjects/Account/Ext_Id__c/a", "referenceId": "r1"},
		{"method": "PATCH", "url": "/services/data/v67.0/sobjects/Account/Ext_Id__c/a", "referenceId": "r2", "body": map[string]any{"Phone": "1"}},
		{"method": "GET", "url": "/services/data/v67.0/sobjects/Account/Ext_Id__c/a", "referenceId": "r3"},
	}})
	require.NoError(t, err)
	reads := v.ask(t, "POST", "/composite", string(body), 200)
	require.Len(t, reads, 2)
	assert.Equal(t, []uint64{1, 1}, []uint64{reads[0].LSN, reads[1].LSN})
	assert.Equal(t, uint64(1), reads[0].Records[0].LSN)
	assert.Empty(t, reads[1].Records)
	assert.Equal(t, "crowd/reader-1", v.Log().Since(1)[0].Identity)
}

// Pages that are fetched later still show the state that the query saw.
func TestAPageIsOfTheStateOfItsQuery(t *testing.T) {
	v := visit(t, mocksf.Config{})
	for range 201 {
		v.insert(t, "Activity_Log__c", map[string]any{"Note__c": "x"})
	}
	req := httptest.NewRequest("GET", "/services/data/v67.0/query?q="+url.QueryEscape("SELECT Id FROM Activity_Log__c"), nil)
	req.Header.Set("Authorization", "Bearer "+v.token)
	req.Header.Set("Sforce-Query-Options", "batchSize=200")
	w := httptest.NewRecorder()
	v.ServeHTTP(w, req)
	require.Equal(t, http.StatusOK, w.Code)
	var page struct{ NextRecordsURL string }
	require.NoError(t, json.Unmarshal(w.Body.Bytes(), &page))
	v.insert(t, "Activity_Log__c", map[string]any{"Note__c": "later"})
	reads := v.ask(t, "GET", strings.TrimPrefix(page.NextRecordsURL, "/services/data/v67.0"), "", 200)
	require.Len(t, reads, 1)
	assert.Equal(t, uint64(201), reads[0].LSN)
	assert.Len(t, reads[0].Records, 1)
}

// A visitor is nobody's client: no limit counts the calls, no expiry ends the
// session.
func TestAVisitorIsNoClient(t *testing.T) {
	v := visit(t, mocksf.Config{DailyRequests: 1})
	for range 3 {
		assert.Zero(t, v.ExpireTokens())
		v.ask(t, "GET", "/limits", "", 200)
	}
}

// What never reached the client was not read.
func TestAReplyThatWasCutIsNoRead(t *testing.T) {
	n := &nemesis{decision: mocksf.Decision{Cut: true}}
	reads := make(chan commitlog.Read, 9)
	server := mocksf.RunT(t, func(c *mocksf.Config) {
		c.Hook, c.OnRequest, c.OnRead = n.hook, n.note, func(r commitlog.Read) { reads <- r }
	})
	id, err := server.Insert("Account", map[string]any{"Name": "A"})
	require.NoError(t, err)
	req, err := http.NewRequest("GET", server.URL+"/services/data/v67.0/sobjects/Account/"+id, nil)
	require.NoError(t, err)
	req.Header.Set("Authorization", "Bearer "+server.Visit("crowd/reader-1"))
	_, err = http.DefaultTransport.RoundTrip(req)
	require.Error(t, err)
	n.last(t, 1)
	assert.Empty(t, reads)
}
