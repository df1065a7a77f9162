package clients_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/squall-harness/squall/harness"
	"github.com/squall-harness/squall/harness/verify"
	"github.com/squall-harness/squall/scenarios"
)

// row is one publicly known defect of an unmodified client, and the guarantee
// that it breaks. Its scenario is track/NAME.yaml.
type row struct {
	client, name string
	defect       string
	told         string // where the defect is told in public
	breaks       verify.Guarantee
	around       string // how the integration can avoid it
}

// versions are those of the clients that were rehearsed.
var versions = map[string]string{"jsforce": "3.10.16", "go-salesforce": "3.1.0"}

var rows = []row{
	{client: "jsforce", name: "upload-retried-empty", breaks: verify.NoLoss,
		told:   "its code: `lib/request.js`",
		defect: "An upload of a bulk file that meets a 503 is sent again without its content; the job completes with no rows and no error.",
		around: "takes as done what is among the successful results"},
	{client: "jsforce", name: "first-record-columns", breaks: verify.Integrity,
		told:   "[258](https://github.com/jsforce/jsforce/issues/258), [754](https://github.com/jsforce/jsforce/issues/754), [1811](https://github.com/jsforce/jsforce/issues/1811)",
		defect: "A bulk file has the columns of the first record; fields that only others have are dropped.",
		around: "gives every record all columns"},
	{client: "jsforce", name: "unescaped-id", breaks: verify.NoPhantoms,
		told:   "[1069](https://github.com/jsforce/jsforce/issues/1069)",
		defect: "An external id is put into the URL as it is; at a ? or # it ends, and another record is written.",
		around: "escapes it"},
	{client: "jsforce", name: "delete-retried", breaks: verify.NoPhantoms,
		told:   "its code: `lib/request.js`",
		defect: "A DELETE whose reply was lost is sent again, and a delete that worked is reported as an error.",
		around: "takes the error of a record that is gone for success"},
	{client: "jsforce", name: "refresh-loop", breaks: verify.NoOverload,
		told:   "[196](https://github.com/jsforce/jsforce/issues/196), [1291](https://github.com/jsforce/jsforce/issues/1291), [1766](https://github.com/jsforce/jsforce/issues/1766)",
		defect: "A 401 that a new token does not cure is answered with token, call, token, call, without end or pause.",
		around: "uses no refresh token, and logs in a second later"},
	{client: "jsforce", name: "black-hole", breaks: verify.Drained,
		told:   "[618](https://github.com/jsforce/jsforce/issues/618)",
		defect: "An answer that never comes is waited for half an hour.",
		around: "gives up after a second, for upserts do no harm twice"},
	{client: "go-salesforce", name: "first-job-only", breaks: verify.NoLoss,
		told:   "its code: [bulk.go](https://github.com/k-capehart/go-salesforce/blob/v3.1.0/bulk.go)",
		defect: "Of several bulk jobs only the first to end is waited for; the failed rows of the others are never seen.",
		around: "does not let the client wait, and asks for each job"},
	{client: "go-salesforce", name: "job-ids-dropped", breaks: verify.NoDuplicates,
		told:   "its code: [salesforce.go](https://github.com/k-capehart/go-salesforce/blob/v3.1.0/salesforce.go)",
		defect: "When asking for a job fails once, the ids of jobs that go on are dropped; what can be done is to send all of it again.",
		around: "does not let the client wait, and asks again"},
	{client: "go-salesforce", name: "multiple-choices", breaks: verify.NoLoss,
		told:   "its code: [requests.go](https://github.com/k-capehart/go-salesforce/blob/v3.1.0/requests.go)",
		defect: "A 300 says that several records have the external id and none was written; it counts as success.",
		around: "looks at the status"},
	{client: "go-salesforce", name: "first-record-columns", breaks: verify.Integrity,
		told:   "its code: [bulk.go](https://github.com/k-capehart/go-salesforce/blob/v3.1.0/bulk.go)",
		defect: "A bulk file has the columns of the first record; fields that only others have are dropped.",
		around: "gives every record all columns"},
	{client: "go-salesforce", name: "null-as-empty", breaks: verify.Integrity,
		told:   "its code: [bulk.go](https://github.com/k-capehart/go-salesforce/blob/v3.1.0/bulk.go)",
		defect: "nil becomes an empty cell of a bulk file, which leaves the field as it was.",
		around: "writes #N/A"},
	{client: "go-salesforce", name: "unescaped-id", breaks: verify.NoPhantoms,
		told:   "its code: [dml.go](https://github.com/k-capehart/go-salesforce/blob/v3.1.0/dml.go)",
		defect: "An external id is put into the URL as it is; at a ? or # it ends, and another record is written.",
		around: "escapes it, with DoRequest"},
	{client: "go-salesforce", name: "refresh-storm", breaks: verify.NoOverload,
		told:   "its code: [auth.go](https://github.com/k-capehart/go-salesforce/blob/v3.1.0/auth.go)",
		defect: "When the session ends, each goroutine logs in for itself, and all write the token without a lock: a data race.",
		around: "lets one call at a time into the client"},
	{client: "go-salesforce", name: "login-hangs", breaks: verify.Drained,
		told:   "its code: [auth.go](https://github.com/k-capehart/go-salesforce/blob/v3.1.0/auth.go)",
		defect: "The time limit of the client does not hold for its logins: one that is not answered is waited for without end.",
		around: "sets a limit on the HTTP client of the whole program"},
}

