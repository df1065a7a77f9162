package mocksf_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/squall-harness/squall/mocksf"
	"github.com/squall-harness/squall/mocksf/commitlog"
)

// insert creates a record behind HTTP's back.
func (d *door) insert(object string, fields map[string]any) string {
	d.t.Helper()
	id, err := d.org.Insert(object, fields)
	require.NoError(d.t, err)
	return id
}

func TestRowRepliesAsDocumented(t *testing.T) {
	d := openDoor(t, mocksf.Config{})
	acct := d.insert("Account", map[string]any{"Name": "One", "Ext_Id__c": "a-1"})
	gone := d.insert("Account", map[string]any{"Name": "Gone", "Ext_Id__c": "a-gone"})
	require.Equal(t, 204, d.do("DELETE", "sobjects/Account/"+gone, nil).status)
	contact := d.insert("Contact", map[string]any{"LastName": "Lee"})

	for _, c := range []struct {
		call, body string
		status     int
		want       string // part of the reply
	}{
		{"POST sobjects/Account", `{"Name":"Two","attributes":{"type":"Account"}}`, 201, `"success":true,"errors":[]}`},
		{"POST sobjects/account/", `{"nAME":"Any case"}`, 201, `"success":true`},
		{"POST sobjects/Account", `{"Phone":"1"}`, 400, `[{"message":"Required fields are missing: [Name]","errorCode":"REQUIRED_FIELD_MISSING","fields":["Name"]}]`},
		{"POST sobjects/Account", `{"Name":""}`, 400, `REQUIRED_FIELD_MISSING`},
		{"POST sobjects/Account", `{"Name":"x","foo":1}`, 400, `[{"message":"No such column 'foo' on sobject of type Account","errorCode":"INVALID_FIELD"}]`},
		{"POST sobjects/Account", `{"Name":"x","Id":"001"}`, 400, `The Id field should not be specified in the sobject data.`},
		{"POST sobjects/Account", `{"Name":"x","CreatedDate":null}`, 400, `INVALID_FIELD_FOR_INSERT_UPDATE`},
		{"POST sobjects/Account", `{"Name":"` + strings.Repeat("ä", 256) + `"}`, 400, `STRING_TOO_LONG`},
		{"POST sobjects/Account", `{"Name":"` + strings.Repeat("ä", 255) + `"}`, 201, `"success":true`},
		{"POST sobjects/Account", `{"Name":"x","AnnualRevenue":"much"}`, 400, `JSON_PARSER_ERROR`},
		{"POST sobjects/Account", `{"Name":"x","AnnualRevenue":"12.50"}`, 201, `"success":true`},
		{"POST sobjects/Account", `{"Name":"x","AnnualRevenue":1e20}`, 400, `NUMBER_OUTSIDE_VALID_RANGE`},
		{"POST sobjects/Account", `{"Name":"x","NumberOfEmployees":1.5}`, 400, `JSON_PARSER_ERROR`},
		{"POST sobjects/Account", `{"Name":"x","Active__c":"perhaps"}`, 400, `JSON_PARSER_ERROR`},
		{"POST sobjects/Account", `{"Name":"x","Email__c":"nobody"}`, 400, `INVALID_EMAIL_ADDRESS`},
		{"POST sobjects/Account", `{"Name":"x","ParentId":"junk"}`, 400, `[{"message":"ParentId: id value of incorrect type: junk","errorCode":"MALFORMED_ID","fields":["ParentId"]}]`},
		{"POST sobjects/Account", `{"Name":"x","ParentId":"` + contact + `"}`, 400, `MALFORMED_ID`},
		{"POST sobjects/Account", `{"Name":"x","ParentId":"0015g0000000zzz"}`, 400, `INVALID_CROSS_REFERENCE_KEY`},
		{"POST sobjects/Account", `{"Name":"x","ParentId":"` + gone + `"}`, 400, `INVALID_CROSS_REFERENCE_KEY`},
		{"POST sobjects/Account", `{"Name":"x","Ext_Id__c":"A-1"}`, 400, `duplicate value found: Ext_Id__c duplicates value on record with id: ` + acct},
		{"POST sobjects/Account", `{"Name":"x","Ext_Id__c":"a-gone"}`, 201, `"success":true`},
		{"POST sobjects/Order__c", `{"Account__r":{"Ext_Id__c":"a-1"}}`, 201, `"success":true`},
		{"POST sobjects/Order__c", `{"Account__r":{"attributes":{"type":"Account"},"Ext_Id__c":"a-1"}}`, 201, `"success":true`},
		{"POST sobjects/Order__c", `{"Account__r":{"Ext_Id__c":"nix"}}`, 400, `Foreign key external ID: nix not found for field Ext_Id__c in entity Account`},
		{"POST sobjects/Order__c", `{"Account__r":{"Nix__c":"a"}}`, 400, `INVALID_FIELD`},
		{"POST sobjects/Order__c", `{"Ordered_At__c":"2026-01-02T03:04:05+01:00","Due_Date__c":"2026-02-30"}`, 400, `JSON_PARSER_ERROR`},
		{"POST sobjects/Account/Id", `{"Name":"by Id"}`, 201, `"success":true`},
		{"POST sobjects/Nothing__c", `{}`, 404, `[{"message":"The requested resource does not exist","errorCode":"NOT_FOUND"}]`},
		{"POST sobjects/Account", `{"Name":`, 400, `JSON_PARSER_ERROR`},
		{"POST sobjects/Account", `[]`, 400, `JSON_PARSER_ERROR`},
		{"POST sobjects/Account", ``, 400, `JSON_PARSER_ERROR`},
		{"GET sobjects/Account/" + acct + "?fields=Name,ext_id__c", "", 200, `{"attributes":{"type":"Account","url":"/services/data/v67.0/sobjects/Account/` + acct + `"},"Name":"One","Ext_Id__c":"a-1","Id":"` + acct + `"}`},
		{"GET sobjects/Account/Ext_Id__c/a-1?fields=id,Name", "", 200, `},"Id":"` + acct + `","Name":"One"}`},
		{"GET sobjects/Account/" + acct[:15], "", 200, `"Id":"` + acct + `"`},
		{"GET sobjects/Account/" + acct + "?fields=Foo", "", 400, `","errorCode":"INVALID_FIELD"}]`},
		{"GET sobjects/Account/" + gone, "", 404, `NOT_FOUND`},
		{"GET sobjects/Account/" + contact, "", 404, `NOT_FOUND`},
		{"GET sobjects/Account/xyz", "", 404, `Provided external ID field does not exist or is not accessible: xyz`},
		{"PATCH sobjects/Account/" + acct, `{"Phone":"+1"}`, 204, ``},
		{"PATCH sobjects/Account/" + acct, `{"ParentId":"0015g0000000zzz"}`, 400, `INVALID_CROSS_REFERENCE_KEY`},
		{"PATCH sobjects/Account/" + acct, `{"Name":null}`, 400, `REQUIRED_FIELD_MISSING`},
		{"PATCH sobjects/Account/" + gone, `{"Phone":"+1"}`, 404, `ENTITY_IS_DELETED`},
		{"PATCH sobjects/Account/" + contact, `{"Phone":"+1"}`, 400, `MALFORMED_ID`},
		{"PATCH sobjects/Account/0015g0000000zzz", `{"Phone":"+1"}`, 404, `[{"message":"invalid cross reference id","errorCode":"INVALID_CROSS_REFERENCE_KEY","fields":[]}]`},
		{"DELETE sobjects/Account/0015g0000000zzz", ``, 404, `[{"message":"invalid cross reference id","errorCode":"INVALID_CROSS_REFERENCE_KEY","fields":[]}]`},
		{"DELETE sobjects/Account/" + gone, ``, 404, `[{"message":"entity is deleted","errorCode":"ENTITY_IS_DELETED","fields":[]}]`},
		{"PUT sobjects/Account/" + acct, `{}`, 405, `HTTP Method 'PUT' not allowed. Allowed are DELETE,GET,HEAD,PATCH`},
		{"POST sobjects/Account/" + acct + "?_HttpMethod=PATCH", `{"Phone":"+2"}`, 204, ``},
	} {
		method, path, _ := strings.Cut(c.call, " ")
		a := d.do(method, path, strings.NewReader(c.body))
		assert.Equal(t, c.status, a.status, "%s %s: %s", c.call, c.body, a.body)
		assert.Contains(t, a.body, c.want, "%s %s", c.call, c.body)
		if c.status == http.StatusNoContent {
			assert.Empty(t, a.body, c.call)
		}
	}
}

