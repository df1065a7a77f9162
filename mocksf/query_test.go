package mocksf_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/squall-harness/squall/mocksf"
)

// page is one page of a query's answer.
type page struct {
	TotalSize int              `json:"totalSize"`
	Done      bool             `json:"done"`
	Next      string           `json:"nextRecordsUrl"`
	Records   []map[string]any `json:"records"`
}

func (d *door) query(soql string, header ...string) page {
	d.t.Helper()
	return d.page("query?q="+url.QueryEscape(soql), header...)
}

func (d *door) page(path string, header ...string) (p page) {
	d.t.Helper()
	a := d.do(http.MethodGet, path, nil, header...)
	require.Equal(d.t, http.StatusOK, a.status, a.body)
	require.NoError(d.t, json.Unmarshal([]byte(a.body), &p))
	return p
}

// create makes a record and returns its id.
func (d *door) create(object, body string) string {
	d.t.Helper()
	var saved struct {
		ID string `json:"id"`
	}
	a := d.json(http.MethodPost, "sobjects/"+object, body, &saved)
	require.Equal(d.t, http.StatusCreated, a.status, a.body)
	return saved.ID
}

func TestQueryShowsRecordsAsAsked(t *testing.T) {
	d := openDoor(t, mocksf.Config{})
	account := d.create("Account", `{"Name":"Acme \"1\"","Ext_Id__c":"a-1","NumberOfEmployees":3,"AnnualRevenue":12}`)
	d.create("Order__c", `{"Ext_Id__c":"o-1","Account__r":{"Ext_Id__c":"a-1"},"Amount__c":2.5}`)
	d.create("Order__c", `{"Ext_Id__c":"o-2"}`)

	a := d.do(http.MethodGet, "query/?q="+url.QueryEscape("select ID, name, annualrevenue, NumberOfEmployees, Phone, Active__c from ACCOUNT where ext_id__c = 'A-1'"), nil)
	assert.JSONEq(t, fmt.Sprintf(`{"totalSize":1,"done":true,"records":[{"attributes":{"type":"Account","url":"/services/data/v67.0/sobjects/Account/%s"},
		"Id":"%s","Name":"Acme \"1\"","AnnualRevenue":12.0,"NumberOfEmployees":3,"Phone":null,"Active__c":false}]}`, account, account), a.body)

	orders := d.query("SELECT Amount__c, Account__r.Name, Account__r.Id FROM Order__c ORDER BY Ext_Id__c")
	assert.Equal(t, 2, orders.TotalSize)
	parent := orders.Records[0]["Account__r"].(map[string]any)
	assert.Equal(t, []any{`Acme "1"`, account}, []any{parent["Name"], parent["Id"]})
	assert.Equal(t, "Account", parent["attributes"].(map[string]any)["type"])
	assert.Nil(t, orders.Records[1]["Account__r"])
	assert.Contains(t, orders.Records[1], "Account__r")
}

func TestQueryCounts(t *testing.T) {
	d := openDoor(t, mocksf.Config{})
	d.create("Account", `{"Name":"x","Phone":"1"}`)
	d.create("Account", `{"Name":"y"}`)
	assert.Equal(t, page{TotalSize: 2, Done: true, Records: []map[string]any{}}, d.query("SELECT COUNT() FROM Account"))
	counted := d.query("SELECT COUNT(Id), COUNT(Phone) phones FROM Account").Records[0]
	assert.Equal(t, map[string]any{"attributes": map[string]any{"type": "AggregateResult"}, "expr0": 2.0, "phones": 1.0}, counted)
}

func TestQueryAllSeesTheRecycleBin(t *testing.T) {
	d := openDoor(t, mocksf.Config{})
	id := d.create("Account", `{"Name":"gone","Ext_Id__c":"g"}`)
	require.Equal(t, http.StatusNoContent, d.do(http.MethodDelete, "sobjects/Account/"+id, nil).status)
	for _, where := range []string{"Id = '" + id + "'", "Ext_Id__c = 'g'", "Name = 'gone'"} {
		q := url.QueryEscape("SELECT IsDeleted FROM Account WHERE " + where)
		assert.Zero(t, d.page("query?q="+q).TotalSize, where)
		all := d.page("queryAll?q=" + q)
		require.Equal(t, 1, all.TotalSize, where)
		assert.Equal(t, true, all.Records[0]["IsDeleted"])
	}
}

