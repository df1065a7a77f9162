package mocksf_test

import (
	"encoding/binary"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/stretchr/testify/assert"

	"github.com/squall-harness/squall/mocksf"
)

// sendXML sends a body in XML.
func (d *door) sendXML(method, path, body string, header ...string) answered {
	return d.do(method, path, strings.NewReader(body), append(header, "Content-Type", "application/xml; charset=UTF-8")...)
}

// inUTF16 is a text as Java's "UTF-16" writes it.
func inUTF16(text string, order binary.AppendByteOrder) string {
	var b []byte
	for _, unit := range utf16.Encode([]rune("\ufeff" + text)) {
		b = order.AppendUint16(b, unit)
	}
	return string(b)
}

func TestRecordsInXML(t *testing.T) {
	d := openDoor(t, mocksf.Config{TraceFields: []string{"Token__c"}})
	parent := d.create("Account", `{"Name":"P","Ext_Id__c":"p"}`)
	a := d.sendXML("POST", "sobjects/Account", `<?xml version="1.0"?><!-- one --><Account type="Account"><Name>A &amp; B</Name><NumberOfEmployees>7</NumberOfEmployees><Active__c>true</Active__c>
		<Phone/><Website xsi:nil="true" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"/><Parent><Ext_Id__c>p</Ext_Id__c></Parent><Token__c>t-1</Token__c></Account>`)
	assert.Equal(t, 201, a.status, a.body)
	assert.Regexp(t, `^<\?xml version="1.0" encoding="UTF-8"\?><Result><id>001\w{15}</id><success>true</success></Result>$`, a.body)
	d.answers(`{"totalSize":1,"done":true,"records":[{"attributes":{"type":"Account"},"Name":"A & B","NumberOfEmployees":7,"Active__c":true,"Phone":null,"Website":null,"ParentId":"`+parent+`","Token__c":"t-1"}]}`,
		"SELECT Name, NumberOfEmployees, Active__c, Phone, Website, ParentId, Token__c FROM Account WHERE Token__c = 't-1'")

	id := d.create("Account", `{"Name":"n","Phone":"1","Ext_Id__c":"k"}`)
	a = d.sendXML("PATCH", "sobjects/Account/"+id, `<Account><Phone xsi:nil="true"/><Industry>Energy</Industry></Account>`)
	assert.Equal(t, []any{204, ""}, []any{a.status, a.body})
	d.answers(`{"totalSize":1,"done":true,"records":[{"attributes":{"type":"Account"},"Phone":null,"Industry":"Energy"}]}`, "SELECT Phone, Industry FROM Account WHERE Ext_Id__c = 'k'")

	a = d.sendXML("PATCH", "sobjects/Account/Ext_Id__c/k", `<Account><Phone>2</Phone></Account>`, "Accept", "application/json")
	assert.Equal(t, []any{200, `{"id":"` + id + `","success":true,"errors":[],"created":false}`}, []any{a.status, a.body}, "Accept goes before the type of the body")
	assert.Equal(t, 201, d.sendXML("POST", "sobjects/Account/Id", `<Account><Name>by id</Name></Account>`).status)
}

func TestXMLThatIsNoRecord(t *testing.T) {
	d := openDoor(t, mocksf.Config{})
	for name, c := range map[string]struct {
		body   string
		status int
		want   string
	}{
		"no XML":       {`{"Name":"n"}`, 400, "<message>an element named as the object is expected</message><errorCode>XML_PARSER_ERROR</errorCode>"},
		"broken off":   {`<Account><Name>n</Name>`, 400, "<errorCode>XML_PARSER_ERROR</errorCode>"},
		"two records":  {`<Account/><Account/>`, 400, "there is another, Account"},
		"too deep":     {`<Account><Parent><Parent><Ext_Id__c>k</Ext_Id__c></Parent></Parent></Account>`, 400, "lies too deep"},
		"own entities": {`<!DOCTYPE a [<!ENTITY e "x">]><Account><Name>&e;</Name></Account>`, 400, "<errorCode>XML_PARSER_ERROR</errorCode>"},
		"encoding":     {`<?xml version="1.0" encoding="shift_jis"?><Account><Name>` + "\x83e</Name></Account>", 400, "<errorCode>XML_PARSER_ERROR</errorCode>"},
		"long name":    {"<" + strings.Repeat("A", 9000) + "></B>", 400, strings.Repeat("A", 100) + "...</message>"},
		"no fields":    {`<Account/>`, 400, "<errorCode>REQUIRED_FIELD_MISSING</errorCode><fields>Name</fields>"},
		"wrong field":  {`<Account><Nome>n</Nome></Account>`, 400, "<errorCode>INVALID_FIELD</errorCode>"},
	} {
		a := d.sendXML("POST", "sobjects/Account", c.body)
		assert.Equal(t, c.status, a.status, "%s: %s", name, a.body)
		assert.Contains(t, a.body, c.want, name)
		wellFormed(t, a.body)
	}
	a := d.sendXML("POST", "composite/sobjects", `<a/>`)
	assert.Equal(t, 415, a.status, "only records come in XML")
	d.answers(`{"totalSize":0,"done":true,"records":[]}`, "SELECT COUNT() FROM Account")
}

func TestXMLInUTF16(t *testing.T) {
	d := openDoor(t, mocksf.Config{})
	body := `<?xml version="1.0" encoding="UTF-16"?><Account><Name>Zoë 𝄞</Name></Account>`
	for _, order := range []binary.AppendByteOrder{binary.BigEndian, binary.LittleEndian} {
		a := d.sendXML("POST", "sobjects/Account", inUTF16(body, order))
		assert.Equal(t, 201, a.status, a.body)
	}
	d.answers(`{"totalSize":2,"done":true,"records":[]}`, "SELECT COUNT() FROM Account WHERE Name = 'Zoë 𝄞'")
}

// Up to version 57.0 the path may say which format the reply has.
func TestPathsThatNameTheFormat(t *testing.T) {
	d := openDoor(t, mocksf.Config{})
	id := d.create("Account", `{"Name":"n","Ext_Id__c":"a"}`)
	d.create("Account", `{"Name":"m","Ext_Id__c":"a.xml"}`)
	for path, want := range map[string]string{
		"/services/data/v57.0/sobjects/Account/" + id + ".xml?fields=Name": "<Name>n</Name>",
		"/services/data/v57.0/sobjects/Account/" + id + ".json":            `"Name":"n"`,
		"/services/data/v57.0/sobjects/Account/Ext_Id__c/a.xml":            "<Name>n</Name>",
		"/services/data/v57.0/query.xml?q=SELECT+Name+FROM+Account":        "<QueryResult><totalSize>2</totalSize>",
		"/services/data/v57.0/query.json?q=SELECT+Name+FROM+Account":       `{"totalSize":2`,
		"/services/data/v58.0/sobjects/Account/Ext_Id__c/a.xml":            "<Name>m</Name>",
		"/services/data/v58.0/query.xml?q=SELECT+Name+FROM+Account":        `"errorCode":"NOT_FOUND"`,
		"/services/data/v57.0/sobjects/Account/Ext_Id__c/b.json":           `"errorCode":"NOT_FOUND"`,
	} {
		accept := "application/json"
		if !strings.HasPrefix(want, "<") || strings.Contains(path, "58") {
			accept = "application/xml"
		}
		assert.Contains(t, d.do("GET", path, nil, "Accept", accept).body, want, path)
	}
}
