package verify

import (
	"maps"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/squall-harness/squall/harness/history"
	"github.com/squall-harness/squall/mocksf/commitlog"
)

// online feeds a run's commits one by one, with all answers known.
func online(in Input) (*Online, *Breach) {
	var ops []history.Operation
	for _, op := range in.History.Operations {
		ops = append(ops, *op)
	}
	o := NewOnline(ops, in.Settings)
	for _, c := range ordered(in.Commits) {
		if b := o.Commit(c); b != nil {
			return o, b
		}
	}
	return o, nil
}

// firstFailure is the lsn at which Judge fails for the first time on the
// ledgers up to it, and the safety guarantees that fail there.
func firstFailure(in Input) (lsn uint64, failed []Guarantee) {
	commits := ordered(in.Commits)
	for n := range commits {
		in.Commits = commits[:n+1]
		for _, v := range Judge(in) {
			if v.Result == Fail && slices.Contains(Safety, v.Guarantee) {
				failed = append(failed, v.Guarantee)
			}
		}
		if len(failed) > 0 {
			return commits[n].LSN, failed
		}
	}
	return 0, nil
}

// Online finds a breach at the commit at which Judge of all up to it fails for
// the first time, and only then.
func TestOnlineAgreesWithJudge(t *testing.T) {
	breaches := map[Guarantee]int{}
	CheckUntil(t, func() bool { return len(breaches) >= 3 }, func(t *rapid.T) {
		c := drawClean(t)
		breaks := rapid.SampledFrom(slices.Concat(Safety, []Guarantee{""})).Draw(t, "breaks") // each as often
		name := rapid.SampledFrom(editsOf(breaks)).Draw(t, "edit")
		edits[name].do(c, t)
		c.build()
		lsn, failed := firstFailure(c.in)
		_, b := online(c.in)
		if lsn == 0 {
			require.Nil(t, b, name)
			return
		}
		require.NotNil(t, b, "%s: Judge finds %v at %d", name, failed, lsn)
		require.Equal(t, lsn, b.LSN, "%s: %v, %s", name, failed, b.Text)
		require.Contains(t, failed, b.Guarantee, name)
		breaches[b.Guarantee]++
	})
}

// editsOf names the edits that break a guarantee, or none.
func editsOf(g Guarantee) (names []string) {
	for _, name := range slices.Sorted(maps.Keys(edits)) {
		if breaks := edits[name].breaks; slices.Contains(breaks, g) || g == "" && len(breaks) == 0 {
			names = append(names, name)
		}
	}
	return names
}

// The orders of random writes of few keys, against Judge.
func TestOnlineAgreesWithJudgeAboutOrder(t *testing.T) {
	found := 0
	CheckUntil(t, func() bool { return found > 0 }, func(t *rapid.T) {
		s := newTale()
		var waiting []*history.Operation
		for i := range rapid.IntRange(2, 12).Draw(t, "steps") {
			if len(waiting) == 0 || rapid.Bool().Draw(t, "offer") {
				key := rapid.SampledFrom([]string{"k1", "k2"}).Draw(t, "key")
				outcome := rapid.SampledFrom([]history.Outcome{history.OK, history.OK, history.Info}).Draw(t, "outcome")
				op := s.offer(string(rune('a'+i)), key, outcome, insert("Activity_Log__c"))
				waiting = append(waiting, op)
				continue
			}
			n := rapid.IntRange(0, len(waiting)-1).Draw(t, "which")
			s.apply(waiting[n])
			waiting = slices.Delete(waiting, n, n+1)
		}
		lsn, failed := firstFailure(s.in)
		_, b := online(s.in)
		if lsn == 0 {
			require.Nil(t, b)
			return
		}
		found++
		require.NotNil(t, b, "%v", failed)
		require.Equal(t, lsn, b.LSN)
	})
}

func TestABreachNamesCommitRequestAndOperation(t *testing.T) {
	s := newTale()
	op := s.ack("t-1", "k", insert("Activity_Log__c"))
	s.apply(op)
	s.apply(op)
	s.apply(op)
	o, b := online(s.in)
	require.NotNil(t, b)
	assert.Equal(t, Breach{Guarantee: NoDuplicates, Class: Duplicate, Operation: "t-1", At: s.in.Commits[1].At, LSN: 2, Request: "r-2", Text: b.Text}, *b)
	assert.Contains(t, b.Text, "Operation t-1 took effect twice")
	assert.Equal(t, b, o.Commit(s.in.Commits[2]), "the first one stays")
	assert.Equal(t, b, o.Answer("t-1", history.Attempt{}))
}

func TestWhatIsNotClaimedBreaksNothing(t *testing.T) {
	s := newTale()
	op := s.ack("t-1", "k", insert("Activity_Log__c"))
	s.apply(op)
	s.apply(op)
	s.in.Settings.NotClaimed = []Guarantee{NoDuplicates}
	_, b := online(s.in)
	assert.Nil(t, b)
}

// Live, the answers come while the commits do.
func TestAnswersComeLate(t *testing.T) {
	s := newTale()
	op := s.offer("t-1", "k", history.Fail, upsert("Account", "a", 1))
	answer := op.Attempts[0]
	c := *s.apply(op)
	op.Attempts, op.Outcome = nil, history.Info
	o := NewOnline([]history.Operation{*op}, s.in.Settings)
	assert.Nil(t, o.Commit(c))
	assert.Nil(t, o.Answer("t-9", answer), "a stranger")
	b := o.Answer("t-1", answer)
	require.NotNil(t, b)
	assert.Equal(t, FalseFailure, b.Class)
	assert.Equal(t, c.LSN, b.LSN)
	assert.Empty(t, op.Attempts, "the caller's transaction is left alone")
}

func TestAnEmptyCommitIsNoBreach(t *testing.T) {
	o := NewOnline(nil, Settings{})
	assert.Nil(t, o.Commit(commitlog.Commit{LSN: 1}))
}

// A restore from a backup takes effects back; what comes back after it is no
// breach, and what breaks after it is one.
func TestOnlineAgreesWithJudgeAcrossRestores(t *testing.T) {
	found := 0
	CheckUntil(t, func() bool { return found > 0 }, func(t *rapid.T) {
		s, ops := taken(rapid.Bool().Draw(t, "repairs"))
		ops = append(ops, s.ack("t-5", "a", upsert("Account", "a", 3)), s.ack("t-6", "t-2", insert("Activity_Log__c")))
		for range rapid.IntRange(1, 8).Draw(t, "steps") {
			op := rapid.SampledFrom(ops).Draw(t, "operation")
			switch rapid.IntRange(0, 5).Draw(t, "what") {
			case 0:
				s.restore(rapid.IntRange(3, len(s.in.Commits)-1).Draw(t, "backup"))
			case 1:
				s.applySome(op, 0)
			default:
				s.apply(op)
			}
		}
		lsn, failed := firstFailure(s.in)
		_, b := online(s.in)
		if lsn == 0 {
			require.Nil(t, b)
			return
		}
		found++
		require.NotNil(t, b, "%v at %d", failed, lsn)
		require.Equal(t, lsn, b.LSN, "%v: %s", failed, b.Text)
	})
}
