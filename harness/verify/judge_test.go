package verify

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/squall-harness/squall/harness/history"
	"github.com/squall-harness/squall/mocksf/commitlog"
)

func TestCheckersStandInTheOrderOfGuarantees(t *testing.T) {
	require.Len(t, checkers, len(Guarantees))
	for i, c := range checkers {
		assert.Equal(t, Guarantees[i], c.guarantee())
		assert.NotEmpty(t, minima[c.guarantee()])
		assert.NotEmpty(t, c.guarantee().Promise())
	}
}

func TestCleanRunPassesEveryGuarantee(t *testing.T) {
	verdicts := rehearsed().over()
	onlyBroken(t, verdicts)
	assert.Equal(t, Pass, Overall(verdicts))
	assert.Equal(t, "SAFE: 4 acknowledged operations, 8 guarantees put to the test, no anomaly. Not claimed: consistency, isolation, no overload, alerted, backlog told truly.", Sentence(verdicts))
}

// everything is claimed.
var everything = Settings{Alerted: time.Second, BacklogTruth: 20, Readers: 1, Users: 1, Invariants: []Invariant{orderHasALine}, Limits: Limits{Calls: 100, Logins: 100}}

// Every minimum names a figure that its checker reports, else it would never
// be asked for.
func TestMinimaAskForFiguresThatExist(t *testing.T) {
	s := crowded()
	s.in.Settings.Limits, s.in.Settings.Repairs = everything.Limits, true
	s.in.Settings.Alerted, s.in.Settings.BacklogTruth = everything.Alerted, everything.BacklogTruth
	for _, v := range s.over() {
		for _, m := range minima[v.Guarantee] {
			_, known := figure(v.Evidence, m.figure)
			assert.True(t, known, "%s: %s", v.Guarantee, m.figure)
		}
	}
}

func TestAnEmptyRunHasNoVerdict(t *testing.T) {
	for _, in := range []Input{{}, {History: &history.History{}}} {
		in.Settings = everything
		verdicts := Judge(in)
		require.Len(t, verdicts, len(Guarantees))
		for _, v := range verdicts {
			assert.Equal(t, NoEvidence, v.Result, v.Guarantee)
			assert.Contains(t, v.Reason, "Salesforce committed nothing in this run")
		}
		assert.Equal(t, NoEvidence, Overall(verdicts))
	}
}

func TestARunWithoutCommitsProvesNothing(t *testing.T) {
	s := newTale()
	s.ack("t-1", "k", upsert("Account", "a", 1))
	s.commit(commitlog.APIDirect, commitlog.Change{Op: commitlog.Insert, Object: "Account", ID: "1"})
	s.in.Settings = everything
	for _, v := range s.over() {
		assert.Equal(t, NoEvidence, v.Result, v.Guarantee)
	}
}

func TestEvidenceThatIsMissing(t *testing.T) {
	quietRun := newTale()
	quietRun.apply(quietRun.ack("t-1", "k", upsert("Account", "a", 1)))
	verdicts := quietRun.over()
	for g, reason := range map[Guarantee]string{
		NoLoss:       "No fault fired, so nothing stood in the way of delivery.",
		NoDuplicates: "No write that took effect left its sender in doubt, and only doubt makes a sender repeat itself.",
		Order:        "No key had two operations, so there was no order to keep.",
		Atomicity:    "No transaction of several records was committed.",
		Durability:   "No crash was injected.",
		Drained:      "There was no heal with a backlog to clear.",
	} {
		assert.Equal(t, NoEvidence, of(verdicts, g).Result, g)
		assert.Equal(t, reason, of(verdicts, g).Reason)
	}
	assert.Equal(t, Pass, of(verdicts, NoPhantoms).Result)
	assert.Equal(t, Pass, of(verdicts, Integrity).Result)
	assert.Equal(t, "NO VERDICT: no evidence for no loss, no duplicates, order, atomicity, durability, drained in time. "+
		"No fault fired, so nothing stood in the way of delivery.", Sentence(verdicts))
}

