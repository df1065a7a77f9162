package dense

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/squall-harness/squall/harness/history"
	"github.com/squall-harness/squall/mocksf/commitlog"
)

const token = "Token__c"

// A change that carries exactly what was intended, and what everybody may
// write beside it, has the fingerprint of the intent; any other has not.
func TestFingerprints(t *testing.T) {
	fields := func() map[string]any {
		return map[string]any{token: "t-1.0", "Name": "Ada", "Amount__c": 12.5, "Phone": nil, "Active__c": true}
	}
	r := history.Record{Object: "Order__c", ExternalIDField: "Ext_Id__c", ExternalID: "o-1", Fields: fields(),
		Parent: &history.Parent{Field: "Account__c", Object: "Account", ExternalID: "a-1"}}
	want, ok := intended(&r, token)
	require.True(t, ok)
	for name, c := range map[string]struct {
		alter func(c *commitlog.Change)
		same  bool
	}{
		"as sent":                  {func(*commitlog.Change) {}, true},
		"an empty text is null":    {func(c *commitlog.Change) { c.Fields["Phone"] = "" }, true},
		"another parent":           {func(c *commitlog.Change) { c.Fields["Account__c"] = "001000000000002AAA" }, true}, // the lookup tells
		"external id elsewhere":    {func(c *commitlog.Change) { c.Fields["Old_Id__c"] = "o-1" }, true},
		"another value":            {func(c *commitlog.Change) { c.Fields["Name"] = "Bob" }, false},
		"values exchanged":         {func(c *commitlog.Change) { c.Fields["Name"], c.Fields["Active__c"] = true, "Ada" }, false},
		"a number as text":         {func(c *commitlog.Change) { c.Fields["Amount__c"] = "12.5" }, false},
		"a field less":             {func(c *commitlog.Change) { delete(c.Fields, "Name") }, false},
		"a null less":              {func(c *commitlog.Change) { delete(c.Fields, "Phone") }, false},
		"a field more":             {func(c *commitlog.Change) { c.Fields["City"] = "Bonn" }, false},
		"no lookup":                {func(c *commitlog.Change) { delete(c.Fields, "Account__c") }, false},
		"a lookup more":            {func(c *commitlog.Change) { c.Fields["Owner__c"] = "005000000000001AAA" }, false},
		"another object":           {func(c *commitlog.Change) { c.Object = "Account" }, false},
		"another token":            {func(c *commitlog.Change) { c.Fields[token] = "t-1.1" }, false},
		"the token as external id": {func(c *commitlog.Change) { c.ExternalID = "t-1.0"; c.Fields["Ext_Id__c"] = "t-1.0" }, true},
	} {
		change := commitlog.Change{Op: commitlog.Insert, Object: "Order__c", ID: "801000000000001AAA", ExternalID: "o-1", Fields: fields()}
		change.Fields["Ext_Id__c"], change.Fields["Account__c"] = "o-1", "001000000000001AAA"
		c.alter(&change)
		got, _ := written(&change, token)
		assert.Equal(t, c.same, got == want, name)
	}
}

// What a fingerprint cannot stand for says so.
func TestRecordsThatOnlyTheJudgeCanCompare(t *testing.T) {
	for name, fields := range map[string]map[string]any{
		"a list":                   {"Name": []any{"a"}},
		"a value that looks an id": {"Owner__c": "005000000000001AAA"},
		"its own external id":      {"Code__c": "o-1"},
	} {
		_, ok := intended(&history.Record{Object: "Order__c", ExternalID: "o-1", Fields: fields}, token)
		assert.False(t, ok, name)
	}
}

func TestFlagsOfIntents(t *testing.T) {
	x := NewIndexer("")
	offer := func(id, key string, records ...history.Record) {
		x.Event(history.Event{Seq: uint64(len(x.ops) + 1), ID: id, Operation: &history.Operation{ID: id, Key: key, Records: records}})
	}
	record := func(externalID string, version int, op string) history.Record {
		return history.Record{Object: "Account", ExternalID: externalID, Version: version, Op: op, Fields: map[string]any{token: "x" + externalID + op}}
	}
	offer("t-1", "k", record("a", 2, ""), record("", 0, ""))
	offer("t-2", "k", record("a", 1, ""))
	offer("t-2", "k", record("a", 9, "")) // offered again: no second operation
	offer("t-3", "k", record("a", 3, "delete"))
	offer("t-4", "", record("a", 4, ""))
	offer("t-5", "")
	assert.Equal(t, []uint8{First | Rises, First | Rises | Last, Second | Last, Rises | Odd | Last, First | Rises | Last, First | Rises | Odd | Last}, x.Intents.Flags)
	assert.Equal(t, []Op{1, 1, 2, 3, 4, 5}, x.Intents.Op)
}
