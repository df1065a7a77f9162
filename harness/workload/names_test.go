package workload

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/squall-harness/squall/harness/history"
	"github.com/squall-harness/squall/harness/match"
)

func TestNamesOfOnesOwn(t *testing.T) {
	names := Names{
		Fields:  Fields{Key: "No__c", Token: "Msg__c"},
		Objects: map[string]Fields{"Account": {Version: "Rev__c"}, "Contact": {Key: "Mail__c", Token: match.None}},
	}
	ops := []history.Operation{{Records: []history.Record{
		{Object: "Account", ExternalIDField: externalID, ExternalID: "a", Version: 2, Fields: map[string]any{match.DefaultToken: "1"}},
		{Object: "Contact", ExternalIDField: externalID, ExternalID: "c", Version: 1, Fields: map[string]any{match.DefaultToken: "2"},
			Parent: &history.Parent{Object: "Account", ExternalIDField: externalID}},
		{Object: "Activity_Log__c", Fields: map[string]any{match.DefaultToken: "3"},
			Parent: &history.Parent{Object: "Contact", ExternalIDField: externalID}},
	}}}
	names.Apply(ops)
	assert.Equal(t, []history.Record{
		{Object: "Account", ExternalIDField: "No__c", ExternalID: "a", Version: 2, Fields: map[string]any{"Msg__c": "1", "Rev__c": 2.0}},
		{Object: "Contact", ExternalIDField: "Mail__c", ExternalID: "c", Version: 1, Fields: map[string]any{},
			Parent: &history.Parent{Object: "Account", ExternalIDField: "No__c"}},
		{Object: "Activity_Log__c", Fields: map[string]any{"Msg__c": "3"},
			Parent: &history.Parent{Object: "Contact", ExternalIDField: "Mail__c"}},
	}, ops[0].Records)
	assert.Equal(t, match.Names{Default: "Msg__c", Objects: map[string]string{"Account": "Msg__c", "Contact": match.None}}, names.Tokens())
}

func TestTheDefaultNamesChangeNothing(t *testing.T) {
	spec := Spec{Rate: 50, For: 1e9, Mix: Mix{Upsert: 1, Hot: 1, Insert: 1, Unit: 1, Delete: 1, Poison: 5}, HotKeys: 3, Lines: 2}
	ops := Generate(1, spec, match.DefaultToken)
	Names{Fields: DefaultFields}.Apply(ops)
	assert.Equal(t, Generate(1, spec, match.DefaultToken), ops)
	assert.Equal(t, match.Names{Default: match.DefaultToken}, Names{Fields: DefaultFields}.Tokens())
}
