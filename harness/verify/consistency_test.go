package verify

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/squall-harness/squall/harness/history"
	"github.com/squall-harness/squall/mocksf/commitlog"
)

var (
	orderTotal    = Invariant{Name: "order total", Parent: "Order__c", Field: "Total__c", Children: "OrderLine__c", Lookup: "Order__c", Sum: "Amount__c"}
	orderHasALine = Invariant{Name: "order has a line", Parent: "Order__c", Children: "OrderLine__c", Lookup: "Order__c", Least: 1, Most: 3}
	orderStatus   = Invariant{Name: "order status", Parent: "Order__c", Field: "Status__c", Moves: map[string][]string{"": {"new"}, "new": {"paid"}}}
)

// ruled is a rehearsed run that claims the rules.
func ruled(rules ...Invariant) *tale {
	s := rehearsed()
	s.in.Settings.Invariants = rules
	return s
}

// purchase is a unit whose total is the sum of its lines.
func purchase(id string, amounts ...float64) []history.Record {
	head, total := upsert("Order__c", id, 1), 0.0
	records := []history.Record{head}
	for i, amount := range amounts {
		line := under(upsert("OrderLine__c", fmt.Sprintf("%s-%d", id, i), 1), "Order__c", "Order__c", id)
		line.Fields["Amount__c"] = amount
		total += amount
		records = append(records, line)
	}
	head.Fields["Total__c"] = total
	return records
}

func TestAUnitInOneCommitKeepsTheInvariants(t *testing.T) {
	s := ruled(orderTotal, orderHasALine)
	op := s.ack("t-1", "k", purchase("ord-1", 0.1, 0.2, 12.5)...)
	s.apply(op)
	s.apply(op) // a redelivery changes no sum
	verdicts := s.over()
	onlyBroken(t, verdicts)
	v := of(verdicts, Consistency)
	assert.Equal(t, "2 invariants held after each of 6 commits, 7 lookups led to a record, and no external id was held twice.", v.Reason)
	assert.Equal(t, []Count{{figRules, 6}, {"lookups followed", 7}, {"external ids watched", 7}}, v.Evidence)
}

func TestAUnitInSeveralCommitsBreaksTheInvariantsInBetween(t *testing.T) {
	s := ruled(orderTotal)
	op := s.ack("t-1", "k", purchase("ord-1", 10, 2.5)...)
	s.applySome(op, 0)
	s.applySome(op, 1)
	s.applySome(op, 2)
	verdicts := s.over()
	onlyBroken(t, verdicts, Atomicity, Consistency)
	a := only(t, verdicts, Consistency, Inconsistent)
	assert.Equal(t, `Commit 5 at 2.20 s broke "order total" for Order__c ord-1: Total__c is 12.5, and Amount__c over its 0 records of OrderLine__c is 0. `+
		"It was right again from commit 7 on, after 200 ms.", a.Text)
	assert.Equal(t, "t-1", a.Operation)
	assert.Equal(t, 200*time.Millisecond, a.To-a.From)
	assert.Equal(t, "1 record at odds with an invariant.", of(verdicts, Consistency).Reason)
}

func TestATornOrderStaysAtOddsWithItsInvariants(t *testing.T) {
	s := ruled(orderTotal, orderHasALine)
	op := s.ack("t-1", "k", purchase("ord-1", 10)...)
	s.applySome(op, 0)
	v := of(s.over(), Consistency)
	assert.Equal(t, 2, v.Found)
	assert.Zero(t, v.Anomalies[0].To)
	assert.Contains(t, v.Anomalies[1].Text, "it has 0 records of OrderLine__c, and must have at least 1.")
}

