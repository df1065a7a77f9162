package verify

import (
	"maps"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/squall-harness/squall/harness/history"
	"github.com/squall-harness/squall/mocksf/commitlog"
)

// restore puts the org back to the state after a commit: what came later is
// undone, the latest first.
func (s *tale) restore(to int) {
	state, order := map[string]commitlog.Change{}, []string{}
	for i, c := range s.in.Commits {
		for _, change := range c.Changes {
			old, known := state[change.ID]
			if i >= to {
				if !slices.Contains(order, change.ID) {
					order = append(order, change.ID)
				}
				if !known {
					state[change.ID] = commitlog.Change{Op: commitlog.Delete, Object: change.Object, ID: change.ID, ExternalID: change.ExternalID}
				}
				continue
			}
			fields := maps.Clone(old.Fields)
			if fields == nil {
				fields = map[string]any{}
			}
			maps.Copy(fields, change.Fields)
			state[change.ID] = commitlog.Change{Op: commitlog.Update, Object: change.Object, ID: change.ID, ExternalID: change.ExternalID, Fields: fields}
		}
	}
	var changes []commitlog.Change
	for _, id := range order {
		changes = append(changes, state[id])
		if state[id].Op == commitlog.Delete {
			maps.DeleteFunc(s.ids, func(_ target, living string) bool { return living == id })
		}
	}
	c := s.commit(commitlog.APIRestore, changes...)
	c.Request = commitlog.Backup(uint64(to))
	s.in.Requests = s.in.Requests[:len(s.in.Requests)-1]
}

// taken is a run in which a restore takes an insert, a unit and a version of a
// record; the operations are returned in that order.
func taken(repairs bool) (*tale, []*history.Operation) {
	s := rehearsed()
	s.in.Settings.Repairs = repairs
	s.apply(s.ack("t-1", "a", upsert("Account", "a", 1)))
	backup := len(s.in.Commits)
	ops := []*history.Operation{
		s.ack("t-2", "t-2", insert("Activity_Log__c")), s.ack("t-3", "t-3", unit("ord-3")...), s.ack("t-4", "a", upsert("Account", "a", 2)),
	}
	for _, op := range ops {
		s.apply(op)
	}
	s.restore(backup)
	return s, ops
}

func TestWhatARestoreTookNeedNotComeBackUnasked(t *testing.T) {
	s, _ := taken(false)
	onlyBroken(t, s.over())
}

// Who saw a unit that a restore took saw nothing that the integration tore.
func TestWhatARestoreTookWasNoDirtyRead(t *testing.T) {
	s := crowded()
	op := s.ack("t-1", "k", unit("ord-1")...)
	s.apply(op)
	s.look("reader-1", op)
	s.restore(6)
	onlyBroken(t, s.over())
}

func TestWhatARestoreTookIsGoneUnlessItComesBack(t *testing.T) {
	s, _ := taken(true)
	verdicts := s.over()
	onlyBroken(t, verdicts, NoLoss, Durability)
	v := of(verdicts, Durability)
	assert.Equal(t, 3, v.Found)
	texts := []string{}
	for _, a := range v.Anomalies {
		texts = append(texts, a.Text)
	}
	assert.Contains(t, texts, "Operation t-2 was acknowledged at 2.31 s and had reached Salesforce; the restore at 2.90 s (commit 9) took it back, and it never came again.")
}

// What comes back is no duplicate, no stale version and no operation out of
// order, whether it was asked for or not.
func TestWhatComesBackBreaksNoPromise(t *testing.T) {
	for _, asked := range []bool{true, false} {
		s, ops := taken(asked)
		for _, op := range slices.Backward(ops) {
			s.apply(op)
		}
		verdicts := s.over()
		onlyBroken(t, verdicts)
		if asked {
			assert.Equal(t, "3 operations came back that a restore from a backup had taken. 1 open operation survived 1 crash.", of(verdicts, Durability).Reason)
		}
	}
}

