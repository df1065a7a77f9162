package mocksf_test

import (
	"encoding/xml"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/squall-harness/squall/mocksf"
)

// wellFormed reads a document to its end.
func wellFormed(t *testing.T, text string) {
	t.Helper()
	for d := xml.NewDecoder(strings.NewReader(text)); ; {
		_, err := d.Token()
		if errors.Is(err, io.EOF) {
			return
		}
		require.NoError(t, err, text)
	}
}

func TestRepliesInXML(t *testing.T) {
	d := openDoor(t, mocksf.Config{})
	id := d.create("Account", `{"Name":"A & <B>","Ext_Id__c":"k"}`)
	url := "/services/data/v67.0/sobjects/Account/" + id
	for _, c := range []struct {
		method, path, body string
		status             int
		want               string
	}{
		{"GET", "sobjects/Account/" + id + "?fields=Name,Phone", "", 200, `<Account type="Account" url="` + url + `"><Name>A &amp; &lt;B&gt;</Name><Phone xsi:nil="true" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"/><Id>` + id + `</Id></Account>`},
		{"GET", "query?q=SELECT+Name+FROM+Account", "", 200, `<QueryResult><totalSize>1</totalSize><done>true</done><records type="Account" url="` + url + `"><Name>A &amp; &lt;B&gt;</Name></records></QueryResult>`},
		{"PATCH", "sobjects/Account/Ext_Id__c/k", `{"Phone":"1"}`, 200, `<Result><id>` + id + `</id><success>true</success><created>false</created></Result>`},
		{"DELETE", "composite/sobjects?ids=" + id, "", 200, `<Results><Result><id>` + id + `</id><success>true</success></Result></Results>`},
		{"GET", "sobjects/Account/" + id, "", 404, `<Errors><Error><message>The requested resource does not exist</message><errorCode>NOT_FOUND</errorCode></Error></Errors>`},
	} {
		a := d.do(c.method, c.path, strings.NewReader(c.body), "Accept", "application/json;q=0.8, application/xml, */*;q=0.5")
		assert.Equal(t, []any{c.status, "application/xml;charset=UTF-8", `<?xml version="1.0" encoding="UTF-8"?>` + c.want}, []any{a.status, a.header.Get("Content-Type"), a.body}, c.path)
	}
	for path, root := range map[string]string{"sobjects": "<DescribeGlobal>", "sobjects/Account/describe": "<DescribeSObject>", "limits": "<LimitsSnapshot>", "recent": "<Results>"} {
		a := d.do("GET", path, nil, "Accept", "application/xml")
		assert.Contains(t, a.body, root)
		wellFormed(t, a.body)
	}
	for _, accept := range []string{"", "*/*", "application/json, application/xml", "text/csv", "*/*, application/xml", "application/xml;q=0.9, */*", "text/html, image/gif, *; q=.2, */*; q=.2"} {
		assert.True(t, strings.HasPrefix(d.do("GET", "limits", nil, "Accept", accept).body, "{"), accept)
	}
	a := d.do("PATCH", "sobjects/Account/"+d.create("Account", `{"Name":"n"}`), strings.NewReader(`{"Phone":"1"}`), "Accept", "application/xml")
	assert.Equal(t, []any{204, ""}, []any{a.status, a.body})
}

// A hook that names the type of its reply means what it says.
func TestAReplyWithATypeStaysAsItIs(t *testing.T) {
	d, n := haunted(t, mocksf.Config{})
	body := `[{"errorCode":"SERVER_UNAVAILABLE"}]`
	n.set(mocksf.Decision{Reply: &mocksf.Reply{Status: 503, Body: body, Header: http.Header{"Content-Type": {"application/json"}}}})
	a := d.do("GET", "limits", nil, "Accept", "application/xml")
	assert.Equal(t, []any{503, "application/json", body}, []any{a.status, a.header.Get("Content-Type"), a.body})
}
