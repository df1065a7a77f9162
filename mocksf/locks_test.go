package mocksf_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/squall-harness/squall/mocksf"
)

// slow is an org whose requests take a second and whose records are locked
// meanwhile.
func slow(wait time.Duration) mocksf.Config {
	return mocksf.Config{
		Service: mocksf.Service{Call: time.Second, BulkStart: time.Second, BulkChunk: time.Minute},
		Limits:  mocksf.Limits{LockWait: wait},
	}
}

// besides runs calls at the same time, a millisecond apart, and returns when
// each was done and what it was answered.
func (d *bubble) besides(calls ...func() (int, string)) (took []time.Duration, statuses []int, bodies []string) {
	took, statuses, bodies = make([]time.Duration, len(calls)), make([]int, len(calls)), make([]string, len(calls))
	begun := time.Now()
	var all sync.WaitGroup
	for i, call := range calls {
		all.Go(func() {
			statuses[i], bodies[i] = call()
			took[i] = time.Since(begun).Truncate(100 * time.Millisecond)
		})
		synctest.Wait()
		time.Sleep(time.Millisecond)
	}
	all.Wait()
	return took, statuses, bodies
}

// TestARehearsalKeepsNoCursor asks for a long list in a call that takes locks.
func TestARehearsalKeepsNoCursor(t *testing.T) {
	inVirtualTime(t, slow(time.Second), func(d *bubble) {
		for range 2001 {
			d.insert("Account", map[string]any{"Name": "n"})
		}
		_, body := d.do("POST", "composite", `{`+subs(sub("new", "POST", "sobjects/Contact", `{"LastName":"l"}`), `{"referenceId":"all","method":"GET","url":"/services/data/v67.0/query?q=SELECT+Id+FROM+Account"}`)+`}`)
		assert.Contains(t, body, `"nextRecordsUrl":"/services/data/v67.0/query/01g5g0000000001AAA-2000"`)
		status, _ := d.do("GET", "query/01g5g0000000001AAA-2000", "")
		assert.Equal(t, 200, status)
	})
}

func (d *bubble) call(method, path, body string) func() (int, string) {
	return func() (int, string) { return d.do(method, path, body) }
}

func TestWritersOfOneRecordWaitForEachOther(t *testing.T) {
	inVirtualTime(t, slow(10*time.Second), func(d *bubble) {
		a := d.insert("Account", map[string]any{"Name": "a", "Ext_Id__c": "a"})
		d.insert("Account", map[string]any{"Name": "b", "Ext_Id__c": "b"})
		child := d.insert("Order__c", map[string]any{"Account__c": a})
		took, statuses, _ := d.besides(
			d.call("PATCH", "sobjects/Account/"+a, `{"Phone":"1"}`),
			d.call("PATCH", "sobjects/Account/Ext_Id__c/b", `{"Phone":"1"}`),        // another one
			d.call("GET", "sobjects/Account/"+a, ``),                                // readers do not wait
			d.call("POST", "sobjects/Order__c", `{"Account__r":{"Ext_Id__c":"a"}}`), // leads to a
			d.call("POST", "sobjects/Contact", `{"LastName":"l","AccountId":"`+a+`"}`),
			d.call("PATCH", "sobjects/Order__c/"+child, `{"Account__c":null}`), // led to a
			d.call("PATCH", "sobjects/Account/Ext_Id__c/new", `{"Name":"n"}`),
			d.call("PATCH", "sobjects/Account/Ext_Id__c/NEW", `{"Name":"n"}`), // the same unique value
			d.call("DELETE", "sobjects/Account/"+a, ``),
		)
		s := time.Second
		assert.Equal(t, []time.Duration{s, s, s, 2 * s, 3 * s, 4 * s, s, 2 * s, 5 * s}, took)
		assert.Equal(t, []int{204, 200, 200, 201, 201, 204, 201, 200, 204}, statuses)
		assert.Equal(t, 2, d.org.Count("Account"))
	})
}

