package mocksf_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/squall-harness/squall/mocksf"
)

// subreply is one entry of compositeResponse.
type subreply struct {
	Body           json.RawMessage
	HTTPHeaders    map[string]string
	HTTPStatusCode int
	ReferenceID    string
}

type compositeReply struct{ CompositeResponse []subreply }

func (d *door) composite(body string) []subreply {
	d.t.Helper()
	var got compositeReply
	a := d.json("POST", "composite", body, &got)
	require.Equal(d.t, 200, a.status, a.body)
	return got.CompositeResponse
}

func sub(ref, method, path, body string) string {
	if body == "" {
		body = "null"
	}
	return fmt.Sprintf(`{"referenceId":%q,"method":%q,"url":"/services/data/v67.0/%s","body":%s}`, ref, method, path, body)
}

func subs(list ...string) string { return `"compositeRequest":[` + strings.Join(list, ",") + `]` }

func statuses(list []subreply) (all []int) {
	for _, s := range list {
		all = append(all, s.HTTPStatusCode)
	}
	return all
}

// What names and dates the state of what a sub-request read is in the result,
// for clients that keep what they have.
func TestCompositeShowsTheHeadersOfWhatWasRead(t *testing.T) {
	d := openDoor(t, mocksf.Config{})
	account, contact := d.create("Account", `{"Name":"n"}`), d.create("Contact", `{"LastName":"n"}`)
	got := d.composite(`{` + subs(
		sub("account", "GET", "sobjects/Account/"+account, ""), sub("contact", "GET", "sobjects/Contact/"+contact, ""), sub("describe", "GET", "sobjects/Account/describe", ""),
		`{"referenceId":"kept","method":"GET","url":"/services/data/v67.0/sobjects/Account/describe","httpHeaders":{"If-Modified-Since":"Thu, 01 Jan 2099 00:00:00 GMT"}}`,
		sub("limits", "GET", "limits", "")) + `}`)
	assert.Equal(t, []int{200, 200, 200, 304, 200}, statuses(got))
	for i, names := range [][]string{{"ETag", "Last-Modified"}, {"Last-Modified"}, {"Last-Modified"}, {"Last-Modified"}, {}} {
		assert.ElementsMatch(t, names, slices.Collect(maps.Keys(got[i].HTTPHeaders)), got[i].ReferenceID)
	}
	alone := d.do("GET", "sobjects/Account/"+account, nil).header
	assert.Equal(t, map[string]string{"ETag": alone.Get("ETag"), "Last-Modified": alone.Get("Last-Modified")}, got[0].HTTPHeaders)
	described := got[2].HTTPHeaders["Last-Modified"]
	again := d.do("GET", "sobjects/Account/describe", nil, "If-Modified-Since", described)
	assert.Equal(t, []any{304, described}, []any{again.status, again.header.Get("Last-Modified")})
}

func TestCompositeUnitWithReferences(t *testing.T) {
	d := openDoor(t, mocksf.Config{})
	got := d.composite(`{"allOrNone":true,` + subs(
		sub("acct", "PATCH", "sobjects/Account/Ext_Id__c/a-1", `{"Name":"n"}`),
		sub("order", "PATCH", "sobjects/Order__c/Ext_Id__c/o-1", `{"Account__c":"@{acct.id}","Note__c":"for @{acct.id}, \"quoted\""}`),
		sub("line", "POST", "sobjects/OrderLine__c", `{"Order__c":"@{order.id}"}`),
		sub("read", "GET", "sobjects/Order__c/@{order.id}?fields=Id,Note__c,Status__c", ""),
		sub("null", "PATCH", "sobjects/Order__c/@{read.Id}", `{"Status__c":"@{read.Status__c}"}`),
		sub("list", "POST", "composite/sobjects", `{"records":[{"attributes":{"type":"Account"},"Name":"m"}]}`),
		sub("child", "POST", "sobjects/Account", `{"Name":"c","ParentId":"@{list[0].id}"}`),
		sub("found", "GET", "query?q=SELECT+Id+FROM+Account+WHERE+Name='n'", ""),
		sub("last", "PATCH", "sobjects/Account/@{found.records[0].Id}", `{"Phone":"1"}`),
	) + `}`)
	assert.Equal(t, []int{201, 201, 201, 200, 204, 200, 201, 200, 204}, statuses(got))
	assert.Equal(t, "acct", got[0].ReferenceID)
	assert.Contains(t, got[0].HTTPHeaders["Location"], "/services/data/v67.0/sobjects/Account/001")
	assert.JSONEq(t, "null", string(got[4].Body))
	commits := d.org.Log().Since(0)
	require.Len(t, commits, 1, "one commit for the unit")
	assert.Len(t, commits[0].Changes, 7)
}

