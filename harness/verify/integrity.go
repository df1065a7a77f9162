package verify

import (
	"fmt"
	"strings"

	"github.com/squall-harness/squall/mocksf/commitlog"
)

// integrity judges Integrity: after each change that carries an operation's
// token, the record holds what the operation sent, and nothing else was
// written with it.
type integrity struct{}

func (integrity) guarantee() Guarantee { return Integrity }

func (integrity) judge(l *ledger) *finding {
	d := &damage{ledger: l, f: &finding{}, reported: make([]bool, len(l.ops)), open: map[int32]*candidate{}}
	for i := range l.effects {
		e := &l.effects[i]
		if e.intent >= 0 && !e.misplaced && l.changeOf(e).Op != commitlog.Delete {
			d.effect(e)
		}
	}
	d.f.count(figCompared, d.compared)
	d.f.count("lookups compared", d.lookups)
	d.f.holds = fmt.Sprintf("%s and %s are what was sent.",
		capital(plural(d.compared, "change")), plural(d.lookups, "lookup"))
	return d.f
}

// damage is the fold's state. An operation is reported once.
type damage struct {
	*ledger
	f                 *finding
	reported          []bool
	open              map[int32]*candidate // per target: the damage not repaired yet
	compared, lookups int
}

func (d *damage) effect(e *effect) {
	d.compared++
	if d.intents[e.intent].rec.Parent != nil {
		d.lookups++
	}
	if d.intact(e) {
		d.repair(e)
		return
	}
	op := d.intents[e.intent].op
	if d.reported[op] {
		return
	}
	d.reported[op] = true
	if c := d.f.anomalies.add(Corrupted, func() candidate { return d.describe(e) }); c != nil {
		d.open[e.target] = c
	}
}

// repair closes the damage of a record once it holds what was sent again.
func (d *damage) repair(e *effect) {
	if len(d.open) == 0 {
		return
	}
	if c := d.open[e.target]; c != nil {
		c.To = d.commitOf(e).At
		delete(d.open, e.target)
	}
}

func (d *damage) describe(e *effect) candidate {
	it, c := &d.intents[e.intent], d.commitOf(e)
	o := d.ops[it.op]
	return candidate{
		ops: []int32{it.op}, commits: []int32{e.commit},
		Anomaly: Anomaly{
			Operation: o.ID, Key: target{it.rec.Object, it.rec.ExternalID}.name(), From: c.At,
			Text: fmt.Sprintf("Operation %s arrived altered in %s, by commit %d at %s: %s.", o.ID,
				target{it.rec.Object, it.rec.ExternalID}.name(), c.LSN, seconds(c.At), listed(d.differences(e), 4)),
		},
	}
}

// intact compares without building anything: the common case is a change that
// carries exactly the intended fields.
func (d *damage) intact(e *effect) bool {
	rec, change := d.intents[e.intent].rec, d.changeOf(e)
	matched := 0
	for field, want := range rec.Fields {
		got, written := change.Fields[field]
		if !written {
			got = d.value(e, field)
		} else {
			matched++
		}
		if !equal(want, got) {
			return false
		}
	}
	if rec.Parent != nil && !d.pointsRight(e) {
		return false
	}
	return matched == len(change.Fields) || d.onlyAllowed(e)
}

func (d *damage) onlyAllowed(e *effect) bool {
	for field, got := range d.changeOf(e).Fields {
		if !d.allowed(e, field, got) {
			return false
		}
	}
	return true
}

// value is what a field holds after e: what e wrote, else what the latest
// change of the same record before it wrote, else nothing.
func (d *damage) value(e *effect, field string) any {
	id := d.changeOf(e).ID
	for {
		change := d.changeOf(e)
		if change.ID == id {
			if got, written := written(change.Fields, field); written {
				return got
			}
			if change.Op != commitlog.Update {
				return nil
			}
		}
		if e.prev == none {
			return nil
		}
		e = &d.effects[e.prev]
	}
}

// written finds a field by its name, in whatever case: Salesforce does not tell
// them apart.
func written(fields map[string]any, field string) (any, bool) {
	if got, found := fields[field]; found {
		return got, true
	}
	for name, got := range fields {
		if strings.EqualFold(name, field) {
			return got, true
		}
	}
	return nil, false
}
