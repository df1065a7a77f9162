package verify

import (
	"fmt"
	"slices"
)

// duplicates judges NoDuplicates: one intended record must not become two
// records of the org. The same values written again to the same record are a
// redelivery, which costs a call and breaks nothing.
type duplicates struct{}

func (duplicates) guarantee() Guarantee { return NoDuplicates }

func (duplicates) judge(l *ledger) *finding {
	d := newTwins(l)
	for i := range l.effects {
		d.effect(int32(i))
	}
	d.evidence()
	d.f.holds = fmt.Sprintf("None of %s took effect twice; %s lost the reply.",
		plural(d.inserts, "insert"), plural(d.lostReplies, "write"))
	return d.f
}

// twins is the fold's state.
type twins struct {
	*ledger
	f           *finding
	live        []int32 // per target: the effect that created the record now alive
	doubled     []bool  // per operation: reported already
	inserts     int     // records without external id that were inserted
	writes      int     // record writes that carry out an operation
	redelivered int
	lostReplies int
}

func newTwins(l *ledger) *twins {
	d := &twins{ledger: l, f: &finding{}, live: make([]int32, len(l.last)), doubled: make([]bool, len(l.ops)),
		inserts: l.Rest.Inserts, writes: l.Rest.Writes}
	for t := range d.live {
		d.live[t] = none
	}
	return d
}

func (d *twins) effect(i int32) {
	e := &d.effects[i]
	t := e.target
	if e.intent >= 0 {
		t = d.intents[e.intent].target
	}
	if t < 0 {
		return
	}
	alive := d.live[t]
	if alive != none && d.undone(&d.effects[alive], e.commit) {
		alive, d.live[t] = none, none
	}
	switch {
	case e.deletes:
		d.live[t] = none
	case e.intent >= 0:
		d.applied(i, alive)
	}
	if !e.deletes && alive == none {
		d.live[t] = i
	}
}

// applied judges one application of an intent while the record that effect
// alive created exists.
func (d *twins) applied(i, alive int32) {
	e := &d.effects[i]
	it := &d.intents[e.intent]
	first := d.firstTime(i)
	d.writes++
	if first && e.inserts && it.rec.ExternalID == "" {
		d.inserts++
	}
	alone := alive == none || first && !e.inserts // an intent's first effect that updates has no other to be the twin of
	if !alone && d.twin(e, alive) {
		d.report(e, alive)
	} else if !first {
		d.redelivered++
	}
}

// twin tells whether e made, or wrote to, a second record: one inserted beside
// the living one, or one updated by an intent that the living one has had.
func (d *twins) twin(e *effect, alive int32) bool {
	other := &d.effects[alive]
	if d.changeOf(other).ID == d.changeOf(e).ID {
		return false
	}
	same := other.intent == e.intent
	if e.inserts {
		return same || !e.misplaced && !other.misplaced
	}
	return !e.misplaced && (same || d.had(e.intent, d.changeOf(other).ID))
}

// had tells whether the intent took effect first on the record with that id.
func (d *twins) had(intent int32, id string) bool {
	first := d.intents[intent].first
	return first != none && d.changeOf(&d.effects[first]).ID == id
}

func (d *twins) report(e *effect, alive int32) {
	op := d.intents[e.intent].op
	if d.doubled[op] {
		return
	}
	d.doubled[op] = true
	d.f.anomalies.add(Duplicate, func() candidate { return d.describe(e, &d.effects[alive]) })
}

func (d *twins) describe(e, other *effect) candidate {
	it := &d.intents[e.intent]
	o := d.ops[it.op]
	again, before := d.commitOf(e), d.commitOf(other)
	return candidate{
		ops: []int32{it.op}, commits: []int32{other.commit, e.commit},
		Anomaly: Anomaly{
			Operation: o.ID, Key: d.keyOf(int(it.op)), From: again.At,
			Text: fmt.Sprintf("Operation %s took effect twice: %s exists as %s (commit %d at %s%s) and as %s (commit %d at %s%s).",
				o.ID, target{it.rec.Object, it.rec.ExternalID}.name(),
				d.changeOf(other).ID, before.LSN, seconds(before.At), fateText(before.Fate), d.changeOf(e).ID, again.LSN, seconds(again.At), lateText(again.Fate)),
		},
	}
}

// evidence resolves the writes whose sender could not know what became of
// them.
func (d *twins) evidence() {
	all := d.doubtful()
	var u Unknowns
	d.operations(&u)
	d.ownWrites(&u, all)
	n := func(is func(*doubt) bool) int {
		return len(slices.DeleteFunc(slices.Clone(all), func(x *doubt) bool { return !is(x) }))
	}
	d.lostReplies = len(all)
	d.f.count(figUnknown, len(all))
	d.f.count(figTookEffect, u.Writes().Applied())
	d.f.count("of these, with an insert", n(func(x *doubt) bool { return x.inserts }))
	d.f.count("of these, under way at a crash", n(func(x *doubt) bool { return x.crash }))
	d.f.count("of these, sent again without effect", u.SentAgain.Once)
	d.f.count("of these, not sent again", u.SentOnce.All())
	d.f.count("of these, applied twice", u.Writes().Twice)
	d.f.count(figInserts, d.inserts)
	d.f.count("redeliveries", d.redelivered)
	d.f.more = func(j *Judgement) {
		j.Unknowns, j.Redelivery = u, Redelivery{Writes: d.writes, Again: d.redelivered}
	}
}
