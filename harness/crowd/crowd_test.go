package crowd

import (
	"context"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/squall-harness/squall/harness/history"
	"github.com/squall-harness/squall/mocksf"
	"github.com/squall-harness/squall/mocksf/commitlog"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// record has a key that SOQL and URLs must escape.
func record(object, id string) history.Record {
	return history.Record{Object: object, ExternalIDField: "Ext_Id__c", ExternalID: id + "'/?"}
}

func unitOf(n int, due time.Duration) history.Operation {
	id := string(rune('a' + n))
	return history.Operation{ID: id, Due: due, Records: []history.Record{record("Account", id), record("Order__c", id)}}
}

// town is an org with a crowd, in a bubble.
type town struct {
	*mocksf.Org
	mu    sync.Mutex
	reads []commitlog.Read
}

func (w *town) note(r commitlog.Read) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.reads = append(w.reads, r)
}

// live lets a crowd work for a while; meanwhile may write into the org.
func live(t *testing.T, spec Spec, ops []history.Operation, meanwhile func(*town)) *town {
	w := &town{}
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		now := func() time.Duration { return time.Since(start) }
		w.Org = mocksf.New(mocksf.Config{OnRead: w.note, Clock: now})
		c := &Crowd{Spec: spec, Org: w.Org, Version: "67.0", Name: commitlog.CrowdIdentity, Ops: ops, Now: now, Seed: 1}
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		done := make(chan struct{})
		go func() { defer close(done); c.Run(ctx) }()
		meanwhile(w)
		<-done
		w.Close()
	})
	return w
}

func (w *town) insert(t *testing.T, r history.Record) {
	fields := map[string]any{r.ExternalIDField: r.ExternalID}
	if r.Object == "Account" {
		fields["Name"] = "A"
	}
	_, err := w.Insert(r.Object, fields)
	require.NoError(t, err)
}

// A reader sees a unit that is not there yet, a part of it, and all of it, each
// from one state; then it turns to the next.
func TestAReaderFollowsAUnitUntilItIsThere(t *testing.T) {
	ops := []history.Operation{unitOf(0, 0), unitOf(1, 5*time.Second)}
	w := live(t, Spec{Readers: 1, Every: 100 * time.Millisecond}, ops, func(w *town) {
		time.Sleep(time.Second)
		w.insert(t, ops[0].Records[0])
		time.Sleep(time.Second)
		w.insert(t, ops[0].Records[1])
	})
	var seen []string
	for i := 0; i+1 < len(w.reads); i += 2 {
		account, order := w.reads[i], w.reads[i+1]
		require.Equal(t, []string{"Account", "Order__c"}, []string{account.Object, order.Object})
		assert.Equal(t, account.LSN, order.LSN, "one state")
		assert.Equal(t, "crowd/reader-1", account.Identity)
		key := strings.TrimSuffix(account.Records[0].ExternalID, "'/?")
		what := key + " " + map[bool]string{true: "+", false: "-"}[account.Records[0].ID != ""] + map[bool]string{true: "+", false: "-"}[order.Records[0].ID != ""]
		if len(seen) == 0 || seen[len(seen)-1] != what {
			seen = append(seen, what)
		}
	}
	assert.Equal(t, []string{"a --", "a +-", "a ++", "b --"}, seen)
}

// Users read a record and write one of the fields that are theirs, under a name
// of their own; what is not there they leave alone.
func TestUsersEditWhatIsThere(t *testing.T) {
	ops := []history.Operation{unitOf(0, 0), unitOf(1, 0)}
	w := live(t, Spec{Users: 2, Every: 500 * time.Millisecond, Edits: map[string][]string{"account": {"Description", "Phone"}}}, ops, func(w *town) {
		w.insert(t, ops[0].Records[0])
	})
	commits := w.Log().Since(1)
	require.NotEmpty(t, commits)
	who, what := map[string]int{}, map[string]int{}
	for _, c := range commits {
		require.Len(t, c.Changes, 1)
		require.Len(t, c.Changes[0].Fields, 1)
		assert.Equal(t, "a'/?", c.Changes[0].ExternalID)
		assert.True(t, c.ByOthers())
		who[c.Identity]++
		for field, value := range c.Changes[0].Fields {
			what[field]++
			assert.Contains(t, value, ", edit ")
		}
	}
	assert.Len(t, who, 2)
	assert.Len(t, what, 2)
}

// In a bubble the same seed makes the same crowd.
func TestTheSeedFixesTheCrowd(t *testing.T) {
	run := func() ([]commitlog.Read, []commitlog.Commit) {
		ops := []history.Operation{unitOf(0, 0), unitOf(1, 0), unitOf(2, time.Second)}
		w := live(t, Spec{Readers: 3, Users: 3, Every: 100 * time.Millisecond, Edits: map[string][]string{"Account": {"Phone"}}}, ops, func(w *town) {
			for _, op := range ops {
				time.Sleep(777 * time.Millisecond)
				w.insert(t, op.Records[0])
			}
		})
		commits := w.Log().Since(0)
		for i := range commits {
			for j := range commits[i].Changes {
				delete(commits[i].Changes[j].Fields, "CreatedDate")
			}
		}
		return w.reads, commits
	}
	reads, commits := run()
	again, commitsAgain := run()
	assert.Equal(t, reads, again)
	assert.Equal(t, commits, commitsAgain)
	assert.NotEmpty(t, reads)
}

func TestCheck(t *testing.T) {
	edits := map[string][]string{"Account": {"Phone"}}
	for key, spec := range map[string]Spec{
		"":        {Readers: 1, Users: 1, Every: time.Second, Edits: edits},
		"readers": {Readers: -1},
		"users":   {Users: 101},
		"every":   {Readers: 1},
		"edits":   {Users: 1, Every: time.Second},
	} {
		p := spec.Check()
		if key == "" {
			assert.Nil(t, p)
			continue
		}
		require.NotNil(t, p, key)
		assert.Equal(t, key, p.Key)
		assert.Contains(t, p.Text, "crowd."+key)
	}
	assert.NotNil(t, (&Spec{Edits: map[string][]string{"Account": nil}}).Check())
	assert.Nil(t, (&Spec{}).Check())
}
