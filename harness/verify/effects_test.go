package verify

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/squall-harness/squall/harness/history"
	"github.com/squall-harness/squall/mocksf/commitlog"
)

func TestDuplicate(t *testing.T) {
	s := rehearsed()
	op := s.ack("t-1", "k", insert("Activity_Log__c"))
	s.apply(op).Fate = commitlog.FateCut
	s.fault("cut again", "cut-reply")
	s.apply(op)
	s.apply(op)
	verdicts := s.over()
	onlyBroken(t, verdicts, NoDuplicates)
	a := only(t, verdicts, NoDuplicates, Duplicate)
	assert.Equal(t, "Operation t-1 took effect twice: a new Activity_Log__c exists as 001000000000000005 "+
		"(commit 5 at 2.20 s, its reply cut) and as 001000000000000006 (commit 6 at 2.40 s).", a.Text)
	assert.Equal(t, []string{"cut again"}, a.Faults)
	assert.Equal(t, []string{"intent", "answer", "request", "commit", "fault", "request", "commit", "request", "commit"}, kinds(a))
	assert.Equal(t, commitlog.FateCut, a.Story[3].Fate)
	assert.Equal(t, "r-5", a.Story[3].Request)
}

// An external id field that is not unique lets two versions of one record
// become two records.
func TestTwinsOfOneExternalID(t *testing.T) {
	s := rehearsed()
	s.apply(s.ack("t-1", "k", upsert("Account", "a", 1)))
	clear(s.ids)
	s.apply(s.ack("t-2", "k", upsert("Account", "a", 2)))
	assert.Equal(t, "t-2", only(t, s.over(), NoDuplicates, Duplicate).Operation)
}

func TestOneTokenOnTwoRecords(t *testing.T) {
	s := rehearsed()
	op := s.ack("t-1", "k", upsert("Account", "a", 1))
	s.apply(op)
	s.apply(op).Changes[0].ID = "001000000000000099"
	onlyBroken(t, s.over(), NoDuplicates)
}

func TestRedeliveryIsNoDuplicate(t *testing.T) {
	s := rehearsed()
	op := s.ack("t-1", "k", unit("ord-1")...)
	s.apply(op).Fate = commitlog.FateLost
	s.apply(op)
	verdicts := s.over()
	onlyBroken(t, verdicts)
	v := of(verdicts, NoDuplicates)
	for name, want := range map[string]int{
		figUnknown: 3, "of these, with an insert": 1, "of these, sent again without effect": 1, "of these, not sent again": 2, "redeliveries": 2,
	} {
		n, _ := figure(v.Evidence, name)
		assert.Equal(t, want, n, name)
	}
}

func TestADeletedRecordMayBeCreatedAgain(t *testing.T) {
	s := rehearsed()
	s.apply(s.ack("t-1", "k", upsert("Account", "a", 1)))
	s.apply(s.ack("t-2", "k", remove("Account", "a", 2)))
	s.apply(s.ack("t-3", "k", upsert("Account", "a", 3)))
	onlyBroken(t, s.over())
}

func TestPhantoms(t *testing.T) {
	stranger := commitlog.Change{Op: commitlog.Insert, Object: "Lead", ID: "00Q000000000000001", ExternalID: "l-1"}
	cases := map[string]struct {
		act  func(s *tale)
		text string
	}{
		"no token": {func(s *tale) { s.commit(commitlog.APIRow, stranger) },
			"Commit 5 at 2.10 s wrote Lead l-1 (insert 00Q000000000000001), which no operation intended: it carries no token."},
		"unknown token": {func(s *tale) {
			with := stranger
			with.Fields = map[string]any{defaultTokenField: "t-999.0"}
			s.commit(commitlog.APIRow, with)
		}, `Commit 5 at 2.10 s wrote Lead l-1 (insert 00Q000000000000001), which no operation intended: its token is "t-999.0".`},
		"deletion that nobody intended": {func(s *tale) {
			s.commit(commitlog.APIRow, commitlog.Change{Op: commitlog.Delete, Object: "Account", ID: "1", ExternalID: "e-acct"})
		}, "Commit 5 at 2.10 s wrote Account e-acct (delete 1), which no operation intended: it carries no token."},
		"another external id": {func(s *tale) {
			c := s.apply(s.ack("t-1", "k", upsert("Account", "a", 1)))
			c.Changes[0].ExternalID, c.Changes[0].Fields["Ext_Id__c"] = "b", "b"
		}, "Commit 5 at 2.20 s wrote operation t-1 to Account b, which was meant for Account a."},
		"another object": {func(s *tale) {
			s.apply(s.ack("t-1", "k", upsert("Account", "a", 1))).Changes[0].Object = "Contact"
		}, "Commit 5 at 2.20 s wrote operation t-1 to Contact a, which was meant for Account a."},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			s := rehearsed()
			c.act(s)
			verdicts := s.over()
			onlyBroken(t, verdicts, NoPhantoms)
			assert.Equal(t, c.text, only(t, verdicts, NoPhantoms, Phantom).Text)
		})
	}
}

func TestFalseFailure(t *testing.T) {
	s := rehearsed()
	s.apply(s.offer("t-1", "k", history.Fail, upsert("Account", "a", 1)))
	a := only(t, s.over(), NoPhantoms, FalseFailure)
	assert.Equal(t, "Operation t-1 was refused and applied all the same, by commit 5 at 2.20 s.", a.Text)
	assert.Contains(t, a.Story[1].Text, "was answered with 400: refused.")
}