func TestCompositeAllOrNoneTakesAllBack(t *testing.T) {
	d := openDoor(t, mocksf.Config{})
	got := d.composite(`{"allOrNone":true,` + subs(
		sub("a", "POST", "sobjects/Account", `{"Name":"n"}`),
		sub("b", "POST", "sobjects/Account", `{}`),
		sub("c", "POST", "sobjects/Account", `{"Name":"n"}`),
	) + `}`)
	assert.Equal(t, []int{400, 400, 400}, statuses(got))
	halted := `[{"message":"The transaction was rolled back since another operation in the same transaction failed.","errorCode":"PROCESSING_HALTED"}]`
	assert.JSONEq(t, halted, string(got[0].Body))
	assert.Contains(t, string(got[1].Body), "REQUIRED_FIELD_MISSING")
	assert.JSONEq(t, halted, string(got[2].Body))
	assert.Empty(t, got[0].HTTPHeaders)
	assert.Zero(t, d.org.Log().Len())
	assert.Zero(t, d.org.Count("Account"))
}

func TestCompositeAllOrNoneOverridesInnerCollections(t *testing.T) {
	d := openDoor(t, mocksf.Config{})
	got := d.composite(`{"allOrNone":true,` + subs(
		sub("a", "POST", "sobjects/Account", `{"Name":"n"}`),
		sub("b", "POST", "composite/sobjects", `{`+twoGoodOneBad+`}`),
	) + `}`)
	assert.Equal(t, []int{400, 200}, statuses(got), "the collection's own body may look fine")
	assert.Zero(t, d.org.Count("Account"))
}

func TestCompositeWithoutAllOrNone(t *testing.T) {
	d := openDoor(t, mocksf.Config{})
	got := d.composite(`{` + subs(
		sub("bad", "POST", "sobjects/Account", `{}`),
		sub("dependent", "POST", "sobjects/Contact", `{"LastName":"x","AccountId":"@{bad.id}"}`),
		sub("free", "POST", "sobjects/Account", `{"Name":"n"}`),
		sub("case", "PATCH", "sobjects/Account/@{free.Id}", `{"Phone":"1"}`),
		sub("inner", "POST", "composite/sobjects", `{"allOrNone":true,`+twoGoodOneBad+`}`),
		sub("jobs", "GET", "jobs/ingest", ""),
	) + `}`)
	assert.Equal(t, []int{400, 400, 201, 400, 200, 404}, statuses(got))
	assert.Contains(t, string(got[1].Body), "PROCESSING_HALTED")
	assert.Contains(t, string(got[3].Body), "PROCESSING_HALTED", "id, not Id, after a POST")
	assert.Equal(t, 1, d.org.Log().Len())
	assert.Equal(t, 1, d.org.Count("Account"))
}

