package mocksf_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/squall-harness/squall/mocksf"
)

// result is one entry of a collection's reply.
type result struct {
	ID      string
	Success bool
	Created *bool
	Errors  []struct {
		StatusCode, Message string
		Fields              []string
	}
}

func (r result) code() string {
	if len(r.Errors) == 0 {
		return ""
	}
	return r.Errors[0].StatusCode
}

func (d *door) collection(method, path, body string) (list []result) {
	d.t.Helper()
	a := d.json(method, path, body, &list)
	require.Equal(d.t, 200, a.status, a.body)
	return list
}

func codes(list []result) (all []string) {
	for _, r := range list {
		all = append(all, r.code())
	}
	return all
}

const twoGoodOneBad = `"records":[
	{"attributes":{"type":"Account"},"Name":"a","Ext_Id__c":"a"},
	{"attributes":{"type":"Account"},"Ext_Id__c":"b"},
	{"attributes":{"type":"Contact"},"LastName":"c","Ext_Id__c":"c"}]`

func TestCollectionKeepsTheGoodRows(t *testing.T) {
	d := openDoor(t, mocksf.Config{})
	list := d.collection("POST", "composite/sobjects/", `{`+twoGoodOneBad+`}`)
	assert.Equal(t, []string{"", "REQUIRED_FIELD_MISSING", ""}, codes(list))
	assert.True(t, list[0].Success)
	assert.Equal(t, []string{"Name"}, list[1].Errors[0].Fields)
	assert.Empty(t, list[1].ID)
	commits := d.org.Log().Since(0)
	require.Len(t, commits, 1, "one commit for the call")
	assert.Len(t, commits[0].Changes, 2)
}

func TestCollectionAllOrNone(t *testing.T) {
	d := openDoor(t, mocksf.Config{})
	list := d.collection("POST", "composite/sobjects", `{"allOrNone":true,`+twoGoodOneBad+`}`)
	assert.Equal(t, []string{"ALL_OR_NONE_OPERATION_ROLLED_BACK", "REQUIRED_FIELD_MISSING", "ALL_OR_NONE_OPERATION_ROLLED_BACK"}, codes(list))
	assert.Equal(t, "Record rolled back because not all records were valid and the request was using AllOrNone header", list[0].Errors[0].Message)
	assert.Zero(t, d.org.Log().Len())
	assert.Zero(t, d.org.Count("Account")+d.org.Count("Contact"))
	assert.Equal(t, 201, d.do("POST", "sobjects/Account", strings.NewReader(`{"Name":"a","Ext_Id__c":"a"}`)).status, "the key is free again")
}

func TestCollectionUpdate(t *testing.T) {
	d := openDoor(t, mocksf.Config{})
	one, two := d.insert("Account", map[string]any{"Name": "1"}), d.insert("Account", map[string]any{"Name": "2"})
	list := d.collection("PATCH", "composite/sobjects", `{"records":[
		{"attributes":{"type":"Account"},"id":"`+one+`","Phone":"1"},{"attributes":{"type":"Account"},"Id":"`+two[:15]+`","Phone":"2"},
		{"attributes":{"type":"Account"},"Phone":"3"},{"attributes":{"type":"Nope"},"id":"`+one+`"},
		{"attributes":{"type":"Account"},"id":"`+one+`","Nope":1}]}`)
	assert.Equal(t, []string{"", "", "MISSING_ARGUMENT", "INVALID_TYPE", "INVALID_FIELD"}, codes(list))
	assert.Equal(t, []string{one, two}, []string{list[0].ID, list[1].ID})
	got, _ := d.org.Get("Account", two)
	assert.Equal(t, "2", got["Phone"])
}

func TestCollectionUpsert(t *testing.T) {
	d := openDoor(t, mocksf.Config{})
	old := d.insert("Account", map[string]any{"Name": "1", "Ext_Id__c": "old"})
	path := "composite/sobjects/Account/Ext_Id__c"
	list := d.collection("PATCH", path, `{"records":[{"attributes":{"type":"Account"},"Ext_Id__c":"old","Name":"x"},{"Ext_Id__c":"new","Name":"y"},{"Name":"z"}]}`)
	assert.Equal(t, []string{"", "", "MISSING_ARGUMENT"}, codes(list))
	assert.Equal(t, old, list[0].ID)
	assert.False(t, *list[0].Created)
	assert.True(t, *list[1].Created)

	list = d.collection("PATCH", path, `{"allOrNone":true,"records":[{"Ext_Id__c":"n1","Name":"x"},{"Ext_Id__c":"n2","Name":"x","ParentId":"junk"}]}`)
	assert.Equal(t, []string{"ALL_OR_NONE_OPERATION_ROLLED_BACK", "MALFORMED_ID"}, codes(list))
	for _, r := range list {
		assert.False(t, r.Success)
		assert.True(t, *r.Created, "as live orgs report it")
	}
	assert.Equal(t, 404, d.do("PATCH", "composite/sobjects/Account/Name", strings.NewReader(`{"records":[]}`)).status)
}

func TestCollectionDeleteAndRetrieve(t *testing.T) {
	d := openDoor(t, mocksf.Config{})
	one, two := d.insert("Account", map[string]any{"Name": "1"}), d.insert("Account", map[string]any{"Name": "2"})
	var rows []map[string]any
	d.json("GET", "composite/sobjects/Account?ids="+two+",0015g0000000zzz,"+one+"&fields=Name", "", &rows)
	require.Len(t, rows, 3)
	assert.Equal(t, []any{"2", two}, []any{rows[0]["Name"], rows[0]["Id"]}, "the id comes along")
	assert.Nil(t, rows[1])
	d.json("POST", "composite/sobjects/Account", `{"ids":["`+one+`"],"fields":["Id","Name"]}`, &rows)
	assert.Equal(t, "1", rows[0]["Name"])

	list := d.collection("DELETE", "composite/sobjects?ids="+one+",junk&allOrNone=true", "")
	assert.Equal(t, []string{"ALL_OR_NONE_OPERATION_ROLLED_BACK", "MALFORMED_ID"}, codes(list))
	assert.Equal(t, one, list[0].ID, "a delete that was rolled back shows its id")
	assert.Equal(t, []string{"", "", "ENTITY_IS_DELETED"}, codes(d.collection("DELETE", "composite/sobjects/?ids="+one+","+two+","+one, "")))
	assert.Zero(t, d.org.Count("Account"))
}

func TestCollectionLimits(t *testing.T) {
	d := openDoor(t, mocksf.Config{})
	record := func(object string) string { return `{"attributes":{"type":"` + object + `"},"Name":"n"}` }
	mixed := strings.Repeat(record("Account")+","+record("Order__c")+",", 6)
	for want, body := range map[string]string{
		"EXCEEDED_ID_LIMIT": `{"records":[` + strings.Repeat(record("Account")+",", 200) + record("Account") + `]}`,
		"LIMIT_EXCEEDED":    `{"records":[` + strings.TrimSuffix(mixed, ",") + `]}`,
		"JSON_PARSER_ERROR": `{}`,
	} {
		a := d.do("POST", "composite/sobjects", strings.NewReader(body))
		assert.Equal(t, 400, a.status)
		assert.Contains(t, a.body, want)
	}
	var ids strings.Builder
	for range 201 {
		fmt.Fprint(&ids, "0015g0000000zzz,")
	}
	assert.Equal(t, 400, d.do("DELETE", "composite/sobjects?ids="+ids.String(), nil).status)
	assert.Zero(t, d.org.Log().Len())
}
