package verify

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/squall-harness/squall/harness/history"
	"github.com/squall-harness/squall/mocksf/commitlog"
)

// verification.md 3.2: what the source believes against what happened.
func TestOutcomeTimesTruth(t *testing.T) {
	broken := map[history.Outcome]map[int][]Guarantee{
		history.OK:   {0: {NoLoss}, 1: nil, 2: {NoDuplicates}},
		history.Fail: {0: nil, 1: {NoPhantoms}, 2: {NoPhantoms, NoDuplicates}},
		history.Info: {0: nil, 1: nil, 2: {NoDuplicates}},
	}
	for outcome, byTimes := range broken {
		for times, want := range byTimes {
			s := rehearsed()
			op := s.offer("t-1", "k", outcome, insert("Activity_Log__c"))
			for range times {
				s.apply(op)
			}
			onlyBroken(t, s.over(), want...)
		}
	}
}

func TestLost(t *testing.T) {
	s := rehearsed()
	s.ack("t-1", "acct-1", upsert("Account", "acct-1", 1))
	s.fault("gateway", "status")
	s.request("r-x", 503).Traces = []string{"t-1.0"}
	a := only(t, s.over(), NoLoss, Lost)
	assert.Equal(t, "Operation t-1 was acknowledged at 2.11 s and never reached Salesforce.", a.Text)
	assert.Equal(t, "acct-1", a.Key)
	assert.Equal(t, []string{"mark", "intent", "fault", "answer", "request", "mark", "mark"}, kinds(a))
	assert.Equal(t, []string{"gateway"}, a.Faults)
	assert.Zero(t, a.To, "it stays lost")
}

func TestAWholeUnitIsLostAPartIsTorn(t *testing.T) {
	s := rehearsed()
	s.ack("t-1", "k", unit("ord-1")...)
	onlyBroken(t, s.over(), NoLoss)

	s = rehearsed()
	s.applySome(s.ack("t-1", "k", unit("ord-1")...), 0)
	onlyBroken(t, s.over(), Atomicity)
}

func TestEveryVersionMustArrive(t *testing.T) {
	s := rehearsed()
	s.ack("t-1", "k", upsert("Account", "a", 1))
	s.apply(s.ack("t-2", "k", upsert("Account", "a", 2)))
	assert.Equal(t, "t-1", only(t, s.over(), NoLoss, Lost).Operation)
}

func TestWithoutQuiescenceLateAndLostCannotBeToldApart(t *testing.T) {
	s := rehearsed()
	s.ack("t-1", "k", upsert("Account", "a", 1))
	verdicts := s.cutShort()
	assert.Equal(t, NoEvidence, of(verdicts, NoLoss).Result)
	assert.Contains(t, of(verdicts, NoLoss).Reason, "1 acknowledged operation had not arrived")
	assert.Equal(t, "t-1", only(t, verdicts, Drained, Shortfall).Operation)
}

func TestUnknownOutcomesAreResolved(t *testing.T) {
	s := rehearsed()
	s.apply(s.offer("t-1", "k1", history.Info, upsert("Account", "a1", 1)))
	s.offer("t-2", "k2", history.Info, upsert("Account", "a2", 1))
	verdicts := s.over()
	onlyBroken(t, verdicts)
	unknown, _ := figure(of(verdicts, NoLoss).Evidence, "operations never answered")
	applied, _ := figure(of(verdicts, NoLoss).Evidence, "of these, applied")
	assert.Equal(t, []int{2, 1}, []int{unknown, applied})
}

func TestRecordsWithoutATokenAreNotJudged(t *testing.T) {
	s := rehearsed()
	op := s.ack("t-1", "k1", upsert("Account", "a1", 1))
	delete(op.Records[0].Fields, defaultTokenField)
	taken := s.ack("t-2", "k2", upsert("Account", "a2", 1))
	taken.Records[0].Fields[defaultTokenField] = "e-1.0"
	verdicts := s.over()
	onlyBroken(t, verdicts)
	n, _ := figure(of(verdicts, NoLoss).Evidence, "records without a token of their own, not judged")
	assert.Equal(t, 2, n)
}

func TestDeletionsAreJoinedByName(t *testing.T) {
	s := rehearsed()
	s.apply(s.ack("t-1", "k", upsert("Account", "a", 1)))
	s.apply(s.ack("t-2", "k", remove("Account", "a", 2)))
	s.apply(s.ack("t-3", "k", upsert("Account", "a", 3)))
	c := s.apply(s.ack("t-4", "k", remove("Account", "a", 4)))
	c.Changes[0].ExternalID = "" // a target may know a deleted record by its id only
	onlyBroken(t, s.over())

	s = rehearsed()
	s.apply(s.ack("t-1", "k", upsert("Account", "a", 1)))
	s.ack("t-2", "k", remove("Account", "a", 2))
	assert.Equal(t, "t-2", only(t, s.over(), NoLoss, Lost).Operation)
}

func TestNotDurable(t *testing.T) {
	s := rehearsed()
	s.ack("t-1", "k", upsert("Account", "a", 1))
	s.tick()
	s.fault("second crash", "kill")
	verdicts := s.over()
	onlyBroken(t, verdicts, NoLoss, Durability)
	a := only(t, verdicts, Durability, NotDurable)
	assert.Equal(t, "Operation t-1 was acknowledged at 2.11 s, before the crash at 2.20 s, and never reached Salesforce.", a.Text)
	assert.Equal(t, []string{"second crash"}, a.Faults)
}

