package verify

import (
	"fmt"

	"github.com/squall-harness/squall/mocksf/commitlog"
)

// links is what is known about lookups: which parents live, and which records
// stand without theirs.
type links struct {
	alive   map[string]bool      // ids of living records of objects that are parents
	orphans map[int32]*candidate // per target; nil when the breach was not kept
}

// follow judges the lookup of a record after a commit that wrote it: it must
// lead to a living record when the source gave it a parent.
func (c *census) follow(e *effect) {
	if e.intent < 0 || e.misplaced || e.deletes || !c.intents[e.intent].child {
		return
	}
	c.lookups++
	p := c.intents[e.intent].rec.Parent
	id, _ := c.value(e, p.Field).(string)
	open, orphan := c.links.orphans[e.target]
	switch {
	case c.links.alive[id] && orphan:
		c.end(open, e)
		delete(c.links.orphans, e.target)
	case !c.links.alive[id] && !orphan:
		c.links.orphans[e.target] = c.f.anomalies.add(Orphan, func() candidate { return c.orphan(e, id) })
	}
}

func (c *census) orphan(e *effect, id string) candidate {
	it, at := &c.intents[e.intent], c.commitOf(e)
	name, p := target{it.rec.Object, it.rec.ExternalID}.name(), it.rec.Parent
	what := p.Field + " is empty"
	if id != "" {
		what = p.Field + " leads to " + shorten(id) + ", which does not exist"
	}
	return candidate{ops: []int32{it.op}, commits: []int32{e.commit}, Anomaly: Anomaly{
		Operation: c.ops[it.op].ID, Key: name, From: at.At,
		Text: fmt.Sprintf("Commit %d at %s wrote %s without its parent %s: %s.", at.LSN, seconds(at.At), name, target{p.Object, p.ExternalID}.name(), what),
	}}
}

// holders are the living records that hold each external id.
type holders struct {
	first []string             // per target: id of the first one, "" for none
	more  map[int32][]string   // ids of further ones
	open  map[int32]*candidate // the breach that is not over; nil when it was not kept

	restore int32            // commit of the restore that byID is for
	byID    map[string]int32 // targets of the first ones, by their ids
}

// hold keeps account of living parents and of who holds an external id.
func (c *census) hold(e *effect) {
	change := c.changeOf(e)
	if c.naming[change.Object] {
		c.links.alive[change.ID] = !e.deletes
	}
	if e.target < 0 && e.deletes && c.commitOf(e).API == commitlog.APIRestore {
		c.takeAway(e.commit, change.ID)
	}
	if e.target < 0 || change.ExternalID == "" {
		return
	}
	switch first := c.holders.first[e.target]; {
	case e.deletes:
		c.release(e, change)
	case first == "":
		c.holders.first[e.target] = change.ID
		c.keys++
	case e.inserts && first != change.ID:
		c.second(e, change)
	}
}

// takeAway lets a restore take a record that the source did not name: one made
// by an insert, which has its external id from the integration.
func (c *census) takeAway(restore int32, id string) {
	if c.holders.byID == nil || c.holders.restore != restore {
		c.holders.restore, c.holders.byID = restore, map[string]int32{}
		for t, first := range c.holders.first {
			c.holders.byID[first] = int32(t)
		}
	}
	if t, held := c.holders.byID[id]; held && len(c.holders.more[t]) == 0 {
		c.holders.first[t] = ""
	}
}

// second reports that one more record holds the external id.
func (c *census) second(e *effect, change *commitlog.Change) {
	others := c.holders.more[e.target]
	c.holders.more[e.target] = append(others, change.ID)
	if len(others) > 0 || c.commitOf(e).ByOthers() {
		return
	}
	c.holders.open[e.target] = c.f.anomalies.add(NotUnique, func() candidate { return c.notUnique(e, change) })
}

// release takes a deleted record off.
func (c *census) release(e *effect, change *commitlog.Change) {
	others := c.holders.more[e.target]
	if len(others) == 0 {
		c.holders.first[e.target] = ""
		return
	}
	if c.holders.first[e.target] == change.ID {
		c.holders.first[e.target] = others[0]
		others = others[1:]
	} else {
		others = others[:len(others)-1]
	}
	c.holders.more[e.target] = others
	if len(others) == 0 {
		c.end(c.holders.open[e.target], e)
		delete(c.holders.open, e.target)
	}
}

func (c *census) notUnique(e *effect, change *commitlog.Change) candidate {
	at, name := c.commitOf(e), target{change.Object, change.ExternalID}.name()
	found := candidate{commits: []int32{e.commit}, Anomaly: Anomaly{
		Key: name, From: at.At,
		Text: fmt.Sprintf("Commit %d at %s made a second %s: %s stands beside %s.", at.LSN, seconds(at.At), name, change.ID, c.holders.first[e.target]),
	}}
	if e.intent >= 0 {
		found.ops, found.Operation = []int32{c.intents[e.intent].op}, c.ops[c.intents[e.intent].op].ID
	}
	return found
}