func TestInvariantsFollowChildrenThatMoveChangeAndGo(t *testing.T) {
	s := ruled(orderTotal, orderHasALine)
	s.apply(s.ack("t-1", "k", purchase("ord-1", 1, 2)...))
	s.apply(s.ack("t-2", "k", purchase("ord-2", 4, 5)...))
	moved := under(upsert("OrderLine__c", "ord-1-1", 2), "Order__c", "Order__c", "ord-2")
	heads := []history.Record{upsert("Order__c", "ord-1", 2), upsert("Order__c", "ord-2", 2)}
	heads[0].Fields["Total__c"], heads[1].Fields["Total__c"] = 1.0, 11.0
	s.apply(s.ack("t-3", "k", append(slices.Clone(heads), moved)...))
	assert.Zero(t, of(Judge(s.in), Consistency).Found)

	last := upsert("Order__c", "ord-2", 3)
	last.Fields["Total__c"] = 6.0
	s.apply(s.ack("t-4", "k", last, remove("OrderLine__c", "ord-2-1", 2)))
	assert.Zero(t, of(Judge(s.in), Consistency).Found)

	s.apply(s.ack("t-5", "k", remove("OrderLine__c", "ord-2-0", 2)))
	a := only(t, s.over(), Consistency, Inconsistent)
	assert.Contains(t, a.Text, "Total__c is 6, and Amount__c over its 1 record of OrderLine__c is 2.")
}

func TestMostChildren(t *testing.T) {
	s := ruled(orderHasALine)
	s.apply(s.ack("t-1", "k", purchase("ord-1", 1, 2, 3, 4)...))
	assert.Contains(t, only(t, s.over(), Consistency, Inconsistent).Text, "it has 4 records of OrderLine__c, and must have at most 3.")
}

func TestMoves(t *testing.T) {
	s := ruled(orderStatus)
	for i, status := range []string{"new", "new", "paid", "new"} {
		head := upsert("Order__c", "ord-1", i+1)
		head.Fields["Status__c"] = status
		s.apply(s.ack(fmt.Sprintf("t-%d", i), "k", head))
	}
	a := s.over()
	text := of(a, Consistency).Anomalies
	require.Len(t, text, 1)
	assert.Contains(t, text[0].Text, `broke "order status" for Order__c ord-1: Status__c went from "paid" to "new".`)
}

func TestWhatOthersBreakIsNotHeldAgainstTheIntegration(t *testing.T) {
	s := ruled(orderTotal)
	s.apply(s.ack("t-1", "k", purchase("ord-1", 1)...))
	id := s.ids[target{"OrderLine__c", "ord-1-0"}]
	s.commit(commitlog.APIRow, commitlog.Change{Op: commitlog.Update, Object: "OrderLine__c", ID: id, ExternalID: "ord-1-0",
		Fields: map[string]any{"Amount__c": 7.0}}).Identity = commitlog.CrowdIdentity("user-1")
	onlyBroken(t, s.over())
}

func TestAnInvariantThatMetNoRecordProvesNothing(t *testing.T) {
	s := ruled(orderHasALine, Invariant{Name: "invoice total", Parent: "Invoice__c", Field: "Total__c", Children: "Line__c", Lookup: "Invoice__c", Sum: "Amount__c"})
	v := of(s.over(), Consistency)
	assert.Equal(t, NoEvidence, v.Result)
	assert.Equal(t, `Invariant "invoice total" was never put to the test: no Invoice__c was written.`, v.Reason)
}

func TestAChildWithoutItsParent(t *testing.T) {
	for id, text := range map[any]string{
		nil:                  "Commit 5 at 2.20 s wrote OrderLine__c ord-1-0 without its parent Order__c ord-1: Order__c is empty.",
		"a00000000000000404": "Commit 5 at 2.20 s wrote OrderLine__c ord-1-0 without its parent Order__c ord-1: Order__c leads to a00000000000000404, which does not exist.",
	} {
		s := ruled(orderHasALine)
		op := s.ack("t-1", "k", purchase("ord-1", 1)...)
		s.applySome(op, 1).Changes[0].Fields["Order__c"] = id
		s.apply(op)
		a := only(t, s.over(), Consistency, Orphan)
		assert.Equal(t, text+" It was right again from commit 6 on, after 100 ms.", a.Text)
	}
}