func TestCompositeRefusesMalformedCalls(t *testing.T) {
	d := openDoor(t, mocksf.Config{})
	ok := `{"Name":"n"}`
	many := make([]string, 26)
	for i := range many {
		many[i] = sub(fmt.Sprint("r", i), "POST", "sobjects/Account", ok)
	}
	for name, body := range map[string]string{
		"no list":     `{}`,
		"too many":    `{` + subs(many...) + `}`,
		"bad method":  `{` + subs(sub("a", "post", "sobjects/Account", ok)) + `}`,
		"bad url":     `{"compositeRequest":[{"referenceId":"a","method":"GET","url":"sobjects/Account"}]}`,
		"bad ref":     `{` + subs(sub("_a", "POST", "sobjects/Account", ok)) + `}`,
		"no ref":      `{` + subs(sub("", "POST", "sobjects/Account", ok)) + `}`,
		"twice":       `{` + subs(sub("a", "POST", "sobjects/Account", ok), sub("a", "POST", "sobjects/Account", ok)) + `}`,
		"bad header":  `{"compositeRequest":[{"referenceId":"a","method":"GET","url":"/services/data/v67.0/limits","httpHeaders":{"Authorization":"x"}}]}`,
		"many lists":  `{` + subs(sub("a", "GET", "query?q=x", ""), sub("b", "GET", "query?q=x", ""), sub("c", "GET", "query?q=x", ""), sub("d", "GET", "query?q=x", ""), sub("e", "GET", "query?q=x", ""), sub("f", "GET", "query?q=x", "")) + `}`,
		"not objects": `{"compositeRequest":[1,"x",null]}`,
	} {
		a := d.do("POST", "composite", strings.NewReader(body))
		assert.Equal(t, 400, a.status, "%s: %s", name, a.body)
	}
	assert.Zero(t, d.org.Log().Len(), "nothing was run")
}

func TestGraphsAreUnitsOfTheirOwn(t *testing.T) {
	d := openDoor(t, mocksf.Config{})
	graph := func(id string, list ...string) string { return `{"graphId":"` + id + `",` + subs(list...) + `}` }
	good := func(id string) string {
		return graph(id, sub("a", "PATCH", "sobjects/Account/Ext_Id__c/"+id, `{"Name":"n"}`), sub("o", "POST", "sobjects/Order__c", `{"Account__c":"@{a.id}"}`))
	}
	bad := func(id string) string {
		return graph(id, sub("a", "POST", "sobjects/Account", `{"Name":"n"}`), sub("b", "POST", "sobjects/Account", `{}`))
	}
	var got struct {
		Graphs []struct {
			GraphID       string
			GraphResponse compositeReply
			IsSuccessful  bool
		}
	}
	a := d.json("POST", "composite/graph", `{"graphs":[`+good("g1")+`,`+bad("g2")+`,`+good("g3")+`]}`, &got)
	require.Equal(t, 200, a.status, a.body)
	require.Len(t, got.Graphs, 3)
	assert.True(t, got.Graphs[0].IsSuccessful)
	assert.Equal(t, []int{201, 201}, statuses(got.Graphs[0].GraphResponse.CompositeResponse))
	assert.False(t, got.Graphs[1].IsSuccessful)
	assert.Equal(t, []int{400, 400}, statuses(got.Graphs[1].GraphResponse.CompositeResponse))
	assert.True(t, got.Graphs[2].IsSuccessful)
	assert.Equal(t, 2, d.org.Log().Len(), "one commit for each good graph")
	assert.Equal(t, 2, d.org.Count("Account"))

	var list []string
	for i := range 16 {
		list = append(list, bad(fmt.Sprint("b", i)))
	}
	d.json("POST", "composite/graph", `{"graphs":[`+strings.Join(append(list, good("late")), ",")+`]}`, &got)
	last := got.Graphs[16].GraphResponse.CompositeResponse
	assert.Contains(t, string(last[0].Body), "PROCESSING_HALTED", "too many graphs failed before")
	var chain, kinds []string
	for i := range 16 {
		chain = append(chain, sub(fmt.Sprint("c", i), "PATCH", fmt.Sprintf("sobjects/Account/Ext_Id__c/c%d", i), fmt.Sprintf(`{"Name":"n","Note__c":"@{c%d.id}"}`, i-1)))
		kinds = append(kinds, sub(fmt.Sprint("k", i), "POST", fmt.Sprintf("sobjects/Thing%d__c", i), `{}`))
	}
	chain[0] = sub("c0", "POST", "sobjects/Account", `{"Name":"n"}`)
	a = d.json("POST", "composite/graph", `{"graphs":[`+graph("deep", chain[:15]...)+`]}`, &got)
	assert.True(t, got.Graphs[0].IsSuccessful, a.body)
	for name, body := range map[string]string{
		"too deep": `{"graphs":[` + graph("g", chain...) + `]}`, "too many kinds": `{"graphs":[` + graph("g", kinds...) + `]}`,
		"same id": `{"graphs":[` + good("g") + `,` + good("g") + `]}`, "no id": `{"graphs":[` + good("") + `]}`, "no list": `{}`,
		"too many": `{"graphs":[` + strings.TrimSuffix(strings.Repeat(good("g")+",", 76), ",") + `]}`,
	} {
		assert.Equal(t, 400, d.do("POST", "composite/graph", strings.NewReader(body)).status, name)
	}
}

