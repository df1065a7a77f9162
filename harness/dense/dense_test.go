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

// offered returns an indexer and what offers operations to it.
func offered() (*Indexer, func(id, key string, records ...history.Record)) {
	x := NewIndexer("")
	return x, func(id, key string, records ...history.Record) {
		x.Event(history.Event{Seq: uint64(len(x.ops) + 1), ID: id, Operation: &history.Operation{ID: id, Key: key, Records: records}})
	}
}

func account(bears, externalID string, version int) history.Record {
	return history.Record{Object: "Account", ExternalID: externalID, Version: version, Fields: map[string]any{token: bears}}
}

func TestOperations(t *testing.T) {
	x, offer := offered()
	offer("t-1", "k", account("1.0", "a", 2), account("1.1", "", 0))
	offer("t-2", "k", account("2", "a", 1)) // an older version
	offer("t-2", "k", account("2", "a", 9)) // offered again: no second operation
	gone := account("3", "a", 3)
	gone.Op = "delete"
	offer("t-3", "k", gone)
	offer("t-4", "", account("4", "a", 4))
	offer("t-5", "")
	offer("t-6", "", account("1.0", "b", 0)) // t-1 bears its token
	assert.Equal(t, Operations{
		Op: []Op{1, 2, 3, 4, 5, 6}, At: make([]int64, 6), Key: []uint32{1, 1, 1, 0, 0, 0}, Records: []uint32{2, 1, 1, 1, 1, 1},
		Flags: []uint8{Unit, Second | Odd, Odd, 0, Odd, Odd},
	}, x.Operations)
	assert.Equal(t, []Op{1, 1, 2, 3, 4, 5, 6}, x.Intents.Op)
	assert.Equal(t, []uint32{1, 1, 1, 1, 0, 0, 0}, x.Intents.Key)
	assert.Equal(t, []uint8{Unit, Unit, Second, 0, 0, 0, 0}, x.Intents.Flags)
	assert.Equal(t, []uint64{Hash("1.0")}, x.Strays.Token)
	assert.Equal(t, []uint32{1, 0, 1, 1, 1, 0, 2}, x.Intents.Target)
}

// A change that carries out what is intended is exact, once; any other is not.
func TestEffects(t *testing.T) {
	insert := func(bears, externalID, id string) commitlog.Change {
		return commitlog.Change{Op: commitlog.Insert, Object: "Account", ID: id, ExternalID: externalID, Fields: map[string]any{token: bears}}
	}
	update := func(bears, externalID, id string) commitlog.Change {
		c := insert(bears, externalID, id)
		c.Op = commitlog.Update
		return c
	}
	child := func(parent string) commitlog.Change {
		c := insert("5", "", "001000000000000009")
		c.Fields["ParentId"] = parent
		return c
	}
	made := commitlog.Commit{Changes: []commitlog.Change{insert("1", "a", "001000000000000001")}}
	type effect struct {
		op    Op
		flags uint8
	}
	one := func(c commitlog.Change) commitlog.Commit { return commitlog.Commit{Changes: []commitlog.Change{c}} }
	for name, c := range map[string]struct {
		commits []commitlog.Commit
		want    effect // of the last change
	}{
		"an insert":                         {[]commitlog.Commit{made}, effect{1, Exact | Versioned}},
		"once more":                         {[]commitlog.Commit{made, made}, effect{}},
		"the next version":                  {[]commitlog.Commit{made, one(update("2", "a", "001000000000000001"))}, effect{2, Exact | Versioned}},
		"the next version as a second one":  {[]commitlog.Commit{made, one(insert("2", "a", "001000000000000002"))}, effect{2, 0}},
		"an older version":                  {[]commitlog.Commit{one(update("2", "a", "001000000000000001")), made}, effect{1, 0}},
		"nobody's token":                    {[]commitlog.Commit{one(insert("x", "a", "001000000000000001"))}, effect{}},
		"another record":                    {[]commitlog.Commit{one(insert("1", "b", "001000000000000001"))}, effect{1, 0}},
		"another value":                     {[]commitlog.Commit{one(commitlog.Change{Op: commitlog.Insert, Object: "Account", ExternalID: "a", Fields: map[string]any{token: "1", "Name": "x"}})}, effect{1, 0}},
		"a deletion":                        {[]commitlog.Commit{one(commitlog.Change{Op: commitlog.Delete, Object: "Account", ExternalID: "a", Fields: map[string]any{token: "1"}})}, effect{1, 0}},
		"nothing":                           {[]commitlog.Commit{{}}, effect{}},
		"a reply that was lost":             {[]commitlog.Commit{{Fate: commitlog.FateCut, Changes: made.Changes}}, effect{1, 0}},
		"by others":                         {[]commitlog.Commit{{API: commitlog.APIDirect, Changes: made.Changes}}, effect{0, Others}},
		"after others made it":              {[]commitlog.Commit{{API: commitlog.APIDirect, Changes: []commitlog.Change{insert("", "a", "001000000000000001")}}, one(insert("1", "a", "001000000000000002"))}, effect{1, 0}},
		"without external id":               {[]commitlog.Commit{one(insert("4", "", "001000000000000001"))}, effect{4, Exact | Created}},
		"a child":                           {[]commitlog.Commit{made, one(child("001000000000000001"))}, effect{5, Exact | Created | LooksUp}},
		"a child of another":                {[]commitlog.Commit{made, one(child("001000000000000002"))}, effect{5, Astray}},
		"a child of nobody":                 {[]commitlog.Commit{made, one(insert("5", "", "001000000000000009"))}, effect{5, 0}},
		"a child of one that nobody made":   {[]commitlog.Commit{one(child("001000000000000001"))}, effect{5, Astray}},
		"a child of one that others made":   {[]commitlog.Commit{{API: commitlog.APIDirect, Changes: made.Changes}, one(child("001000000000000001"))}, effect{5, Exact | Created | LooksUp}},
		"a child whose parent has a new id": {[]commitlog.Commit{one(insert("x", "c", "001000000000000005")), made, one(child("001000000000000001"))}, effect{5, Astray}}, // which may have had a name before
	} {
		t.Run(name, func(t *testing.T) {
			x, offer := offered()
			offer("t-1", "", account("1", "a", 1))
			offer("t-2", "", account("2", "a", 2))
			offer("t-3", "", account("3", "c", 0))
			offer("t-4", "", account("4", "", 0))
			r := account("5", "", 0)
			r.Parent = &history.Parent{Field: "ParentId", Object: "Account", ExternalID: "a"}
			offer("t-5", "", r)
			for i := range c.commits {
				x.Commit(&c.commits[i])
			}
			n := len(x.Effects.Op) - 1
			assert.Equal(t, c.want, effect{x.Effects.Op[n], x.Effects.Flags[n]})
			assert.Equal(t, x.Effects.Flags, x.Changes.Flags)
		})
	}
}
