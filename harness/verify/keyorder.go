package verify

import (
	"cmp"
	"fmt"
	"slices"
	"sort"
	"time"
)

// turn is an operation in the order of its key.
type turn struct {
	op     int32
	commit int32         // in which it first took effect
	at     time.Duration // acknowledged, or invoked
}

// reorderings holds the operations of each key against each other. It returns
// how many keys had two that took effect.
func (l *ledger) reorderings(f *finding) int {
	turns, ends := l.byKey()
	start, keys := int32(0), l.Rest.Keys
	for _, end := range ends {
		if end-start > 1 {
			keys++
			l.reorderedKey(turns[start:end], f)
		}
		start = end
	}
	return keys
}

// byKey groups the operations that took effect, keys in the order in which
// they were first offered; ends holds where each group ends.
func (l *ledger) byKey() (turns []turn, ends []int32) {
	keys, ends := l.numberKeys()
	total := int32(0)
	for k, n := range ends {
		ends[k] = total // for now, where the group starts
		total += n
	}
	turns = make([]turn, total)
	for i, k := range keys {
		if k != none {
			turns[ends[k]] = turn{op: int32(i), commit: l.reached[i].first, at: l.invoked[i]}
			ends[k]++
		}
	}
	return turns, ends
}

// numberKeys gives every operation that took effect the number of its key, and
// every key the number of its operations.
func (l *ledger) numberKeys() (keys, sizes []int32) {
	keys = make([]int32, len(l.ops))
	known, firsts := newIndex(len(l.ops)), []int32{}
	for i, op := range l.ops {
		keys[i] = none
		if op.Key == "" || l.reached[i].absent() || l.blurred(i) || l.taken[int32(i)] { // what comes back after a restore has had its turn
			continue
		}
		hash := known.hash(op.Key)
		k := known.find(hash, func(k int32) bool { return l.ops[firsts[k]].Key == op.Key })
		if k == none {
			k = int32(len(firsts))
			known.add(hash, k)
			firsts, sizes = append(firsts, int32(i)), append(sizes, 0)
		}
		keys[i] = k
		sizes[k]++
	}
	return keys, sizes
}

// reorderedKey sweeps one key by time: each operation, when it is invoked, must
// come after all that were acknowledged before. Of those it keeps a stack whose
// commits fall, so that the closest one that came too late is found by halving.
func (l *ledger) reorderedKey(invoked []turn, f *finding) {
	acked := l.acknowledgedTurns(invoked)
	slices.SortStableFunc(invoked, earlier)
	slices.SortStableFunc(acked, earlier)
	var before []turn
	for _, b := range invoked {
		for len(acked) > 0 && acked[0].at < b.at {
			before = push(before, acked[0])
			acked = acked[1:]
		}
		late := sort.Search(len(before), func(i int) bool { return before[i].commit <= b.commit })
		if late > 0 {
			f.anomalies.add(Reordered, func() candidate { return l.reordered(before[late-1], b) })
		}
	}
}

// push adds an acknowledged operation; those before it that took effect no
// later can never be the closest again.
func push(stack []turn, t turn) []turn {
	for len(stack) > 0 && stack[len(stack)-1].commit <= t.commit {
		stack = stack[:len(stack)-1]
	}
	return append(stack, t)
}

func earlier(a, b turn) int { return cmp.Compare(a.at, b.at) }

func (l *ledger) acknowledgedTurns(turns []turn) []turn {
	var acked []turn
	for _, t := range turns {
		if at := l.acked[t.op]; at != never {
			acked = append(acked, turn{op: t.op, commit: t.commit, at: at})
		}
	}
	return acked
}

func (l *ledger) reordered(a, b turn) candidate {
	first, second := l.ops[a.op], l.ops[b.op]
	return candidate{
		ops: []int32{a.op, b.op},
		Anomaly: Anomaly{
			Operation: second.ID, Key: second.Key, From: l.at(b.commit), To: l.at(a.commit),
			Text: fmt.Sprintf("Operation %s, offered at %s, took effect at %s, before operation %s of the same key, which was acknowledged at %s and took effect at %s.",
				second.ID, seconds(b.at), seconds(l.at(b.commit)), first.ID, seconds(a.at), seconds(l.at(a.commit))),
		},
	}
}