func TestQueryDescribesColumns(t *testing.T) {
	d := openDoor(t, mocksf.Config{})
	var shown struct {
		Columns []struct {
			Name   string `json:"columnName"`
			Type   string `json:"apexType"`
			Shown  string `json:"displayName"`
			Counts bool   `json:"aggregate"`
			Join   []struct {
				Name string `json:"columnName"`
			} `json:"joinColumns"`
		} `json:"columnMetadata"`
		Entity string `json:"entityName"`
		ID     bool   `json:"idSelected"`
		Prefix string `json:"keyPrefix"`
	}
	d.json(http.MethodGet, "query?columns=true&q=SELECT+id,Amount__c,Account__r.Name+FROM+order__c", "", &shown)
	require.Len(t, shown.Columns, 3)
	assert.Equal(t, []any{"Order__c", true, "a00"}, []any{shown.Entity, shown.ID, shown.Prefix})
	assert.Equal(t, []string{"Id", "Id", "Amount__c", "Double"}, []string{shown.Columns[0].Name, shown.Columns[0].Type, shown.Columns[1].Name, shown.Columns[1].Type})
	assert.Equal(t, []string{"Account__r", "Name"}, []string{shown.Columns[2].Name, shown.Columns[2].Join[0].Name})
	d.json(http.MethodGet, "query?columns=true&q=SELECT+FORMAT(Amount__c)+a+FROM+Order__c", "", &shown)
	assert.Equal(t, []string{"a", "String"}, []string{shown.Columns[0].Name, shown.Columns[0].Type}, "it is text by then")
	d.json(http.MethodGet, "query?columns=true&q=SELECT+COUNT(Name)+FROM+Account", "", &shown)
	require.Len(t, shown.Columns, 1)
	assert.Equal(t, []any{"expr0", "count(Name)", true}, []any{shown.Columns[0].Name, shown.Columns[0].Shown, shown.Columns[0].Counts})
}

func TestQueryInsideComposite(t *testing.T) {
	d := openDoor(t, mocksf.Config{})
	var got struct {
		Replies []struct {
			Status int             `json:"httpStatusCode"`
			Body   json.RawMessage `json:"body"`
		} `json:"compositeResponse"`
	}
	d.json(http.MethodPost, "composite", `{"allOrNone":true,"compositeRequest":[
		{"method":"POST","url":"/services/data/v67.0/sobjects/Account","referenceId":"a","body":{"Name":"inside","Ext_Id__c":"in-1"}},
		{"method":"GET","url":"/services/data/v67.0/query?q=SELECT+Id,Name+FROM+Account+WHERE+Ext_Id__c='in-1'","referenceId":"q"},
		{"method":"PATCH","url":"/services/data/v67.0/sobjects/Account/@{q.records[0].Id}","referenceId":"p","body":{"Name":"changed"}}]}`, &got)
	require.Len(t, got.Replies, 3)
	assert.Equal(t, []int{201, 200, 204}, []int{got.Replies[0].Status, got.Replies[1].Status, got.Replies[2].Status})
	assert.Contains(t, string(got.Replies[1].Body), `"Name":"inside"`, "a query sees what its unit wrote")
	assert.Equal(t, "changed", d.query("SELECT Name FROM Account").Records[0]["Name"])
}

// fill creates n accounts through one bulk job.
func (d *door) fill(n int) {
	var csv strings.Builder
	csv.WriteString("Name,Ext_Id__c\n")
	for i := range n {
		fmt.Fprintf(&csv, "Account %05d,e-%05d\n", i, i)
	}
	d.load(`{"object":"Account","operation":"insert"}`, csv.String())
}

func TestQueryPages(t *testing.T) {
	d := openDoor(t, mocksf.Config{})
	d.fill(4100)
	for _, c := range []struct {
		option string
		sizes  []int
	}{
		{"", []int{2000, 2000, 100}}, {"batchSize=1500", []int{1500, 1500, 1100}},
		{"batchSize=5", nil}, {"batchSize=99999", []int{2000, 2000, 100}}, {"nonsense", []int{2000, 2000, 100}},
	} {
		p := d.query("SELECT Name FROM Account ORDER BY Name", "Sforce-Query-Options", c.option)
		sizes, next := []int{len(p.Records)}, 0
		for !p.Done {
			assert.Regexp(t, fmt.Sprintf(`^/services/data/v67\.0/query/01g\w{15}-%d$`, next+len(p.Records)), p.Next)
			assert.Equal(t, 4100, p.TotalSize)
			assert.Equal(t, fmt.Sprintf("Account %05d", next), p.Records[0]["Name"])
			next += len(p.Records)
			p = d.page(p.Next)
			sizes = append(sizes, len(p.Records))
		}
		assert.Empty(t, p.Next)
		if c.sizes == nil {
			assert.Len(t, sizes, 21, "200 is the least")
			continue
		}
		assert.Equal(t, c.sizes, sizes, c.option)
	}
}