func TestUpsertRepliesByVersion(t *testing.T) {
	d := openDoor(t, mocksf.Config{})
	const odd = "/services/data/v45.0/sobjects/Account/Ext_Id__c/old"
	key := "sobjects/Account/Ext_Id__c/a%2Fb%20%3F%23%26+%25%22%27%C3%A4"
	for _, c := range []struct {
		path, body string
		status     int
		want       string
	}{
		{key, `{"Name":"n"}`, 201, `"success":true,"errors":[],"created":true}`},
		{key, `{"Name":"m"}`, 200, `"success":true,"errors":[],"created":false}`},
		{key + "?updateOnly=true", `{"Name":"m"}`, 200, `"created":false`},
		{odd, `{"Name":"n"}`, 201, `"success":true,"errors":[]}`},
		{odd, `{"Name":"m"}`, 204, ``},
		{"sobjects/Account/Ext_Id__c/new?updateOnly=true", `{"Name":"n"}`, 404, `NOT_FOUND`},
		{"sobjects/Account/Nix__c/new", `{"Name":"n"}`, 404, `Provided external ID field does not exist or is not accessible: Nix__c`},
		{"sobjects/Account/Name/new", `{"Name":"n"}`, 404, `Provided external ID field does not exist`},
		{"sobjects/Account/Ext_Id__c/new", `{"Ext_Id__c":"new","Name":"n"}`, 400, `The Ext_Id__c field should not be specified in the sobject data.`},
		{"sobjects/Account/Ext_Id__c/" + strings.Repeat("x", 256), `{"Name":"n"}`, 400, `STRING_TOO_LONG`},
	} {
		a := d.do("PATCH", c.path, strings.NewReader(c.body))
		assert.Equal(t, c.status, a.status, "%s: %s", c.path, a.body)
		assert.Contains(t, a.body, c.want, c.path)
	}
	assert.Equal(t, 2, d.org.Count("Account"))
	last := d.org.Log().Since(0)
	assert.Equal(t, `a/b ?#&+%"'ä`, last[0].Changes[0].ExternalID)
	assert.Equal(t, map[string]any{"Name": "n", "Ext_Id__c": `a/b ?#&+%"'ä`}, last[0].Changes[0].Fields)

	var read map[string]any
	d.json("GET", key, "", &read)
	assert.Equal(t, "m", read["Name"])
	assert.Equal(t, 204, d.do("DELETE", key, nil).status)
	assert.Equal(t, 404, d.do("GET", key, nil).status)
	assert.Equal(t, 404, d.do("DELETE", key, nil).status)
}