func TestMinimaOfTheScenario(t *testing.T) {
	s := rehearsed()
	s.in.Settings.Minima = map[Guarantee]int{NoLoss: 5, Integrity: 6, Durability: 1}
	verdicts := s.over()
	assert.Equal(t, NoEvidence, of(verdicts, NoLoss).Result)
	assert.Equal(t, "Too little to judge by: operations acknowledged: 4, and 5 are needed.", of(verdicts, NoLoss).Reason)
	assert.Equal(t, NoEvidence, of(verdicts, Integrity).Result)
	assert.Equal(t, Pass, of(verdicts, Durability).Result)

	control := newTale()
	control.apply(control.ack("t-1", "k", upsert("Account", "a", 1)))
	control.in.Settings.Minima = map[Guarantee]int{NoLoss: 0}
	assert.Equal(t, Pass, of(control.over(), NoLoss).Result, "0 waives every minimum")
}

func TestNotClaimedIsNeitherPassNorFail(t *testing.T) {
	s := rehearsed()
	s.ack("t-1", "k", upsert("Account", "a", 1))
	s.in.Settings.NotClaimed = []Guarantee{NoLoss}
	verdicts := s.over()
	assert.Equal(t, NotClaimed, of(verdicts, NoLoss).Result)
	assert.Equal(t, 1, of(verdicts, NoLoss).Found, "what was found is still told")
	assert.Equal(t, Pass, Overall(verdicts))
	assert.Contains(t, Sentence(verdicts), "Not claimed: no loss, consistency, isolation, no overload, alerted, backlog told truly.")

	s.in.Settings.NotClaimed = Guarantees
	assert.Equal(t, NoEvidence, Overall(Judge(s.in)))
	assert.Equal(t, "NO VERDICT: the scenario promises nothing.", Sentence(Judge(s.in)))
}

func TestAFaultThatNeverFiredLeavesNoVerdict(t *testing.T) {
	s := rehearsed()
	s.in.History.Windows = append(s.in.History.Windows, history.Window{Fault: "gateway", Kind: "status"})
	verdicts := s.over()
	unfired := Unfired(s.in.History.Windows)
	assert.Equal(t, []string{"gateway"}, unfired)
	assert.Equal(t, NoEvidence, Overall(verdicts, unfired...))
	assert.Contains(t, Sentence(verdicts, unfired...), "NO VERDICT: these faults never fired: gateway. A scenario of your own")

	last := len(s.in.History.Windows) - 1
	s.in.History.Windows[last].Optional = true
	assert.Empty(t, Unfired(s.in.History.Windows), "the scenario does not insist on it")
	before := fired(s.in.History.Windows)
	s.in.History.Windows[last].Hits = 1
	assert.Equal(t, before+1, fired(s.in.History.Windows), "it had not fired all the same")

	s.ack("t-1", "k", upsert("Account", "a", 1))
	assert.Equal(t, Fail, Overall(Judge(s.in), unfired...), "what is broken is broken")
}

func TestSentenceCountsByClass(t *testing.T) {
	s := rehearsed()
	for _, id := range []string{"t-1", "t-2", "t-3"} {
		s.ack(id, id, upsert("Account", id, 1))
	}
	twice := s.ack("t-4", "t-4", insert("Activity_Log__c"))
	s.apply(twice)
	s.apply(twice)
	s.apply(s.offer("t-5", "t-5", history.Fail, upsert("Account", "a5", 1)))
	verdicts := s.over()
	onlyBroken(t, verdicts, NoLoss, NoDuplicates, NoPhantoms)
	assert.Equal(t, "NOT SAFE: 3 operations lost, 1 duplicated, 1 refused and applied all the same.", Sentence(verdicts))
	assert.Equal(t, "3 operations lost.", of(verdicts, NoLoss).Reason)
}

func TestSafeTellsOfRefusals(t *testing.T) {
	verdict := func(refused int) []Verdict {
		return []Verdict{{Guarantee: NoPhantoms, Result: Pass, Evidence: []Count{{figAcked, 380}, {figRefused, refused}}}}
	}
	assert.Equal(t, "SAFE: 380 acknowledged operations, 1 guarantee put to the test, no anomaly.", Sentence(verdict(0)))
	assert.Contains(t, Sentence(verdict(120)), "no anomaly. The integration refused 120 operations, which no promise covers.")
}

func TestCommitsOutOfOrderAreReadByLSN(t *testing.T) {
	s := rehearsed()
	want := s.over()
	commits := s.in.Commits
	commits[0], commits[len(commits)-1] = commits[len(commits)-1], commits[0]
	first := commits[0].LSN
	assert.Equal(t, want, Judge(s.in))
	assert.Equal(t, first, commits[0].LSN, "the caller's slice stays as it was")
}