func TestQueryLocatorIsASnapshot(t *testing.T) {
	d := openDoor(t, mocksf.Config{})
	d.fill(201)
	p := d.query("SELECT Name FROM Account ORDER BY Name", "Sforce-Query-Options", "batchSize=200")
	id := d.query("SELECT Id FROM Account WHERE Ext_Id__c = 'e-00200'").Records[0]["Id"].(string)
	require.Equal(t, http.StatusNoContent, d.do(http.MethodDelete, "sobjects/Account/"+id, nil).status)
	locator := p.Next[strings.LastIndex(p.Next, "/")+1:]
	for _, path := range []string{p.Next, "queryAll/" + locator, "query/" + locator + "?q=SELECT", "/services/data/v60.0/query/" + locator + "/"} {
		again := d.page(path)
		assert.True(t, again.Done)
		assert.Equal(t, "Account 00200", again.Records[0]["Name"], path)
	}
}

func TestQueryRefuses(t *testing.T) {
	d := openDoor(t, mocksf.Config{})
	for path, want := range map[string]struct{ code, part string }{
		"query":                                         {"MALFORMED_QUERY", "A query string has to be specified"},
		"query?q=SELECT+Id+FORM+Account":                {"MALFORMED_QUERY", "ERROR at Row:1:Column:11\nunexpected token: 'FORM'"},
		"query?q=SELECT+Nope+FROM+Account":              {"INVALID_FIELD", "No such column 'Nope' on entity 'Account'"},
		"query?q=SELECT+Id+FROM+Nope__c":                {"INVALID_TYPE", "sObject type 'Nope__c' is not supported"},
		"query?q=SELECT+Id+FROM+Account+OFFSET+2001":    {"NUMBER_OUTSIDE_VALID_RANGE", "2000"},
		"query?q=SELECT+Id+FROM+Account+WHERE+Id='abc'": {"INVALID_QUERY_FILTER_OPERATOR", "invalid ID field: abc"},
		"query/01g000000000000AAA-2000":                 {"INVALID_QUERY_LOCATOR", "invalid query locator"},
		"query/nonsense":                                {"INVALID_QUERY_LOCATOR", "invalid query locator"},
	} {
		var errs refusal
		a := d.json(http.MethodGet, path, "", &errs)
		assert.Equal(t, http.StatusBadRequest, a.status, path)
		require.Len(t, errs, 1, path)
		assert.Equal(t, want.code, errs[0].ErrorCode, path)
		assert.Contains(t, errs[0].Message, want.part, path)
	}
	assert.Equal(t, http.StatusMethodNotAllowed, d.do(http.MethodPost, "query", strings.NewReader("{}"), "Content-Type", "application/json").status)
}

// What clients write into the URL without escaping it, .NET's first of all.
func TestQueriesThatAreNotEscaped(t *testing.T) {
	d := openDoor(t, mocksf.Config{Password: "p;q%+z"})
	d.create("Account", `{"Name":"a;b 50%"}`)
	for _, path := range []string{"query?q=SELECT+Name+FROM+Account+WHERE+Name='a;b+50%'", "query?q=SELECT%20Name%20FROM%20Account%20WHERE%20Name%20LIKE%20'a;%'"} {
		assert.Contains(t, d.do("GET", path, nil).body, `"Name":"a;b 50%"`, path)
	}
	assert.JSONEq(t, `[{"message":"A query string has to be specified","errorCode":"MALFORMED_QUERY"}]`, d.do("GET", "query", nil).body)
	assert.JSONEq(t, `[{"message":"SOQL statements cannot be empty or null","errorCode":"MALFORMED_QUERY"}]`, d.do("GET", "query?q=", nil).body)
	a := d.do("POST", "/services/oauth2/token", strings.NewReader("grant_type=password&client_id=c&username=u&&password=p;q%%2Bz"), "Content-Type", "application/x-www-form-urlencoded")
	assert.Equal(t, 200, a.status, a.body)
}
