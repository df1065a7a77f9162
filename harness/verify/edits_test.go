package verify

import (
	"slices"
	"time"

	"pgregory.net/rapid"

	"github.com/squall-harness/squall/harness/history"
	"github.com/squall-harness/squall/mocksf/commitlog"
)

// edit is one mistake in an otherwise clean run, and what it breaks: those
// guarantees and no others.
type edit struct {
	do     func(c *clean, t *rapid.T) bool // false: the run holds nothing to break that way
	breaks []Guarantee
	why    string // where it breaks none, or more than one
}

// single are the classes of one record and a key of its own.
var single = []string{"note", "cold"}

var edits = map[string]edit{
	// drop
	"drop an operation": {func(c *clean, t *rapid.T) bool {
		return c.drop(c.pick(t, c.fresh, "note", "queue", "hot", "cold", "pair", "order"))
	}, []Guarantee{NoLoss}, ""},
	"drop a deletion": {func(c *clean, t *rapid.T) bool {
		return c.drop(c.pick(t, both(c.fresh, deletes), "life"))
	}, []Guarantee{NoLoss}, ""},
	"drop what was acknowledged before the crash": {func(c *clean, t *rapid.T) bool {
		return c.drop(c.pick(t, c.survivor, "note", "queue", "hot", "cold", "pair", "order"))
	}, []Guarantee{NoLoss, Durability}, "it was open when the crash came, and nobody can tell whether the crash took it"},
	"drop what was never acknowledged": {func(c *clean, t *rapid.T) bool {
		return c.drop(c.pick(t, nil, "unknown"))
	}, nil, "nothing was promised"},
	"never acknowledge": {func(c *clean, t *rapid.T) bool {
		return c.answer(c.pick(t, nil, "note", "queue", "hot", "cold", "pair", "order"), history.Info)
	}, nil, "the source may not know of what arrived"},

	// double
	"insert twice": {func(c *clean, t *rapid.T) bool {
		return c.again(t, c.pick(t, nil, "note", "queue", "unknown"), nil)
	}, []Guarantee{NoDuplicates}, ""},
	"make a second record of one external id": {func(c *clean, t *rapid.T) bool {
		return c.again(t, c.pick(t, nil, "cold"), func(change *commitlog.Change) { change.Op, change.ID = commitlog.Insert, "003000000000000999" })
	}, []Guarantee{NoDuplicates, Consistency}, "the operation took effect twice, and two records hold one external id"},
	"write twice": {func(c *clean, t *rapid.T) bool {
		return c.again(t, c.pick(t, nil, "cold", "pair", "order"), nil)
	}, nil, "the same values in the same record are a redelivery"},
	"write the newest version twice": {func(c *clean, t *rapid.T) bool {
		hot := c.applied("hot-1")
		return len(hot) > 0 && c.put(len(c.entries), hot[len(hot)-1], nil)
	}, nil, "the same values in the same record are a redelivery"},

	// swap
	"swap two versions": {func(c *clean, t *rapid.T) bool { return c.swap(t, "hot-1") || c.swap(t, "hot-2") },
		[]Guarantee{Order}, ""},
	"swap two operations of a key": {func(c *clean, t *rapid.T) bool { return c.swap(t, "queue") },
		[]Guarantee{Order}, ""},

	// stale overwrite
	"bring an old version back": {func(c *clean, t *rapid.T) bool {
		hot := c.applied("hot-1")
		return len(hot) > 1 && c.put(len(c.entries), rapid.SampledFrom(hot[:len(hot)-1]).Draw(t, "version"), nil)
	}, []Guarantee{Order}, ""},
	"bring a deleted record back": {func(c *clean, t *rapid.T) bool {
		life := c.applied("life")
		return len(life) > 2 && c.put(c.last(life[2])+1, life[1], nil)
	}, []Guarantee{Order}, ""},
	"delete a record that was made again": {func(c *clean, t *rapid.T) bool {
		life := c.applied("life")
		return len(life) > 3 && c.put(c.last(life[3])+1, life[2], nil)
	}, []Guarantee{Order}, ""},

	// tear
	"tear a unit": {func(c *clean, t *rapid.T) bool {
		return c.tear(c.pick(t, c.fresh, "pair"), rapid.IntRange(0, 1).Draw(t, "record"))
	}, []Guarantee{Atomicity}, ""},
	"tear a unit that was acknowledged before the crash": {func(c *clean, t *rapid.T) bool {
		return c.tear(c.pick(t, c.survivor, "pair"), rapid.IntRange(0, 1).Draw(t, "record"))
	}, []Guarantee{Atomicity, Durability}, "it was open when the crash came, and never arrived as a whole"},
	"leave a line out": {func(c *clean, t *rapid.T) bool { return c.tear(c.pick(t, c.fresh, "order"), 1) },
		[]Guarantee{Atomicity, Consistency}, "the total counts the line"},
	"leave the head of an order out": {func(c *clean, t *rapid.T) bool { return c.tear(c.pick(t, c.fresh, "order"), 0) },
		[]Guarantee{Atomicity, Consistency, Integrity}, "its lines have no parent, and their lookups are empty"},
	"commit a unit in two parts": {func(c *clean, t *rapid.T) bool { return c.split(c.pick(t, nil, "pair")) },
		[]Guarantee{Atomicity}, ""},
	"commit an order in two parts": {func(c *clean, t *rapid.T) bool { return c.split(c.pick(t, nil, "order")) },
		[]Guarantee{Atomicity, Consistency}, "between the two the total is not the sum"},

	// alter
	"alter a field": {func(c *clean, t *rapid.T) bool {
		return c.alter(c.pick(t, nil, "hot", "cold", "pair", "order"), set("Name", "altered"))
	}, []Guarantee{Integrity}, ""},
	"clear a field": {func(c *clean, t *rapid.T) bool {
		return c.alter(c.pick(t, nil, "cold", "hot", "pair"), set("Name", nil))
	}, []Guarantee{Integrity}, ""},
	"leave a field out": {func(c *clean, t *rapid.T) bool {
		return c.alter(c.pick(t, nil, "cold", "hot", "pair"), func(change *commitlog.Change) { delete(change.Fields, "Name") })
	}, []Guarantee{Integrity}, ""},
	"write one field more": {func(c *clean, t *rapid.T) bool {
		return c.alter(c.pick(t, nil, "note", "queue", "cold", "hot", "order", "unknown"), set("Rating", "Hot"))
	}, []Guarantee{Integrity}, ""},
	"write a total that is wrong": {func(c *clean, t *rapid.T) bool { return c.alter(c.pick(t, nil, "order"), set("Total__c", 0.5)) },
		[]Guarantee{Integrity, Consistency}, "the total is not what was sent, and not the sum"},
	"look up another record": {func(c *clean, t *rapid.T) bool {
		return c.alter(c.pick(t, nil, "note"), func(change *commitlog.Change) {
			change.Fields["Account__c"] = c.ids[target{"Order__c", "e-ord"}]
		})
	}, []Guarantee{Integrity}, ""},
	"look up what does not exist": {func(c *clean, t *rapid.T) bool {
		return c.alter(c.pick(t, nil, "note"), set("Account__c", "001000000000000999"))
	},
		[]Guarantee{Integrity, Consistency}, "the lookup is not what was sent, and leads nowhere"},

	// phantom
	"write what nobody intended": {func(c *clean, _ *rapid.T) bool {
		return c.raw(commitlog.APIRow, commitlog.Change{Op: commitlog.Insert, Object: "Lead", ID: "00Q1", Fields: map[string]any{defaultTokenField: "x"}})
	}, []Guarantee{NoPhantoms}, ""},
	"write once more without the token": {func(c *clean, t *rapid.T) bool {
		return c.again(t, c.pick(t, nil, "cold"), func(change *commitlog.Change) { delete(change.Fields, defaultTokenField) })
	}, []Guarantee{NoPhantoms}, ""},
	"delete what nobody wanted deleted": {func(c *clean, t *rapid.T) bool {
		return c.again(t, c.pick(t, nil, "cold"), func(change *commitlog.Change) { change.Op, change.Fields = commitlog.Delete, nil })
	}, []Guarantee{NoPhantoms}, ""},
	"write as the owner of the org": {func(c *clean, _ *rapid.T) bool {
		return c.raw(commitlog.APIDirect, commitlog.Change{Op: commitlog.Insert, Object: "Lead", ID: "00Q1"})
	}, nil, "it is not the integration's doing"},
	"lose the token": {func(c *clean, t *rapid.T) bool {
		return c.alterAll(c.pick(t, c.fresh, "cold"), set(defaultTokenField, "x"))
	}, []Guarantee{NoLoss, NoPhantoms}, "the operation's own change is missing, and a foreign one is there"},
	"write to another record": {func(c *clean, t *rapid.T) bool {
		return c.alterAll(c.pick(t, nil, "cold"), func(change *commitlog.Change) {
			change.ExternalID, change.Fields["Ext_Id__c"] = "elsewhere", "elsewhere"
		})
	}, []Guarantee{NoPhantoms}, ""},
	"refuse what was applied": {func(c *clean, t *rapid.T) bool {
		return c.answer(c.pick(t, nil, "note", "queue", "hot", "cold", "pair", "order"), history.Fail)
	}, []Guarantee{NoPhantoms}, ""},
	"apply what was refused": {func(c *clean, t *rapid.T) bool { return c.put(len(c.entries), c.pick(t, nil, "refused"), nil) },
		[]Guarantee{NoPhantoms}, ""},
	"apply what was never answered": {func(c *clean, t *rapid.T) bool { return c.put(len(c.entries), c.pick(t, nil, "unapplied"), nil) },
		nil, "it may have been accepted"},

	// late
	"deliver after the end": {func(c *clean, t *rapid.T) bool {
		return c.deliver(c.pick(t, nil, "note", "cold", "pair"), c.markAt(history.MarkEnd)+time.Hour)
	}, []Guarantee{Drained}, ""},
	"deliver the backlog after the budget": {func(c *clean, t *rapid.T) bool {
		c.extend(time.Hour)
		return c.deliver(c.pick(t, c.backlog, "note", "cold", "pair"), c.markAt(history.MarkHealed)+time.Minute)
	}, []Guarantee{Drained}, ""},
	"deliver what came after the heal slowly": {func(c *clean, t *rapid.T) bool {
		c.extend(time.Hour)
		return c.deliver(c.pick(t, func(op *history.Operation) bool { return !c.backlog(op) }, single...), c.markAt(history.MarkHealed)+time.Minute)
	}, nil, "the budget is the backlog's, and it came before the end"},

	// overload
	"log in again and again": {func(c *clean, t *rapid.T) bool {
		for range rapid.IntRange(5, 20).Draw(t, "logins") {
			c.calls = append(c.calls, login(c.entries[0].at))
		}
		return true
	}, []Guarantee{NoOverload}, ""},
	"ask again and again": {func(c *clean, t *rapid.T) bool {
		for range 50 * len(c.entries) { // four for each record are allowed, and a commit has twelve records at most
			c.calls = append(c.calls, commitlog.Request{ID: "query", At: c.entries[0].at, API: commitlog.APIRow, Method: "GET", Path: "/services/data/v67.0/query", Status: 200})
		}
		return true
	}, []Guarantee{NoOverload}, ""},

	// what changes nothing
	"cut a reply": {func(c *clean, t *rapid.T) bool { c.any(t).fate = commitlog.FateCut; return true },
		nil, "doubt alone breaks nothing"},
	"commit a bulk job's operations one by one": {func(c *clean, _ *rapid.T) bool { return c.unbundle() },
		nil, "only units must stay together"},
	"commit two neighbours together": {func(c *clean, t *rapid.T) bool {
		i := rapid.IntRange(0, len(c.entries)-2).Draw(t, "place")
		if c.between(c.entries[i].at, c.entries[i+1].at) {
			return false
		}
		c.entries[i].parts = slices.Concat(c.entries[i].parts, c.entries[i+1].parts)
		c.entries = slices.Delete(c.entries, i+1, i+2)
		return true
	}, nil, "what is visible at once is in no wrong order"},
}

func set(field string, value any) func(*commitlog.Change) {
	return func(change *commitlog.Change) { change.Fields[field] = value }
}
