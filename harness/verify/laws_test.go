package verify

import (
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/squall-harness/squall/harness/history"
	"github.com/squall-harness/squall/mocksf/commitlog"
)

// From a clean run, every edit breaks exactly what it should.
func TestEveryEditBreaksItsGuaranteeAndNoOther(t *testing.T) {
	for name, edit := range edits {
		t.Run(name, func(t *testing.T) {
			tried := 0
			rapid.Check(t, func(t *rapid.T) {
				c := drawClean(t)
				onlyBroken(t, Judge(c.in))
				broken, done := edit(c, t)
				if !done {
					return
				}
				tried++
				c.renumber()
				verdicts := Judge(c.in)
				onlyBroken(t, verdicts, broken...)
				require.Equal(t, verdicts, Judge(c.in), "judged twice")
			})
			require.Positive(t, tried, "the edit was never possible")
		})
	}
}

// Two neighbouring commits that have no key in common may change places, as
// long as both were made before the end.
func TestUnrelatedInterleavingsDoNotMatter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := drawClean(t)
		name := rapid.SampledFrom(slices.Sorted(maps.Keys(edits))).Draw(t, "edit")
		edits[name](c, t)
		c.renumber()
		before := Judge(c.in)
		i := rapid.IntRange(3, max(len(c.in.Commits)-2, 3)).Draw(t, "place")
		if i+1 == len(c.in.Commits) {
			return
		}
		a, b := &c.in.Commits[i], &c.in.Commits[i+1]
		end, _ := c.in.History.Mark(history.MarkEnd)
		if c.related(*a, *b) || b.At > end.At {
			return
		}
		a.Changes, b.Changes = b.Changes, a.Changes
		for g, v := range Judge(c.in) {
			require.Equal(t, before[g].Result, v.Result, "%s: %s", name, v.Guarantee)
			require.Equal(t, before[g].Classes, v.Classes, "%s: %s", name, v.Guarantee)
		}
	})
}

// clean is a run without a fault of the integration's: a rehearsed one, and
// operations of all kinds after it. Its classes: notes are inserts, hot ones
// are versions of one record, cold ones write a record once.
type clean struct{ *tale }

func drawClean(t *rapid.T) *clean {
	c := &clean{rehearsed()}
	n := rapid.IntRange(3, 12).Draw(t, "operations")
	hot := 0
	for i := range n {
		id := fmt.Sprintf("t-%d", i)
		class := rapid.SampledFrom([]string{"note", "hot", "cold", "unit", "unknown", "unapplied", "refused"}).Draw(t, "class")
		if class == "hot" {
			hot++
		}
		op := c.drawn(id, class, hot)
		op.Class = class
		if class == "unapplied" || class == "refused" {
			continue
		}
		c.apply(op)
		if class != "note" && class != "unknown" && rapid.Bool().Draw(t, "redelivered") {
			c.apply(op)
		}
	}
	c.over()
	return c
}

func (c *clean) drawn(id, class string, hot int) *history.Operation {
	switch class {
	case "hot":
		return c.ack(id, "hot", upsert("Account", "hot", hot))
	case "cold":
		return c.ack(id, id, upsert("Contact", id, 1))
	case "unit":
		return c.ack(id, id, unit(id)...)
	case "unknown":
		return c.offer(id, id, history.Info, insert("Activity_Log__c"))
	case "unapplied":
		return c.offer(id, id, history.Info, insert("Activity_Log__c"))
	case "refused":
		return c.offer(id, id, history.Fail, insert("Activity_Log__c"))
	}
	return c.ack(id, id, under(insert("Activity_Log__c"), "Account__c", "Account", "e-acct"))
}

func (c *clean) byClass(classes ...string) []*history.Operation {
	var ops []*history.Operation
	for _, op := range c.in.History.Operations {
		if slices.Contains(classes, op.Class) {
			ops = append(ops, op)
		}
	}
	return ops
}

// pick chooses an operation; without one it returns a stand-in that is not part
// of the run.
func (c *clean) pick(t *rapid.T, classes ...string) (*history.Operation, bool) {
	ops := c.byClass(classes...)
	if len(ops) == 0 {
		return &history.Operation{}, false
	}
	return rapid.SampledFrom(ops).Draw(t, "operation"), true
}

func (c *clean) carries(i int, op *history.Operation) bool { return c.changes(c.in.Commits[i], op) }

func (c *clean) changes(commit commitlog.Commit, op *history.Operation) bool {
	return slices.Contains(c.operations(commit), op.ID)
}

// operations lists the ids of the operations whose tokens a commit carries; a
// token is the id and a digit.
func (c *clean) operations(commit commitlog.Commit) []string {
	var ids []string
	for _, change := range commit.Changes {
		token, _ := change.Fields[defaultTokenField].(string)
		if len(token) > 2 {
			ids = append(ids, token[:len(token)-2])
		}
	}
	return ids
}

func (c *clean) times(op *history.Operation) int {
	n := 0
	for i := range c.in.Commits {
		if c.carries(i, op) {
			n++
		}
	}
	return n
}

func (c *clean) drop(op *history.Operation) {
	c.in.Commits = slices.DeleteFunc(c.in.Commits, func(k commitlog.Commit) bool { return c.changes(k, op) })
}

func (c *clean) firstChange(op *history.Operation) *commitlog.Change {
	for i := range c.in.Commits {
		if c.carries(i, op) {
			return &c.in.Commits[i].Changes[0]
		}
	}
	return nil
}

// again appends the first commit of an operation once more, altered and still
// before the end.
func (c *clean) again(op *history.Operation, alter func(*commitlog.Change)) {
	for _, commit := range c.in.Commits {
		if c.changes(commit, op) {
			commit.Changes = slices.Clone(commit.Changes)
			alter(&commit.Changes[0])
			commit.At = c.in.Commits[len(c.in.Commits)-1].At + time.Millisecond
			c.in.Commits = append(c.in.Commits, commit)
			return
		}
	}
}

// related tells whether two commits share an operation, or a key that orders
// them.
func (c *clean) related(a, b commitlog.Commit) bool {
	keys := map[string]bool{}
	for _, op := range c.in.History.Operations {
		if c.changes(a, op) {
			keys[op.Key] = true
		}
	}
	for _, op := range c.in.History.Operations {
		if c.changes(b, op) && keys[op.Key] {
			return true
		}
	}
	return len(keys) == 0
}

func (c *clean) renumber() {
	for i := range c.in.Commits {
		c.in.Commits[i].LSN = uint64(i + 1)
	}
}
