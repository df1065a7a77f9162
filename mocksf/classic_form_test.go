package mocksf_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/squall-harness/squall/mocksf"
)

// In JSON what is not there is null, in XML it is left out. Clients look for
// stateMessage in every batch that they read in JSON.
func TestClassicShowsWhatIsNotThere(t *testing.T) {
	d := openDoor(t, mocksf.Config{})
	created := d.classic("POST", "job", asJSON, `{"operation":"insert","object":"Account","contentType":"JSON"}`)
	job := tag(created.body, "id")
	batch, _ := d.batch(job, asJSON, `[{"Name":"n"}]`)
	for path, absent := range map[string][]string{"job/" + job: {"externalIdFieldName", "assignmentRuleId"}, "job/" + job + "/batch/" + batch: {"stateMessage"}} {
		var shown map[string]any
		a := d.classic("GET", path, asJSON, "")
		assert.Equal(t, "application/json", a.header.Get("Content-Type"))
		require.NoError(t, json.Unmarshal([]byte(a.body), &shown))
		for _, name := range absent {
			value, there := shown[name]
			assert.True(t, there && value == nil, "%s of %s", name, path)
		}
	}
	assert.NotContains(t, d.classic("GET", "job/"+job, asXML, "").body, "externalIdFieldName")
}

// The types of files have no parameter: one client compares the whole header,
// and knows no other type.
func TestClassicNamesTheTypeOfAFile(t *testing.T) {
	d := openDoor(t, mocksf.Config{})
	job := d.openClassic("insert", "CSV")
	batch, _ := d.batch(job, asCSV, "Name\nn\n")
	for _, file := range []string{"result", "request"} {
		assert.Equal(t, "text/csv", d.classic("GET", "job/"+job+"/batch/"+batch+"/"+file, asXML, "").header.Get("Content-Type"), file)
	}
	query := d.openClassic("query", "CSV")
	batch, _ = d.batch(query, asCSV, "SELECT Name FROM Account")
	result := tag(d.classic("GET", "job/"+query+"/batch/"+batch+"/result", asXML, "").body, "result")
	assert.Len(t, result, 15, "the ids of results have the short form")
	assert.Equal(t, "text/csv", d.classic("GET", "job/"+query+"/batch/"+batch+"/result/"+result, asXML, "").header.Get("Content-Type"))
}

// The columns of a result are in the order of the query, in old versions too.
func TestClassicColumnsInOldVersions(t *testing.T) {
	d := openDoor(t, mocksf.Config{})
	d.create("Account", `{"Name":"n","Industry":"i"}`)
	post := func(path, kind, body string) string {
		return tag(d.do("POST", "/services/async/40.0/"+path, strings.NewReader(body), "Content-Type", kind).body, "id")
	}
	job := post("job", asJSON, `{"operation":"query","object":"Account","contentType":"CSV"}`)
	batch := post("job/"+job+"/batch", asCSV, "SELECT Name, Industry FROM Account")
	var result string
	path := "/services/async/40.0/job/" + job + "/batch/" + batch
	require.Eventually(t, func() bool {
		result = tag(d.do("GET", path+"/result", nil).body, "result")
		return result != ""
	}, 10*time.Second, time.Millisecond)
	assert.Equal(t, "\"Name\",\"Industry\"\n\"n\",\"i\"\n", d.do("GET", path+"/result/"+result, nil).body)
}

// A parent in JSON names its record; one that is there is no null, whatever is
// in it.
func TestClassicParents(t *testing.T) {
	d := openDoor(t, mocksf.Config{})
	top := d.create("Account", `{"Name":"top"}`)
	middle := d.create("Account", `{"Name":"middle","ParentId":"`+top+`"}`)
	d.create("Account", `{"Name":"leaf","ParentId":"`+middle+`"}`)
	job := d.openClassic("query", "JSON")
	batch, _ := d.batch(job, asJSON, "SELECT Parent.Phone, Name, Parent.Parent.Name, Owner.Name FROM Account ORDER BY Name")
	path := "job/" + job + "/batch/" + batch + "/result"
	var ids []string
	require.NoError(t, json.Unmarshal([]byte(d.classic("GET", path, asJSON, "").body), &ids))
	var rows []map[string]any
	require.NoError(t, json.Unmarshal([]byte(d.classic("GET", path+"/"+ids[0], asJSON, "").body), &rows))
	record := func(object, id string) map[string]any {
		return map[string]any{"type": object, "url": "/services/data/v67.0/sobjects/" + object + "/" + id}
	}
	parent := rows[0]["Parent"].(map[string]any)
	assert.Equal(t, record("Account", middle), parent["attributes"])
	assert.Nil(t, parent["Phone"])
	assert.Equal(t, map[string]any{"attributes": record("Account", top), "Name": "top"}, parent["Parent"])
	assert.Equal(t, map[string]any{"attributes": record("Account", top), "Phone": nil, "Parent": nil}, rows[1]["Parent"], "of middle")
	assert.Nil(t, rows[2]["Parent"])
	assert.Equal(t, record("User", "0055g0000000001AAA"), rows[2]["Owner"].(map[string]any)["attributes"])
}
