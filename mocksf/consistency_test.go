package mocksf_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/squall-harness/squall/mocksf"
	"github.com/squall-harness/squall/mocksf/commitlog"
)

// direct serves requests without a socket, for tests that need very many.
type direct struct {
	org   *mocksf.Org
	token string
}

func newDirect(cfg mocksf.Config) *direct {
	d := &direct{org: mocksf.New(cfg)}
	w := httptest.NewRecorder()
	d.org.ServeHTTP(w, httptest.NewRequest("POST", "/services/oauth2/token", strings.NewReader("grant_type=client_credentials&client_id=c&client_secret=s")))
	_, rest, _ := strings.Cut(w.Body.String(), `"access_token":"`)
	d.token, _, _ = strings.Cut(rest, `"`)
	return d
}

func (d *direct) send(method, path, body string) *httptest.ResponseRecorder {
	request, err := http.NewRequest(method, "http://org/services/data/v67.0/"+path, strings.NewReader(body))
	if err != nil {
		return nil
	}
	request.RequestURI = request.URL.RequestURI()
	request.Header.Set("Authorization", "Bearer "+d.token)
	w := httptest.NewRecorder()
	d.org.ServeHTTP(w, request)
	return w
}

// drawWrite draws one record write: method, path below the version, body. A
// graph takes rows only.
func drawWrite(t *rapid.T, ref string, graph bool) string {
	key := rapid.SampledFrom([]string{"a", "b", "c", "d"}).Draw(t, "key")
	name := rapid.SampledFrom([]string{`"n"`, `"m"`, `null`, `1`}).Draw(t, "name")
	writes := []string{
		sub(ref, "PATCH", "sobjects/Account/Ext_Id__c/"+key, `{"Name":`+name+`}`),
		sub(ref, "POST", "sobjects/Account", `{"Name":`+name+`,"Ext_Id__c":"`+key+`"}`),
		sub(ref, "DELETE", "sobjects/Account/Ext_Id__c/"+key, ""),
		sub(ref, "POST", "sobjects/Activity_Log__c", `{"Account__r":{"Ext_Id__c":"`+key+`"},"Subject__c":`+name+`}`),
		sub(ref, "PATCH", "sobjects/Order__c/Ext_Id__c/"+key, `{"Account__c":"@{r0.id}","Amount__c":12.5,"Paid__c":true}`),
		sub(ref, "POST", "composite/sobjects", `{"records":[{"attributes":{"type":"Account"},"Name":"x"},{"attributes":{"type":"Account"},"Name":`+name+`}]}`),
		sub(ref, "PATCH", "composite/sobjects/Account/Ext_Id__c", `{"allOrNone":true,"records":[{"Ext_Id__c":"`+key+`","Name":"x"},{"Ext_Id__c":"b","Name":`+name+`}]}`),
	}
	if graph {
		writes = writes[:5]
	}
	return rapid.SampledFrom(writes).Draw(t, "write")
}

func drawCall(t *rapid.T) (path, body string) {
	var list []string
	graph := rapid.Bool().Draw(t, "graph")
	for i := range rapid.IntRange(1, 4).Draw(t, "n") {
		list = append(list, drawWrite(t, fmt.Sprint("r", i), graph))
	}
	unit := subs(list...)
	if graph {
		return "composite/graph", `{"graphs":[{"graphId":"g",` + unit + `},{"graphId":"h",` + unit + `}]}`
	}
	return "composite", fmt.Sprintf(`{"allOrNone":%t,%s}`, rapid.Bool().Draw(t, "allOrNone"), unit)
}

// TestLogExplainsTheState sends random calls, some of them met by a fault, and
// expects the replayed commit log to give the records that the org holds, and
// the request log to count what was refused.
func TestLogExplainsTheState(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var mu sync.Mutex
		written := map[string]int{}
		fault := false
		d := newDirect(mocksf.Config{
			Hook: func(c *mocksf.Call) mocksf.Decision {
				if fault && c.Write {
					return mocksf.Decision{RowError: &mocksf.RowError{Code: "UNABLE_TO_LOCK_ROW"}}
				}
				return mocksf.Decision{}
			},
			OnRequest: func(r commitlog.Request) {
				mu.Lock()
				defer mu.Unlock()
				written[r.ID] = r.Records - r.Failed
			},
		})
		defer d.org.Close()
		for range rapid.IntRange(1, 10).Draw(t, "calls") {
			fault = rapid.Bool().Draw(t, "fault")
			path, body := drawCall(t)
			require.Equal(t, 200, d.send("POST", path, body).Code, body)
		}
		state := map[string]map[string]any{}
		for _, c := range d.org.Log().Since(0) {
			assert.Equal(t, commitlog.FateSent, c.Fate)
			written[c.Request] -= len(c.Changes)
			play(t, state, c)
		}
		for id, n := range written {
			assert.Zero(t, n, "%s: records minus failed is what was committed", id)
		}
		assertHolds(t, d.org, state)
	})
}

func play(t require.TestingT, state map[string]map[string]any, c commitlog.Commit) {
	for _, ch := range c.Changes {
		switch ch.Op {
		case commitlog.Delete:
			require.Contains(t, state, ch.ID)
			delete(state, ch.ID)
			continue
		case commitlog.Insert:
			require.NotContains(t, state, ch.ID)
			state[ch.ID] = map[string]any{"": ch.Object}
		}
		for name, v := range ch.Fields {
			state[ch.ID][name] = v
		}
	}
}

