package mocksf_test

import (
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/squall-harness/squall/mocksf"
	"github.com/squall-harness/squall/mocksf/commitlog"
)

// everyDoor is everyDoorBut and the Bulk API, which reports a refusal row by
// row.
func everyDoor(d *bubble, record, message, code string, fields []string) {
	d.t.Helper()
	everyDoorBut(d, record, message, code, fields)
	before := d.org.Count("Account")
	header, row := csvOf(d.t, record)
	failed := d.load(`{"object":"Account","operation":"insert"}`, header+"\n"+row+"\n")
	rows, err := csv.NewReader(strings.NewReader(failed)).ReadAll()
	require.NoError(d.t, err)
	require.Len(d.t, rows, 2, "bulk: %s", failed)
	end := "--"
	if len(fields) > 0 && fields[0] != "" {
		end = strings.Join(fields, ", ") + " --"
	}
	assert.Equal(d.t, code+":"+message+":"+end, rows[1][1], "bulk")
	assert.Equal(d.t, before, d.org.Count("Account"))
}

// everyDoorBut inserts an account that the org must refuse, in every way but
// bulk jobs, and looks at the form of the refusal. Nothing may be left of it.
func everyDoorBut(d *bubble, record, message, code string, fields []string) {
	d.t.Helper()
	before := d.org.Count("Account")
	list := `[]`
	if fields != nil {
		list = `["` + strings.Join(fields, `","`) + `"]`
	}
	rest := fmt.Sprintf(`{"message":%q,"errorCode":%q,"fields":%s}`, message, code, list)
	if code == "INVALID_FIELD" { // about the request, not about the record
		rest = fmt.Sprintf(`{"message":%q,"errorCode":%q}`, message, code)
	}
	result := fmt.Sprintf(`{"statusCode":%q,"message":%q,"fields":%s}`, code, message, list)
	typed := `{"attributes":{"type":"Account","referenceId":"ref"},` + record[1:]

	status, body := d.do("POST", "sobjects/Account", record)
	assert.Equal(d.t, 400, status, "row")
	assert.JSONEq(d.t, "["+rest+"]", body, "row")
	status, body = d.do("POST", "composite/sobjects", `{"records":[`+typed+`]}`)
	assert.Equal(d.t, 200, status, "collections")
	assert.JSONEq(d.t, `[{"success":false,"errors":[`+result+`]}]`, body, "collections")
	for _, all := range []string{"false", "true"} {
		status, body = d.do("POST", "composite", `{"allOrNone":`+all+`,`+subs(sub("bad", "POST", "sobjects/Account", record))+`}`)
		assert.Equal(d.t, 200, status, "composite")
		assert.JSONEq(d.t, `{"compositeResponse":[{"body":[`+rest+`],"httpHeaders":{},"httpStatusCode":400,"referenceId":"bad"}]}`, body, "composite")
	}
	status, body = d.do("POST", "composite/graph", `{"graphs":[{"graphId":"g",`+subs(sub("bad", "POST", "sobjects/Account", record))+`}]}`)
	assert.Equal(d.t, 200, status, "graph")
	assert.JSONEq(d.t, `{"graphs":[{"graphId":"g","graphResponse":{"compositeResponse":[{"body":[`+rest+`],"httpHeaders":{},"httpStatusCode":400,"referenceId":"bad"}]},"isSuccessful":false}]}`, body, "graph")
	status, body = d.do("POST", "composite/tree/Account", `{"records":[`+typed+`]}`)
	assert.Equal(d.t, 400, status, "tree")
	assert.JSONEq(d.t, `{"hasErrors":true,"results":[{"referenceId":"ref","errors":[`+result+`]}]}`, body, "tree")

	assert.Equal(d.t, before, d.org.Count("Account"))
}

func csvOf(t testing.TB, record string) (header, row string) {
	var fields map[string]any
	require.NoError(t, json.Unmarshal([]byte(record), &fields))
	var names, values []string
	for name, value := range fields {
		names, values = append(names, name), append(values, fmt.Sprint(value))
	}
	return strings.Join(names, ","), strings.Join(values, ",")
}

