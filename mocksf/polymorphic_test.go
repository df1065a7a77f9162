package mocksf_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/squall-harness/squall/mocksf"
)

// activities is an org with three events: about an account, an opportunity and
// a case. The second has a contact, the third a lead.
func activities(t *testing.T) (d *door, account, contact string) {
	d = openDoor(t, mocksf.Config{})
	account = d.create("Account", `{"Name":"Acme","Phone":"1","NumberOfEmployees":9}`)
	deal := d.create("Opportunity", `{"Name":"Big","StageName":"Prospecting","CloseDate":"2026-01-02","Amount":5}`)
	trouble := d.create("Case", `{"Subject":"Broken"}`)
	contact = d.create("Contact", `{"FirstName":"Ann","LastName":"Lee","Ext_Id__c":"c","Email":"a@example.com"}`)
	lead := d.create("Lead", `{"LastName":"Roe","Company":"X","Ext_Id__c":"l"}`)
	d.create("Event", `{"Subject":"1","WhatId":"`+account+`"}`)
	d.create("Event", `{"Subject":"2","WhatId":"`+deal+`","WhoId":"`+contact+`"}`)
	d.create("Event", `{"Subject":"3","WhatId":"`+trouble+`","WhoId":"`+lead+`"}`)
	return d, account, contact
}

func TestParentsOfSeveralObjects(t *testing.T) {
	d, account, contact := activities(t)
	d.answers(`{"totalSize":3,"done":true,"records":[
		{"attributes":{"type":"Event"},"What":{"attributes":{"type":"Name"},"Name":"Acme","Type":"Account"},"Who":null},
		{"attributes":{"type":"Event"},"What":{"attributes":{"type":"Name"},"Name":"Big","Type":"Opportunity"},"Who":{"attributes":{"type":"Name"},"Email":"a@example.com"}},
		{"attributes":{"type":"Event"},"What":{"attributes":{"type":"Name"},"Name":"00000001","Type":"Case"},"Who":{"attributes":{"type":"Name"},"Email":null}}]}`,
		"SELECT What.Name, What.Type, Who.Email FROM Event ORDER BY Subject")
	assert.Contains(t, d.do("GET", "query?q=SELECT+What.Id+FROM+Event+WHERE+Subject='1'", nil).body, `"What":{"attributes":{"type":"Name","url":"/services/data/v67.0/sobjects/Account/`+account+`"},"Id":"`+account+`"}`)
	for where, want := range map[string][]string{
		"What.Type IN ('account', 'Case')":               {"1", "3"},
		"What.Type != 'Account'":                         {"2", "3"},
		"Who.FirstName = 'Ann'":                          {"2"},
		"WhoId = '" + contact + "'":                      {"2"},
		"Who.Id = '" + contact[:15] + "'":                {"2"},
		"WhatId IN (SELECT Id FROM Account)":             {"1"},
		"What.Name = 'acme' OR Who.LastName = 'roe'":     {"1", "3"},
		"Who.Type = null AND WhatId = '" + account + "'": {"1"},
	} {
		var subjects []string
		for _, r := range d.query("SELECT Subject FROM Event WHERE " + where + " ORDER BY Subject").Records {
			subjects = append(subjects, r["Subject"].(string))
		}
		assert.Equal(t, want, subjects, where)
	}
	d.answers(`{"totalSize":1,"done":true,"records":[{"attributes":{"type":"Contact"},"Events":{"totalSize":1,"done":true,"records":[{"attributes":{"type":"Event"},"Subject":"2"}]}}]}`,
		"SELECT (SELECT Subject FROM Events) FROM Contact")
	assert.Contains(t, d.do("GET", "query?q=SELECT+Id+FROM+Name", nil).body, "sObject type 'Name' is not supported")
	assert.Contains(t, d.do("GET", "query?q=SELECT+Who.Company+FROM+Event", nil).body, "No such column 'Company' on entity 'Name'")
}

// The example of the SOQL reference.
func TestTypeOf(t *testing.T) {
	d, _, contact := activities(t)
	d.answers(`{"totalSize":3,"done":true,"records":[
		{"attributes":{"type":"Event"},"Subject":"1","What":{"attributes":{"type":"Account"},"Phone":"1","NumberOfEmployees":9}},
		{"attributes":{"type":"Event"},"Subject":"2","What":{"attributes":{"type":"Opportunity"},"Amount":5.0,"Owner":{"attributes":{"type":"User"},"Alias":"integ"}}},
		{"attributes":{"type":"Event"},"Subject":"3","What":{"attributes":{"type":"Name"},"Name":"00000001"}}]}`,
		"SELECT Subject, TYPEOF What WHEN Account THEN Phone, NumberOfEmployees WHEN Opportunity THEN Amount, Owner.Alias ELSE Name END FROM Event ORDER BY Subject")
	d.answers(`{"totalSize":3,"done":true,"records":[
		{"attributes":{"type":"Event"},"Who":null},{"attributes":{"type":"Event"},"Who":{"attributes":{"type":"Contact"},"Id":"`+contact+`"}},{"attributes":{"type":"Event"},"Who":null}]}`,
		"SELECT TYPEOF Who WHEN Contact THEN Id END FROM Event ORDER BY Subject")
	d.answers(`{"totalSize":1,"done":true,"records":[{"attributes":{"type":"Account"},"Events":{"totalSize":1,"done":true,"records":[
		{"attributes":{"type":"Event"},"What":{"attributes":{"type":"Account"},"Name":"Acme"}}]}}]}`,
		"SELECT (SELECT TYPEOF What WHEN Account THEN Name END FROM Events) FROM Account")
	var no refusal
	d.json("POST", "jobs/query", `{"operation":"query","query":"SELECT TYPEOF What WHEN Account THEN Phone END FROM Event"}`, &no)
	assert.Contains(t, no[0].Message, "TYPEOF is not supported by the Bulk API")
}