func TestBatchRunsOnItsOwn(t *testing.T) {
	d := openDoor(t, mocksf.Config{})
	requests := `"batchRequests":[
		{"method":"POST","url":"v62.0/sobjects/Account","richInput":{"Name":"n"}},
		{"method":"GET","url":"/services/data/v61.0/sobjects/Nope/describe"},
		{"method":"GET","url":"/v61.0/limits"}]`
	var got struct {
		HasErrors bool
		Results   []struct {
			StatusCode int
			Result     json.RawMessage
		}
	}
	d.json("POST", "composite/batch", `{`+requests+`}`, &got)
	assert.True(t, got.HasErrors)
	assert.Equal(t, []int{201, 404, 200}, []int{got.Results[0].StatusCode, got.Results[1].StatusCode, got.Results[2].StatusCode})
	d.json("POST", "composite/batch", `{"haltOnError":true,`+requests+`}`, &got)
	assert.Equal(t, 412, got.Results[2].StatusCode)
	assert.Contains(t, string(got.Results[2].Result), "BATCH_PROCESSING_HALTED")
}

func TestTree(t *testing.T) {
	d := openDoor(t, mocksf.Config{})
	a := d.do("POST", "composite/tree/Account", strings.NewReader(`{"records":[{"attributes":{"type":"Account","referenceId":"a"},"Name":"n",
		"Contacts":{"records":[{"attributes":{"type":"Contact","referenceId":"c"},"LastName":"x"}]},
		"Orders__r":{"records":[{"attributes":{"type":"Order__c","referenceId":"o"},"Lines__r":{"records":[{"attributes":{"type":"OrderLine__c","referenceId":"l"}}]}}]}}]}`))
	require.Equal(t, 201, a.status, a.body)
	var got struct {
		HasErrors bool
		Results   []struct{ ReferenceID, ID string }
	}
	require.NoError(t, json.Unmarshal([]byte(a.body), &got))
	require.Len(t, got.Results, 4)
	require.Equal(t, 1, d.org.Log().Len())
	line, ok := d.org.Get("OrderLine__c", got.Results[3].ID)
	require.True(t, ok)
	assert.Equal(t, got.Results[2].ID, line["Order__c"])

	a = d.do("POST", "composite/tree/Account", strings.NewReader(`{"records":[{"attributes":{"type":"Account","referenceId":"a"},"Name":"n"},{"attributes":{"type":"Account","referenceId":"b"}}]}`))
	assert.Equal(t, 400, a.status)
	assert.JSONEq(t, `{"hasErrors":true,"results":[{"referenceId":"b","errors":[{"statusCode":"REQUIRED_FIELD_MISSING","message":"Required fields are missing: [Name]","fields":["Name"]}]}]}`, a.body)
	assert.Equal(t, 1, d.org.Count("Account"))
}
