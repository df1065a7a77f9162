package mocksf_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/squall-harness/squall/mocksf"
)

// dated opens an org whose wall clock is *now.
func dated(t *testing.T, now *time.Time) *door {
	return openDoor(t, mocksf.Config{Now: func() time.Time { return *now }})
}

func TestUpdatedAndDeleted(t *testing.T) {
	now := time.Date(2026, 3, 4, 5, 0, 30, 0, time.UTC)
	d := dated(t, &now)
	old := d.insert("Account", map[string]any{"Name": "old"})
	gone := d.insert("Account", map[string]any{"Name": "gone"})
	now = now.Add(time.Hour)
	require.Equal(t, 204, d.do("DELETE", "sobjects/Account/"+gone, nil).status)
	fresh := d.insert("Account", map[string]any{"Name": "new"})
	ask := func(what string, from, to time.Duration) answered {
		q := url.Values{"start": {now.Add(from).Format(time.RFC3339)}, "end": {now.Add(to).Format("2006-01-02T15:04:05-0700")}}
		return d.do("GET", "sobjects/account/"+what+"/?"+q.Encode(), nil)
	}
	a := ask("updated", -2*time.Hour, 0)
	assert.JSONEq(t, `{"ids":["`+old+`","`+fresh+`"],"latestDateCovered":"2026-03-04T06:00:00.000+0000"}`, a.body)
	a = ask("updated", -2*time.Hour, -time.Minute)
	assert.JSONEq(t, `{"ids":["`+old+`"],"latestDateCovered":"2026-03-04T05:59:00.000+0000"}`, a.body)
	a = ask("deleted", -time.Minute, time.Hour)
	assert.JSONEq(t, `{"deletedRecords":[{"id":"`+gone+`","deletedDate":"2026-03-04T06:00:30.000+0000"}],
		"earliestDateAvailable":"2026-02-02T06:00:00.000+0000","latestDateCovered":"2026-03-04T06:00:00.000+0000"}`, a.body)
	for _, what := range []string{"updated", "deleted"} {
		assert.Contains(t, ask(what, -31*24*time.Hour, 0).body, "INVALID_REPLICATION_DATE")
		assert.Contains(t, ask(what, 0, 0).body, "INVALID_REPLICATION_DATE", "the minute that start lies in is not over")
		assert.Contains(t, d.do("GET", "sobjects/Account/"+what+"?start=x&end=y", nil).body, "INVALID_REPLICATION_DATE")
		assert.Equal(t, 400, d.do("GET", "sobjects/Account/"+what, nil).status)
		assert.Equal(t, 404, d.do("GET", "sobjects/Nope/"+what, nil).status)
		assert.Contains(t, d.do("POST", "sobjects/Account/"+what, nil).body, "Allowed are GET,HEAD")
	}
}

