package mocksf_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/squall-harness/squall/mocksf"
)

// subAt is sub for another version of the API.
func subAt(version, ref, method, path, body string) string {
	return strings.Replace(sub(ref, method, path, body), "/v67.0/", "/v"+version+"/", 1)
}

func TestReferencesReachURLHeadersAndBody(t *testing.T) {
	d := openDoor(t, mocksf.Config{})
	id := d.insert("Account", map[string]any{"Name": "a&b+c d/é", "Ext_Id__c": "k"})
	got := d.composite(`{` + subs(
		sub("row", "GET", "sobjects/Account/"+id, ""),
		sub("found", "GET", "query?q=SELECT+Id+FROM+Account+WHERE+Name='@{row.Name}'", ""),
		`{"referenceId":"old","method":"GET","url":"/services/data/v67.0/sobjects/Account/@{row.Id}","httpHeaders":{"If-Modified-Since":"@{row.Website}"}}`,
		sub("bad", "GET", "sobjects/Account/@{row.Nope}", ""),
		sub("open", "GET", "sobjects/Account/@{row", ""),
		sub("far", "GET", "sobjects/Account/@{found.records[7].Id}", ""),
		sub("whole", "GET", "sobjects/Account/@{found.records}", ""),
	) + `}`)
	assert.Equal(t, []int{200, 200, 200, 400, 400, 400, 400}, statuses(got))
	got304 := d.composite(`{"allOrNone":true,"compositeRequest":[
		{"referenceId":"a","method":"GET","url":"/services/data/v67.0/sobjects/Account/` + id + `","httpHeaders":{"If-None-Match":"*"}},` + sub("b", "PATCH", "sobjects/Account/"+id, `{"Phone":"1"}`) + `]}`)
	assert.Equal(t, []int{304, 204}, statuses(got304))
	assert.Contains(t, string(got[1].Body), id, "a value is escaped for its place in the URL")
	assert.Contains(t, string(got[5].Body), "Invalid reference specified. No value for found.records[7].Id found in found")
}

func TestReferencesOfOldVersions(t *testing.T) {
	d := openDoor(t, mocksf.Config{})
	id := d.insert("Account", map[string]any{"Name": "n"})
	body := func(version string) string {
		return `{` + subs(
			subAt(version, "row", "GET", "sobjects/Account/"+id, ""),
			subAt(version, "null", "PATCH", "sobjects/Account/"+id, `{"Phone":"@{row.Website}"}`),
			subAt(version, "found", "GET", "query?q=SELECT+Website+FROM+Account", ""),
			subAt(version, "null2", "PATCH", "sobjects/Account/"+id, `{"Phone":"@{found.records[0].Website}"}`),
		) + `}`
	}
	for version, want := range map[string][]int{"52.0": {200, 204, 200, 204}, "51.0": {200, 400, 200, 204}} {
		var got compositeReply
		d.json("POST", "/services/data/v"+version+"/composite", body(version), &got)
		assert.Equal(t, want, statuses(got.CompositeResponse), version)
	}
	odd := `{` + subs(
		subAt("51.0", "a-b", "POST", "sobjects/Account", `{"Name":"n"}`), subAt("51.0", "x", "GET", "sobjects/Account/@{a-b.id}", "")) + `}`
	var got compositeReply
	a := d.json("POST", "/services/data/v51.0/composite", odd, &got)
	assert.Equal(t, []int{201, 400}, statuses(got.CompositeResponse), a.body)
	assert.Equal(t, 400, d.do("POST", "/services/data/v52.0/composite", strings.NewReader(odd)).status)
}

func TestReferencesCannotGrowWithoutBound(t *testing.T) {
	d := openDoor(t, mocksf.Config{})
	id := d.insert("Account", map[string]any{"Name": "n", "Note__c": strings.Repeat("x", 32000)})
	many := strings.Repeat("@{r.Note__c}", 4000)
	got := d.composite(`{` + subs(sub("r", "GET", "sobjects/Account/"+id, ""), sub("a", "POST", "sobjects/Account", `{"Name":"`+many+`"}`),
		sub("b", "POST", "sobjects/Account", `{"Name":"`+many+`"}`)) + `}`)
	assert.Equal(t, []int{200, 400, 400}, statuses(got))
	assert.Contains(t, string(got[1].Body), "LIMIT_EXCEEDED")
	assert.Contains(t, string(got[2].Body), "LIMIT_EXCEEDED")
}

func TestCompositeCountsQueriesAndCollections(t *testing.T) {
	d := openDoor(t, mocksf.Config{})
	id := d.insert("Account", map[string]any{"Name": "n"})
	list := []string{}
	for i := range 5 {
		list = append(list, sub(fmt.Sprint("q", i), "GET", "query?q=SELECT+Id+FROM+Account+LIMIT+1", ""))
	}
	for i := range 20 {
		list = append(list, sub(fmt.Sprint("r", i), "GET", "sobjects/Account/"+id+"?fields=Name", ""))
	}
	assert.Len(t, d.composite(`{`+subs(list...)+`}`), 25)
	list[5] = sub("c", "DELETE", "composite/sobjects?ids="+id, "")
	a := d.do("POST", "composite", strings.NewReader(`{`+subs(list...)+`}`))
	assert.Equal(t, 400, a.status, a.body)
	assert.Equal(t, 1, d.org.Count("Account"))
}

