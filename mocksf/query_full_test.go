package mocksf_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/squall-harness/squall/mocksf"
)

// answers runs a query and compares the whole answer, but for URLs of records.
func (d *door) answers(want, soql string) {
	d.t.Helper()
	a := d.do(http.MethodGet, "query?q="+url.QueryEscape(soql), nil)
	plain := regexp.MustCompile(`,"url":"[^"]*"`).ReplaceAllString(a.body, "")
	assert.JSONEq(d.t, want, plain, soql)
}

func TestQueryShowsChildren(t *testing.T) {
	d := openDoor(t, mocksf.Config{})
	account := d.create("Account", `{"Name":"Acme","Ext_Id__c":"a-1"}`)
	d.create("Account", `{"Name":"Empty"}`)
	d.create("Contact", `{"LastName":"Zed","AccountId":"`+account+`"}`)
	d.create("Contact", `{"LastName":"Abel","AccountId":"`+account+`"}`)
	d.answers(`{"totalSize":2,"done":true,"records":[
		{"attributes":{"type":"Account"},"Name":"Acme","Contacts":{"totalSize":1,"done":true,"records":[
			{"attributes":{"type":"Contact"},"LastName":"Zed","Account":{"attributes":{"type":"Account"},"Name":"Acme"}}]}},
		{"attributes":{"type":"Account"},"Name":"Empty","Contacts":null}]}`,
		"SELECT Name, (SELECT LastName, Account.Name FROM Contacts ORDER BY LastName DESC LIMIT 1) FROM Account ORDER BY Name")
}

func TestQueryAggregates(t *testing.T) {
	now := time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)
	d := openDoor(t, mocksf.Config{Now: func() time.Time { return now }})
	d.create("Account", `{"Name":"a","Industry":"Retail","AnnualRevenue":0.1,"NumberOfEmployees":3}`)
	d.create("Account", `{"Name":"b","Industry":"Retail","AnnualRevenue":0.2,"NumberOfEmployees":4}`)
	d.create("Account", `{"Name":"c"}`)
	d.answers(`{"totalSize":2,"done":true,"records":[
		{"attributes":{"type":"AggregateResult"},"Industry":"Retail","expr0":2,"money":0.3,"expr1":7,"expr2":3.5,"last":"2026-03-04T05:06:07.000+0000"},
		{"attributes":{"type":"AggregateResult"},"Industry":null,"expr0":1,"money":null,"expr1":null,"expr2":null,"last":"2026-03-04T05:06:07.000+0000"}]}`,
		"SELECT Industry, COUNT(Id), SUM(AnnualRevenue) money, SUM(NumberOfEmployees), AVG(NumberOfEmployees), MAX(CreatedDate) last FROM Account GROUP BY Industry ORDER BY Industry NULLS LAST")
	assert.Equal(t, 3, d.query("SELECT Id FROM Account WHERE CreatedDate = TODAY AND SystemModstamp > YESTERDAY AND LastModifiedDate <= 2026-03-04T05:06:07Z").TotalSize)
	now = now.Add(24 * time.Hour)
	assert.Zero(t, d.query("SELECT COUNT() FROM Account WHERE CreatedDate = TODAY").TotalSize)
}

func TestAggregatesHaveOnePage(t *testing.T) {
	d := openDoor(t, mocksf.Config{})
	d.fill(2001)
	var errs refusal
	d.json(http.MethodGet, "query?q=SELECT+Name,COUNT(Id)+FROM+Account+GROUP+BY+Name", "", &errs)
	require.Len(t, errs, 1)
	assert.Equal(t, "EXCEEDED_ID_LIMIT", errs[0].ErrorCode)
	assert.Equal(t, 2000, d.query("SELECT Name, COUNT(Id) FROM Account GROUP BY Name LIMIT 2000").TotalSize)
}

func TestChildrenCountTowardsThePage(t *testing.T) {
	d := openDoor(t, mocksf.Config{})
	d.fill(3)
	var csv strings.Builder
	csv.WriteString("LastName,Account.Ext_Id__c\n")
	for i := range 450 {
		fmt.Fprintf(&csv, "C%04d,e-%05d\n", i, i/445)
	}
	d.load(`{"object":"Contact","operation":"insert"}`, csv.String())
	p := d.query("SELECT Id, (SELECT LastName FROM Contacts) FROM Account", "Sforce-Query-Options", "batchSize=200")
	assert.Equal(t, []any{3, false, 1}, []any{p.TotalSize, p.Done, len(p.Records)}, "the children of the first account fill the page")
	var names []string
	var inner page
	raw, err := json.Marshal(p.Records[0]["Contacts"])
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(raw, &inner))
	assert.Equal(t, 445, inner.TotalSize)
	for {
		for _, r := range inner.Records {
			names = append(names, r["LastName"].(string))
		}
		if inner.Done {
			break
		}
		inner = d.page(inner.Next)
	}
	assert.Len(t, names, 445)
	assert.Equal(t, "C0444", names[444])
	p = d.page(p.Next)
	assert.Equal(t, []any{true, 2}, []any{p.Done, len(p.Records)})
	assert.Nil(t, p.Records[1]["Contacts"])
}

