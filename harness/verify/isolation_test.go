package verify

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/squall-harness/squall/harness/history"
	"github.com/squall-harness/squall/mocksf/commitlog"
)

// crowded is a rehearsed run with a reader, who looked at a unit under way, and
// a user, whose record the integration wrote again.
func crowded() *tale {
	s := rehearsed()
	s.in.Settings.Readers, s.in.Settings.Users = 1, 1
	s.edit("user-1", "Account", "e-acct", map[string]any{"Phone": "1"})
	op := s.ack("e-3", "e-acct", append(unit("e-ord-3"), upsert("Account", "e-acct", 3))...)
	s.look("reader-1", op)
	s.apply(op)
	s.look("reader-1", op)
	return s
}

// read is what somebody was served of some records, from the latest state.
func (s *tale) read(who string, api commitlog.API, records ...history.Record) *commitlog.Read {
	state := uint64(len(s.in.Commits))
	s.tick()
	request := fmt.Sprintf("read-%d", len(s.in.Reads))
	for i := range records {
		name := target{records[i].Object, records[i].ExternalID}
		served := commitlog.Served{ExternalID: name.externalID, ID: s.ids[name]}
		for _, c := range s.in.Commits {
			for _, change := range c.Changes {
				if served.ID != "" && change.ID == served.ID {
					served.LSN = c.LSN
				}
			}
		}
		s.in.Reads = append(s.in.Reads, commitlog.Read{Request: request, At: s.now, API: api, Identity: who, LSN: state,
			Object: name.object, Exact: true, Records: []commitlog.Served{served}})
	}
	return &s.in.Reads[len(s.in.Reads)-1]
}

// look is a reader's look at a whole unit.
func (s *tale) look(who string, op *history.Operation) {
	s.read(commitlog.CrowdIdentity(who), commitlog.APIComposite, op.Records...)
}

// edit is a user's: a look at the record, and a write of some fields.
func (s *tale) edit(who, object, externalID string, fields map[string]any) {
	who = commitlog.CrowdIdentity(who)
	s.read(who, commitlog.APIRow, history.Record{Object: object, ExternalID: externalID})
	s.write(who, object, externalID, fields)
}

func (s *tale) write(who, object, externalID string, fields map[string]any) *commitlog.Commit {
	c := s.commit(commitlog.APIRow, commitlog.Change{Op: commitlog.Update, Object: object, ID: s.ids[target{object, externalID}],
		ExternalID: externalID, Fields: fields})
	c.Identity = who
	s.in.Requests = s.in.Requests[:len(s.in.Requests)-1]
	return c
}

func TestACrowdThatNobodyHarms(t *testing.T) {
	s := crowded()
	verdicts := s.over()
	onlyBroken(t, verdicts)
	v := of(verdicts, Isolation)
	assert.Equal(t, "2 looks at whole units, 1 of them under way, showed no half of one. 1 edit by users, 1 of them in records that were written again, lost nothing.", v.Reason)
	assert.Equal(t, []Count{{"looks at whole units", 2}, {figOverlaps, 1}, {"edits by users", 1}, {figContested, 1}}, v.Evidence)
}

func TestIsolationNeedsItsEvidence(t *testing.T) {
	s := rehearsed()
	s.in.Settings.Readers = 1
	v := of(s.over(), Isolation)
	assert.Equal(t, NoEvidence, v.Result)
	assert.Equal(t, "No reader looked at a unit that was under way.", v.Reason)

	s = rehearsed()
	s.in.Settings.Users = 1
	s.edit("user-1", "Account", "e-acct", map[string]any{"Phone": "1"})
	assert.Equal(t, "The integration wrote no record again that a user had edited.", of(s.over(), Isolation).Reason)

	assert.Equal(t, NotClaimed, of(rehearsed().over(), Isolation).Result)
}