func TestConditionalHeaders(t *testing.T) {
	now := time.Date(2026, 3, 4, 5, 0, 30, 500, time.UTC)
	d := dated(t, &now)
	account, contact := "sobjects/Account/"+d.insert("Account", map[string]any{"Name": "n", "Ext_Id__c": "k"}), "sobjects/Contact/"+d.insert("Contact", map[string]any{"LastName": "n"})
	a := d.do("GET", account, nil)
	tag := a.header.Get("ETag")
	require.Regexp(t, `^"[0-9a-f]+--gzip"$`, tag)
	assert.Empty(t, d.do("GET", contact, nil).header.Get("ETag"), "accounts only")
	same, before, after := now.Format(http.TimeFormat), now.Add(-time.Second).Format(http.TimeFormat), now.Add(time.Second).Format(http.TimeFormat)
	for _, c := range []struct {
		call, header, value string
		status              int
	}{
		{"GET " + account, "If-None-Match", tag, 304},
		{"HEAD " + account, "If-None-Match", `"x", ` + tag, 304},
		{"GET sobjects/Account/Ext_Id__c/k", "If-None-Match", tag, 304},
		{"GET " + account, "If-None-Match", `"x"`, 200},
		{"GET " + account, "If-Match", `"x"`, 412},
		{"GET " + account, "If-Match", tag, 200},
		{"GET " + contact, "If-Match", `"x"`, 200},
		{"GET " + contact, "If-Modified-Since", same, 304},
		{"GET " + contact, "If-Modified-Since", after, 304},
		{"GET " + contact, "If-Modified-Since", before, 200},
		{"GET " + contact, "If-Modified-Since", "yesterday", 200},
		{"GET " + contact, "If-Unmodified-Since", before, 412},
		{"GET " + contact, "If-Unmodified-Since", same, 200},
		{"GET sobjects", "If-Modified-Since", same, 304},
		{"GET sobjects/Account/describe", "If-Modified-Since", same, 304},
		{"GET sobjects/Account/describe", "If-Modified-Since", "Thu, 01 Jan 2015 00:00:00 GMT", 200},
		{"PATCH " + account, "If-Match", `"x"`, 412},
		{"PATCH " + account, "If-Match", `x`, 400},
		{"PATCH " + account, "If-None-Match", tag, 412},
		{"PATCH " + account, "If-Unmodified-Since", before, 412},
		{"PATCH sobjects/Account/Ext_Id__c/k", "If-Unmodified-Since", before, 412},
		{"PATCH sobjects/Account/Ext_Id__c/k", "If-Match", `"x"`, 412},
		{"PATCH sobjects/Account/0015g0000000zzz", "If-Match", tag, 404},
		{"PATCH " + account, "If-Match", tag, 204},
		{"PATCH " + account, "If-Match", tag, 412},
		{"PATCH " + account, "If-Match", `*`, 204},
	} {
		method, path, _ := strings.Cut(c.call, " ")
		a := d.do(method, path, strings.NewReader(`{"Phone":"1"}`), c.header, c.value)
		assert.Equal(t, c.status, a.status, "%s %s: %s: %s", c.call, c.header, c.value, a.body)
		if c.status == 304 || method == "HEAD" {
			assert.Empty(t, a.body)
		}
	}
	assert.Equal(t, 4, d.org.Log().Len())
}

func TestRecentAndRelated(t *testing.T) {
	now := time.Date(2026, 3, 4, 5, 0, 0, 0, time.UTC)
	d := dated(t, &now)
	var last string
	for range 3 {
		now = now.Add(time.Second)
		last = d.insert("Account", map[string]any{"Name": "n"})
	}
	now = now.Add(time.Second)
	one := d.insert("Case", map[string]any{"AccountId": last, "Subject": "s"})
	var items []map[string]any
	d.json("GET", "recent?limit=2", "", &items)
	require.Len(t, items, 2)
	assert.Equal(t, []any{one, "00000001", last, "n"}, []any{items[0]["Id"], items[0]["CaseNumber"], items[1]["Id"], items[1]["Name"]})
	assert.Equal(t, 400, d.do("GET", "recent?limit=0", nil).status)
	var info struct{ RecentItems []map[string]any }
	d.json("GET", "sobjects/Account", "", &info)
	require.Len(t, info.RecentItems, 3)
	assert.Equal(t, last, info.RecentItems[0]["Id"])

	var list struct {
		TotalSize int
		Done      bool
		Records   []map[string]any
	}
	d.json("GET", "sobjects/Account/"+last+"/Cases?fields=Subject", "", &list)
	assert.True(t, list.Done)
	require.Equal(t, 1, list.TotalSize)
	assert.Equal(t, "s", list.Records[0]["Subject"])
	assert.Equal(t, 404, d.do("GET", "sobjects/Account/"+last+"/Nope", nil).status)
	assert.Equal(t, 404, d.do("GET", "sobjects/Account/0015g0000000zzz/Cases", nil).status)
	assert.Equal(t, 400, d.do("GET", "sobjects/Account/"+last+"/Cases?fields=Nope", nil).status)
}