func TestAfterARestoreTheRulesAreTheSame(t *testing.T) {
	for name, c := range map[string]struct {
		act    func(s *tale, ops []*history.Operation)
		broken []Guarantee
	}{
		"an insert comes back twice": {func(s *tale, ops []*history.Operation) {
			for _, op := range append(slices.Clone(ops), ops[0]) {
				s.apply(op)
			}
		}, []Guarantee{NoDuplicates}},
		"a unit comes back in parts": {func(s *tale, ops []*history.Operation) {
			s.apply(ops[0])
			s.applySome(ops[1], 0)
			s.apply(ops[2])
		}, []Guarantee{Atomicity, Durability}},
		"an old version over the one that came back": {func(s *tale, ops []*history.Operation) {
			for _, op := range ops {
				s.apply(op)
			}
			first := s.in.History.Operations[len(s.in.History.Operations)-4]
			s.apply(first)
		}, []Guarantee{Order}},
	} {
		s, ops := taken(true)
		c.act(s, ops)
		verdicts := s.over()
		t.Log(name)
		onlyBroken(t, verdicts, c.broken...)
	}
}

// A version that a newer one has replaced since need not come back.
func TestANewerVersionMakesUpForOneThatARestoreTook(t *testing.T) {
	s, ops := taken(true)
	s.apply(ops[0])
	s.apply(ops[1])
	s.apply(s.ack("t-5", "a", upsert("Account", "a", 3)))
	onlyBroken(t, s.over())
}

func TestWithoutARestoreThereIsNoEvidenceForRepairs(t *testing.T) {
	s := rehearsed()
	s.in.Settings.Repairs = true
	v := of(s.over(), Durability)
	assert.Equal(t, NoEvidence, v.Result)
	assert.Equal(t, "No restore from a backup took anything that had been acknowledged.", v.Reason)
}

// A second restore, to before the first backup, takes what had come back.
func TestTwoRestores(t *testing.T) {
	s, ops := taken(true)
	for _, op := range ops {
		s.apply(op)
	}
	s.restore(5)
	verdicts := s.over()
	onlyBroken(t, verdicts, NoLoss, Durability)
	assert.Equal(t, 3, of(verdicts, NoLoss).Found)
	for _, op := range ops {
		s.apply(op)
	}
	assert.Zero(t, of(Judge(s.in), NoLoss).Found)
	assert.Zero(t, of(Judge(s.in), NoDuplicates).Found)
}

// A record that came and went since the backup has no change in the restore,
// and comes and goes again all the same.
func TestWhatCameAndWentComesAndGoesAgain(t *testing.T) {
	s := rehearsed()
	s.in.Settings.Repairs = true
	first := s.ack("t-1", "a", upsert("Account", "a", 1))
	s.apply(first)
	backup := len(s.in.Commits)
	since := []*history.Operation{s.ack("t-2", "b", upsert("Account", "b", 1)), s.ack("t-3", "b", remove("Account", "b", 2)), s.ack("t-4", "a", upsert("Account", "a", 2))}
	for _, op := range since {
		s.apply(op)
	}
	back := commitlog.Change{Op: commitlog.Update, Object: "Account", ID: s.ids[target{"Account", "a"}], ExternalID: "a", Fields: first.Records[0].Fields}
	s.commit(commitlog.APIRestore, back).Request = commitlog.Backup(uint64(backup))
	s.in.Requests = s.in.Requests[:len(s.in.Requests)-1]
	for _, op := range since {
		s.apply(op)
	}
	onlyBroken(t, s.over())
}

// An insert that a restore took leaves its external id free, although the source
// never named it.
func TestARestoreFreesTheExternalIDsOfInserts(t *testing.T) {
	s, ops := taken(true)
	s.in.Settings.Invariants = []Invariant{orderTotal}
	for _, op := range ops {
		s.apply(op)
	}
	for _, c := range s.in.Commits {
		for i := range c.Changes {
			if c.Changes[i].Object == "Activity_Log__c" && c.LSN > 5 {
				c.Changes[i].ExternalID = "t-2.0"
			}
		}
	}
	assert.Zero(t, of(s.over(), Consistency).Found)
}
