package verify

import (
	"slices"
	"time"

	"pgregory.net/rapid"

	"github.com/squall-harness/squall/harness/history"
	"github.com/squall-harness/squall/mocksf/commitlog"
)

// filter chooses operations. What an edit does to nothing (nil) it does not do.
type filter func(*history.Operation) bool

func (c *clean) pick(t *rapid.T, where filter, classes ...string) *history.Operation {
	var ops []*history.Operation
	for _, op := range c.in.History.Operations {
		if slices.Contains(classes, op.Class) && (where == nil || where(op)) {
			ops = append(ops, op)
		}
	}
	if len(ops) == 0 {
		return nil
	}
	return rapid.SampledFrom(ops).Draw(t, "operation")
}

// survivor was acknowledged before the crash, fresh after it.
func (c *clean) survivor(op *history.Operation) bool {
	at, ok := op.Acknowledged()
	return ok && at <= c.crashed
}

func (c *clean) fresh(op *history.Operation) bool { return !c.survivor(op) }

// backlog was acknowledged before the heal.
func (c *clean) backlog(op *history.Operation) bool {
	at, ok := op.Acknowledged()
	return ok && at <= c.markAt(history.MarkHealed)
}

func both(a, b filter) filter {
	return func(op *history.Operation) bool { return a(op) && b(op) }
}

func deletes(op *history.Operation) bool { return op.Records[0].Op == "delete" }

func (c *clean) markAt(name string) time.Duration {
	m, _ := c.in.History.Mark(name)
	return m.At
}

// between tells whether the crash or the heal lies between two times.
func (c *clean) between(a, b time.Duration) bool {
	return a <= c.crashed && c.crashed < b || a <= c.markAt(history.MarkHealed) && c.markAt(history.MarkHealed) < b
}

// extend lets the run last longer.
func (c *clean) extend(by time.Duration) {
	for i, m := range c.in.History.Marks {
		if m.Name == history.MarkQuiet || m.Name == history.MarkEnd {
			c.in.History.Marks[i].At += by
		}
	}
}

// applied lists the operations of a key in the order in which they took effect.
func (c *clean) applied(key string) (ops []*history.Operation) {
	for _, e := range c.entries {
		for _, p := range e.parts {
			if p.op != nil && p.op.Key == key && !slices.Contains(ops, p.op) {
				ops = append(ops, p.op)
			}
		}
	}
	return ops
}

func isOf(op *history.Operation) func(part) bool { return func(p part) bool { return p.op == op } }

// first and last are the entries in which the operation appears, -1 for none.
func (c *clean) first(op *history.Operation) int {
	return slices.IndexFunc(c.entries, func(e entry) bool { return slices.ContainsFunc(e.parts, isOf(op)) })
}

func (c *clean) last(op *history.Operation) int {
	for i, e := range slices.Backward(c.entries) {
		if slices.ContainsFunc(e.parts, isOf(op)) {
			return i
		}
	}
	return -1
}

func (c *clean) remove(gone func(part) bool) {
	for i := range c.entries {
		c.entries[i].parts = slices.DeleteFunc(c.entries[i].parts, gone)
	}
	c.entries = slices.DeleteFunc(c.entries, func(e entry) bool { return len(e.parts) == 0 })
}

// drop takes an operation out of the log.
func (c *clean) drop(op *history.Operation) bool {
	if op != nil {
		c.remove(isOf(op))
	}
	return op != nil
}

// tear takes one record of an operation out of the log.
func (c *clean) tear(op *history.Operation, record int) bool {
	if op != nil {
		c.remove(func(p part) bool { return p.op == op && p.record == record })
	}
	return op != nil
}

// answer changes what the source was told.
func (c *clean) answer(op *history.Operation, outcome history.Outcome) bool {
	if op != nil {
		op.Outcome, op.Attempts[len(op.Attempts)-1].Outcome = outcome, outcome
	}
	return op != nil
}

