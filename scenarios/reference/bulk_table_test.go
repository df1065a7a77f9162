package reference

import (
	"encoding/csv"
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestCell(t *testing.T) {
	for _, c := range []struct {
		value any
		want  string
	}{
		{nil, "#N/A"}, {"", "#N/A"}, {"a", "a"}, {true, "true"}, {json.Number("12.50"), "12.50"},
		{json.Number("1e3"), "1000"}, {json.Number("-2.5E-3"), "-0.0025"},
	} {
		assert.Equal(t, c.want, Cell(c.value))
	}
}

func TestEachSetOfFieldsHasATableOfItsOwn(t *testing.T) {
	tables := Tables([]*Transaction{
		contact("t-1", "a", map[string]any{"Phone": "1"}),
		contact("t-2", "b", nil),
		contact("t-3", "c", map[string]any{"Phone": nil}),
	}, Cell)
	require.Len(t, tables, 2)
	assert.Equal(t, "Ext_Id__c,LastName,Phone,Token__c\na,L,1,t-1.0\nc,L,#N/A,t-3.0\n", string(tables[0].CSV()))
	assert.Equal(t, "Ext_Id__c,LastName,Token__c\nb,L,t-2.0\n", string(tables[1].CSV()))
}

func TestTablesNameParentsAndBringTheirChildrenTogether(t *testing.T) {
	log := func(id, account string) *Transaction {
		return transaction(id, id, Record{Object: "Activity_Log__c",
			Parent: &Parent{Field: "Account__c", Object: "Account", ExternalIDField: "Ext_Id__c", ExternalID: account}})
	}
	tables := Tables([]*Transaction{log("t-1", "x"), log("t-2", "y"), log("t-3", "x")}, Cell)
	require.Len(t, tables, 1)
	assert.Equal(t, "Account__r.Ext_Id__c,Ext_Id__c,Token__c\nx,t-1.0,t-1.0\nx,t-3.0,t-3.0\ny,t-2.0,t-2.0\n", string(tables[0].CSV()))
}

func TestCSVCarriesAnyText(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringMatching("[^\r\x00]+").Draw(t, "text")
		table := Tables([]*Transaction{contact("t-1", text, nil)}, Cell)[0]
		lines, err := csv.NewReader(strings.NewReader(string(table.CSV()))).ReadAll()
		require.NoError(t, err)
		require.Equal(t, text, lines[1][0])
	})
}

func TestResultsAreMatchedByExternalID(t *testing.T) {
	a, b, twin := contact("t-1", "a", nil), contact("t-2", "b", nil), contact("t-3", "a", nil)
	pending := byExternalID([]*Transaction{a, b, twin})
	assert.Same(t, b, pending.take(map[string]string{"sf__Id": "003", "Ext_Id__c": "b"}))
	assert.Nil(t, pending.take(map[string]string{"Ext_Id__c": "b"}), "once")
	assert.Nil(t, pending.take(map[string]string{"Token__c": "a"}), "the right column")
	assert.Same(t, a, pending.take(map[string]string{"Ext_Id__c": "a"}))
	assert.Same(t, twin, pending.take(map[string]string{"Ext_Id__c": "a"}))
}