func TestAUnitThatIsSeenInParts(t *testing.T) {
	s := crowded()
	op := s.ack("t-1", "k", unit("ord-1")...)
	s.applySome(op, 0)
	s.look("reader-1", op)
	s.applySome(op, 1)
	verdicts := s.over()
	onlyBroken(t, verdicts, Atomicity, Isolation)
	a := only(t, verdicts, Isolation, ReadSkew)
	assert.Equal(t, "Operation t-1 was not isolated: reader-1 at 2.90 s saw Order__c ord-1 as operation t-1 wrote it (commit 7), "+
		"but reader-1 at 2.90 s saw OrderLine__c ord-1-1 as it was before operation t-1 wrote it (commit 8). "+
		"No order of the two, one after the other, explains that.", a.Text)
	assert.Contains(t, kinds(a), stepRead)
	assert.Equal(t, "1 unit seen in parts.", of(verdicts, Isolation).Reason)

	window := only(t, verdicts, Atomicity, TornWindow)
	assert.Contains(t, window.Text, "for 200 ms others saw a part of it. Reader-1 did, at 2.90 s.")
	n, _ := figure(of(verdicts, Atomicity).Evidence, "torn units that somebody saw in parts")
	assert.Equal(t, 1, n)
}

func TestATornUnitThatNobodyLookedAtIsNoMatterOfIsolation(t *testing.T) {
	s := crowded()
	op := s.ack("t-1", "k", unit("ord-1")...)
	s.look("reader-1", op)
	s.applySome(op, 0)
	s.applySome(op, 1)
	s.look("reader-1", op)
	onlyBroken(t, s.over(), Atomicity)
}

func TestDirtyRead(t *testing.T) {
	s := crowded()
	op := s.ack("t-1", "k", unit("ord-1")...)
	s.applySome(op, 0)
	s.look("reader-1", op)
	verdicts := s.over()
	onlyBroken(t, verdicts, Atomicity, Isolation)
	a := only(t, verdicts, Isolation, DirtyRead)
	assert.Equal(t, "Reader-1, at 2.90 s, read Order__c ord-1 as operation t-1 had written it, of which the rest never came.", a.Text)

	s = crowded()
	refused := s.offer("t-1", "k", history.Fail, upsert("Account", "a", 1))
	s.apply(refused)
	s.look("reader-1", refused)
	assert.Contains(t, only(t, s.over(), Isolation, DirtyRead).Text, "which was refused")
}

func TestIntermediateAndNonRepeatableRead(t *testing.T) {
	s := crowded()
	op := s.ack("t-1", "k", upsert("Account", "a", 1))
	s.apply(op).Changes[0].Fields["Name"] = nil // without its name at first
	s.look("reader-1", op)
	s.apply(op)
	verdicts := s.over()
	a := only(t, verdicts, Isolation, IntermediateRead)
	assert.Equal(t, "Reader-1, at 2.90 s, read Account a as operation t-1 had written it first; commit 8 changed it again.", a.Text)

	s.look("reader-2", op)
	assert.Equal(t, 1, of(Judge(s.in), Isolation).Found, "another reader saw it once")
	s.look("reader-1", op)
	v := of(Judge(s.in), Isolation)
	assert.Equal(t, []Count{{string(IntermediateRead), 1}, {string(NonRepeatable), 1}}, v.Classes)
}

func TestARepetitionThatChangesNothingIsNoIntermediateState(t *testing.T) {
	s := crowded()
	op := s.ack("t-1", "k", upsert("Account", "a", 1))
	s.apply(op)
	s.look("reader-1", op)
	s.edit("user-1", "Account", "a", map[string]any{"Phone": "1"})
	s.apply(op)
	s.look("reader-1", op)
	onlyBroken(t, s.over())
}

func TestARecordThatGoesBack(t *testing.T) {
	s := crowded()
	first, second := s.ack("t-1", "k", upsert("Account", "a", 1)), s.ack("t-2", "k2", upsert("Account", "a", 2))
	s.apply(first)
	s.apply(second)
	s.look("reader-1", second)
	s.apply(first)
	s.look("reader-1", second)
	verdicts := s.over()
	onlyBroken(t, verdicts, Order, Isolation)
	assert.Contains(t, only(t, verdicts, Isolation, NonRepeatable).Text, "Reader-1 read Account a twice, and the second time, at 3.30 s, found it in version 1, after version 2.")
}

