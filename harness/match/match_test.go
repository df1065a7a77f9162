package match

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"pgregory.net/rapid"

	"github.com/squall-harness/squall/harness/history"
	"github.com/squall-harness/squall/mocksf/commitlog"
)

type fields = map[string]any

func TestNames(t *testing.T) {
	for name, c := range map[string]struct {
		names Names
		want  string
		none  bool
	}{
		"default":            {Names{}, "Token__c", false},
		"another":            {Names{Default: "Msg__c"}, "Msg__c", false},
		"none":               {Names{Default: None}, "", true},
		"one of its own":     {Names{Default: "Msg__c", Objects: map[string]string{"Account": "A__c"}}, "A__c", false},
		"none of its own":    {Names{Objects: map[string]string{"Account": None}}, "", true},
		"another has no one": {Names{Objects: map[string]string{"Contact": None}}, "Token__c", true},
	} {
		assert.Equal(t, c.want, c.names.Field("Account"), name)
		assert.Equal(t, c.none, c.names.Tokenless(), name)
	}
	assert.Equal(t, "x", Names{}.Token("Account", fields{"Token__c": "x"}))
	assert.Empty(t, Names{Default: None}.Token("Account", fields{"Token__c": "x", "": "y"}))
}

// What an integration may add or spell in its own way makes no difference, what
// it changes does.
func TestContent(t *testing.T) {
	same := Names{}.content(fields{"Name": "A", "Amount__c": 1.5, "Phone": nil}, "Ext_Id__c", "k")
	assert.Equal(t, same, Names{Fills: []string{"Synced_At__c"}}.content(fields{"Name": "A", "Amount__c": 1.5, "synced_at__c": "now"}, "", "k"), "the integration's own")
	for _, f := range []fields{
		{"name": "A", "AMOUNT__C": json.Number("1.50")},
		{"Name": "A", "Amount__c": 1.5, "Ext_Id__c": "k", "Account__c": "001000000000000001", "OwnerId": "x", "Phone": ""},
	} {
		assert.Equal(t, same, Names{}.content(f, "", "k"))
	}
	for _, f := range []fields{{"Name": "a", "Amount__c": 1.5}, {"Name": "A"}, {"Name": "A", "Amount__c": 1.5, "Phone": "1"}} {
		assert.NotEqual(t, same, Names{}.content(f, "", "k"))
	}
}

func TestValues(t *testing.T) {
	for want, v := range map[string]any{"": nil, "x": "x", "true": true, "3": 3, "3.5": 3.5, "12": json.Number("12.0"), "[1]": []int{1}, "zz": json.Number("zz")} {
		assert.Equal(t, want, value(v))
	}
	assert.Equal(t, value(3.0), value(3))
}

func record(id, text string) *history.Record {
	return &history.Record{Object: "Account", ExternalIDField: "Ext_Id__c", ExternalID: id, Fields: fields{"Name": text, "City": "Ulm"}}
}

func change(id, text string) *commitlog.Change {
	return &commitlog.Change{Object: "Account", ExternalID: id, Fields: fields{"Name": text, "City": "Ulm", "Ext_Id__c": id}}
}

func book(records ...*history.Record) *Book {
	b := NewBook(Names{Default: None})
	for i, r := range records {
		b.Add(int32(i), r)
	}
	return b
}

func TestByKeyAndContent(t *testing.T) {
	b := book(record("a", "1"), record("a", "2"), record("b", "1"))
	assert.Empty(t, b.Alike())
	assert.EqualValues(t, 1, b.Take(change("a", "2")))
	assert.EqualValues(t, 0, b.Take(change("a", "1")))
	assert.EqualValues(t, 0, b.Take(change("a", "1")), "again")
	assert.EqualValues(t, 2, b.Take(change("b", "1")))
	assert.Equal(t, NotFound, b.Take(change("c", "1")))
}

func TestThoseThatLookAlikeAreTakenOneAfterTheOther(t *testing.T) {
	b := book(record("", "1"), record("", "2"), record("", "1"))
	assert.Equal(t, []int32{0, 2}, b.Alike())
	for _, want := range []int32{0, 2, 2} {
		assert.EqualValues(t, want, b.Take(change("", "1")))
	}
	assert.Equal(t, NotFound, b.Take(change("", "3")))
}

func TestAnInsertMayGetAKey(t *testing.T) {
	b := book(record("", "1"))
	assert.EqualValues(t, 0, b.Take(change("made-up", "1")))
}

func TestAnAlteredVersionIsTheOneMostLikeIt(t *testing.T) {
	b := book(record("a", "1"), record("a", "2"))
	altered := change("a", "2")
	altered.Fields["City"] = "Bonn"
	assert.EqualValues(t, 1, b.Take(altered))
	nothing := change("a", "9")
	assert.EqualValues(t, 0, b.Take(nothing), "equally unlike: the one that is still to come")
	assert.Equal(t, NotFound, b.Take(&commitlog.Change{Object: "Account", Fields: fields{"Name": "1"}}), "without a key nothing is guessed")
}

func TestWhatTheBookLeavesOut(t *testing.T) {
	b := NewBook(Names{Objects: map[string]string{"Contact": None}})
	assert.False(t, b.Covers("Account"))
	b.Add(0, record("a", "1"))
	b.Add(1, &history.Record{Object: "Contact", ExternalID: "x", Op: "delete"})
	assert.Empty(t, b.entries)
}

// However the changes are ordered, as many are found as were entered, each once,
// when each comes once.
func TestEveryRecordIsFoundOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		draw := rapid.Custom(func(t *rapid.T) *history.Record {
			return record(rapid.SampledFrom([]string{"", "", "a", "b"}).Draw(t, "key"), rapid.SampledFrom([]string{"1", "2"}).Draw(t, "content"))
		})
		records := rapid.SliceOfN(draw, 0, 12).Draw(t, "records")
		b, found := book(records...), map[int32]bool{}
		for _, r := range rapid.Permutation(records).Draw(t, "order") {
			c := change(r.ExternalID, r.Fields["Name"].(string))
			got := b.Take(c)
			assert.False(t, found[got])
			found[got] = true
			assert.Equal(t, r.Fields["Name"], records[got].Fields["Name"])
		}
		assert.Len(t, found, len(records))
	})
}