func TestGraphsHoldRowsOnly(t *testing.T) {
	d := openDoor(t, mocksf.Config{})
	graph := func(list ...string) string { return `{"graphs":[{"graphId":"g",` + subs(list...) + `}]}` }
	account := `{"Name":"n"}`
	split := []string{}
	for i := range 16 {
		split = append(split, fmt.Sprintf(`{"graphId":"g%d",%s}`, i, subs(sub("a", "POST", fmt.Sprintf("sobjects/Thing%d__c", i), `{}`))))
	}
	nodes := []string{}
	for i := range 501 {
		nodes = append(nodes, sub(fmt.Sprint("n", i), "POST", "sobjects/Account", account))
	}
	for name, body := range map[string]string{
		"collection":     graph(sub("a", "POST", "composite/sobjects", `{"records":[]}`)),
		"query":          graph(sub("a", "GET", "query?q=SELECT+Id+FROM+Account", "")),
		"PUT":            graph(sub("a", "PUT", "sobjects/Account/1", account)),
		"old version":    graph(subAt("49.0", "a", "POST", "sobjects/Account", account)),
		"too many nodes": graph(nodes...),
		"kinds together": `{"graphs":[` + strings.Join(split, ",") + `]}`,
	} {
		assert.Equal(t, 400, d.do("POST", "composite/graph", strings.NewReader(body)).status, name)
	}
	assert.Equal(t, 404, d.do("POST", "/services/data/v49.0/composite/graph", strings.NewReader(graph(sub("a", "POST", "sobjects/Account", account)))).status)
	assert.Zero(t, d.org.Log().Len())
	a := d.do("POST", "composite/graph", strings.NewReader(graph(nodes[:500]...)))
	assert.Contains(t, a.body, `"isSuccessful":true`)
	assert.Equal(t, 500, d.org.Count("Account"))
}

func TestBatchRefusesMalformedCalls(t *testing.T) {
	d := openDoor(t, mocksf.Config{})
	good := `{"method":"POST","url":"v60.0/sobjects/Account","richInput":{"Name":"n"}}`
	for name, bad := range map[string]string{
		"method":      `{"method":"post","url":"v60.0/sobjects/Account","richInput":{"Name":"n"}}`,
		"no method":   `{"url":"v60.0/limits"}`,
		"no url":      `{"method":"GET"}`,
		"no version":  `{"method":"GET","url":"/limits"}`,
		"newer":       `{"method":"GET","url":"v67.0/limits"}`,
		"too old":     `{"method":"GET","url":"v33.0/limits"}`,
		"composite":   `{"method":"POST","url":"v60.0/composite/sobjects","richInput":{"records":[]}}`,
		"no object":   `7`,
		"too many":    strings.TrimSuffix(strings.Repeat(good+",", 25), ","),
		"other paths": `{"method":"GET","url":"/services/oauth2/userinfo"}`,
	} {
		a := d.do("POST", "/services/data/v60.0/composite/batch", strings.NewReader(`{"batchRequests":[`+good+`,`+bad+`]}`))
		assert.Equal(t, 400, a.status, "%s: %s", name, a.body)
	}
	assert.Zero(t, d.org.Log().Len(), "nothing was run")
	a := d.do("POST", "composite/batch", strings.NewReader(`{"batchRequests":[{"method":"GET","url":"services/data/v61.0/limits"},{"method":"GET","url":"//services/data/v34.0/limits/"}]}`))
	assert.Equal(t, 2, strings.Count(a.body, `"statusCode":200`), a.body)
}

func TestTreeTellsEveryRecordThatFails(t *testing.T) {
	d := openDoor(t, mocksf.Config{})
	a := d.do("POST", "composite/tree/Account", strings.NewReader(`{"records":[
		{"attributes":{"type":"Account","referenceId":"a"},"Name":"n","Contacts":{"records":[{"attributes":{"type":"Contact","referenceId":"c"}}]}},
		{"attributes":{"type":"Account","referenceId":"b"},"Contacts":{"records":[{"attributes":{"type":"Contact","referenceId":"e"}}]}},
		{"attributes":{"type":"account","referenceId":"f"},"Name":"n"}]}`))
	assert.Equal(t, 400, a.status)
	var got struct {
		HasErrors bool
		Results   []struct {
			ReferenceID string
			Errors      []struct{ StatusCode string }
		}
	}
	require.NoError(t, json.Unmarshal([]byte(a.body), &got), a.body)
	require.Len(t, got.Results, 2, "below a record that failed nothing is tried")
	assert.Equal(t, []string{"c", "b"}, []string{got.Results[0].ReferenceID, got.Results[1].ReferenceID})
	assert.Zero(t, d.org.Count("Account"))
}

