package rundir

import (
	"fmt"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/squall-harness/squall/harness/history"
	"github.com/squall-harness/squall/mocksf/commitlog"
)

// drawRun draws any run: every kind of event, any text, any JSON value.
func drawRun(t *rapid.T) (*history.Recorder, *commitlog.Log, []commitlog.Request) {
	now := time.Duration(0)
	clock := func() time.Duration { now += 7; return now }
	recorder, log := history.NewRecorder(clock), &commitlog.Log{}
	for range rapid.IntRange(0, 30).Draw(t, "events") {
		drawEvent(t, recorder)
	}
	for range rapid.IntRange(0, 10).Draw(t, "commits") {
		log.Append(drawCommit(t), clock)
	}
	return recorder, log, rapid.SliceOfN(rapid.Custom(drawRequest), 1, 5).Draw(t, "requests")
}

var (
	anyText  = rapid.String()
	anyCount = rapid.IntRange(0, 1<<40)
	anyTime  = rapid.Custom(func(t *rapid.T) time.Duration {
		return time.Duration(rapid.Int64().Draw(t, "ns"))
	})
	anyValue = rapid.OneOf(
		anyText.AsAny(), rapid.Float64Range(-1e15, 1e15).AsAny(), rapid.Bool().AsAny(),
		rapid.Just(any(nil)), rapid.Just(any(0.1)), rapid.Just(any(float64(1<<53))),
	)
	anyFields = rapid.MapOfN(anyText, anyValue, 0, 4)
)

func drawEvent(t *rapid.T, r *history.Recorder) {
	switch rapid.IntRange(0, 5).Draw(t, "kind") {
	case 0:
		r.Offer(history.Operation{
			ID: anyText.Draw(t, "id"), Key: anyText.Draw(t, "key"), Class: "upsert", Due: anyTime.Draw(t, "due"),
			Records: rapid.SliceOfN(rapid.Custom(drawRecord), 1, 3).Draw(t, "records"),
		})
	case 1:
		r.Answer(anyText.Draw(t, "id"), history.Attempt{
			At: anyTime.Draw(t, "at"), Took: anyTime.Draw(t, "took"), Status: 503, Error: anyText.Draw(t, "error"),
			Outcome: rapid.SampledFrom([]history.Outcome{history.Info, history.OK, history.Fail}).Draw(t, "outcome"),
		})
	case 2:
		r.Fault(history.Window{Fault: anyText.Draw(t, "fault"), Kind: "refuse", From: 1, To: anyTime.Draw(t, "to"), Hits: anyCount.Draw(t, "hits"), Took: anyTime.Draw(t, "took"), Note: anyText.Draw(t, "note")})
	case 3:
		r.Gauge(history.Gauge{At: 5, Backlog: rapid.Float64().Draw(t, "backlog"), DeadLetters: 1, Error: anyText.Draw(t, "error")})
	case 4:
		r.Alert(history.Alert{At: 6, Name: anyText.Draw(t, "alert"), Status: "firing", Cause: anyText.Draw(t, "cause")})
	case 5:
		r.Mark(anyText.Draw(t, "mark"), anyText.Draw(t, "note"))
	}
}

func drawRecord(t *rapid.T) history.Record {
	r := history.Record{
		Object: "Account", ExternalIDField: "Ext_Id__c", ExternalID: anyText.Draw(t, "external id"),
		Version: rapid.IntRange(0, 1e6).Draw(t, "version"), Fields: anyFields.Draw(t, "fields"),
	}
	if rapid.Bool().Draw(t, "child") {
		r.Parent = &history.Parent{Field: "Account__c", Object: "Account", ExternalIDField: "Ext_Id__c", ExternalID: anyText.Draw(t, "parent")}
	}
	return r
}