func TestATornUnitDidNotSurviveTheCrash(t *testing.T) {
	s := rehearsed()
	s.applySome(s.ack("t-1", "k", unit("ord-1")...), 0)
	s.fault("second crash", "kill")
	verdicts := s.over()
	onlyBroken(t, verdicts, Atomicity, Durability)
	assert.Contains(t, of(verdicts, Durability).Anomalies[0].Text, "as a whole")
}

// It answered while it was being killed: whoever heard that relies on it.
func TestAcknowledgedWhileItDied(t *testing.T) {
	s := rehearsed()
	struck := s.now
	s.ack("t-1", "k", upsert("Account", "a", 1))
	died := s.tick()
	s.in.History.Windows = append(s.in.History.Windows,
		history.Window{Fault: "second crash", Kind: "kill", From: struck, Took: died - struck, To: s.tick(), Hits: 1})
	verdicts := s.over()
	onlyBroken(t, verdicts, NoLoss, Durability)
	a := only(t, verdicts, Durability, NotDurable)
	assert.Equal(t, "Operation t-1 was acknowledged at 2.11 s, before the crash at 2.20 s, and never reached Salesforce.", a.Text)
	assert.Equal(t, []string{"second crash"}, a.Faults)
}

func TestDurabilityNeedsQuiescenceToAccuse(t *testing.T) {
	s := rehearsed()
	s.ack("t-1", "k", upsert("Account", "a", 1))
	s.tick()
	s.fault("second crash", "kill")
	v := of(s.cutShort(), Durability)
	assert.Equal(t, NoEvidence, v.Result)
	assert.Contains(t, v.Reason, "quiescence was not proven")
}

func TestACrashThatFoundNothingOpenProvesNothing(t *testing.T) {
	s := newTale()
	s.apply(s.ack("t-1", "k", upsert("Account", "a", 1)))
	s.tick()
	s.fault("crash", "kill")
	assert.Equal(t, "Nothing acknowledged was open when the crash came.", of(s.over(), Durability).Reason)
}

func TestShortfall(t *testing.T) {
	s := rehearsed()
	s.in.Settings.Budget = time.Second
	s.in.History.Marks = s.in.History.Marks[:1]
	early := s.ack("t-1", "k1", upsert("Account", "a1", 1))
	late := s.ack("t-2", "k2", upsert("Account", "a2", 1))
	later := s.ack("t-3", "k3", upsert("Account", "a3", 1))
	latest := s.ack("t-4", "k4", upsert("Account", "a4", 1))
	s.mark(history.MarkHealed) // at 2.50 s
	s.apply(early)
	s.now += time.Second
	s.apply(late)
	s.apply(later)
	s.apply(latest)
	verdicts := s.over()
	onlyBroken(t, verdicts, Drained)
	v := of(verdicts, Drained)
	assert.Equal(t, 3, v.Found)
	assert.Equal(t, "3 operations not delivered in time.", v.Reason)
	assert.Len(t, v.Anomalies, 2, "the first, and the one that was overdue for longest")
	assert.Equal(t, "Operation t-2 was acknowledged at 2.21 s and arrived at 3.70 s, 0.20 s after its deadline.", v.Anomalies[0].Text)
	assert.Equal(t, "t-4", v.Anomalies[1].Operation)
}

func TestWithoutABudgetTheEndIsTheDeadline(t *testing.T) {
	s := rehearsed()
	s.in.Settings.Budget = 0
	op := s.ack("t-1", "k", upsert("Account", "a", 1))
	s.now += time.Hour
	s.apply(op)
	onlyBroken(t, s.over())
}

func TestFreshTrafficMustArriveByTheEnd(t *testing.T) {
	s := rehearsed()
	op := s.ack("t-1", "k", upsert("Account", "a", 1))
	s.mark(history.MarkQuiet)
	s.mark(history.MarkEnd)
	s.apply(op)
	assert.Equal(t, "t-1", only(t, Judge(s.in), Drained, Shortfall).Operation)
}

func TestUnderWayAtACrash(t *testing.T) {
	s := newTale()
	s.apply(s.ack("t-1", "k", insert("Activity_Log__c")))
	s.in.Requests[0].Took = time.Minute
	s.fault("crash", "kill")
	v := of(s.over(), NoDuplicates)
	assert.Equal(t, Pass, v.Result)
	n, _ := figure(v.Evidence, "of these, under way at a crash")
	assert.Equal(t, 1, n)
	assert.Equal(t, commitlog.FateSent, s.in.Requests[0].Fate)
}

// A deletion carries no token: which of several it carries out is told by what
// the record holds.
func TestALostDeletionIsNotTakenForALateOne(t *testing.T) {
	tell := func(applied ...int) []Verdict {
		s := rehearsed()
		ops := []*history.Operation{
			s.ack("t-1", "k", upsert("Account", "a", 1)), s.ack("t-2", "k", remove("Account", "a", 2)),
			s.ack("t-3", "k", upsert("Account", "a", 3)), s.ack("t-4", "k", remove("Account", "a", 4)),
		}
		for _, i := range applied {
			s.apply(ops[i-1])
		}
		return s.over()
	}
	onlyBroken(t, tell(1, 2, 3, 4))
	lost := tell(1, 3, 4)
	onlyBroken(t, lost, NoLoss)
	assert.Equal(t, "t-2", only(t, lost, NoLoss, Lost).Operation)
	lost = tell(1, 2, 3)
	onlyBroken(t, lost, NoLoss)
	assert.Equal(t, "t-4", only(t, lost, NoLoss, Lost).Operation)
	onlyBroken(t, tell(1, 3, 2, 4), Order)
}