func TestValidationRules(t *testing.T) {
	rules := mocksf.Rules{Validations: []mocksf.Validation{
		{Object: "account", Message: "Too small", Field: "AnnualRevenue", Reject: func(c mocksf.RecordChange) bool {
			revenue, ok := c.New("annualrevenue").(float64)
			return ok && revenue < 10
		}},
		{Object: "Account", Message: "Never back to Prospect", Reject: func(c mocksf.RecordChange) bool {
			return c.Op == commitlog.Update && c.New("Type") == "Prospect" && c.Old("Type") != "Prospect"
		}},
	}}
	inVirtualTime(t, mocksf.Config{Rules: rules}, func(d *bubble) {
		everyDoor(d, `{"Name":"n","AnnualRevenue":3}`, "Too small", "FIELD_CUSTOM_VALIDATION_EXCEPTION", []string{"AnnualRevenue"})
		id := d.insert("Account", map[string]any{"Name": "n", "Type": "Other", "Ext_Id__c": "a"})
		for _, path := range []string{"sobjects/Account/" + id, "sobjects/Account/Ext_Id__c/a"} {
			status, body := d.do("PATCH", path, `{"Type":"Prospect"}`)
			assert.Equal(t, 400, status)
			assert.JSONEq(t, `[{"message":"Never back to Prospect","errorCode":"FIELD_CUSTOM_VALIDATION_EXCEPTION","fields":[]}]`, body)
		}
		_, err := d.org.Insert("Account", map[string]any{"Name": "n", "AnnualRevenue": 1})
		assert.ErrorContains(t, err, "Too small", "a rule holds for the owner too")
		_, body := d.do("POST", "composite/sobjects", `{"allOrNone":true,"records":[{"attributes":{"type":"Account"},"Name":"good"},{"attributes":{"type":"Account"},"Name":"bad","AnnualRevenue":1}]}`)
		assert.Contains(t, body, `ALL_OR_NONE_OPERATION_ROLLED_BACK`)
		status, _ := d.do("DELETE", "sobjects/Account/"+id, "")
		assert.Equal(t, 204, status)
	})
}

func TestFieldChecksInEveryForm(t *testing.T) {
	schema := mocksf.DefaultSchema()
	account, _ := schema.Object("Account")
	for i := range account.Fields {
		account.Fields[i].Restricted = account.Fields[i].Name == "Industry"
	}
	inVirtualTime(t, mocksf.Config{Schema: schema}, func(d *bubble) {
		id := d.insert("Account", map[string]any{"Name": "n", "Ext_Id__c": "taken"})
		everyDoor(d, `{"Phone":"1"}`, "Required fields are missing: [Name]", "REQUIRED_FIELD_MISSING", []string{"Name"})
		everyDoor(d, `{"Name":"n","Industry":"Alchemy"}`, "Industry: bad value for restricted picklist field: Alchemy", "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", []string{"Industry"})
		long := strings.Repeat("x", 41)
		everyDoor(d, `{"Name":"n","BillingCity":"`+long+`"}`, "BillingCity: data value too large: "+long+" (max length=40)", "STRING_TOO_LONG", []string{"BillingCity"})
		everyDoor(d, `{"Name":"n","Ext_Id__c":"taken"}`, "duplicate value found: Ext_Id__c duplicates value on record with id: "+id, "DUPLICATE_VALUE", nil)
	})
}