func TestTreeLimits(t *testing.T) {
	d := openDoor(t, mocksf.Config{})
	record := func(kind, ref, more string) string {
		return `{"attributes":{"type":"` + kind + `","referenceId":"` + ref + `"},"Name":"n"` + more + `}`
	}
	many := func(n int) string {
		var list []string
		for i := range n {
			list = append(list, record("Account", fmt.Sprint("r", i), ""))
		}
		return strings.Join(list, ",")
	}
	deep := func(levels int) string {
		body := ""
		for i := range levels {
			if body = record("Account", fmt.Sprint("r", i), body); i < levels-1 {
				body = `,"ChildAccounts":{"records":[` + body + `]}`
			}
		}
		return body
	}
	for _, c := range []struct {
		name, records string
		status        int
	}{
		{"200", many(200), 201}, {"201", many(201), 400}, {"five levels", deep(5), 201}, {"six levels", deep(6), 400},
		{"twice", record("Account", "r", "") + "," + record("Account", "r", ""), 400}, {"other type", record("Contact", "r", ""), 400},
		{"no ref", `{"attributes":{"type":"Account"},"Name":"n"}`, 400}, {"no relationship", record("Account", "r", `,"Nope":{"records":[]}`), 400},
	} {
		a := d.do("POST", "composite/tree/Account", strings.NewReader(`{"records":[`+c.records+`]}`))
		assert.Equal(t, c.status, a.status, "%s: %.200s", c.name, a.body)
	}
	assert.Equal(t, 205, d.org.Count("Account"))
}

func TestResourcesHaveTheirFirstVersion(t *testing.T) {
	d := openDoor(t, mocksf.Config{})
	for call, status := range map[string]int{
		"POST /services/data/v41.0/composite/sobjects": 404, "POST /services/data/v42.0/composite/sobjects": 200,
		"PATCH /services/data/v45.0/composite/sobjects/Account/Ext_Id__c": 404, "PATCH /services/data/v46.0/composite/sobjects/Account/Ext_Id__c": 200,
		"POST /services/data/v37.0/composite": 404, "POST /services/data/v38.0/composite": 200,
	} {
		method, path, _ := strings.Cut(call, " ")
		assert.Equal(t, status, d.do(method, path, strings.NewReader(`{"records":[],"compositeRequest":[]}`)).status, call)
	}
}

// The URL of a read may be a reference as a whole. Where there is none any more,
// the reference is invalid: so clients know the last page.
func TestCompositeReadsWhereAReferenceLeads(t *testing.T) {
	d := openDoor(t, mocksf.Config{})
	for i := range 450 {
		d.insert("Account", map[string]any{"Name": fmt.Sprint("n", i)})
	}
	next := func(ref, from string) string {
		return fmt.Sprintf(`{"referenceId":%q,"method":"GET","url":"@{%s}","httpHeaders":{"Sforce-Query-Options":"batchSize=200"}}`, ref, from)
	}
	first := strings.Replace(next("p1", ""), "@{}", "/services/data/v67.0/query?q=SELECT+Id+FROM+Account", 1)
	got := d.composite(`{` + subs(first, next("p2", "p1.nextRecordsUrl"), next("p3", "p2.nextRecordsUrl"), next("p4", "p3.nextRecordsUrl"),
		next("one", "p3.records[49].attributes.url"), next("token", "p1.done")) + `}`)
	assert.Equal(t, []int{200, 200, 200, 400, 200, 404}, statuses(got))
	for i, records := range []int{200, 200, 50} {
		assert.Equal(t, records, strings.Count(string(got[i].Body), `"Id"`), "page %d", i+1)
	}
	assert.Contains(t, string(got[3].Body), "Invalid reference specified.")
	assert.Contains(t, string(got[4].Body), `"Name":"n449"`)
	assert.Equal(t, 400, d.do("POST", "composite", strings.NewReader(`{`+subs(strings.Replace(next("w", "p1.x"), "GET", "DELETE", 1))+`}`)).status)
}

// A URL that is a reference as a whole leads to a further page of a query, and
// counts as one.
func TestFurtherPagesCountAsQueries(t *testing.T) {
	d := openDoor(t, mocksf.Config{})
	list := []string{sub("q", "GET", "query?q=SELECT+Id+FROM+Account", "")}
	page := func(i int) string {
		return fmt.Sprintf(`{"method":"GET","url":"@{q.nextRecordsUrl}","referenceId":"p%d"}`, i)
	}
	for i := range 4 {
		list = append(list, page(i))
	}
	a := d.do("POST", "composite", strings.NewReader(`{`+subs(list...)+`}`))
	assert.Equal(t, 200, a.status, a.body)
	a = d.do("POST", "composite", strings.NewReader(`{`+subs(append(list, page(4))...)+`}`))
	assert.Equal(t, 400, a.status)
	assert.Contains(t, a.body, "more than 5 subrequests that are queries")
}