func TestAnExternalIDThatIsHeldTwice(t *testing.T) {
	s := ruled(orderHasALine)
	s.apply(s.ack("t-1", "k", upsert("Account", "a", 1)))
	first := s.ids[target{"Account", "a"}]
	clear(s.ids)
	s.apply(s.ack("t-2", "k", upsert("Account", "a", 2)))
	a := only(t, s.over(), Consistency, NotUnique)
	assert.Equal(t, "Commit 6 at 2.40 s made a second Account a: 001000000000000006 stands beside "+first+".", a.Text)

	s.apply(s.ack("t-3", "k", remove("Account", "a", 3)))
	assert.Contains(t, only(t, s.over(), Consistency, NotUnique).Text, "It was right again from commit 7 on")
}

// What deltas say after each commit is what adding up all over again says.
func TestDeltasAgreeWithAddingUpAllOverAgain(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r, all := newRule(&orderTotal), map[string]*commitlog.Change{}
		for range rapid.IntRange(1, 40).Draw(t, "changes") {
			change := drawLineOrOrder(t, all)
			r.apply(change)
			for _, p := range r.touched {
				p.touched = false
			}
			r.touched = nil
			for id, p := range r.parents {
				want, n := 0.0, 0
				for _, c := range all {
					if c.Object == "OrderLine__c" && c.Fields["Order__c"] == id {
						want += c.Fields["Amount__c"].(float64)
						n++
					}
				}
				require.Equal(t, n, p.n)
				require.InDelta(t, want, p.sum, 1e-9)
			}
		}
	})
}

// drawLineOrOrder draws a change that is possible now, and carries it out.
func drawLineOrOrder(t *rapid.T, all map[string]*commitlog.Change) *commitlog.Change {
	object := rapid.SampledFrom([]string{"Order__c", "OrderLine__c", "OrderLine__c"}).Draw(t, "object")
	id := object + rapid.SampledFrom([]string{"1", "2", "3"}).Draw(t, "id")
	change := &commitlog.Change{Op: commitlog.Update, Object: object, ID: id, Fields: map[string]any{}}
	now, there := all[id]
	if there && rapid.Bool().Draw(t, "deleted") {
		delete(all, id)
		change.Op = commitlog.Delete
		return change
	}
	if !there {
		change.Op, now = commitlog.Insert, &commitlog.Change{Object: object, Fields: map[string]any{"Amount__c": 0.0}}
		all[id] = now
	}
	if rapid.Bool().Draw(t, "moved") {
		change.Fields["Order__c"] = rapid.SampledFrom([]string{"Order__c1", "Order__c2"}).Draw(t, "parent")
	}
	if rapid.Bool().Draw(t, "changed") {
		change.Fields["Amount__c"] = float64(rapid.IntRange(-9, 9).Draw(t, "amount"))
	}
	for field, value := range change.Fields {
		now.Fields[field] = value
	}
	return change
}

func TestInvariantsThatMakeNoSense(t *testing.T) {
	alter := func(change func(*Invariant)) Invariant {
		v := orderTotal
		change(&v)
		return v
	}
	for want, v := range map[string]Invariant{
		"":                    orderTotal,
		"has no name":         alter(func(v *Invariant) { v.Name = "" }),
		"has no parent":       alter(func(v *Invariant) { v.Parent = "" }),
		"must say one thing":  {Name: "n", Parent: "P"},
		"one thing: sum":      alter(func(v *Invariant) { v.Least = 1 }),
		"beside sum":          alter(func(v *Invariant) { v.Lookup = "" }),
		"beside least":        {Name: "n", Parent: "P", Least: 1},
		"between 2 and 1":     {Name: "n", Parent: "P", Children: "C", Lookup: "L", Least: 2, Most: 1},
		"beside moves":        {Name: "n", Parent: "P", Moves: map[string][]string{"": {"a"}}},
		"neither children no": {Name: "n", Parent: "P", Field: "F", Children: "C", Moves: map[string][]string{"": {"a"}}},
	} {
		if want == "" {
			assert.Empty(t, v.Check())
		}
		assert.Contains(t, v.Check(), want)
	}
	assert.Empty(t, orderHasALine.Check())
	assert.Empty(t, orderStatus.Check())
}