func TestDuplicateRules(t *testing.T) {
	for _, alert := range []bool{true, false} {
		rules := mocksf.Rules{Duplicates: []mocksf.DuplicateRule{{Object: "Account", Fields: []string{"Name", "BillingCity"}, Alert: alert}}}
		inVirtualTime(t, mocksf.Config{Rules: rules}, func(d *bubble) {
			id := d.insert("Account", map[string]any{"Name": "Acme", "BillingCity": "Ulm"})
			everyDoor(d, `{"Name":"ACME","BillingCity":"ulm"}`, "Use one of these records?", "DUPLICATES_DETECTED", nil)
			for body, want := range map[string]int{`{"Name":"Acme","BillingCity":"Bonn"}`: 201, `{"Name":"Acme"}`: 201} {
				status, _ := d.do("POST", "sobjects/Account", body)
				assert.Equal(t, want, status, body)
			}
			status, _ := d.do("PATCH", "sobjects/Account/"+id, `{"Phone":"1"}`)
			assert.Equal(t, 204, status, "a record is no duplicate of itself")
			status, body := d.do("POST", "composite/sobjects", `{"records":[{"attributes":{"type":"Account"},"Name":"Twin","BillingCity":"Rome"},{"attributes":{"type":"Account"},"Name":"Twin","BillingCity":"Rome"}]}`)
			assert.Equal(t, 200, status)
			assert.NotContains(t, body, "DUPLICATES_DETECTED", "records of one call are not compared")
			status, _ = d.do("POST", "sobjects/Account", `{"Name":"Acme","BillingCity":"Ulm"}`, "Sforce-Duplicate-Rule-Header", "includeRecordDetails=true; allowSave=true")
			if alert {
				assert.Equal(t, 201, status)
			} else {
				assert.Equal(t, 400, status, "a rule that blocks is not to be talked out of it")
			}
		})
	}
}

// TestARuleThatPanics breaks in the work on requests and jobs, with locks (the
// rehearsal) and without: each fails for itself, and the org goes on.
func TestARuleThatPanics(t *testing.T) {
	rules := mocksf.Rules{Validations: []mocksf.Validation{{Object: "Account", Reject: func(c mocksf.RecordChange) bool {
		if c.New("Name") == "bad" {
			panic("a rule broke")
		}
		return false
	}}}}
	for _, wait := range []time.Duration{0, time.Second} {
		inVirtualTime(t, mocksf.Config{Rules: rules, Limits: mocksf.Limits{LockWait: wait}}, func(d *bubble) {
			status, body := d.do("POST", "sobjects/Account", `{"Name":"bad"}`)
			assert.Equal(t, 500, status)
			assert.Contains(t, body, "UNKNOWN_EXCEPTION")
			d.load(`{"object":"Account","operation":"insert"}`, "Name\nbad\n"+strings.Repeat("n\n", 300))
			_, body = d.do("GET", "jobs/ingest/7505g0000000001AAA", "")
			assert.Contains(t, body, `"state":"Failed"`)
			assert.Contains(t, body, `"errorMessage":"UNKNOWN_EXCEPTION: `)
			assert.NotContains(t, body, "a rule broke")
			d.load(`{"object":"Account","operation":"insert"}`, "Name\ngood\n")
			assert.Equal(t, 1, d.org.Count("Account"), "the good one of the job that went well")
		})
	}
}

func TestTriggersRefuseAndTakeTime(t *testing.T) {
	var seen []string
	rules := mocksf.Rules{Triggers: []mocksf.Trigger{{Object: "Account", Chunk: 3 * time.Second, Record: 10 * time.Millisecond, Run: func(c mocksf.RecordChange) error {
		seen = append(seen, string(c.Op)+" "+fmt.Sprint(c.New("Name")))
		switch c.New("Name") {
		case "bad":
			return errors.New("not this one")
		case "worse":
			panic("System.LimitException: Apex CPU time limit exceeded")
		}
		return nil
	}}, {Object: "Contact", Chunk: time.Hour}}}
	inVirtualTime(t, mocksf.Config{Rules: rules}, func(d *bubble) {
		everyDoor(d, `{"Name":"bad"}`, "not this one", "FIELD_CUSTOM_VALIDATION_EXCEPTION", nil)
		everyDoor(d, `{"Name":"worse"}`, "AccountTrigger: execution of BeforeInsert\n\ncaused by: System.LimitException: Apex CPU time limit exceeded", "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", nil)
		seen = nil
		begun := time.Now()
		status, _ := d.do("POST", "sobjects/Account", `{"Name":"good"}`)
		assert.Equal(t, 201, status)
		assert.Equal(t, 3010*time.Millisecond, time.Since(begun))
		assert.Equal(t, []string{"insert good"}, seen)

		begun = time.Now()
		assert.NotContains(t, d.load(`{"object":"Account","operation":"insert"}`, "Name\n"+strings.Repeat("n\n", 300)), "n")
		took := time.Since(begun)
		assert.True(t, took >= 9*time.Second && took < 10*time.Second, "two chunks of 3 s and 300 rows of 10 ms: %s", took)
	})
}
