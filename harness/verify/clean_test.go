package verify

import (
	"fmt"
	"slices"
	"time"

	"pgregory.net/rapid"

	"github.com/squall-harness/squall/harness/history"
	"github.com/squall-harness/squall/mocksf/commitlog"
)

// clean is a run in which the integration makes no mistake, drawn at random:
// single records and units, inserts, hot records in many versions, records that
// come and go, operations refused or never answered, bulk commits,
// redeliveries, a crash and a heal with work open. It holds what the org did as
// a plan; build carries the plan out.
type clean struct {
	*tale
	entries []entry
	waiting map[string][]*history.Operation // accepted and not yet applied, by key, in their order
	serial  map[string]int                  // versions of each hot record
	crashed time.Duration                   // when
	calls   []commitlog.Request             // that wrote nothing
}

// entry is one commit of the plan.
type entry struct {
	at    time.Duration
	api   commitlog.API
	fate  commitlog.Fate
	parts []part
}

// part is one change of it: a record of an operation, as the org takes it,
// altered by an edit; or a change that no operation stands behind.
type part struct {
	op     *history.Operation
	record int
	alter  func(*commitlog.Change)
	raw    *commitlog.Change
}

// The classes of operations, keys that take many of them more often. Those of
// the seed give every guarantee its evidence and are left alone by the edits.
var cleanClasses = []string{
	"life", "life", "life", "hot", "hot", "queue", "queue", "note", "cold", "pair", "order", "unknown", "unapplied", "refused",
}

func drawClean(t *rapid.T) *clean {
	c := &clean{tale: newTale(), waiting: map[string][]*history.Operation{}, serial: map[string]int{}}
	c.in.Settings.Invariants = []Invariant{{
		Name: "an order's total is the sum of its lines", Parent: "Order__c", Children: "OrderLine__c",
		Lookup: "Order__c", Field: "Total__c", Sum: "Amount__c",
	}}
	c.in.Settings.Limits = Limits{Calls: 4, Logins: 5}
	c.mark(history.MarkStarted)
	c.calls = []commitlog.Request{login(c.now)}
	second := c.seed()
	c.act(t, "before the crash")
	c.crashed = c.now
	c.fault("crash", kindKill)
	c.act(t, "before the heal")
	c.mark(history.MarkHealed)
	c.waiting["e-acct"] = []*history.Operation{second}
	c.act(t, "after the heal")
	for c.applyNext(t) {
	}
	c.mark(history.MarkQuiet)
	c.mark(history.MarkEnd)
	c.build()
	return c
}

// seed is what a run needs to put every guarantee to the test: an insert and a
// unit whose replies were cut, and two versions of one record, the second of
// which, returned, is to stay open until after the heal.
func (c *clean) seed() *history.Operation {
	cut := func(op *history.Operation) {
		c.apply(op)
		c.entries[len(c.entries)-1].fate = commitlog.FateCut
	}
	account := c.seeded("e-1", "e-acct", upsert("Account", "e-acct", 1))
	c.apply(account)
	cut(c.seeded("e-note", "e-note", insert("Activity_Log__c")))
	cut(c.seeded("e-order", "e-order", sale("e-ord", 1)...))
	c.fault("cut", "cut-reply")
	second := c.seeded("e-2", "e-acct", upsert("Account", "e-acct", 2))
	c.tick()
	return second
}

func (c *clean) seeded(id, key string, records ...history.Record) *history.Operation {
	op := c.ack(id, key, records...)
	op.Class = "seed"
	return op
}

// act draws what happens in one part of the run.
func (c *clean) act(t *rapid.T, when string) {
	for range rapid.IntRange(0, 12).Draw(t, when) {
		if rapid.Bool().Draw(t, "apply") {
			c.applyNext(t)
		} else {
			c.offerNext(t)
		}
	}
}

// offerNext draws an operation.
func (c *clean) offerNext(t *rapid.T) {
	class := rapid.SampledFrom(cleanClasses).Draw(t, "class")
	id := fmt.Sprintf("t-%d", len(c.in.History.Operations))
	op := c.drawn(t, id, class)
	op.Class = class
	if class != "unapplied" && class != "refused" {
		c.waiting[op.Key] = append(c.waiting[op.Key], op)
	}
}