func TestWhatTheHarnessWritesIsNotJudged(t *testing.T) {
	s := rehearsed()
	s.commit(commitlog.APIDirect, commitlog.Change{Op: commitlog.Insert, Object: "Account", ID: "001000000000000077", ExternalID: "seeded", Fields: map[string]any{"Name": "s"}})
	onlyBroken(t, s.over())
}

func TestStaleOverwrite(t *testing.T) {
	s := rehearsed()
	first := s.ack("t-1", "k1", upsert("Account", "a", 1))
	second := s.ack("t-2", "k2", upsert("Account", "a", 2))
	s.apply(first)
	s.apply(second)
	s.apply(first) // at 2.50 s
	verdicts := s.over()
	onlyBroken(t, verdicts, Order)
	a := only(t, verdicts, Order, StaleOverwrite)
	assert.Equal(t, "Operation t-1 put redelivered version 1 of Account a over version 2 of operation t-2, by commit 7 at 2.50 s.", a.Text)
	assert.Zero(t, a.To, "it stays")

	s.apply(second) // after the end mark, which changes nothing for the order
	a = only(t, Judge(s.in), Order, StaleOverwrite)
	assert.Equal(t, s.now, a.To)
	assert.Contains(t, a.Text, "The record was right again at")
}

func TestOneRegressionIsOneAnomaly(t *testing.T) {
	s := rehearsed()
	var ops []*history.Operation
	for v := 1; v <= 4; v++ {
		ops = append(ops, s.ack(fmt.Sprintf("t-%d", v), fmt.Sprintf("k%d", v), upsert("Account", "a", v)))
	}
	for _, i := range []int{0, 3, 1, 2, 3, 3} {
		s.apply(ops[i])
	}
	a := only(t, s.over(), Order, StaleOverwrite)
	assert.Equal(t, "t-2", a.Operation)
	assert.NotZero(t, a.To)
}

func TestReordered(t *testing.T) {
	s := rehearsed()
	a1 := s.ack("t-1", "k", insert("Activity_Log__c"))
	a2 := s.ack("t-2", "k", insert("Activity_Log__c"))
	b := s.ack("t-3", "k", insert("Activity_Log__c"))
	s.apply(b)
	s.apply(a2)
	s.apply(a1)
	verdicts := s.over()
	onlyBroken(t, verdicts, Order)
	v := of(verdicts, Order)
	require.Equal(t, 2, v.Found)
	texts := []string{v.Anomalies[0].Text, v.Anomalies[1].Text}
	assert.Contains(t, texts, "Operation t-3, offered at 2.30 s, took effect at 2.40 s, before operation t-2 of the same key, which was acknowledged at 2.21 s and took effect at 2.50 s.",
		"the closest of the two that came too late")
	assert.Contains(t, texts, "Operation t-2, offered at 2.20 s, took effect at 2.50 s, before operation t-1 of the same key, which was acknowledged at 2.11 s and took effect at 2.60 s.")
}

func TestOverlappingOperationsMayTakeEitherOrder(t *testing.T) {
	s := rehearsed()
	a := s.ack("t-1", "k", insert("Activity_Log__c"))
	b := s.ack("t-2", "k", insert("Activity_Log__c"))
	a.Attempts[0].Took = b.Attempts[0].At - a.Attempts[0].At // answered when b was offered
	s.apply(b)
	s.apply(a)
	onlyBroken(t, s.over())
}

func TestUnknownOperationsHaveNoPlaceInTheOrder(t *testing.T) {
	s := rehearsed()
	a := s.offer("t-1", "k", history.Info, insert("Activity_Log__c"))
	b := s.ack("t-2", "k", insert("Activity_Log__c"))
	s.apply(b)
	s.apply(a)
	onlyBroken(t, s.over())
}

func TestTorn(t *testing.T) {
	s := rehearsed()
	s.applySome(s.ack("t-1", "k", unit("ord-1")...), 0)
	a := only(t, s.over(), Atomicity, Torn)
	assert.Equal(t, "Of the 2 records of operation t-1, 1 took effect, from 2.20 s on; the rest never came: OrderLine__c ord-1-1.", a.Text)

	s = rehearsed()
	s.applySome(s.ack("t-1", "k", unit("ord-1")...), 0)
	verdicts := s.cutShort()
	onlyBroken(t, verdicts, Atomicity, Drained)
	assert.Contains(t, only(t, verdicts, Atomicity, Torn).Text, "had not come when the harness stopped watching")
}

func TestTornWindow(t *testing.T) {
	s := rehearsed()
	op := s.ack("t-1", "k", unit("ord-1")...)
	s.applySome(op, 0)
	s.tick()
	s.applySome(op, 1)
	verdicts := s.over()
	onlyBroken(t, verdicts, Atomicity)
	a := only(t, verdicts, Atomicity, TornWindow)
	assert.Equal(t, "The 2 records of operation t-1 appeared one after another, from commit 5 to commit 6: for 200 ms others saw a part of it.", a.Text)
	assert.Equal(t, s.in.Commits[4].At, a.From)
	assert.Equal(t, s.in.Commits[5].At, a.To)
	ms, _ := figure(of(verdicts, Atomicity).Evidence, "torn window p99 in ms")
	assert.Equal(t, 200, ms)
}

func TestUnitsMustHaveMetSomething(t *testing.T) {
	s := newTale()
	s.apply(s.ack("t-1", "k", unit("ord-1")...))
	v := of(s.over(), Atomicity)
	assert.Equal(t, "No transaction of several records met a fault or was sent twice.", v.Reason)

	s.in.Requests[0].Failed = 1
	assert.Equal(t, Pass, of(Judge(s.in), Atomicity).Result)

	s.in.Requests = nil
	assert.Equal(t, Pass, of(Judge(s.in), Atomicity).Result, "without a request log nobody can know")
}