// After a restore the older version is delivered again, and then the newer one.
func TestARecordThatARestorePutBack(t *testing.T) {
	s := crowded()
	first, second := s.ack("t-1", "k", upsert("Account", "a", 1)), s.ack("t-2", "k2", upsert("Account", "a", 2))
	backup := len(s.in.Commits)
	s.apply(first)
	s.apply(second)
	s.look("reader-1", second)
	s.restore(backup)
	s.apply(first)
	s.look("reader-1", second)
	s.apply(second)
	s.look("reader-1", second)
	onlyBroken(t, s.over())
}

func TestLostUpdates(t *testing.T) {
	edit := map[string]any{"Description": "mine"}
	for name, c := range map[string]struct {
		act  func(s *tale)
		text string
	}{
		"a field that the source never set": {func(s *tale) {
			s.apply(s.ack("t-1", "k", upsert("Account", "a", 1)))
			s.read("integration", commitlog.APIRow, history.Record{Object: "Account", ExternalID: "a"})
			s.edit("user-1", "Account", "a", edit)
			s.apply(s.ack("t-2", "k", upsert("Account", "a", 2))).Changes[0].Fields["Description"] = nil
		}, "What user-1 wrote into Description of Account a, by commit 8 at 3.10 s, was lost to operation t-2, which does not intend that field, by commit 9 at 3.30 s: \"mine\" became null."},
		"a repetition over a newer edit": {func(s *tale) {
			op := s.ack("t-1", "k", upsert("Account", "a", 1))
			s.apply(op)
			s.edit("user-1", "Account", "a", map[string]any{"Name": "mine"})
			s.apply(op)
		}, "was lost to a repetition of operation t-1 by commit 9 at 3.10 s: \"mine\" became \"a v1\"."},
		"an update of the source's own": {func(s *tale) {
			rec := upsert("Contact", "c", 1)
			rec.Fields["Phone"] = "1"
			s.apply(s.ack("t-1", "k", rec))
			s.apply(s.ack("t-2", "k", upsert("Contact", "c", 2))).Changes[0].Fields["Phone"] = nil
		}, "What operation t-1 wrote into Phone of Contact c, by commit 7 at 2.80 s, was lost to operation t-2, which does not intend that field,"},
	} {
		s := crowded()
		c.act(s)
		verdicts := s.over()
		onlyBroken(t, verdicts, Isolation)
		a := only(t, verdicts, Isolation, LostUpdate)
		assert.Contains(t, a.Text, c.text, name)
	}
}

// What the integration fills by itself changes with every version and with every
// repetition: the time of the last sync does. A repetition over what a user wrote
// there is told all the same.
func TestFieldsOfTheIntegrationsOwnMakingAreNoLostUpdates(t *testing.T) {
	s := crowded()
	s.in.Settings.Fills = []string{"last_sync__c"}
	sync := func(op *history.Operation) {
		s.apply(op).Changes[0].Fields["Last_Sync__c"] = s.now.String()
		s.look("reader-1", op)
	}
	first, second := s.ack("t-1", "k", upsert("Account", "a", 1)), s.ack("t-2", "k", upsert("Account", "a", 2))
	sync(first)
	sync(first)
	sync(second)
	onlyBroken(t, s.over())

	s.edit("user-1", "Account", "a", map[string]any{"Last_Sync__c": "mine"})
	sync(second)
	assert.Contains(t, only(t, Judge(s.in), Isolation, LostUpdate).Text, `Last_Sync__c of Account a, by commit 10 at 3.80 s, was lost to operation t-2`)
}

func TestAStaleReadIsPartOfTheStory(t *testing.T) {
	s := crowded()
	s.apply(s.ack("t-1", "k", upsert("Account", "a", 1)))
	s.read("integration", commitlog.APIRow, history.Record{Object: "Account", ExternalID: "a"})
	s.edit("user-1", "Account", "a", map[string]any{"Description": "mine"})
	s.apply(s.ack("t-2", "k", upsert("Account", "a", 2))).Changes[0].Fields["Description"] = ""
	a := only(t, s.over(), Isolation, LostUpdate)
	assert.Contains(t, kinds(a), stepRead)
	found := false
	for _, step := range a.Story {
		found = found || step.Text == "The integration reads the record as of commit 7, and writes it back later."
	}
	assert.True(t, found, "%+v", a.Story)
}

