package verify

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/squall-harness/squall/mocksf/commitlog"
)

// Who writes back what is there already has altered nothing.
func TestWhatIsThereAlreadyMayBeWrittenBack(t *testing.T) {
	s := rehearsed()
	s.apply(s.ack("t-1", "k", upsert("Account", "a", 1)))
	s.commit(commitlog.APIDirect, commitlog.Change{Op: commitlog.Update, Object: "Account", ID: s.ids[target{"Account", "a"}], ExternalID: "a",
		Fields: map[string]any{"Phone": "1"}})
	s.apply(s.ack("t-2", "k", upsert("Account", "a", 2))).Changes[0].Fields["Phone"] = "1"
	onlyBroken(t, s.over())

	s.apply(s.ack("t-3", "k", upsert("Account", "a", 3))).Changes[0].Fields["Phone"] = "2"
	assert.Equal(t, 1, of(Judge(s.in), Integrity).Found)
}

func TestCorrupted(t *testing.T) {
	cases := map[string]struct {
		alter func(c *commitlog.Change)
		text  string
	}{
		"other text":    {func(c *commitlog.Change) { c.Fields["Name"] = "a V1" }, `Name: want "a v1", got "a V1".`},
		"dropped field": {func(c *commitlog.Change) { delete(c.Fields, "Name") }, `Name: want "a v1", got null.`},
		"other number":  {func(c *commitlog.Change) { c.Fields["Amount__c"] = 12.25 }, `Amount__c: want 12.5, got 12.25.`},
		"number as text": {func(c *commitlog.Change) { c.Fields["Amount__c"] = "12.5" },
			`Amount__c: want 12.5, got "12.5".`},
		"null not cleared": {func(c *commitlog.Change) { c.Fields["Phone"] = "#N/A" }, `Phone: want null, got "#N/A".`},
		"extra field":      {func(c *commitlog.Change) { c.Fields["Fax"] = "1" }, `Fax: want nothing, got "1".`},
		"dropped parent":   {func(c *commitlog.Change) { delete(c.Fields, "ParentId") }, "ParentId: want Account e-acct, got null."},
		"wrong parent": {func(c *commitlog.Change) { c.Fields["ParentId"] = "001000000000000009" },
			`ParentId: want Account e-acct, got "001000000000000009".`},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			s := rehearsed()
			rec := under(upsert("Account", "a", 1), "ParentId", "Account", "e-acct")
			rec.Fields["Amount__c"], rec.Fields["Phone"] = 12.5, nil
			c.alter(&s.apply(s.ack("t-1", "k", rec)).Changes[0])
			verdicts := s.over()
			onlyBroken(t, verdicts, Integrity)
			a := only(t, verdicts, Integrity, Corrupted)
			assert.Equal(t, "Operation t-1 arrived altered in Account a, by commit 5 at 2.20 s: "+c.text, a.Text)
			assert.Zero(t, a.To)
		})
	}
}

// What the integration fills by itself is not compared, whether the source sends
// something there or not; and whoever has such a field is told how to say so.
func TestFieldsOfTheIntegrationsOwnMaking(t *testing.T) {
	for name, fills := range map[string][]string{"unsaid": nil, "said": {"fax", "Phone"}} {
		t.Run(name, func(t *testing.T) {
			s := rehearsed()
			rec := upsert("Account", "a", 1)
			rec.Fields["Phone"] = "0301"
			c := s.apply(s.ack("t-1", "k", rec)).Changes[0]
			c.Fields["Fax"] = "1"
			s.in.Settings.Fills = fills
			if fills != nil {
				c.Fields["Phone"] = "+49 301"
				assert.Equal(t, Pass, of(s.over(), Integrity).Result)
				return
			}
			assert.Contains(t, of(s.over(), Integrity).Reason, "must be named under source.fills")
		})
	}
}

func TestAWrongParentIsNamed(t *testing.T) {
	s := rehearsed()
	s.apply(s.ack("t-1", "k", upsert("Account", "other", 1)))
	c := s.apply(s.ack("t-2", "k", under(upsert("Contact", "c", 1), "AccountId", "Account", "e-acct")))
	c.Changes[0].Fields["AccountId"] = s.ids[target{"Account", "other"}]
	assert.Contains(t, only(t, s.over(), Integrity, Corrupted).Text, "AccountId: want Account e-acct, got Account other.")
}