func TestSharedExternalIDAnswers300(t *testing.T) {
	schema := &mocksf.Schema{Objects: []mocksf.Object{{Name: "Thing__c", KeyPrefix: "a05", Fields: []mocksf.Field{
		{Name: "Key__c", ExternalID: true, NotUnique: true}, {Name: "Text__c"},
	}}}}
	d := openDoor(t, mocksf.Config{Schema: schema})
	one := d.insert("Thing__c", map[string]any{"Key__c": "k"})
	two := d.insert("Thing__c", map[string]any{"Key__c": "k"})
	base := "/services/data/v67.0/sobjects/Thing__c/"
	for _, method := range []string{"PATCH", "GET", "DELETE"} {
		a := d.do(method, "sobjects/Thing__c/Key__c/k", strings.NewReader(`{"Text__c":"t"}`))
		assert.Equal(t, 300, a.status, method)
		assert.JSONEq(t, `["`+base+one+`","`+base+two+`"]`, a.body, method)
	}
	assert.Equal(t, 2, d.org.Log().Len(), "nothing was written")
}

// No text has whitespace around it and no e-mail address capitals, in whatever
// way it comes; a text of nothing but whitespace is none.
func TestTextsAreTrimmed(t *testing.T) {
	d := openDoor(t, mocksf.Config{})
	d.create("Contact", `{"LastName":" Ann\n","Email":"Ann.B@Example.COM ","Phone":"  "}`)
	d.load(`{"object":"Contact","operation":"insert"}`, "LastName,Email\n\" Ben \",Ben@Example.com\n")
	for i, want := range [][]any{{"Ann", "ann.b@example.com", nil}, {"Ben", "ben@example.com", nil}} {
		row := d.query("SELECT LastName, Email, Phone FROM Contact ORDER BY Id").Records[i]
		assert.Equal(t, want, []any{row["LastName"], row["Email"], row["Phone"]})
	}
	var refused refusal
	d.json("POST", "sobjects/Contact", `{"LastName":" "}`, &refused)
	assert.Equal(t, "REQUIRED_FIELD_MISSING", refused[0].ErrorCode)
	var saved struct{ Created bool }
	d.json("PATCH", "sobjects/Contact/Ext_Id__c/k", `{"LastName":"c"}`, &saved)
	d.json("PATCH", "sobjects/Contact/Ext_Id__c/%20k%20", `{"LastName":"c"}`, &saved)
	assert.False(t, saved.Created, "of a key neither")
}