// again applies an operation once more, anywhere after its last time.
func (c *clean) again(t *rapid.T, op *history.Operation, alter func(*commitlog.Change)) bool {
	return op != nil && c.put(rapid.IntRange(c.last(op)+1, len(c.entries)).Draw(t, "place"), op, alter)
}

// put applies an operation at a place in the log; alter changes its first
// record.
func (c *clean) put(place int, op *history.Operation, alter func(*commitlog.Change)) bool {
	if op == nil {
		return false
	}
	e := entry{at: c.entries[place-1].at + time.Millisecond, api: commitlog.APIRow, fate: commitlog.FateSent}
	for i := range op.Records {
		e.parts = append(e.parts, part{op: op, record: i})
	}
	e.parts[0].alter = alter
	c.entries = slices.Insert(c.entries, place, e)
	return true
}

// raw appends a change of nobody's, as the last one before the end.
func (c *clean) raw(api commitlog.API, change commitlog.Change) bool {
	at := c.entries[len(c.entries)-1].at + time.Millisecond
	c.entries = append(c.entries, entry{at: at, api: api, fate: commitlog.FateSent, parts: []part{{raw: &change}}})
	return true
}

// deliver moves an operation to a time after all others.
func (c *clean) deliver(op *history.Operation, at time.Duration) bool {
	if !c.drop(op) {
		return false
	}
	c.put(len(c.entries), op, nil)
	c.entries[len(c.entries)-1].at = at
	return true
}

// swap exchanges two operations of a key that took effect one after the other.
func (c *clean) swap(t *rapid.T, key string) bool {
	ops := c.applied(key)
	if len(ops) < 2 {
		return false
	}
	i := rapid.IntRange(0, len(ops)-2).Draw(t, "first of the two")
	a, b := ops[i], ops[i+1]
	first, second := c.entries[c.first(a)].parts, c.entries[c.first(b)].parts
	first[slices.IndexFunc(first, isOf(a))].op = b
	second[slices.IndexFunc(second, isOf(b))].op = a
	return true
}

// split commits the records of a unit after the first one in a commit of their
// own.
func (c *clean) split(op *history.Operation) bool {
	if op == nil {
		return false
	}
	i := c.first(op)
	rest := entry{at: c.entries[i].at + 50*time.Millisecond, api: commitlog.APIRow, fate: commitlog.FateSent}
	c.entries[i].parts = slices.DeleteFunc(c.entries[i].parts, func(p part) bool {
		later := p.op == op && p.record > 0
		if later {
			rest.parts = append(rest.parts, p)
		}
		return later
	})
	c.entries = slices.Insert(c.entries, i+1, rest)
	return true
}

// unbundle gives the operations of a bulk commit a commit each.
func (c *clean) unbundle() bool {
	i := slices.IndexFunc(c.entries, func(e entry) bool { return e.api == commitlog.APIBulk })
	if i < 0 {
		return false
	}
	parts := c.entries[i].parts
	op := parts[0].op
	rest := c.entries[i]
	c.entries[i].parts = slices.DeleteFunc(slices.Clone(parts), func(p part) bool { return p.op != op })
	rest.parts = slices.DeleteFunc(slices.Clone(parts), isOf(op))
	c.entries = slices.Insert(c.entries, i+1, rest)
	return true
}

// alter changes the first record of an operation where it first takes effect.
func (c *clean) alter(op *history.Operation, alter func(*commitlog.Change)) bool {
	if op == nil {
		return false
	}
	parts := c.entries[c.first(op)].parts
	parts[slices.IndexFunc(parts, isOf(op))].alter = alter
	return true
}

// alterAll changes it wherever it appears.
func (c *clean) alterAll(op *history.Operation, alter func(*commitlog.Change)) bool {
	for _, e := range c.entries {
		for i := range e.parts {
			if op != nil && e.parts[i].op == op {
				e.parts[i].alter = alter
			}
		}
	}
	return op != nil
}

// any is one commit of all.
func (c *clean) any(t *rapid.T) *entry {
	return &c.entries[rapid.IntRange(0, len(c.entries)-1).Draw(t, "commit")]
}
