package verify_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/squall-harness/squall/harness/history"
	"github.com/squall-harness/squall/harness/verify"
	"github.com/squall-harness/squall/harness/verify/sieve"
	"github.com/squall-harness/squall/mocksf/commitlog"
)

// family is a run of operations of their own keys: the first one makes the
// account A, every other one a unit of two children of it.
func family(units int) verify.Input {
	in := verify.Input{}
	var events []history.Event
	add := func(e history.Event) {
		e.Seq = uint64(len(events) + 1)
		events = append(events, e)
	}
	for i := range units + 1 {
		op := &history.Operation{ID: fmt.Sprintf("t-%d", i), Key: fmt.Sprintf("k-%d", i)}
		c := commitlog.Commit{LSN: uint64(i + 1), At: time.Duration(i)*time.Second + time.Millisecond, API: commitlog.APICollections, Request: fmt.Sprintf("r-%d", i), Fate: commitlog.FateSent}
		for k := range min(i, 1) + 1 {
			r := history.Record{Object: "Account", ExternalIDField: "Ext_Id__c", ExternalID: "A", Fields: map[string]any{"Token__c": fmt.Sprintf("%s.%d", op.ID, k)}}
			change := commitlog.Change{Op: commitlog.Insert, Object: "Account", ID: fmt.Sprintf("001%015d", 10*i+k), ExternalID: "A",
				Fields: map[string]any{"Token__c": r.Fields["Token__c"], "Ext_Id__c": "A"}}
			if i > 0 {
				r.ExternalID, r.Parent = "", &history.Parent{Field: "ParentId", Object: "Account", ExternalIDField: "Ext_Id__c", ExternalID: "A"}
				change.ExternalID, change.Fields = "", map[string]any{"Token__c": r.Fields["Token__c"], "ParentId": "001000000000000000"}
			}
			op.Records, c.Changes = append(op.Records, r), append(c.Changes, change)
		}
		at := time.Duration(i) * time.Second
		add(history.Event{Kind: history.KindOffer, ID: op.ID, At: at, Operation: op})
		add(history.Event{Kind: history.KindAnswer, ID: op.ID, Attempt: &history.Attempt{At: at, Took: time.Microsecond, Status: 202, Outcome: history.OK}})
		in.Commits = append(in.Commits, c)
	}
	add(history.Event{Kind: history.KindMark, ID: history.MarkEnd, Mark: &history.Mark{Name: history.MarkEnd, At: time.Hour}})
	in.History = history.Fold(events)
	return in
}

func sift(t *testing.T, in verify.Input) *sieve.Sifted {
	t.Helper()
	r := newRun(in, false)
	left, err := r.sift()
	require.NoError(t, err)
	require.Empty(t, differences(verify.JudgeAll(r.in), verify.JudgeAll(r.project(left))))
	return left
}

func TestWhatGotInTheWayOfAUnitIsCounted(t *testing.T) {
	in := family(5)
	in.Requests = []commitlog.Request{{ID: "x", At: 3 * time.Second, Method: "POST", API: commitlog.APICollections, Status: 503, Records: 2, Traces: []string{"t-3.0", "t-3.1"}}}
	left := sift(t, in)
	assert.Empty(t, left.Ops)
	assert.Equal(t, 5, left.Rest.Units)
	assert.Equal(t, 1, left.Rest.Disturbed)
}

// Whoever looks up another record than its parent brings in the parent, and all
// that look it up.
func TestALookupThatLeadsAstrayBringsInTheFamily(t *testing.T) {
	in := family(5)
	require.Empty(t, sift(t, in).Ops)
	in.Commits[2].Changes[1].Fields["ParentId"] = "001000000000000011"
	assert.Len(t, sift(t, in).Ops, 6)
}
