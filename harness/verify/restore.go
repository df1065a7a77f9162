package verify

import (
	"fmt"
	"sort"

	"github.com/squall-harness/squall/mocksf/commitlog"
)

// A restore from a backup takes commits back that were made and acknowledged.
// What they had carried out is open again: whether the integration must bring
// it back is the scenario's to say.

// undoing is one restore: the commits from one position to another lost their
// effect when the commit at the latter was made.
type undoing struct{ from, by int32 }

// undo takes the commits back that a restore undid. It does nothing for a commit
// that is no restore.
func (l *ledger) undo(by int32) {
	to, ok := l.Commits[by].RestoredTo()
	if !ok {
		return
	}
	u := undoing{from: int32(sort.Search(len(l.Commits), func(i int) bool { return l.Commits[i].LSN > to })), by: by}
	first := int32(sort.Search(len(l.effects), func(i int) bool { return l.effects[i].commit >= u.from }))
	for i := first; int(i) < len(l.effects) && l.effects[i].commit < by; i++ {
		if e := &l.effects[i]; e.intent >= 0 && !l.undone(e, by) {
			l.takeBack(&l.intents[e.intent], first)
		}
	}
	l.undoings = append(l.undoings, u)
	l.refileDeletes()
}

// takeBack counts one application less; none is left when the first one was
// undone too.
func (l *ledger) takeBack(it *intent, first int32) {
	if it.first == none {
		return // this restore has taken it already
	}
	if it.applied--; it.first >= first {
		if it.applied = 0; l.taken == nil {
			l.taken = map[int32]bool{}
		}
		it.first = none
		l.taken[it.op] = true
	}
}

// refileDeletes lets deletions that were undone be carried out again.
func (l *ledger) refileDeletes() {
	clear(l.deletes)
	for i := range l.intents {
		if it := &l.intents[i]; it.goesByName() {
			name := target{it.rec.Object, it.rec.ExternalID}
			l.deletes[name] = append(l.deletes[name], int32(i))
		}
	}
}

// undone tells whether an effect had been undone when the commit at a position
// was made.
func (l *ledger) undone(e *effect, now int32) bool {
	for _, u := range l.undoings {
		if u.by <= now && e.commit >= u.from && e.commit < u.by {
			return true
		}
	}
	return false
}

// superseded is the commit after a restore that put a newer version in the place
// of the one that the restore took: that one need not come back. none when
// there is no such commit.
func (l *ledger) superseded(it *intent) int32 {
	if !l.taken[it.op] || it.version == 0 || it.rec.ExternalID == "" {
		return none
	}
	restored := l.undoings[len(l.undoings)-1].by
	for i := l.last[it.target]; i != none && l.effects[i].commit > restored; i = l.effects[i].prev {
		if newer := l.effects[i].intent; newer >= 0 && !l.effects[i].misplaced && l.intents[newer].version > it.version {
			return l.effects[i].commit
		}
	}
	return none
}

// firstTime tells whether an effect carries out its intent for the first time,
// as things stood then.
func (l *ledger) firstTime(i int32) bool {
	e := &l.effects[i]
	return l.intents[e.intent].first == i || len(l.undoings) > 0 && l.undone(e, int32(len(l.Commits)))
}

// excused tells whether an operation is missing because a restore took it, in a
// scenario that does not ask to bring it back.
func (l *ledger) excused(op int) bool { return !l.Settings.Repairs && l.taken[int32(op)] }

// restored says when the last restore was that took something of an operation.
func (l *ledger) restored() *commitlog.Commit { return &l.Commits[l.undoings[len(l.undoings)-1].by] }

// gone is an operation that a restore took and that never came back.
func (l *ledger) gone(op int32) candidate {
	o, c := l.ops[op], l.restored()
	return candidate{
		ops: []int32{op}, commits: []int32{l.undoings[len(l.undoings)-1].by},
		Anomaly: Anomaly{
			Operation: o.ID, Key: l.keyOf(int(op)), From: c.At,
			Text: fmt.Sprintf("Operation %s was acknowledged at %s and had reached Salesforce; the restore at %s (commit %d) took it back, and it never came again%s.",
				o.ID, seconds(l.acked[op]), seconds(c.At), c.LSN, l.asAWhole(op)),
		},
	}
}

func (l *ledger) asAWhole(op int32) string {
	if l.progress(int(op)).absent() {
		return ""
	}
	return " as a whole"
}