func TestValuesThatSalesforceStoresAlike(t *testing.T) {
	cases := map[string]func(c *commitlog.Change){
		"number in another type": func(c *commitlog.Change) { c.Fields["Amount__c"] = json.Number("12.50") },
		"empty text":             func(c *commitlog.Change) { c.Fields["Phone"] = "" },
		"null left out":          func(c *commitlog.Change) { delete(c.Fields, "Phone") },
		"other case of a name": func(c *commitlog.Change) {
			c.Fields["name"] = c.Fields["Name"]
			delete(c.Fields, "Name")
		},
		"system field":  func(c *commitlog.Change) { c.Fields["LastModifiedDate"] = "2026-01-01T00:00:00.000+0000" },
		"a lookup more": func(c *commitlog.Change) { c.Fields["OwnerX__c"] = "005000000000000001" },
		"cleared more":  func(c *commitlog.Change) { c.Fields["Fax"] = nil },
	}
	for name, alter := range cases {
		t.Run(name, func(t *testing.T) {
			s := rehearsed()
			rec := upsert("Account", "a", 1)
			rec.Fields["Amount__c"], rec.Fields["Phone"] = 12.5, nil
			alter(&s.apply(s.ack("t-1", "k", rec)).Changes[0])
			onlyBroken(t, s.over())
		})
	}
}

// An integration may send only what changed: what counts is what the record
// holds afterwards.
func TestFieldsLeftOutOfAnUpdateKeepTheirValue(t *testing.T) {
	s := rehearsed()
	for v := 1; v <= 2; v++ {
		rec := under(upsert("Contact", "c", v), "AccountId", "Account", "e-acct")
		rec.Fields["Name"] = "same"
		c := s.apply(s.ack([]string{"", "t-1", "t-2"}[v], "k", rec))
		if v == 2 {
			delete(c.Changes[0].Fields, "Name")
			delete(c.Changes[0].Fields, "AccountId")
		}
	}
	onlyBroken(t, s.over())
}

func TestANullThatWasNotSentLeavesTheOldValue(t *testing.T) {
	s := rehearsed()
	first, second := upsert("Contact", "c", 1), upsert("Contact", "c", 2)
	first.Fields["Phone"], second.Fields["Phone"] = "123", nil
	s.apply(s.ack("t-1", "k", first))
	op := s.ack("t-2", "k", second)
	delete(s.apply(op).Changes[0].Fields, "Phone")
	a := only(t, s.over(), Integrity, Corrupted)
	assert.Contains(t, a.Text, `Phone: want null, got "123".`)

	s.apply(op) // sent again, rightly
	assert.Equal(t, s.now, only(t, Judge(s.in), Integrity, Corrupted).To)
}

func TestASeededParentIsKnown(t *testing.T) {
	s := rehearsed()
	s.ids[target{"Account", "seeded"}] = "001000000000000077"
	s.commit(commitlog.APIDirect, commitlog.Change{Op: commitlog.Insert, Object: "Account", ID: "001000000000000077", ExternalID: "seeded"})
	s.apply(s.ack("t-1", "k", under(insert("Activity_Log__c"), "Account__c", "Account", "seeded")))
	onlyBroken(t, s.over())
}

func TestEqual(t *testing.T) {
	same := [][2]any{
		{1, 1.0}, {int64(7), json.Number("7")}, {uint8(3), float32(3)}, {true, true}, {nil, ""}, {"", nil},
		{[]any{"a"}, []any{"a"}}, {map[string]any{"a": 1.0}, map[string]any{"a": 1.0}},
	}
	for _, c := range same {
		assert.True(t, equal(c[0], c[1]), "%v", c)
	}
	different := [][2]any{
		{1, 2}, {"1", 1}, {1, "1"}, {true, "true"}, {true, false}, {nil, 0}, {false, nil}, {"a", "A"}, {json.Number("x"), 1.0}, {[]any{1}, "a"},
	}
	for _, c := range different {
		assert.False(t, equal(c[0], c[1]), "%v", c)
	}
}