// aging is a door to an org whose clock the test turns.
func aging(t *testing.T) (d *door, pass func(time.Duration)) {
	var now atomic.Int64
	d = openDoor(t, mocksf.Config{TokenLife: 1000 * time.Hour, Clock: func() time.Duration { return time.Duration(now.Load()) }})
	d.fill(401)
	return d, func(by time.Duration) { now.Add(int64(by)) }
}

func TestLocatorsDieAfterTwoDays(t *testing.T) {
	d, pass := aging(t)
	p := d.query("SELECT Id FROM Account", "Sforce-Query-Options", "batchSize=200")
	pass(47 * time.Hour)
	assert.Equal(t, http.StatusOK, d.do(http.MethodGet, p.Next, nil).status)
	pass(time.Hour)
	a := d.do(http.MethodGet, p.Next, nil)
	assert.Equal(t, http.StatusBadRequest, a.status)
	assert.Contains(t, a.body, "INVALID_QUERY_LOCATOR")
}

func TestOldVersionsHaveTenLocators(t *testing.T) {
	d, pass := aging(t)
	open := func() string {
		return d.page("/services/data/v55.0/query?q=SELECT+Id+FROM+Account", "Sforce-Query-Options", "batchSize=200").Next
	}
	first, second := open(), open()
	assert.Contains(t, first, "/v55.0/query/01g")
	for range 9 {
		open()
	}
	assert.Equal(t, http.StatusBadRequest, d.do(http.MethodGet, first, nil).status, "the eleventh ends it")
	pass(14 * time.Minute)
	assert.Equal(t, http.StatusOK, d.do(http.MethodGet, second, nil).status)
	pass(14 * time.Minute)
	assert.Equal(t, http.StatusOK, d.do(http.MethodGet, second, nil).status, "it was in use")
	pass(15 * time.Minute)
	assert.Equal(t, http.StatusBadRequest, d.do(http.MethodGet, second, nil).status)
}

func TestQueryPlan(t *testing.T) {
	d := openDoor(t, mocksf.Config{})
	d.fill(4)
	for where, want := range map[string]string{
		"Ext_Id__c = 'e-00001'": `{"cardinality":1,"fields":["Ext_Id__c"],"leadingOperationType":"Index","notes":[],"relativeCost":0.25,"sobjectCardinality":4,"sobjectType":"Account"}`,
		"Name = 'x'": `{"cardinality":4,"fields":[],"leadingOperationType":"TableScan","relativeCost":1,"sobjectCardinality":4,"sobjectType":"Account",
			"notes":[{"description":"Not considering filter for optimization because unindexed","fields":[],"tableEnumOrId":"Account"}]}`,
	} {
		text := "SELECT Id FROM Account WHERE " + where
		a := d.do(http.MethodGet, "query?explain="+url.QueryEscape(text), nil)
		assert.JSONEq(t, fmt.Sprintf(`{"plans":[%s],"sourceQuery":%q}`, want, text), a.body)
	}
	assert.Equal(t, http.StatusBadRequest, d.do(http.MethodGet, "query?explain=SELECT+Nope+FROM+Account", nil).status)
}

func TestQueryAllFindsDeletedChildren(t *testing.T) {
	d := openDoor(t, mocksf.Config{})
	account := d.create("Account", `{"Name":"Acme"}`)
	gone := d.create("Contact", `{"LastName":"Gone","AccountId":"`+account+`"}`)
	d.create("Contact", `{"LastName":"There","AccountId":"`+account+`"}`)
	require.Equal(t, http.StatusNoContent, d.do(http.MethodDelete, "sobjects/Contact/"+gone, nil).status)
	q := url.QueryEscape("SELECT LastName FROM Contact WHERE AccountId = '" + account[:15] + "'")
	assert.Equal(t, 1, d.page("query?q="+q).TotalSize)
	assert.Equal(t, 2, d.page("queryAll?q="+q).TotalSize)
}

func TestQueryFormatsAndSumsUp(t *testing.T) {
	d := openDoor(t, mocksf.Config{})
	d.create("Account", `{"Name":"a","Industry":"Retail","AnnualRevenue":44000,"NumberOfEmployees":3000}`)
	d.answers(`{"totalSize":1,"done":true,"records":[{"attributes":{"type":"Account"},
		"AnnualRevenue":44000.0,"money":"$44,000.00","NumberOfEmployees":"3,000","Quantity__c":null,"Industry":"Retail"}]}`,
		"SELECT AnnualRevenue, FORMAT(convertCurrency(AnnualRevenue)) money, FORMAT(NumberOfEmployees), FORMAT(Quantity__c), toLabel(Industry) FROM Account")
	d.answers(`{"totalSize":2,"done":true,"records":[
		{"attributes":{"type":"AggregateResult"},"Industry":"Retail","sub":0,"expr0":"3,000"},
		{"attributes":{"type":"AggregateResult"},"Industry":null,"sub":1,"expr0":"3,000"}]}`,
		"SELECT Industry, GROUPING(Industry) sub, FORMAT(SUM(NumberOfEmployees)) FROM Account GROUP BY ROLLUP(Industry)")
	var errs refusal
	d.json(http.MethodGet, "query?q=SELECT+Id+FROM+Account+ALL+ROWS", "", &errs)
	require.Len(t, errs, 1)
	assert.Equal(t, "MALFORMED_QUERY", errs[0].ErrorCode)
}