func assertHolds(t require.TestingT, o *mocksf.Org, state map[string]map[string]any) {
	count := map[string]int{}
	for id, want := range state {
		object := want[""].(string)
		count[object]++
		got, ok := o.Get(object, id)
		require.True(t, ok, id)
		for name, v := range want {
			if name != "" {
				assert.Equal(t, v, got[name], "%s.%s", id, name)
			}
		}
	}
	for _, object := range []string{"Account", "Order__c", "Activity_Log__c"} {
		assert.Equal(t, count[object], o.Count(object), object)
	}
}

// TestManyWritersAtOnce lets writers fight over few keys: every unit is whole,
// and log and state agree.
func TestManyWritersAtOnce(t *testing.T) {
	d := openDoor(t, mocksf.Config{})
	var all sync.WaitGroup
	for w := range 8 {
		all.Go(func() {
			for i := range 20 {
				key := fmt.Sprint("k", i%3)
				token := fmt.Sprintf("%d-%d", w, i)
				d.do("POST", "composite", strings.NewReader(`{"allOrNone":true,`+subs(
					sub("a", "PATCH", "sobjects/Account/Ext_Id__c/"+key, `{"Name":"n","Token__c":"`+token+`"}`),
					sub("o", "PATCH", "sobjects/Order__c/Ext_Id__c/"+key, `{"Account__c":"@{a.id}","Token__c":"`+token+`"}`))+`}`))
			}
		})
	}
	all.Wait()
	state := map[string]map[string]any{}
	commits := d.org.Log().Since(0)
	require.Len(t, commits, 160)
	for _, c := range commits {
		require.Len(t, c.Changes, 2)
		assert.Equal(t, c.Changes[0].Fields["Token__c"], c.Changes[1].Fields["Token__c"])
		play(t, state, c)
	}
	assertHolds(t, d.org, state)
	assert.Equal(t, 3, d.org.Count("Account"))
}

// FuzzJSONBody throws bodies at every door that takes JSON: the org answers
// with a status of its own making, and never with a crash.
func FuzzJSONBody(f *testing.F) {
	for _, seed := range []string{
		`{"Name":"n"}`, `{"records":[{"attributes":{"type":"Account"},"Name":"n"}]}`, `{"allOrNone":true,"compositeRequest":[]}`,
		`{` + subs(sub("a", "POST", "sobjects/Account", `{"Name":"@{b.c}"}`)) + `}`, `{"graphs":[{"graphId":"g","compositeRequest":[{}]}]}`,
		`{"batchRequests":[{"method":"GET","url":"v67.0/limits"}]}`, `{"records":[{"attributes":{"type":"Account","referenceId":"r"},"Contacts":{"records":[]}}]}`,
		`{"ids":["x"],"fields":["Id"]}`, `{"Account__r":{"Ext_Id__c":null}}`, `[]`, `{"object":"Account","operation":"insert"}`,
	} {
		f.Add(seed)
	}
	d := newDirect(mocksf.Config{TraceFields: []string{"Name"}, DailyRequests: 1 << 40})
	f.Cleanup(d.org.Close)
	doors := []string{
		"POST sobjects/Account", "PATCH sobjects/Order__c/Ext_Id__c/x", "POST composite", "POST composite/graph", "POST composite/batch", "POST composite/sobjects",
		"PATCH composite/sobjects", "PATCH composite/sobjects/Account/Ext_Id__c", "POST composite/tree/Account", "POST composite/sobjects/Account", "POST jobs/ingest",
	}
	f.Fuzz(func(t *testing.T, body string) {
		for _, door := range doors {
			method, path, _ := strings.Cut(door, " ")
			w := d.send(method, path, body)
			assert.Less(t, w.Code, 500, "%s %q: %s", door, body, w.Body)
		}
	})
}

// FuzzReference throws references and paths at a composite call.
func FuzzReference(f *testing.F) {
	for _, seed := range []string{"@{a.id}", "@{a.records[0].Id}", "@{a[", "@{}", "@{a.b", "@{a..id}", "@{a[9999999999999].id}", "}{@", "sobjects/Account/@{a.id}", "%zz", "a/b?c=%"} {
		f.Add(seed)
	}
	d := newDirect(mocksf.Config{DailyRequests: 1 << 40})
	f.Cleanup(d.org.Close)
	f.Fuzz(func(t *testing.T, expr string) {
		quoted := fmt.Sprintf("%q", strings.ToValidUTF8(expr, "?"))
		w := d.send("POST", "composite", `{`+subs(sub("a", "POST", "sobjects/Account", `{"Name":"n"}`), sub("b", "POST", "sobjects/Account", `{"Name":`+quoted+`}`),
			sub("l", "POST", "composite/sobjects", `{"records":[{"attributes":{"type":"Account"},"Name":`+quoted+`}]}`))+`}`)
		assert.Less(t, w.Code, 500)
		w = d.send("POST", "composite", `{"compositeRequest":[{"method":"GET","referenceId":"a","url":`+quoted+`},{"method":"GET","referenceId":"b","url":"/services/data/v67.0/"`+`}]}`)
		assert.Less(t, w.Code, 500)
		d.send("GET", "sobjects/Account/Ext_Id__c/"+expr, "")
	})
}
