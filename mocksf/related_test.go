package mocksf_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/squall-harness/squall/mocksf"
)

// family is a line of an order of an account that has a parent of its own.
func family(t *testing.T) (d *door, line, account, holding string) {
	d = openDoor(t, mocksf.Config{})
	holding = d.create("Account", `{"Name":"Holding"}`)
	account = d.create("Account", `{"Name":"Acme","ParentId":"`+holding+`"}`)
	order := d.create("Order__c", `{"Account__c":"`+account+`"}`)
	return d, d.create("OrderLine__c", `{"Order__c":"`+order+`"}`), account, holding
}

func TestPathsOverRelationships(t *testing.T) {
	d, line, account, holding := family(t)
	path := "sobjects/OrderLine__c/" + line + "/order__R/Account__r"
	assert.Equal(t, `{"attributes":{"type":"Account","url":"/services/data/v67.0/sobjects/Account/`+account+`"},"Name":"Acme","Id":"`+account+`"}`, d.do("GET", path+"?fields=Name", nil).body)

	a := d.do("PATCH", path+"/Parent", strings.NewReader(`{"Phone":"7"}`))
	assert.Equal(t, []any{204, ""}, []any{a.status, a.body})
	assert.Equal(t, 204, d.sendXML("PATCH", path, `<Account><Phone>8</Phone></Account>`).status)
	d.answers(`{"totalSize":1,"done":true,"records":[{"attributes":{"type":"Account"},"Phone":"8","Parent":{"attributes":{"type":"Account"},"Phone":"7"}}]}`,
		"SELECT Phone, Parent.Phone FROM Account WHERE Id = '"+account+"'")

	assert.Equal(t, 204, d.do("DELETE", path+"/Parent", nil).status)
	assert.Equal(t, 404, d.do("GET", "sobjects/Account/"+holding, nil).status)
	for _, method := range []string{"GET", "PATCH", "DELETE"} {
		assert.Equal(t, 404, d.do(method, path+"/Parent", strings.NewReader(`{}`)).status, "it is deleted")
		assert.Equal(t, 404, d.do(method, path+"/Parent/Parent/Parent", strings.NewReader(`{}`)).status, "it leads nowhere")
		assert.Equal(t, 404, d.do(method, path+"/Parent/Parent/Parent/Parent", strings.NewReader(`{}`)).status, "six relationships")
		assert.Equal(t, 404, d.do(method, "sobjects/OrderLine__c/"+line+"/Nope__r", strings.NewReader(`{}`)).status)
		assert.Equal(t, 404, d.do(method, "sobjects/Account/"+line+"/Order__r", strings.NewReader(`{}`)).status, "of another object")
	}
}

func TestPathsOverRelationshipsRefuse(t *testing.T) {
	d, line, account, _ := family(t)
	path := "sobjects/OrderLine__c/" + line + "/Order__r"
	var no refusal
	for _, c := range []struct {
		method, path, body string
		status             int
		code               string
	}{
		{"GET", path + "?fields=Nope", "", 400, "INVALID_FIELD"},
		{"PATCH", path, `{"Nope":1}`, 400, "INVALID_FIELD"},
		{"PATCH", path, `[]`, 400, "JSON_PARSER_ERROR"},
		{"PATCH", "sobjects/Account/" + account + "/Orders__r", `{"Name":"x"}`, 405, "METHOD_NOT_ALLOWED"},
		{"DELETE", "sobjects/Account/" + account + "/Orders__r", "", 405, "METHOD_NOT_ALLOWED"},
		{"PATCH", "sobjects/Nope/" + account + "/Parent", `{}`, 404, "NOT_FOUND"},
	} {
		a := d.json(c.method, c.path, c.body, &no)
		assert.Equal(t, []any{c.status, c.code}, []any{a.status, no[0].ErrorCode}, "%s %s", c.method, c.path)
	}
	assert.Contains(t, d.do("GET", "sobjects/Account/"+account+"/Orders__r", nil).body, `"totalSize":1`)
}

// The hook is told of the object that is written, not of the one that the path
// begins with.
func TestPathsOverRelationshipsAreAnnounced(t *testing.T) {
	d, n := haunted(t, mocksf.Config{})
	account := d.create("Account", `{"Name":"Acme"}`)
	contact := d.create("Contact", `{"LastName":"Lee","AccountId":"`+account+`"}`)
	assert.Equal(t, 204, d.do("PATCH", "sobjects/Contact/"+contact+"/Account", strings.NewReader(`{"Phone":"1"}`)).status)
	last := n.lastCall()
	assert.Equal(t, []any{true, 1, []string{"Account"}}, []any{last.Write, last.Records, last.Objects})
}