func TestLookupsOfSeveralObjectsAreWritten(t *testing.T) {
	d, account, contact := activities(t)
	var no refusal
	assert.Equal(t, 400, d.json("POST", "sobjects/Task", `{"WhoId":"`+account+`"}`, &no).status)
	assert.Equal(t, refusal{{"Name ID: id value of incorrect type: " + account, "FIELD_INTEGRITY_EXCEPTION", []string{"WhoId"}}}, no)
	id := d.create("Task", `{"Subject":"s","Who":{"attributes":{"type":"Lead"},"Ext_Id__c":"l"},"WhatId":"`+account+`"}`)
	d.answers(`{"totalSize":1,"done":true,"records":[{"attributes":{"type":"Task"},"Who":{"attributes":{"type":"Name"},"Type":"Lead"}}]}`, "SELECT Who.Type FROM Task")
	assert.Equal(t, 204, d.do("PATCH", "sobjects/Task/"+id, strings.NewReader(`{"WhoId":"`+contact+`"}`)).status)
	d.answers(`{"totalSize":1,"done":true,"records":[{"attributes":{"type":"Task"},"Who":{"attributes":{"type":"Name"},"Name":"Ann Lee"}}]}`, "SELECT Who.Name FROM Task")
	d.json("PATCH", "sobjects/Task/"+id, `{"Who":{"Ext_Id__c":"l"}}`, &no)
	assert.Equal(t, "INVALID_FIELD", no[0].ErrorCode, "which object is meant has to be said")
	job := d.load(`{"object":"Task","operation":"insert"}`, "Subject,Lead:Who.Ext_Id__c\nbulk,l\n")
	assert.Equal(t, []any{"JobComplete", 1, 0}, []any{job.State, job.Processed, job.Failed})
	d.answers(`{"totalSize":1,"done":true,"records":[{"attributes":{"type":"Lead"},"Tasks":{"totalSize":1,"done":true,"records":[{"attributes":{"type":"Task"},"Subject":"bulk"}]}}]}`,
		"SELECT (SELECT Subject FROM Tasks) FROM Lead")
}

func TestLookupsOfSeveralObjectsAreDescribed(t *testing.T) {
	d := openDoor(t, mocksf.Config{})
	var task struct {
		Fields []struct {
			Name, Label, RelationshipName       string
			ReferenceTo                         []string
			NamePointing, PolymorphicForeignKey bool
		}
	}
	d.json("GET", "sobjects/Task/describe", "", &task)
	for _, f := range task.Fields {
		switch f.Name {
		case "WhoId":
			assert.Equal(t, []any{"Name ID", "Who", []string{"Contact", "Lead"}, true, true}, []any{f.Label, f.RelationshipName, f.ReferenceTo, f.NamePointing, f.PolymorphicForeignKey})
		case "OwnerId":
			assert.Equal(t, []any{[]string{"User"}, false, false}, []any{f.ReferenceTo, f.NamePointing, f.PolymorphicForeignKey})
		}
	}
	for object, field := range map[string]string{"Lead": "WhoId", "Case": "WhatId"} {
		var parent struct {
			ChildRelationships []struct{ ChildSObject, Field, RelationshipName string }
		}
		d.json("GET", "sobjects/"+object+"/describe", "", &parent)
		assert.Contains(t, parent.ChildRelationships, struct{ ChildSObject, Field, RelationshipName string }{"Task", field, "Tasks"})
	}
}

// What a polymorphic parent was served as is read of the object that it is of.
func TestReadsOfParentsOfSeveralObjects(t *testing.T) {
	v := visit(t, mocksf.Config{})
	insert := func(object string, fields map[string]any) string {
		id, err := v.Insert(object, fields)
		require.NoError(t, err)
		return id
	}
	account := insert("Account", map[string]any{"Name": "Acme"})
	insert("Event", map[string]any{"WhatId": account, "WhoId": insert("Lead", map[string]any{"LastName": "Roe", "Company": "X"})})
	insert("Event", map[string]any{"WhatId": insert("Case", nil), "WhoId": insert("Contact", map[string]any{"LastName": "Lee"})})
	reads := v.ask(t, "GET", "/query?q="+url.QueryEscape("SELECT Id, What.Name, What.Type, TYPEOF Who WHEN Lead THEN Company END FROM Event"), "", 200)
	var objects []string
	for _, r := range reads {
		objects = append(objects, r.Object)
	}
	assert.Equal(t, []string{"Event", "Account", "Case", "Lead"}, objects)
	assert.Equal(t, []any{[]string{"Id", "Name"}, account}, []any{reads[1].Fields, reads[1].Records[0].ID})
	assert.Equal(t, []string{"Company"}, reads[3].Fields)
}

// The id of such a parent is a column like any other, in files and among
// described columns too.
func TestIDsOfParentsOfSeveralObjects(t *testing.T) {
	d, account, _ := activities(t)
	const soql = "SELECT What.Id, What.Type FROM Event WHERE Subject = '1'"
	id, state := d.queryJob(`{"operation":"query","query":"` + soql + `"}`)
	require.Equal(t, "JobComplete", state)
	assert.Equal(t, "\"What.Id\",\"What.Type\"\n\""+account+"\",\"Account\"\n", d.do("GET", "jobs/query/"+id+"/results", nil).body)
	for _, soql := range []string{soql, "SELECT TYPEOF What WHEN Account THEN Name ELSE Id END FROM Event"} {
		assert.Contains(t, d.do("GET", "query?columns=true&q="+url.QueryEscape(soql), nil).body, `"apexType":"Id","booleanType":false,"columnName":"Id"`)
	}
}
