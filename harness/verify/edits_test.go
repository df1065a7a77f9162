package verify

import (
	"slices"
	"time"

	"pgregory.net/rapid"

	"github.com/squall-harness/squall/harness/history"
	"github.com/squall-harness/squall/mocksf/commitlog"
)

// An edit breaks a clean pair of ledgers in one place. It returns what it broke,
// or false when the run held nothing to break that way.
type edit func(c *clean, t *rapid.T) (broken []Guarantee, done bool)

var edits = map[string]edit{
	"drop an operation's commits": func(c *clean, t *rapid.T) ([]Guarantee, bool) {
		op, found := c.pick(t, "note", "hot", "cold", "unit")
		c.drop(op)
		return []Guarantee{NoLoss}, found
	},
	"drop the commits of an operation that was never answered": func(c *clean, t *rapid.T) ([]Guarantee, bool) {
		op, found := c.pick(t, "unknown")
		c.drop(op)
		return nil, found
	},
	"forget the answer": func(c *clean, t *rapid.T) ([]Guarantee, bool) {
		op, found := c.pick(t, "note", "hot", "cold", "unit")
		op.Outcome = history.Info
		return nil, found
	},
	"insert twice": func(c *clean, t *rapid.T) ([]Guarantee, bool) {
		op, found := c.pick(t, "note", "unknown")
		c.again(op, func(change *commitlog.Change) { change.ID = "00T000000000000999" })
		return []Guarantee{NoDuplicates}, found
	},
	"write twice": func(c *clean, t *rapid.T) ([]Guarantee, bool) {
		op, found := c.pick(t, "note", "cold", "unit")
		c.again(op, func(change *commitlog.Change) { change.Op = commitlog.Update })
		return nil, found
	},
	"swap two versions": func(c *clean, _ *rapid.T) ([]Guarantee, bool) {
		hot := c.byClass("hot")
		if len(hot) < 2 {
			return nil, false
		}
		a, b := c.firstChange(hot[0]), c.firstChange(hot[1])
		a.Fields, b.Fields = b.Fields, a.Fields
		return []Guarantee{Order}, true
	},
	"bring an old version back": func(c *clean, _ *rapid.T) ([]Guarantee, bool) {
		hot := c.byClass("hot")
		if len(hot) < 2 {
			return nil, false
		}
		c.again(hot[0], func(change *commitlog.Change) { change.Op = commitlog.Update })
		return []Guarantee{Order}, true
	},
	"tear a unit": func(c *clean, t *rapid.T) ([]Guarantee, bool) {
		op, found := c.pick(t, "unit")
		for i := range c.in.Commits {
			if c.carries(i, op) {
				c.in.Commits[i].Changes = c.in.Commits[i].Changes[:1]
			}
		}
		return []Guarantee{Atomicity}, found
	},
	"commit a unit in two parts": func(c *clean, t *rapid.T) ([]Guarantee, bool) {
		op, found := c.pick(t, "unit")
		i := slices.IndexFunc(c.in.Commits, func(k commitlog.Commit) bool { return c.changes(k, op) })
		if found {
			second := c.in.Commits[i]
			second.Changes = second.Changes[1:]
			c.in.Commits[i].Changes = c.in.Commits[i].Changes[:1]
			c.in.Commits = slices.Insert(c.in.Commits, i+1, second)
		}
		return []Guarantee{Atomicity}, found
	},
	"alter a field": func(c *clean, t *rapid.T) ([]Guarantee, bool) {
		op, found := c.pick(t, "note", "hot", "cold", "unit", "unknown")
		if found {
			c.firstChange(op).Fields["Name"] = "altered"
		}
		return []Guarantee{Integrity}, found
	},
	"write what nobody intended": func(c *clean, _ *rapid.T) ([]Guarantee, bool) {
		c.commit(commitlog.APIRow, commitlog.Change{
			Op: commitlog.Insert, Object: "Lead", ID: "00Q000000000000001", Fields: map[string]any{defaultTokenField: "x"},
		})
		return []Guarantee{NoPhantoms}, true
	},
	// Two guarantees: the operation's own change is missing, and a foreign one
	// is there.
	"exchange a token": func(c *clean, t *rapid.T) ([]Guarantee, bool) {
		op, found := c.pick(t, "cold")
		for i := range c.in.Commits {
			if found && c.carries(i, op) {
				c.in.Commits[i].Changes[0].Fields[defaultTokenField] = "x"
			}
		}
		return []Guarantee{NoLoss, NoPhantoms}, found
	},
	"write to another record": func(c *clean, t *rapid.T) ([]Guarantee, bool) {
		op, found := c.pick(t, "cold")
		if found {
			change := c.firstChange(op)
			change.ExternalID, change.Fields["Ext_Id__c"] = "elsewhere", "elsewhere"
		}
		return []Guarantee{NoPhantoms}, found
	},
	"refuse what was applied": func(c *clean, t *rapid.T) ([]Guarantee, bool) {
		op, found := c.pick(t, "note", "hot", "cold", "unit")
		op.Outcome = history.Fail
		return []Guarantee{NoPhantoms}, found
	},
	"deliver after the end": func(c *clean, _ *rapid.T) ([]Guarantee, bool) {
		last := c.in.Commits[len(c.in.Commits)-1]
		op := c.in.History.Operations[len(c.in.History.Operations)-1]
		c.in.Commits[len(c.in.Commits)-1].At += time.Hour
		return []Guarantee{Drained}, op.Outcome == history.OK && c.changes(last, op) && c.times(op) == 1
	},
}