func drawCommit(t *rapid.T) commitlog.Commit {
	c := commitlog.Commit{
		Request: anyText.Draw(t, "request"), API: commitlog.APIGraph, Identity: anyText.Draw(t, "identity"),
		Fate: rapid.SampledFrom([]commitlog.Fate{commitlog.FateUnknown, commitlog.FateSent, commitlog.FateCut}).Draw(t, "fate"),
	}
	for range rapid.IntRange(0, 3).Draw(t, "changes") {
		c.Changes = append(c.Changes, commitlog.Change{
			Op: commitlog.Insert, Object: "Order__c", ID: anyText.Draw(t, "id"), ExternalID: anyText.Draw(t, "external id"),
			Fields: anyFields.Draw(t, "fields"),
		})
	}
	return c
}

func drawRequest(t *rapid.T) commitlog.Request {
	return commitlog.Request{
		ID: anyText.Draw(t, "id"), At: anyTime.Draw(t, "at"), Took: anyTime.Draw(t, "took"), Method: "POST", Path: anyText.Draw(t, "path"),
		API: commitlog.APIRow, Identity: "integration", Status: 201, Fate: commitlog.FateSent,
		Records: anyCount.Draw(t, "records"), Failed: anyCount.Draw(t, "failed"),
		Traces: rapid.SliceOfN(anyText, 1, 3).Draw(t, "traces"), Job: anyText.Draw(t, "job"), Fault: anyText.Draw(t, "fault"),
	}
}

func drawRead(t *rapid.T) commitlog.Read {
	q := commitlog.Read{
		Request: anyText.Draw(t, "request"), At: anyTime.Draw(t, "at"), API: commitlog.APIQuery, Identity: anyText.Draw(t, "identity"),
		LSN: uint64(anyCount.Draw(t, "lsn")), Object: "Order__c", Exact: rapid.Bool().Draw(t, "exact"),
	}
	for range rapid.IntRange(0, 3).Draw(t, "records") {
		q.Records = append(q.Records, commitlog.Served{ID: anyText.Draw(t, "id"), ExternalID: anyText.Draw(t, "key"), LSN: uint64(anyCount.Draw(t, "version"))})
		q.Fields = append(q.Fields, anyText.Draw(t, "field"))
		q.Where = append(q.Where, commitlog.Match{Field: anyText.Draw(t, "field"), Values: []any{anyValue.Draw(t, "value")}})
	}
	return q
}

// sampleRun makes n operations, each answered and committed; the last commit's
// reply has no fate yet.
func sampleRun(n int) (*history.Recorder, *commitlog.Log) {
	now := time.Duration(0)
	clock := func() time.Duration { now += time.Millisecond; return now }
	recorder, log := history.NewRecorder(clock), &commitlog.Log{}
	recorder.Mark(history.MarkStarted, "")
	for i := range n {
		id := fmt.Sprintf("t-%06d", i)
		fields := map[string]any{"Name": "Ada Lovelace", "Amount__c": 12.5, "Phone": nil, "Token__c": id + ".0"}
		recorder.Offer(history.Operation{ID: id, Key: fmt.Sprintf("acct-%d", i%17), Class: "upsert", Due: now, Records: []history.Record{
			{Object: "Account", ExternalIDField: "Ext_Id__c", ExternalID: fmt.Sprintf("acct-%d", i%17), Version: i, Fields: fields}}})
		recorder.Answer(id, history.Attempt{At: now, Took: time.Millisecond, Status: 202, Outcome: history.OK})
		fate := commitlog.FateSent
		if i == n-1 {
			fate = commitlog.FateUnknown
		}
		log.Append(commitlog.Commit{Request: fmt.Sprintf("r-%d", i), API: commitlog.APIRow, Identity: "integration", Fate: fate,
			Changes: []commitlog.Change{{Op: commitlog.Update, Object: "Account", ID: "001000000000001AAA", ExternalID: "acct", Fields: fields}}}, clock)
	}
	return recorder, log
}

func writeRun(t require.TestingT, recorder *history.Recorder, log *commitlog.Log) *Dir {
	parent, err := tempDir(t)
	require.NoError(t, err)
	d := newDir(t, parent)
	l, err := d.StartLedgers(recorder, log, "")
	require.NoError(t, err)
	require.NoError(t, l.Close())
	return d
}