func TestRowKeepsTypesAndClears(t *testing.T) {
	d := openDoor(t, mocksf.Config{})
	acct := d.insert("Account", map[string]any{"Name": "One"})
	id := d.create("Order__c", `{"Account__c":"`+acct[:15]+`","Amount__c":12.5,"Paid__c":true,"Ordered_At__c":"2026-01-02T03:04:05+01:00",
		"Due_Date__c":"2026-03-04","Note__c":"line\nwith \"quotes\" and \u00e4 \ud83d\ude00","Status__c":"new"}`)
	var got map[string]any
	d.json("GET", "sobjects/Order__c/"+id, "", &got)
	for name, want := range map[string]any{
		"Account__c": acct, "Amount__c": 12.5, "Paid__c": true, "Ordered_At__c": "2026-01-02T02:04:05.000+0000",
		"Due_Date__c": "2026-03-04", "Note__c": "line\nwith \"quotes\" and ä 😀", "Name": id, "Quantity__c": nil, "IsDeleted": false,
	} {
		assert.Equal(t, want, got[name], name)
	}
	require.Equal(t, 204, d.do("PATCH", "sobjects/Order__c/"+id, strings.NewReader(`{"Status__c":"","Amount__c":null}`)).status)
	d.json("GET", "sobjects/Order__c/"+id, "", &got)
	assert.Nil(t, got["Status__c"])
	assert.Nil(t, got["Amount__c"])

	commits := d.org.Log().Since(0)
	require.Len(t, commits, 3)
	assert.Equal(t, acct, commits[1].Changes[0].Fields["Account__c"])
	assert.Equal(t, commitlog.Change{Op: commitlog.Update, Object: "Order__c", ID: id,
		Fields: map[string]any{"Status__c": nil, "Amount__c": nil}}, commits[2].Changes[0])

	var parent map[string]any
	d.json("GET", "sobjects/Order__c/"+id+"/Account__r?fields=Name", "", &parent)
	assert.Equal(t, "One", parent["Name"])
}