func (c *clean) drawn(t *rapid.T, id, class string) *history.Operation {
	switch class {
	case "queue": // operations of one key that write different records
		return c.accepted(t, id, "queue", insert("Activity_Log__c"))
	case "hot":
		key := rapid.SampledFrom([]string{"hot-1", "hot-2"}).Draw(t, "key")
		return c.accepted(t, id, key, upsert("Account", key, c.nextVersion(key)))
	case "life": // a record that is made, changed, deleted, and made again
		version := c.nextVersion("life")
		if version%3 == 0 {
			return c.accepted(t, id, "life", remove("Contact", "life", version))
		}
		return c.accepted(t, id, "life", upsert("Contact", "life", version))
	case "cold":
		return c.accepted(t, id, id, upsert("Contact", id, 1))
	case "pair":
		return c.accepted(t, id, id, upsert("Contact", id, 1), upsert("Contact", id+"-b", 1))
	case "order":
		return c.accepted(t, id, id, sale(id, rapid.IntRange(1, 3).Draw(t, "lines"))...)
	case "unknown", "unapplied":
		return c.offer(id, id, history.Info, insert("Activity_Log__c"))
	case "refused":
		return c.offer(id, id, history.Fail, insert("Activity_Log__c"))
	}
	return c.accepted(t, id, id, under(insert("Activity_Log__c"), "Account__c", "Account", "e-acct"))
}

func (c *clean) nextVersion(key string) int {
	c.serial[key]++
	return c.serial[key]
}

// accepted is acknowledged, at the first attempt or the second.
func (c *clean) accepted(t *rapid.T, id, key string, records ...history.Record) *history.Operation {
	op := c.ack(id, key, records...)
	if rapid.IntRange(0, 3).Draw(t, "again") == 0 {
		op.Attempts[0].Outcome, op.Attempts[0].Status = history.Info, 0
		op.Attempts = append(op.Attempts, history.Attempt{At: c.tick(), Took: 10 * time.Millisecond, Status: 202, Outcome: history.OK})
	}
	return op
}

// applyNext commits the oldest open operation of one key, or of several keys
// together, and some of them once more. It returns false when none is open.
func (c *clean) applyNext(t *rapid.T) bool {
	open := slices.Sorted(func(yield func(string) bool) {
		for key, ops := range c.waiting {
			if len(ops) > 0 && !yield(key) {
				return
			}
		}
	})
	if len(open) == 0 {
		return false
	}
	keys := rapid.SliceOfNDistinct(rapid.SampledFrom(open), 1, min(len(open), 3), rapid.ID).Draw(t, "keys")
	var ops []*history.Operation
	for _, key := range keys {
		ops = append(ops, c.waiting[key][0])
		c.waiting[key] = c.waiting[key][1:]
	}
	c.apply(ops...)
	if op := ops[0]; op.Records[0].ExternalID != "" && op.Records[0].Op == "" && rapid.IntRange(0, 3).Draw(t, "redelivered") == 0 {
		c.apply(op)
	}
	return true
}

// apply plans a commit of whole operations.
func (c *clean) apply(ops ...*history.Operation) {
	e := entry{at: c.tick(), api: commitlog.APIRow, fate: commitlog.FateSent}
	for _, op := range ops {
		for i := range op.Records {
			e.parts = append(e.parts, part{op: op, record: i})
		}
	}
	if len(ops) > 1 {
		e.api, e.fate = commitlog.APIBulk, commitlog.FateAsync
	}
	c.entries = append(c.entries, e)
}

// build carries the plan out as the org would: a record that is not there is
// inserted.
func (c *clean) build() {
	c.ids, c.next = map[target]string{}, 0
	c.in.Commits, c.in.Requests = nil, slices.Clone(c.calls)
	for _, e := range c.entries {
		k := commitlog.Commit{LSN: uint64(len(c.in.Commits) + 1), At: e.at, API: e.api, Fate: e.fate}
		k.Request = fmt.Sprintf("r-%d", k.LSN)
		for _, p := range e.parts {
			k.Changes = append(k.Changes, c.carryOut(p))
		}
		c.in.Commits = append(c.in.Commits, k)
		c.request(k.Request, 200, k.Changes...).At = e.at - 5*time.Millisecond
	}
}

func (c *clean) carryOut(p part) commitlog.Change {
	change := commitlog.Change{}
	if p.raw != nil {
		change = *p.raw
	} else {
		change = c.change(&p.op.Records[p.record])
	}
	if p.alter != nil {
		p.alter(&change)
	}
	return change
}

func login(at time.Duration) commitlog.Request {
	return commitlog.Request{ID: "login", At: at, API: commitlog.APIAuth, Method: "POST", Path: "/services/oauth2/token", Status: 200}
}

// sale is an order with its lines, as one unit: the order's total is the sum
// of its lines.
func sale(id string, lines int) []history.Record {
	records := []history.Record{upsert("Order__c", id, 1)}
	for i := range lines {
		line := under(upsert("OrderLine__c", fmt.Sprintf("%s-%d", id, i), 1), "Order__c", "Order__c", id)
		line.Fields["Amount__c"] = float64(i + 1)
		records = append(records, line)
	}
	records[0].Fields["Total__c"] = float64(lines * (lines + 1) / 2)
	return records
}