func TestOverwritingThatIsNoLoss(t *testing.T) {
	for name, act := range map[string]func(s *tale){
		"a new version of the source": func(s *tale) {
			s.apply(s.ack("t-1", "k", upsert("Account", "a", 1)))
			s.edit("user-1", "Account", "a", map[string]any{"Name": "mine"})
			s.apply(s.ack("t-2", "k", upsert("Account", "a", 2)))
		},
		"the same value": func(s *tale) {
			s.apply(s.ack("t-1", "k", upsert("Account", "a", 1)))
			s.edit("user-1", "Account", "a", map[string]any{"Phone": "1"})
			s.apply(s.ack("t-2", "k", upsert("Account", "a", 2))).Changes[0].Fields["OwnerId"] = "005000000000001AAA"
		},
		"another user": func(s *tale) {
			s.apply(s.ack("t-1", "k", upsert("Account", "a", 1)))
			s.edit("user-1", "Account", "a", map[string]any{"Phone": "1"})
			s.edit("user-2", "Account", "a", map[string]any{"Phone": "2"})
		},
	} {
		s := crowded()
		act(s)
		v := of(s.over(), Isolation)
		assert.Equal(t, Pass, v.Result, "%s: %+v", name, v.Anomalies)
	}
}

// Two units that write the same records, each in two commits, in opposite
// orders.
func TestDirtyWrite(t *testing.T) {
	s := crowded()
	a := s.ack("t-1", "k1", upsert("Account", "x", 1), upsert("Account", "y", 1))
	b := s.ack("t-2", "k2", upsert("Account", "x", 2), upsert("Account", "y", 2))
	s.applySome(a, 0)
	s.applySome(b, 0)
	s.applySome(b, 1)
	s.applySome(a, 1)
	v := of(s.over(), Isolation)
	require.Equal(t, []Count{{string(DirtyWrite), 1}}, v.Classes)
	assert.Contains(t, v.Anomalies[0].Text, "operation t-2 wrote Ext_Id__c of Account x after operation t-1 (commits 8, 7), but operation t-1 wrote")
}

// The operation looks at the credit of an account and books an order; the user
// looks at the orders and changes the credit. Whoever writes first, neither saw
// what the other one did.
func TestWriteSkew(t *testing.T) {
	for _, userFirst := range []bool{true, false} {
		v := skewed(func(s *tale, user, operation func()) {
			if userFirst {
				user()
				operation()
			} else {
				operation()
				user()
			}
		}, true)
		require.Equal(t, 1, v.Found, "%+v", v)
		assert.Equal(t, WriteSkew, v.Anomalies[0].Class)
		assert.Contains(t, v.Anomalies[0].Text, "operation t-2 saw Credit__c of Account a as it was before user-1, by commit")
	}
	v := skewed(func(s *tale, user, operation func()) {
		operation()
		s.read(commitlog.CrowdIdentity("user-1"), commitlog.APIComposite, history.Record{Object: "Order__c", ExternalID: "o"}, history.Record{Object: "Account", ExternalID: "a"})
		user()
	}, true)
	assert.Equal(t, Pass, v.Result, "the user looked again: %+v", v.Anomalies)

	v = skewed(func(s *tale, user, operation func()) { user(); operation() }, false)
	assert.Equal(t, Pass, v.Result, "the operation looked in another request, which nobody can tell to be its own: %+v", v.Anomalies)
}

func skewed(play func(s *tale, user, operation func()), together bool) Verdict {
	s := crowded()
	s.apply(s.ack("t-0", "k", upsert("Account", "a", 1)))
	s.apply(s.ack("t-1", "o", upsert("Order__c", "o", 1)))
	op, user := s.ack("t-2", "o", upsert("Order__c", "o", 2)), commitlog.CrowdIdentity("user-1")
	r := s.read("integration", commitlog.APIComposite, history.Record{Object: "Account", ExternalID: "a"})
	r.Fields = []string{"Credit__c"}
	request := r.Request
	s.read(user, commitlog.APIComposite, history.Record{Object: "Order__c", ExternalID: "o"}, history.Record{Object: "Account", ExternalID: "a"})
	play(s, func() { s.write(user, "Account", "a", map[string]any{"Credit__c": 0.0}) }, func() {
		if c := s.apply(op); together {
			c.Request = request
		}
	})
	return of(s.over(), Isolation)
}