func TestHeadersOfACall(t *testing.T) {
	var last mocksf.Call
	d := openDoor(t, mocksf.Config{Hook: func(c *mocksf.Call) mocksf.Decision { last = *c; return mocksf.Decision{} }})
	a := d.do("GET", "limits", nil, "X-PrettyPrint", "1", "Sforce-Call-Options", "defaultNamespace=ns, client=my app", "Sforce-Auto-Assign", "FALSE",
		"X-SFDC-REQUEST-ID", "0123456789abcdef0123456789ABCDEF")
	assert.True(t, strings.HasPrefix(a.body, "{\n  \""), a.body)
	assert.True(t, json.Valid([]byte(a.body)))
	assert.Equal(t, "my app", last.Client)
	assert.Equal(t, "0123456789abcdef0123456789ABCDEF", last.TraceID)
	d.do("GET", "limits", nil, "X-SFDC-REQUEST-ID", "0123456789abcdef<x>xxx")
	assert.Empty(t, last.TraceID)
	for _, name := range []string{"DailyApiRequests", "DailyBulkApiBatches", "DailyBulkApiRequests", "DataStorageMB", "FileStorageMB", "PermissionSets", "HourlyODataCallout"} {
		assert.Contains(t, a.body, `"`+name+`"`)
	}
	for _, path := range []string{"//services/data", "/services/data/", "/services//data//v67.0/sobjects/"} {
		assert.Equal(t, 200, d.do("GET", path, nil).status, path)
	}
	assert.Equal(t, 201, d.do("POST", "//services/data/v67.0/sobjects/Account/", strings.NewReader(`{"Name":"n"}`)).status)
	var list map[string]string
	d.json("GET", "/services/data/v60.0/", "", &list)
	for _, name := range []string{"identity", "sobjects", "query", "queryAll", "limits", "composite", "jobs", "recent"} {
		assert.Contains(t, list, name)
	}
	assert.NotContains(t, list, "tooling", "which is not served")
	head := d.do("HEAD", "sobjects", nil)
	assert.Equal(t, 200, head.status)
	assert.Empty(t, head.body)
	assert.Contains(t, d.do("OPTIONS", "sobjects/Account", nil).body, `HTTP Method 'OPTIONS' not allowed. Allowed are GET,HEAD,POST`)
}

func TestApexRESTWithoutAClass(t *testing.T) {
	d := openDoor(t, mocksf.Config{})
	for _, call := range []string{"GET /services/apexrest/test", "POST /services/ApexRest/a/b?c=d"} {
		method, path, _ := strings.Cut(call, " ")
		a := d.do(method, path, strings.NewReader("{}"))
		assert.Equal(t, 404, a.status)
		assert.JSONEq(t, `[{"message":"Could not find a match for URL","errorCode":"NOT_FOUND"}]`, a.body)
	}
}

func TestRecordCounts(t *testing.T) {
	d := openDoor(t, mocksf.Config{})
	gone := d.insert("Account", map[string]any{"Name": "1"})
	d.insert("Account", map[string]any{"Name": "2"})
	require.Equal(t, 204, d.do("DELETE", "sobjects/Account/"+gone, nil).status)
	assert.JSONEq(t, `{"sObjects":[{"count":1,"name":"Account"},{"count":0,"name":"Contact"}]}`, d.do("GET", "limits/recordCount?sObjects=contact,Account,Nothing__c", nil).body)
	assert.JSONEq(t, `{"sObjects":[]}`, d.do("GET", "limits/recordCount?sObjects=Nothing__c", nil).body)
	assert.Contains(t, d.do("GET", "limits/recordCount", nil).body, `{"count":1,"name":"User"}`)
	assert.Equal(t, 404, d.do("GET", "/services/data/v39.0/limits/recordCount", nil).status)
	require.NoError(t, d.org.SetAccess("id", "Contact", "", mocksf.AccessNone))
	assert.NotContains(t, d.do("GET", "limits/recordCount", nil).body, "Contact")
}
