package verify

import (
	"slices"

	"github.com/squall-harness/squall/harness/history"
)

// The folds of Online: those of Judge, given one commit at a time, and two of
// their own where Judge looks at whole operations.

func (o *Online) duplicates() fold {
	d := newTwins(o.l)
	return fold{NoDuplicates, d.f, o.each(func(i int32) { d.effect(i) })}
}

func (o *Online) phantoms() fold {
	f := &finding{}
	return fold{NoPhantoms, f, o.each(func(i int32) {
		e := &o.l.effects[i]
		o.l.judgePhantom(f, e)
		if e.intent >= 0 {
			if op := o.l.intents[e.intent].op; o.l.ops[op].Outcome == history.Fail {
				f.anomalies.add(FalseFailure, func() candidate { return o.l.falseFailure(op, e.commit) })
			}
		}
	})}
}

func (o *Online) integrity() fold {
	d := newDamage(o.l)
	return fold{Integrity, d.f, o.each(func(i int32) { d.effect(&o.l.effects[i], d.look(&o.l.effects[i])) })}
}

func (o *Online) consistency() fold {
	c := &census{ledger: o.l, f: &finding{}}
	c.start()
	return fold{Consistency, c.f, func(first int32) {
		if fresh := o.l.effects[first:]; len(fresh) > 0 {
			c.commit(fresh)
		}
	}}
}

// each calls do for every new effect.
func (o *Online) each(do func(i int32)) func(first int32) {
	return func(first int32) {
		for i := first; i < int32(len(o.l.effects)); i++ {
			do(i)
		}
	}
}

// touched lists the operations that new effects carry out for the first time,
// in part or whole, each once.
func (o *Online) touched(first int32) []int32 {
	var ops []int32
	for i := first; i < int32(len(o.l.effects)); i++ {
		if e := &o.l.effects[i]; e.intent >= 0 && o.l.intents[e.intent].first == i {
			if op := o.l.intents[e.intent].op; !slices.Contains(ops, op) {
				ops = append(ops, op)
			}
		}
	}
	return ops
}

// atomicity finds the units of which a commit left a part out.
func (o *Online) atomicity() fold {
	f := &finding{}
	return fold{Atomicity, f, func(first int32) {
		for _, op := range o.touched(first) {
			p := o.l.reach(int(op))
			switch {
			case p.members < 2 || o.l.blurred(int(op)):
			case !p.whole() && !o.l.excused(int(op)):
				f.anomalies.add(Torn, func() candidate { return o.l.torn(op, p) })
			case p.whole() && p.first != p.last: // excused as long as the rest might never come
				f.anomalies.add(TornWindow, func() candidate { return o.l.tornWindow(op, p, nil) })
			}
		}
	}}
}

// order follows versions as Judge does. Of each key it remembers the operation
// that was offered last among those that took effect: whoever was acknowledged
// before that and takes effect now comes too late.
func (o *Online) order() fold {
	f := &finding{}
	s := newStale(o.l, f)
	latest := map[string]int32{}
	return fold{Order, f, func(first int32) {
		o.each(func(i int32) { s.effect(&o.l.effects[i]) })(first)
		var begun []int32 // operations of which nothing had taken effect
		for _, op := range o.touched(first) {
			if o.l.ops[op].Key != "" && !o.l.blurred(int(op)) && !o.l.taken[op] && o.l.reached[op].absent() {
				begun = append(begun, op)
			}
		}
		for _, op := range begun {
			o.late(f, op, latest)
		}
		for _, op := range begun {
			key := o.l.ops[op].Key
			if b, known := latest[key]; !known || o.l.invoked[op] > o.l.invoked[b] {
				latest[key] = op
			}
		}
	}}
}

// late reports an operation that takes effect after one that was offered when
// it had been acknowledged already.
func (o *Online) late(f *finding, op int32, latest map[string]int32) {
	b, known := latest[o.l.ops[op].Key]
	if !known || o.l.taken[b] || o.l.acked[op] == never || o.l.acked[op] >= o.l.invoked[b] {
		return
	}
	now := int32(len(o.l.Commits) - 1)
	f.anomalies.add(Reordered, func() candidate {
		return o.l.reordered(turn{op: op, commit: now, at: o.l.acked[op]}, turn{op: b, commit: o.l.reached[b].first, at: o.l.invoked[b]})
	})
}
