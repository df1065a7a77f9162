package verify

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// judge looks for circles among the transactions of a cluster. Each operation
// that was not isolated is reported once, by the worst circle that it is in.
func (k *cutter) judge(from, to int64) {
	k.cut(from, to)
	graph := precedence(len(k.txns), k.deeds)
	knot := knots(graph)
	for t := range k.txns {
		if k.txns[t].op == none || knot[t] == 0 {
			continue
		}
		for _, worst := range []tie{ww, wr, rw} {
			if way := cycle(graph, knot, int32(t), worst); way != nil {
				k.tell(k.classOf(way), k.txns[t].op, func() candidate { return k.circle(way) })
				break
			}
		}
	}
}

// classOf names a circle by its edges. Who only reads has skewed nothing.
func (k *cutter) classOf(way []edge) Class {
	n, skewed := map[tie]int{}, 0
	for _, e := range way {
		n[e.tie]++
		if e.tie == rw && k.txns[e.from].glance == none {
			skewed++
		}
	}
	switch {
	case skewed >= 2:
		return WriteSkew
	case n[rw] > 0:
		return ReadSkew
	case n[wr] > 0:
		return CircularFlow
	}
	return DirtyWrite
}

func (k *cutter) circle(way []edge) candidate {
	first, last := way[0], way[len(way)-1]
	op := k.txns[first.from].op
	found := candidate{Anomaly: Anomaly{
		Operation: k.ops[op].ID, Key: k.keyOf(int(op)), From: k.momentAt(first.left), To: k.momentAt(last.at),
	}}
	var parts []string
	for _, e := range way {
		parts = append(parts, k.edgeText(e))
		for _, moment := range []int64{e.left, e.at} {
			if c := k.commitAtMoment(moment); c != none && !slices.Contains(found.commits, c) {
				found.commits = append(found.commits, c)
			}
		}
		one := k.txns[e.from]
		if one.op != none && !slices.Contains(found.ops, one.op) {
			found.ops = append(found.ops, one.op)
		}
		if one.glance != none {
			found.more = append(found.more, k.readStep(&k.glances[one.glance]))
		}
	}
	found.Text = fmt.Sprintf("Operation %s was not isolated: %s. No order of the two, one after the other, explains that.", k.ops[op].ID, strings.Join(parts, ", but "))
	if len(way) > 2 {
		found.Text = strings.Replace(found.Text, "the two, one", fmt.Sprintf("the %d, one", len(way)), 1)
	}
	return found
}

func (k *cutter) edgeText(e edge) string {
	what := k.targets[k.places[e.key].target].name()
	reader := k.txns[e.from].glance != none || k.txns[e.to].glance != none
	if field := k.places[e.key].field; field != "" && !reader {
		what = field + " of " + what
	}
	from, to := k.txns[e.from].name, k.txns[e.to].name
	switch e.tie {
	case ww:
		return fmt.Sprintf("%s wrote %s after %s (commits %d, %d)", to, what, from, e.at/2, e.left/2)
	case wr:
		return fmt.Sprintf("%s saw %s as %s wrote it (commit %d)", to, what, from, e.left/2)
	}
	return fmt.Sprintf("%s saw %s as it was before %s wrote it (commit %d)", from, what, to, e.at/2)
}

// momentAt is when a moment was.
func (k *cutter) momentAt(moment int64) time.Duration {
	if c := k.commitWith(uint64(moment / 2)); c != none {
		return k.at(c)
	}
	return 0
}

// commitAtMoment is the position of the commit at a moment; none for a read.
func (k *cutter) commitAtMoment(moment int64) int32 {
	if moment%2 != 0 {
		return none
	}
	return k.commitWith(uint64(moment / 2))
}