func TestWhoGetsNoLockIsToldInEveryForm(t *testing.T) {
	inVirtualTime(t, slow(500*time.Millisecond), func(d *bubble) {
		a := d.insert("Account", map[string]any{"Name": "a", "Ext_Id__c": "a"})
		message := "unable to obtain exclusive access to this record or 1 records: " + a
		rest := `[{"message":"` + message + `","errorCode":"UNABLE_TO_LOCK_ROW","fields":[]}]`
		result := `"errors":[{"statusCode":"UNABLE_TO_LOCK_ROW","message":"` + message + `","fields":[]}]`
		order := func(fields string) string {
			return `{"attributes":{"type":"Order__c","referenceId":"r"}` + fields + `}`
		}
		good, bad := order(``), order(`,"Account__c":"`+a+`"`)
		post := func(path, body string) func() (int, string) { return d.call("POST", path, body) }
		holder := d.call("PATCH", "sobjects/Account/"+a, `{"Phone":"1"}`)
		took, statuses, bodies := d.besides(holder,
			post("sobjects/Order__c", bad),
			post("composite/sobjects", `{"records":[`+good+`,`+bad+`]}`),
			post("composite/sobjects", `{"allOrNone":true,"records":[`+good+`,`+bad+`]}`),
			post("composite", `{`+subs(sub("good", "POST", "sobjects/Order__c", good), sub("bad", "POST", "sobjects/Order__c", bad))+`}`),
			post("composite", `{"allOrNone":true,`+subs(sub("good", "POST", "sobjects/Order__c", good), sub("bad", "POST", "sobjects/Order__c", bad))+`}`),
			post("composite/graph", `{"graphs":[{"graphId":"g",`+subs(sub("bad", "POST", "sobjects/Order__c", bad))+`}]}`),
			post("composite/tree/Order__c", `{"records":[`+bad+`]}`),
		)
		for i := range took[1:] {
			assert.Equal(t, 1500*time.Millisecond, took[i+1], "half a second of waiting, a second of work: %d", i)
		}
		assert.Equal(t, []int{204, 400, 200, 200, 200, 200, 200, 400}, statuses)
		assert.JSONEq(t, rest, bodies[1])
		assert.Contains(t, bodies[2], `"success":true`)
		assert.Contains(t, bodies[2], result)
		assert.Contains(t, bodies[3], "ALL_OR_NONE_OPERATION_ROLLED_BACK")
		assert.Contains(t, bodies[3], result)
		assert.Contains(t, bodies[4], `"httpStatusCode":201`)
		assert.Contains(t, bodies[4], `{"body":`+rest)
		assert.Contains(t, bodies[5], "PROCESSING_HALTED")
		assert.Contains(t, bodies[5], `{"body":`+rest)
		assert.Contains(t, bodies[6], `{"body":`+rest)
		assert.JSONEq(t, `{"hasErrors":true,"results":[{"referenceId":"r",`+result+`}]}`, bodies[7])
		assert.Equal(t, 2, d.org.Count("Order__c"))
	})
}

func TestTheStatusOfALockIsASetting(t *testing.T) {
	cfg := slow(time.Millisecond)
	cfg.Statuses = map[string]int{"UNABLE_TO_LOCK_ROW": 409}
	inVirtualTime(t, cfg, func(d *bubble) {
		call := d.call("PATCH", "sobjects/Account/"+d.insert("Account", map[string]any{"Name": "a"}), `{"Phone":"1"}`)
		_, statuses, _ := d.besides(call, call)
		assert.Equal(t, []int{204, 409}, statuses)
	})
}

func TestAChunkHoldsItsParents(t *testing.T) {
	inVirtualTime(t, slow(10*time.Second), func(d *bubble) {
		a := d.insert("Account", map[string]any{"Name": "a", "Ext_Id__c": "a"})
		file := "Account__r.Ext_Id__c\n" + strings.Repeat("a\n", 150)
		var first, second string
		var all sync.WaitGroup
		spec := `{"object":"Order__c","operation":"insert"}`
		all.Go(func() { first = d.load(spec, file) })
		time.Sleep(5 * time.Second)
		all.Go(func() { second = d.load(spec, file+"\"\"\n") }) // ends with a row that needs no lock
		time.Sleep(20 * time.Second)
		status, body := d.do("PATCH", "sobjects/Account/"+a, `{"Phone":"1"}`)
		assert.Equal(t, 400, status)
		assert.Contains(t, body, "UNABLE_TO_LOCK_ROW")
		all.Wait()
		assert.NotContains(t, first, "LOCK")
		want := fmt.Sprintf(`"","UNABLE_TO_LOCK_ROW:unable to obtain exclusive access to this record or 1 records: %s:--","a"`, a)
		assert.Equal(t, 150, strings.Count(second, want))
		assert.Equal(t, 151, d.org.Count("Order__c"))
	})
}

func TestARehearsalLeavesNothingBehind(t *testing.T) {
	inVirtualTime(t, slow(time.Second), func(d *bubble) {
		_, first := d.do("POST", "sobjects/Case", `{"Subject":"first"}`)
		_, second := d.do("POST", "sobjects/Case", `{"Subject":"second"}`)
		_, refused := d.do("POST", "sobjects/Case", `{"AccountId":"0015g0000000zzz"}`)
		assert.Contains(t, refused, "INVALID_CROSS_REFERENCE_KEY")
		assert.Contains(t, first, `"id":"5005g0000000001`, "ids are given once")
		assert.Contains(t, second, `"id":"5005g0000000002`)
		_, body := d.do("GET", "query?q=SELECT+CaseNumber+FROM+Case", "")
		assert.Contains(t, body, `"CaseNumber":"00000001"`)
		assert.Contains(t, body, `"CaseNumber":"00000002"`)
		assert.Equal(t, 2, d.org.Log().Len())
		_, body = d.do("POST", "composite/batch", `{"batchRequests":[{"method":"POST","url":"v67.0/sobjects/Account","richInput":{"Name":"n"}},{"method":"GET","url":"v67.0/limits"}]}`)
		assert.Contains(t, body, `"hasErrors":false`)
		assert.Equal(t, "api-usage=7/100000", d.serve("GET", "limits", "").Header().Get("Sforce-Limit-Info"))
	})
}
