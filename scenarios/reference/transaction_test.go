package reference

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestDecodeKeepsNumbersAsWritten(t *testing.T) {
	tx, err := Decode([]byte(`{"id":"t-1","key":"k","records":[{"object":"Account","fields":{"Amount__c":12.50,"Big__c":9007199254740993}}]}`))
	require.NoError(t, err)
	assert.Equal(t, json.Number("12.50"), tx.Records[0].Fields["Amount__c"])
	assert.Equal(t, json.Number("9007199254740993"), tx.Records[0].Fields["Big__c"])
}

func TestDecodeRefuses(t *testing.T) {
	record := func(s string) string { return `{"id":"t","key":"k","records":[` + s + `]}` }
	for name, c := range map[string]struct{ body, message string }{
		"no JSON":        {`x`, "not a transaction"},
		"more than one":  {record(`{"object":"A"}`) + `{}`, "something follows"},
		"no id":          {`{"key":"k","records":[{"object":"A"}]}`, "id: must have"},
		"no key":         {`{"id":"t","records":[{"object":"A"}]}`, "key: is missing"},
		"no records":     {`{"id":"t","key":"k"}`, "records: there is none"},
		"bad object":     {record(`{"object":"A/B"}`), `records[0].object: "A/B" is no API name`},
		"no field":       {record(`{"object":"A","externalId":"1"}`), "records[0].externalIdField: is missing"},
		"bad id field":   {record(`{"object":"A","externalId":"1","externalIdField":"E?"}`), "externalIdField:"},
		"bad op":         {record(`{"object":"A","op":"merge"}`), `op: "merge" is unknown`},
		"blind delete":   {record(`{"object":"A","op":"delete"}`), "a delete needs one"},
		"nested value":   {record(`{"object":"A","fields":{"F":{"x":1}}}`), "fields.F: must be a string"},
		"bad field name": {record(`{"object":"A","fields":{"F.G":1}}`), `fields: "F.G" is no API name`},
		"bad parent":     {record(`{"object":"A","parent":{"field":"P__c","object":"P","externalIdField":"E__c"}}`), "parent.externalId"},
		"parent's name":  {record(`{"object":"A","parent":{"field":"","object":"P","externalIdField":"E__c","externalId":"1"}}`), "parent:"},
	} {
		_, err := Decode([]byte(c.body))
		assert.ErrorContains(t, err, c.message, name)
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte(`{"id":"t-1","key":"k","records":[{"object":"Account","externalIdField":"E__c","externalId":"a/b","fields":{"N":null}}]}`))
	f.Add([]byte(`{"id":"t-1","key":"k","records":[{"object":"A","op":"delete"}]} x`))
	f.Fuzz(func(t *testing.T, body []byte) {
		tx, err := Decode(body)
		if err != nil {
			return
		}
		again, err := Decode([]byte(toJSON(t, tx)))
		require.NoError(t, err, "what was accepted is accepted again")
		assert.Equal(t, Writes(tx), Writes(again))
	})
}

func TestWritesMakesInsertsRepeatable(t *testing.T) {
	tx := transaction("t-000042", "k", Record{Object: "Activity_Log__c"}, Record{Object: "Activity_Log__c", ExternalIDField: "Key__c"})
	w := Writes(tx)
	assert.Equal(t, "Ext_Id__c=t-000042.0", w[0].Field+"="+w[0].Value)
	assert.Equal(t, "Key__c=t-000042.1", w[1].Field+"="+w[1].Value)
}

func TestPathEscapesTheExternalID(t *testing.T) {
	for value, want := range map[string]string{
		"a/b": "a%2Fb", "a?b": "a%3Fb", "a#b": "a%23b", "a+b": "a%2Bb", "a%b": "a%25b", "a b": "a%20b",
		`"a'b"`: "%22a%27b%22", "ä": "%C3%A4", "a&b=c": "a%26b%3Dc", "plain-1": "plain-1",
	} {
		assert.Equal(t, "/sobjects/Account/Ext_Id__c/"+want, Path("Account", "Ext_Id__c", value))
	}
}

func TestBodyNamesTheParent(t *testing.T) {
	w := Writes(order("t-1", "acct/1"))[1]
	assert.JSONEq(t, `{"Token__c":"t-1.1","Account__r":{"Ext_Id__c":"acct/1"}}`, toJSON(t, w.Body("")))
	assert.JSONEq(t, `{"Token__c":"t-1.1","Account__c":"@{r0.id}"}`, toJSON(t, w.Body("@{r0.id}")))
}

func TestBodyLeavesTheExternalIDToThePath(t *testing.T) {
	w := Write{Field: "Ext_Id__c", Value: "a", Fields: map[string]any{"ext_id__c": "a", "Name": nil}}
	assert.JSONEq(t, `{"Name":null}`, toJSON(t, w.Body("")))
}

func TestRelationship(t *testing.T) {
	assert.Equal(t, "Account__r", Relationship("Account__c"))
	assert.Equal(t, "Account", Relationship("AccountId"))
}
