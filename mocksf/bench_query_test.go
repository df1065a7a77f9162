package mocksf_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/squall-harness/squall/mocksf"
)

// stock is an org with so many accounts.
func stock(b testing.TB, records int) *door {
	d := openDoor(b, mocksf.Config{})
	for first := 0; first < records; first += benchRows {
		j := d.load(`{"object":"Account","operation":"insert"}`, benchFile(first))
		require.Equal(b, []any{"JobComplete", 0}, []any{j.State, j.Failed}, j.ErrorMessage)
	}
	return d
}

// BenchmarkQueryBySize asks an org of a hundred thousand records and one of a
// million the same, in turn. What has an index is to take as long in the one as
// in the other; the last question has none.
func BenchmarkQueryBySize(b *testing.B) {
	orgs := []*door{stock(b, benchRows), stock(b, 10*benchRows)}
	for _, question := range []struct {
		name  string
		where func(i int) string
	}{
		{"external id", func(i int) string { return "Ext_Id__c = " + quoted(i) }},
		{"200 external ids", func(i int) string {
			list := make([]string, 200)
			for k := range list {
				list[k] = quoted(i + k)
			}
			return "Ext_Id__c IN (" + strings.Join(list, ",") + ")"
		}},
		{"a text of its own", func(i int) string { return fmt.Sprintf("Name = 'Customer number %d'", i%benchRows) }},
	} {
		b.Run(question.name, func(b *testing.B) {
			var times [2]time.Duration
			for i := 0; b.Loop(); i += 37 {
				for k, d := range orgs {
					times[k] += ask(b, d, "SELECT Id, Name, Ext_Id__c FROM Account WHERE "+question.where(i))
				}
			}
			b.ReportMetric(float64(b.N)/times[0].Seconds(), "queries/s-of-100k")
			b.ReportMetric(float64(b.N)/times[1].Seconds(), "queries/s-of-1M")
			b.ReportMetric(times[1].Seconds()/times[0].Seconds(), "times-as-long")
		})
	}
}

func quoted(i int) string { return fmt.Sprintf("'acct-%07d'", i%benchRows) }

// ask times one query.
func ask(b *testing.B, d *door, soql string) time.Duration {
	begun := time.Now()
	a := d.do(http.MethodGet, "query?q="+url.QueryEscape(soql), nil)
	took := time.Since(begun)
	require.Equal(b, http.StatusOK, a.status, a.body)
	require.NotContains(b, a.body, `"totalSize":0`)
	return took
}

// BenchmarkQueryPage reads one page of 2,000 records over a real socket.
func BenchmarkQueryPage(b *testing.B) {
	d := openDoor(b, mocksf.Config{})
	d.fill(20_000)
	for b.Loop() {
		a := d.do(http.MethodGet, "query?q=SELECT+Id,Name,Ext_Id__c+FROM+Account+WHERE+Name+LIKE+'Account+1%25'+ORDER+BY+Name+DESC", nil)
		require.Equal(b, http.StatusOK, a.status)
	}
}
