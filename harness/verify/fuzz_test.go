package verify

import (
	"encoding/json"
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/squall-harness/squall/harness/history"
	"github.com/squall-harness/squall/mocksf/commitlog"
)

// Whatever the ledgers say, judging ends with a verdict on every guarantee, the
// same one each time, that can be written down.
func anyLedgers(t *rapid.T) {
	in := Input{History: drawHistory(t), Commits: drawCommits(t), Requests: drawRequests(t), Reads: drawReads(t)}
	in.Settings.Budget = drawTime(t)
	if rapid.Bool().Draw(t, "claimed") {
		in.Settings.Readers, in.Settings.Users, in.Settings.Repairs = 1, 1, true
		in.Settings.Invariants = drawInvariants
	}
	in.Settings.Limits = Limits{Calls: rapid.Float64Range(0, 2).Draw(t, "calls"), Logins: rapid.IntRange(0, 2).Draw(t, "logins")}
	verdicts := Judge(in)
	require.Len(t, verdicts, len(Guarantees))
	require.Equal(t, verdicts, Judge(in))
	_, err := json.Marshal(verdicts)
	require.NoError(t, err)
	require.NotEmpty(t, Sentence(verdicts, Unfired(in.History.Windows)...))
	for _, v := range verdicts {
		require.NotEmpty(t, v.Reason)
		require.LessOrEqual(t, len(v.Anomalies), v.Found)
		for _, a := range v.Anomalies {
			require.LessOrEqual(t, len(a.Story), maxSteps)
		}
	}
}

func TestAnyLedgers(t *testing.T) { rapid.Check(t, anyLedgers) }

func FuzzJudge(f *testing.F) { f.Fuzz(rapid.MakeFuzz(anyLedgers)) }

var (
	drawName   = rapid.SampledFrom([]string{"", "a", "b", "c"})
	drawObject = rapid.SampledFrom([]string{"", "Account", "account", "Order__c"})
	drawField  = rapid.SampledFrom([]string{defaultTokenField, defaultTokenField, "Ext_Id__c", "Name", "name", "Parent__c"})
	drawOp     = rapid.SampledFrom([]commitlog.Op{"", commitlog.Insert, commitlog.Update, commitlog.Delete})
	drawAPI    = rapid.SampledFrom([]commitlog.API{commitlog.APIRow, commitlog.APIBulk, commitlog.APIComposite, commitlog.APIDirect, commitlog.APIRestore})
	drawWho    = rapid.SampledFrom([]string{"", "integration", "crowd/user-1", "crowd/reader-1"})
	drawFate   = rapid.SampledFrom([]commitlog.Fate{commitlog.FateUnknown, commitlog.FateSent, commitlog.FateCut, commitlog.FateLost})
)

func drawValue(t *rapid.T) any {
	return rapid.SampledFrom([]any{
		"a", "b", "c", "", nil, true, 1, 1.5, math.NaN(), json.Number("x"), []any{"a"}, map[string]any{"a": nil}, "001000000000000001",
	}).Draw(t, "value")
}

func drawTime(t *rapid.T) time.Duration {
	return time.Duration(rapid.Int64Range(-2, 20).Draw(t, "time")) * time.Second
}

func drawFields(t *rapid.T) map[string]any {
	fields := map[string]any{}
	for range rapid.IntRange(0, 4).Draw(t, "fields") {
		fields[drawField.Draw(t, "field")] = drawValue(t)
	}
	return fields
}

func drawHistory(t *rapid.T) *history.History {
	h := &history.History{}
	for range rapid.IntRange(0, 8).Draw(t, "operations") {
		h.Operations = append(h.Operations, drawOperation(t))
	}
	for range rapid.IntRange(0, 3).Draw(t, "windows") {
		h.Windows = append(h.Windows, history.Window{
			Fault: drawName.Draw(t, "fault"), Kind: rapid.SampledFrom([]string{"kill", "refuse"}).Draw(t, "kind"),
			From: drawTime(t), To: drawTime(t), Hits: rapid.IntRange(-1, 2).Draw(t, "hits"),
		})
	}
	for _, name := range []string{history.MarkHealed, history.MarkQuiet, history.MarkEnd} {
		if rapid.Bool().Draw(t, name) {
			h.Marks = append(h.Marks, history.Mark{Name: name, At: drawTime(t)})
		}
	}
	return h
}