// Each of two operations reads what the other one wrote, in the composite
// request that writes.
func TestCircularFlow(t *testing.T) {
	s := crowded()
	a := s.ack("t-1", "k1", upsert("Account", "x", 1), upsert("Account", "z", 1))
	b := s.ack("t-2", "k2", upsert("Account", "y", 1))
	s.applySome(a, 0)
	request := s.read("integration", commitlog.APIComposite, a.Records[0]).Request
	s.apply(b).Request = request
	request = s.read("integration", commitlog.APIComposite, b.Records[0]).Request
	s.applySome(a, 1).Request = request
	v := of(s.over(), Isolation)
	require.Equal(t, []Count{{string(CircularFlow), 1}}, v.Classes)
	assert.Contains(t, v.Anomalies[0].Text, "operation t-2 saw Account x as operation t-1 wrote it (commit 7), but operation t-1 saw Account y as operation t-2 wrote it (commit 8).")
}

func TestPredicateAnomaly(t *testing.T) {
	ask := func(s *tale) {
		s.tick()
		s.in.Reads = append(s.in.Reads, commitlog.Read{Request: "q", At: s.now, API: commitlog.APIQuery, Identity: "integration", LSN: uint64(len(s.in.Commits)),
			Object: "Contact", Exact: true, Where: []commitlog.Match{{Field: "email", Values: []any{"M@x.de"}}}})
	}
	contact := func(s *tale, id string) {
		rec := upsert("Contact", id, 1)
		rec.Fields["Email"] = "m@x.de"
		s.apply(s.ack("t-"+id, id, rec))
	}
	s := crowded()
	ask(s)
	ask(s)
	contact(s, "c1")
	contact(s, "c2")
	verdicts := s.over()
	onlyBroken(t, verdicts, Isolation)
	a := only(t, verdicts, Isolation, PredicateAnomaly)
	assert.Equal(t, `The integration asked for Contact with email "m@x.de" at 2.80 s, as of commit 6. Commit 7, by operation t-c1, made one, `+
		"and commit 8 at 3.20 s made another one on the old answer.", a.Text)

	answered := func(s *tale) {
		ask(s)
		s.in.Reads[len(s.in.Reads)-1].Records = []commitlog.Served{{ID: "003000000000000001", ExternalID: "c0", LSN: 1}}
	}
	gone := func(s *tale, id string) { s.apply(s.ack("d-"+id, id, remove("Contact", id, 2))) }
	for name, act := range map[string]func(s *tale){
		"there was one":             func(s *tale) { answered(s); answered(s); contact(s, "c1"); contact(s, "c2") },
		"the other one is gone":     func(s *tale) { ask(s); ask(s); contact(s, "c1"); gone(s, "c1"); contact(s, "c2") },
		"asked anew":                func(s *tale) { ask(s); contact(s, "c1"); ask(s); contact(s, "c2") },
		"never asked":               func(s *tale) { contact(s, "c1"); contact(s, "c2") },
		"asked once, written twice": func(s *tale) { ask(s); contact(s, "c1"); contact(s, "c2") },
	} {
		s := crowded()
		act(s)
		v := of(s.over(), Isolation)
		assert.Equal(t, Pass, v.Result, "%s: %+v", name, v.Anomalies)
	}
}

func TestReadsOfWhatTheLogDoesNotHold(t *testing.T) {
	s := crowded()
	s.in.Reads = append(s.in.Reads, commitlog.Read{Identity: "crowd/reader-9", LSN: 999, Object: "Lead",
		Records: []commitlog.Served{{ID: "x", LSN: 998}, {ExternalID: "nobody"}, {}}})
	onlyBroken(t, s.over())
}
