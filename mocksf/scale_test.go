//go:build scale

package mocksf_test

import (
	"net/http"
	"os"
	"runtime"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestScale fills one org with as many records of eight fields as SQUALL_SCALE
// says, by Bulk API, and tells the speed, the memory, and how long a query by
// external id takes then. The memory is that of everything: records, indexes,
// the commit log, the result files of the jobs.
func TestScale(t *testing.T) {
	n, err := strconv.Atoi(os.Getenv("SQUALL_SCALE"))
	require.NoError(t, err, "SQUALL_SCALE=10000000 says how many records to take in")
	begun, before := time.Now(), held()
	d := stock(t, n)
	took := time.Since(begun)
	t.Logf("%d records in %.1f s, files made: %.0f records/s", n, took.Seconds(), float64(n)/took.Seconds())
	t.Logf("%d bytes a record", (held()-before)/uint64(n))

	begun = time.Now()
	a := d.do(http.MethodGet, "query?q=SELECT+Id,Name+FROM+Account+WHERE+Ext_Id__c='acct-0000007'", nil)
	t.Logf("a query by external id: %v", time.Since(begun))
	assert.Contains(t, a.body, `"totalSize":1`)
}

func held() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