func drawOperation(t *rapid.T) *history.Operation {
	if rapid.IntRange(0, 20).Draw(t, "nil") == 0 {
		return nil
	}
	outcome := rapid.SampledFrom([]history.Outcome{history.Info, history.OK, history.OK, history.Fail, 9})
	op := &history.Operation{ID: drawName.Draw(t, "id"), Key: drawName.Draw(t, "key"), Due: drawTime(t), Outcome: outcome.Draw(t, "outcome")}
	for range rapid.IntRange(0, 3).Draw(t, "attempts") {
		op.Attempts = append(op.Attempts, history.Attempt{At: drawTime(t), Took: drawTime(t), Outcome: outcome.Draw(t, "attempt")})
	}
	for range rapid.IntRange(0, 3).Draw(t, "records") {
		op.Records = append(op.Records, drawRecord(t))
	}
	return op
}

func drawRecord(t *rapid.T) history.Record {
	r := history.Record{
		Object: drawObject.Draw(t, "object"), ExternalIDField: "Ext_Id__c", ExternalID: drawName.Draw(t, "external id"),
		Version: rapid.IntRange(-1, 3).Draw(t, "version"), Op: rapid.SampledFrom([]string{"", "", "delete"}).Draw(t, "op"), Fields: drawFields(t),
	}
	if rapid.Bool().Draw(t, "child") {
		r.Parent = &history.Parent{Field: "Parent__c", Object: drawObject.Draw(t, "parent"), ExternalID: drawName.Draw(t, "parent id")}
	}
	if rapid.IntRange(0, 9).Draw(t, "no fields") == 0 {
		r.Fields = nil
	}
	return r
}

func drawCommits(t *rapid.T) []commitlog.Commit {
	var commits []commitlog.Commit
	for range rapid.IntRange(0, 12).Draw(t, "commits") {
		c := commitlog.Commit{
			LSN: rapid.Uint64Range(0, 12).Draw(t, "lsn"), At: drawTime(t), Request: drawName.Draw(t, "request"),
			API: drawAPI.Draw(t, "api"), Fate: drawFate.Draw(t, "fate"), Identity: drawWho.Draw(t, "identity"),
		}
		if c.API == commitlog.APIRestore {
			c.Request = commitlog.Backup(rapid.Uint64Range(0, 12).Draw(t, "backup"))
		}
		for range rapid.IntRange(0, 3).Draw(t, "changes") {
			c.Changes = append(c.Changes, commitlog.Change{
				Op: drawOp.Draw(t, "op"), Object: drawObject.Draw(t, "object"), ID: drawName.Draw(t, "id"),
				ExternalID: drawName.Draw(t, "external id"), Fields: drawFields(t),
			})
		}
		commits = append(commits, c)
	}
	return commits
}

// drawInvariants are one of each kind.
var drawInvariants = []Invariant{
	{Name: "sum", Parent: "Account", Field: "Name", Children: "Order__c", Lookup: "Parent__c", Sum: "Name"},
	{Name: "number", Parent: "Order__c", Children: "Account", Lookup: "Parent__c", Least: 1, Most: 2},
	{Name: "moves", Parent: "Account", Field: "Name", Moves: map[string][]string{"": {"a"}, "a": {"b"}}},
}

func drawReads(t *rapid.T) []commitlog.Read {
	var reads []commitlog.Read
	for range rapid.IntRange(0, 12).Draw(t, "reads") {
		r := commitlog.Read{
			Request: drawName.Draw(t, "request"), At: drawTime(t), API: drawAPI.Draw(t, "api"), Identity: drawWho.Draw(t, "identity"),
			LSN: rapid.Uint64Range(0, 12).Draw(t, "lsn"), Object: drawObject.Draw(t, "object"), Exact: rapid.Bool().Draw(t, "exact"),
		}
		for range rapid.IntRange(0, 2).Draw(t, "records") {
			r.Records = append(r.Records, commitlog.Served{ID: drawName.Draw(t, "id"), ExternalID: drawName.Draw(t, "key"), LSN: rapid.Uint64Range(0, 12).Draw(t, "version")})
			r.Fields = append(r.Fields, drawField.Draw(t, "field"))
			r.Where = append(r.Where, commitlog.Match{Field: drawField.Draw(t, "field"), Values: []any{drawValue(t)}})
		}
		reads = append(reads, r)
	}
	return reads
}

func drawRequests(t *rapid.T) []commitlog.Request {
	var requests []commitlog.Request
	for range rapid.IntRange(0, 40).Draw(t, "requests") {
		requests = append(requests, commitlog.Request{
			ID: drawName.Draw(t, "id"), At: drawTime(t), Took: drawTime(t), Job: drawName.Draw(t, "job"),
			Traces: []string{drawName.Draw(t, "trace")}, Status: rapid.SampledFrom([]int{0, 200, 503}).Draw(t, "status"), Records: 1,
		})
	}
	return requests
}
