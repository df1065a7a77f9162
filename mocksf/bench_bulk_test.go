package mocksf_test

import (
	"encoding/csv"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/squall-harness/squall/mocksf"
)

const benchRows = 100_000

// benchFile is a file of the usual kind: a key, a token, texts, a number, a
// flag.
func benchFile(first int) string {
	var b strings.Builder
	b.WriteString("Ext_Id__c,Name,Token__c,Phone,BillingCity,BillingStreet,Amount__c,Active__c\n")
	for i := first; i < first+benchRows; i++ {
		fmt.Fprintf(&b, "acct-%07d,Customer number %d,t-%06d.0,+49 30 %07d,Springfield,\"Main Street %d, 2nd floor\",%d.25,true\n", i, i, i, i, i%300, i)
	}
	return b.String()
}

// BenchmarkBulkUpsert takes one upsert job from its creation to JobComplete
// over a real socket, by an org that needs no time, and compares it with
// encoding/csv reading the same file in the same run.
func BenchmarkBulkUpsert(b *testing.B) {
	file := benchFile(0)
	var jobs, reads time.Duration
	for b.Loop() {
		b.StopTimer()
		d, done := openFor(b, mocksf.Config{})
		reads += readPlainly(b, file)
		b.StartTimer()
		begun := time.Now()
		j := d.load(`{"object":"Account","operation":"upsert","externalIdFieldName":"Ext_Id__c"}`, file)
		jobs += time.Since(begun)
		require.Equal(b, []any{"JobComplete", benchRows, 0}, []any{j.State, j.Processed, j.Failed}, j.ErrorMessage)
		b.StopTimer()
		done() // else the orgs of all rounds are held, and both sides pay for them
		b.StartTimer()
	}
	b.SetBytes(int64(len(file)))
	b.ReportMetric(float64(b.N)*benchRows/jobs.Seconds(), "rows/s")
	b.ReportMetric(reads.Seconds()/jobs.Seconds(), "of-encoding/csv")
}

// BenchmarkBulkQuery takes a query job over all records from its creation to its
// last page.
func BenchmarkBulkQuery(b *testing.B) {
	d := openDoor(b, mocksf.Config{})
	file := benchFile(0)
	d.load(`{"object":"Account","operation":"insert"}`, file)
	rows := 0
	for b.Loop() {
		rows = 0
		id, _ := d.queryJob(`{"operation":"query","query":"SELECT Id, Ext_Id__c, Name, Token__c, Phone, BillingCity, BillingStreet, Active__c FROM Account"}`)
		for at := ""; at != "null"; {
			a := d.do(http.MethodGet, "jobs/query/"+id+"/results?locator="+at, nil)
			rows, at = rows+strings.Count(a.body, "\n")-1, a.header.Get("Sforce-Locator")
		}
		require.Equal(b, http.StatusNoContent, d.do(http.MethodDelete, "jobs/query/"+id, nil).status)
	}
	require.Equal(b, benchRows, rows)
	b.ReportMetric(float64(b.N)*benchRows/b.Elapsed().Seconds(), "rows/s")
}

// readPlainly is the yardstick.
func readPlainly(b *testing.B, file string) time.Duration {
	begun := time.Now()
	r, rows := csv.NewReader(strings.NewReader(file)), 0
	for {
		_, err := r.Read()
		if err == io.EOF {
			break
		}
		if err != nil { // require.NoError costs more than the row
			b.Fatal(err)
		}
		rows++
	}
	require.Equal(b, benchRows+1, rows)
	return time.Since(begun)
}
