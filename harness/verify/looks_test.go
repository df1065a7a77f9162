package verify

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/squall-harness/squall/harness/history"
	"github.com/squall-harness/squall/harness/match"
	"github.com/squall-harness/squall/mocksf/commitlog"
)

// forget takes every token out of a tale, as if neither the source nor the
// integration had known one.
func (s *tale) forget() {
	s.in.Settings.TokenField = match.None
	for _, op := range s.in.History.Operations {
		for i := range op.Records {
			delete(op.Records[i].Fields, defaultTokenField)
		}
	}
	for i := range s.in.Commits {
		for _, change := range s.in.Commits[i].Changes {
			delete(change.Fields, defaultTokenField)
		}
	}
	for i := range s.in.Requests {
		s.in.Requests[i].Traces = nil
	}
}

// note is an insert with a text of its own.
func note(text string) history.Record {
	return history.Record{Object: "Activity_Log__c", Fields: map[string]any{"Note__c": text}}
}

func TestWithoutATokenACleanRunPasses(t *testing.T) {
	s := rehearsed()
	s.over()
	s.forget()
	j := JudgeAll(s.in)
	onlyBroken(t, j.Verdicts)
	assert.Equal(t, "Records without a token are recognised by key and content, which weakens the verdicts: an altered new record shows as "+
		"one lost and one never intended, and an altered version as the one most like it.", j.Weaker)
}

func TestWithoutAToken(t *testing.T) {
	cases := map[string]struct {
		act    func(s *tale)
		broken []Guarantee
	}{
		"lost":         {func(s *tale) { s.ack("t-1", "k", upsert("Account", "a", 1)) }, []Guarantee{NoLoss}},
		"a lost note":  {func(s *tale) { s.ack("t-1", "k", note("one")) }, []Guarantee{NoLoss}},
		"redelivered":  {func(s *tale) { op := s.ack("t-1", "k", upsert("Account", "a", 1)); s.apply(op); s.apply(op) }, nil},
		"doubled":      {func(s *tale) { op := s.ack("t-1", "k", note("one")); s.apply(op); s.apply(op) }, []Guarantee{NoDuplicates}},
		"never meant":  {func(s *tale) { s.apply(&history.Operation{Records: []history.Record{note("zero")}}) }, []Guarantee{NoPhantoms}},
		"refused":      {func(s *tale) { s.apply(s.offer("t-1", "k", history.Fail, upsert("Account", "a", 1))) }, []Guarantee{NoPhantoms}},
		"never known":  {func(s *tale) { s.apply(s.offer("t-1", "k", history.Info, upsert("Account", "a", 1))) }, nil},
		"out of order": {func(s *tale) { twoVersions(s, 1, 0) }, []Guarantee{Order}},
		"in order":     {func(s *tale) { twoVersions(s, 0, 1) }, nil},
		"altered": {func(s *tale) {
			op := s.ack("t-1", "k", upsert("Account", "a", 1))
			s.apply(op).Changes[0].Fields["Name"] = "altered"
		}, []Guarantee{Integrity}},
		"an altered note": {func(s *tale) {
			op := s.ack("t-1", "k", note("one"))
			s.apply(op).Changes[0].Fields["Note__c"] = "altered"
		}, []Guarantee{NoLoss, NoPhantoms}},
		"torn": {func(s *tale) { s.applySome(s.ack("t-1", "k", unit("ord-1")...), 0) }, []Guarantee{Atomicity}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			s := rehearsed()
			c.act(s)
			s.over()
			s.forget()
			onlyBroken(t, Judge(s.in), c.broken...)
		})
	}
}

func twoVersions(s *tale, order ...int) {
	ops := []*history.Operation{s.ack("t-1", "k", upsert("Account", "a", 1)), s.ack("t-2", "k", upsert("Account", "a", 2))}
	for _, i := range order {
		s.apply(ops[i])
	}
}

// Records that look alike are judged by their number: one too few is lost, one
// too many is a duplicate, and their order is nobody's.
func TestRecordsThatLookAlikeAreCounted(t *testing.T) {
	for applied, broken := range map[int][]Guarantee{2: {NoLoss}, 3: nil, 4: {NoDuplicates}} {
		s := rehearsed()
		var ops []*history.Operation
		for i := range 3 {
			ops = append(ops, s.ack(fmt.Sprintf("t-%d", i), "k", note("same")))
		}
		for i := range applied {
			s.apply(ops[len(ops)-1-i%3]) // the last one first
		}
		s.over()
		s.forget()
		j := JudgeAll(s.in)
		onlyBroken(t, j.Verdicts, broken...)
		assert.Contains(t, j.Weaker, "3 records that look like another one count for no loss and no duplicates by their number only")
		n, _ := figure(of(j.Verdicts, NoLoss).Evidence, "records that look like another one, judged by their number")
		assert.Equal(t, 3, n)
	}
}

// What was refused is taken last: it is held against the integration only when
// there is no other way.
func TestWhatWasRefusedIsTakenLast(t *testing.T) {
	for applied, broken := range map[int][]Guarantee{1: nil, 2: {NoPhantoms}} {
		s := rehearsed()
		op := s.offer("t-1", "k", history.Fail, note("same"))
		s.ack("t-2", "k2", note("same"))
		for range applied {
			s.apply(op)
		}
		s.over()
		s.forget()
		onlyBroken(t, Judge(s.in), broken...)
	}
}

func TestOneObjectMayCarryNoToken(t *testing.T) {
	s := rehearsed()
	s.in.Settings.Tokens = map[string]string{"Activity_Log__c": match.None, "Account": "Msg__c"}
	for _, op := range s.in.History.Operations {
		for i := range op.Records {
			if f := op.Records[i].Fields; op.Records[i].Object == "Account" {
				f["Msg__c"] = f[defaultTokenField]
			}
		}
	}
	for i := range s.in.Commits {
		for _, change := range s.in.Commits[i].Changes {
			if change.Object == "Account" {
				change.Fields["Msg__c"] = change.Fields[defaultTokenField]
			}
			if change.Object != "Order__c" && change.Object != "OrderLine__c" {
				delete(change.Fields, defaultTokenField)
			}
		}
	}
	for _, op := range s.in.History.Operations {
		for i := range op.Records {
			if o := op.Records[i].Object; o == "Account" || o == "Activity_Log__c" {
				delete(op.Records[i].Fields, defaultTokenField)
			}
		}
	}
	onlyBroken(t, s.over())
}

func TestWhenNoChangeCarriesATokenTheVerdictSaysWhatToDo(t *testing.T) {
	s := newTale()
	s.ack("t-1", "k", upsert("Account", "a", 1))
	s.commit(commitlog.APIRow, commitlog.Change{Op: commitlog.Insert, Object: "Account", ID: "1", ExternalID: "a", Fields: map[string]any{"Name": "x"}})
	assert.Contains(t, of(s.over(), NoPhantoms).Reason, "No change carried a token: the integration must copy the field Token__c, or the scenario must say source.token: none.")
}