// line is the row in the table.
func (r row) line() string {
	return fmt.Sprintf("| %s | %s | [%s](track/%s.yaml) | %s | `run.sh %s %s` | %s |",
		r.defect, r.told, r.name, r.name, r.breaks, r.client, r.name, r.around)
}

func (r row) scenario() string { return filepath.Join("track", r.name+".yaml") }

// README.md has a line for each row.
func TestTheDocumentationHasEveryRow(t *testing.T) {
	text, err := os.ReadFile("README.md")
	require.NoError(t, err)
	for _, r := range rows {
		assert.Contains(t, string(text), r.line())
	}
	for client, version := range versions {
		assert.Contains(t, string(text), client+" "+version)
	}
}

// Each scenario is of a row and claims the guarantee that the row breaks.
func TestEveryScenarioIsThatOfARow(t *testing.T) {
	claimed := map[string][]verify.Guarantee{}
	for _, r := range rows {
		claimed[r.scenario()] = append(claimed[r.scenario()], r.breaks)
	}
	files, err := filepath.Glob("track/*.yaml")
	require.NoError(t, err)
	require.Len(t, files, len(claimed))
	for _, file := range files {
		s, err := harness.ReadScenario(file)
		require.NoError(t, err)
		assert.Equal(t, strings.TrimSuffix(filepath.Base(file), ".yaml"), s.Name)
		assert.NotEmpty(t, s.Promise)
		assert.NotContains(t, s.Expect.NotClaimed, claimed[file][0])
	}
}

// The reference integration breaks no promise in any of the scenarios: what is
// found there is the client's.
func TestTheReferenceKeepsItsPromises(t *testing.T) {
	files, err := filepath.Glob("track/*.yaml")
	require.NoError(t, err)
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			s, err := harness.ReadScenario(file)
			require.NoError(t, err)
			sub, err := scenarios.Func(scenarios.Reference)
			require.NoError(t, err)
			r, err := harness.RunVirtual(t, s, sub, harness.Options{Out: t.TempDir()})
			require.NoError(t, err)
			t.Log(r.Summary.Sentence)
			for _, v := range r.Summary.Guarantees {
				assert.NotEqual(t, verify.Fail, v.Result, "%s: %s", v.Guarantee, v.Reason)
			}
		})
	}
}
