package mocksf_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/squall-harness/squall/mocksf"
	"github.com/squall-harness/squall/mocksf/commitlog"
)

// tidy is a trigger as administrators write them: it fills a required field, and
// writes phone numbers in one way.
func tidy(c mocksf.RecordChange) error {
	if c.Op == commitlog.Delete {
		return nil
	}
	if phone, ok := c.New("Phone").(string); ok {
		if err := c.Set("phone", strings.ReplaceAll(phone, " ", "")); err != nil {
			return err
		}
	}
	if c.New("Name") == nil {
		return c.Set("Name", fmt.Sprint("Account ", c.New("Ext_Id__c")))
	}
	return nil
}

func TestTriggersChangeRecords(t *testing.T) {
	rules := mocksf.Rules{
		Triggers:    []mocksf.Trigger{{Object: "Account", Run: tidy}},
		Validations: []mocksf.Validation{{Object: "Account", Message: "blank", Reject: func(c mocksf.RecordChange) bool { return strings.Contains(fmt.Sprint(c.New("Phone")), " ") }}},
	}
	inVirtualTime(t, mocksf.Config{Rules: rules}, func(d *bubble) {
		phone := func() string {
			records := d.org.Log().Since(0)
			return fmt.Sprint(records[len(records)-1].Changes[0].Fields["Phone"])
		}
		for i, c := range []struct{ method, path, body string }{
			{"POST", "sobjects/Account", `{"Name":"n","Phone":"0 1"}`},
			{"POST", "sobjects/Account", `{"Phone":"0 1"}`},
			{"PATCH", "sobjects/Account/Ext_Id__c/a", `{"Phone":"0 1"}`},
			{"PATCH", "sobjects/Account/Ext_Id__c/a", `{"Phone":"0  1"}`},
			{"POST", "composite/sobjects", `{"records":[{"attributes":{"type":"Account"},"Name":"n","Phone":"0 1"}]}`},
		} {
			status, body := d.do(c.method, c.path, c.body)
			require.Less(t, status, 300, body)
			assert.Equal(t, i+1, d.org.Log().Len())
			assert.Equal(t, "01", phone(), "the log tells what was saved: %s", c.path)
		}
		assert.NotContains(t, d.load(`{"object":"Account","operation":"insert"}`, "Name,Phone\n,0 2\nm,0 2\n"), "Error:")
		assert.Equal(t, "02", phone())
		_, body := d.do("GET", "query?q=SELECT+Name+FROM+Account+WHERE+Ext_Id__c='a'+AND+Phone='01'", "")
		assert.Contains(t, body, `"Name":"Account a"`)
		_, body = d.do("GET", "query?q=SELECT+COUNT()+FROM+Account+WHERE+Phone+LIKE+'0_'", "")
		assert.Contains(t, body, `"totalSize":6`)
	})
}

// TestTriggersAreCheckedToo lets triggers write what clients may not.
func TestTriggersAreCheckedToo(t *testing.T) {
	for _, c := range []struct {
		field string
		value any
		code  string
	}{
		{"Nope", 1, "INVALID_FIELD"}, {"Phone", strings.Repeat("1", 41), "STRING_TOO_LONG"}, {"Name", nil, "REQUIRED_FIELD_MISSING"},
		{"Ext_Id__c", "taken", "DUPLICATE_VALUE"}, {"ParentId", "001000000000zzzAAA", "INVALID_CROSS_REFERENCE_KEY"},
		{"CreatedDate", "2026-01-01", "INVALID_FIELD_FOR_INSERT_UPDATE"}, {"AnnualRevenue", "x", "JSON_PARSER_ERROR"},
	} {
		org := mocksf.New(mocksf.Config{Rules: mocksf.Rules{Triggers: []mocksf.Trigger{{Object: "Account", Run: func(r mocksf.RecordChange) error {
			if r.New("Name") == "n" {
				return r.Set(c.field, c.value)
			}
			return nil
		}}}}})
		t.Cleanup(org.Close)
		_, err := org.Insert("Account", map[string]any{"Name": "other", "Ext_Id__c": "taken"})
		require.NoError(t, err)
		_, err = org.Insert("Account", map[string]any{"Name": "n"})
		assert.ErrorContains(t, err, c.code, c.field)
		assert.Equal(t, 1, org.Count("Account"))
	}
}

// A record without a name is named by its id, unless a trigger takes the name
// away.
func TestATriggerThatClearsTheName(t *testing.T) {
	org := mocksf.New(mocksf.Config{Rules: mocksf.Rules{Triggers: []mocksf.Trigger{{Object: "Order__c", Run: func(r mocksf.RecordChange) error {
		if r.New("Note__c") == "clear" {
			return r.Set("Name", nil)
		}
		return nil
	}}}}})
	t.Cleanup(org.Close)
	_, err := org.Insert("Order__c", map[string]any{"Note__c": "leave"})
	require.NoError(t, err)
	for _, fields := range []map[string]any{{"Note__c": "clear"}, {"Note__c": "clear", "Name": "n"}} {
		_, err = org.Insert("Order__c", fields)
		assert.ErrorContains(t, err, "Required fields are missing: [Name]")
	}
}

func TestOnlyBeforeTriggersMaySet(t *testing.T) {
	var errs []error
	keep := func(c mocksf.RecordChange) error { errs = append(errs, c.Set("Phone", "1")); return nil }
	inVirtualTime(t, mocksf.Config{Rules: mocksf.Rules{
		Validations: []mocksf.Validation{{Object: "Account", Reject: func(c mocksf.RecordChange) bool { return keep(c) != nil }}},
		Triggers: []mocksf.Trigger{{Object: "Account", Run: func(c mocksf.RecordChange) error {
			if c.Op == commitlog.Delete {
				return keep(c)
			}
			return nil
		}}},
	}}, func(d *bubble) {
		id := d.insert("Account", map[string]any{"Name": "n"})
		status, _ := d.do("DELETE", "sobjects/Account/"+id, "")
		assert.Equal(t, 204, status)
		require.Len(t, errs, 2)
		for _, err := range errs {
			assert.ErrorContains(t, err, "Account.Phone cannot be set: only a trigger on records that are inserted or updated may")
		}
	})
}
