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
	d := newDamage(l)
	d.looks = make([]look, len(l.effects))
	inParts(len(l.effects), func(i int) { d.looks[i] = d.look(&l.effects[i]) })
	for i := range l.effects {
		d.effect(&l.effects[i], d.looks[i])
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
	looks             []look // at each effect
	reported          []bool
	open              map[int32]*candidate // per target: the damage not repaired yet
	compared, lookups int
}

func newDamage(l *ledger) *damage {
	return &damage{ledger: l, f: &finding{}, reported: make([]bool, len(l.ops)), open: map[int32]*candidate{},
		compared: l.Rest.Writes, lookups: l.Rest.Lookups}
}

// look is what a look at one change showed.
type look struct{ compared, lookup, intact bool }

func (d *damage) look(e *effect) look {
	if e.intent < 0 || e.misplaced || e.deletes {
		return look{}
	}
	return look{compared: true, lookup: d.intents[e.intent].child, intact: d.intact(e)}
}

func (d *damage) effect(e *effect, seen look) {
	if !seen.compared {
		return
	}
	d.compared++
	if seen.lookup {
		d.lookups++
	}
	if seen.intact {
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
	if d.holds(e) && !d.onlyAllowed(e) {
		d.f.hint = " Fields that the integration fills by itself must be named under source.fills."
	}
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
	if d.intents[e.intent].child && !d.pointsRight(e) {
		return false
	}
	return e.verbatim || d.holds(e) && d.onlyAllowed(e)
}

// holds tells whether the record has every intended value after e.
func (d *damage) holds(e *effect) bool {
	for field, want := range d.intents[e.intent].rec.Fields {
		if !d.same(want, e, field) {
			return false
		}
	}
	return true
}

// same tells whether a field has its intended value after e, or is one that the
// integration fills by itself.
func (d *damage) same(want any, e *effect, field string) bool {
	return equal(want, d.value(e, field)) || d.names.Filled(field)
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
func (l *ledger) value(e *effect, field string) any {
	id := l.changeOf(e).ID
	for {
		change := l.changeOf(e)
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
		e = &l.effects[e.prev]
	}
}

// before is what a field held before e.
func (l *ledger) before(e *effect, field string) any {
	id := l.changeOf(e).ID
	for i := e.prev; i != none && !e.inserts; i = l.effects[i].prev {
		if l.changeOf(&l.effects[i]).ID == id {
			return l.value(&l.effects[i], field)
		}
	}
	return nil
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
