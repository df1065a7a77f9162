package verify

import (
	"math"
	"strings"

	"github.com/squall-harness/squall/harness/history"
	"github.com/squall-harness/squall/mocksf/commitlog"
)

// byName stands in for the intent of a deletion until its turn comes: which
// one it carries out depends on those before it.
const byName int32 = -3

// effect is one change of the commit log, joined to its intent.
type effect struct {
	commit, change int32
	intent         int32 // none when nobody intended it
	target         int32 // record that it touched, when operations write that record
	prev           int32 // effect before it on the same target
	inserts        bool
	deletes        bool
	misplaced      bool // it carries a token to another record than the one intended
	verbatim       bool // it carries the intended fields, and no others but those of extras
	names          bool // it tells the name of a record that must be known by it
}

// addEffects reads ledger 2.
func (l *ledger) addEffects() {
	changes := 0
	for c := range l.Commits {
		changes += len(l.Commits[c].Changes)
	}
	l.effects = make([]effect, 0, changes)
	for c := range l.Commits {
		for i := range l.Commits[c].Changes {
			l.effects = append(l.effects, effect{commit: int32(c), change: int32(i), prev: none})
		}
	}
	inParts(len(l.effects), func(i int) { l.readEffect(&l.effects[i]) })
	for i := range l.effects {
		l.fileEffect(int32(i))
	}
}

// readEffect takes in what a change says of itself, and compares it while it
// and what was intended are at hand.
func (l *ledger) readEffect(e *effect) {
	change := l.changeOf(e)
	e.inserts, e.deletes = change.Op == commitlog.Insert, change.Op == commitlog.Delete
	e.intent = l.intentOf(l.commitOf(e), change)
	e.names = change.ExternalID != "" && l.naming[change.Object]
	if e.intent != byName && e.intent != byLook {
		l.compare(e, change)
	}
}

// compare holds a change against what was intended.
func (l *ledger) compare(e *effect, change *commitlog.Change) {
	l.place(e, change)
	if e.intent >= 0 && !e.deletes {
		e.verbatim = verbatim(l.intents[e.intent].rec, change)
	}
}

// place finds the record that a change touched.
func (l *ledger) place(e *effect, change *commitlog.Change) {
	e.misplaced = e.intent >= 0 && misplaced(l.intents[e.intent].rec, change)
	if e.intent >= 0 && !e.misplaced {
		e.target = l.intents[e.intent].target
		return
	}
	e.target = l.targetOf(target{change.Object, change.ExternalID})
}

// fileEffect puts a change behind those before it.
func (l *ledger) fileEffect(i int32) {
	e := &l.effects[i]
	if l.commitOf(e).API == commitlog.APIRestore && e.change == 0 {
		l.undo(e.commit)
	}
	switch change := l.changeOf(e); e.intent {
	case byName:
		e.intent = l.deletionOf(change)
		l.place(e, change)
	case byLook:
		e.intent = l.book.Take(change)
		l.compare(e, change)
	}
	if e.intent >= 0 {
		it := &l.intents[e.intent]
		it.applied++
		if it.first == none {
			it.first = i
		}
	}
	if e.target >= 0 {
		e.prev, l.last[e.target] = l.last[e.target], i
	}
	if e.names {
		l.learn(e)
	}
}

// intentOf finds the record write that the change carries out.
func (l *ledger) intentOf(commit *commitlog.Commit, change *commitlog.Change) int32 {
	if commit.ByOthers() {
		return direct
	}
	if token := l.names.Token(change.Object, change.Fields); token != "" {
		if i := l.withToken(token); i != none {
			return i
		}
	}
	switch {
	case change.Op == commitlog.Delete:
		return byName
	case l.book != nil && l.book.Covers(change.Object):
		return byLook
	}
	return none
}

// deletionOf joins a deletion to the first intended one of that record that is
// newer than what the record holds and has not been applied, else to the first
// that has not, which is late, else to the last one, as its redelivery.
func (l *ledger) deletionOf(change *commitlog.Change) int32 {
	name := target{change.Object, change.ExternalID}
	if change.ExternalID == "" {
		name = l.known[change.ID]
	}
	intended := l.deletes[name]
	if len(intended) == 0 {
		return none
	}
	for len(intended) > 1 && l.intents[intended[0]].first != none {
		intended = intended[1:]
	}
	l.deletes[name] = intended
	held := l.versionOf(l.targetOf(name))
	for _, newerThan := range []int{held, math.MinInt} {
		for _, i := range intended {
			if it := &l.intents[i]; it.first == none && it.version > newerThan {
				return i
			}
		}
	}
	return intended[len(intended)-1]
}

// versionOf is the version that took effect last on a record, 0 for none.
func (l *ledger) versionOf(t int32) int {
	if t < 0 {
		return 0
	}
	for e := l.last[t]; e != none; e = l.effects[e].prev {
		if i := l.effects[e].intent; i >= 0 && !l.undone(&l.effects[e], int32(len(l.Commits))) {
			return l.intents[i].version
		}
	}
	return 0
}

// learn keeps the name of a record, so that lookups and deletions, which go by
// id, can be compared with what the source said, which goes by external id.
func (l *ledger) learn(e *effect) {
	change := l.changeOf(e)
	if e.prev != none && l.changeOf(&l.effects[e.prev]).ID == change.ID {
		return
	}
	if _, known := l.known[change.ID]; !known {
		l.known[change.ID] = target{change.Object, change.ExternalID}
	}
}

// misplaced tells whether the change went to another record than intended. An
// insert may take any external id that the integration chose.
func misplaced(rec *history.Record, change *commitlog.Change) bool {
	if !strings.EqualFold(rec.Object, change.Object) {
		return true
	}
	if rec.ExternalID == "" || rec.ExternalID == change.ExternalID {
		return false
	}
	if change.Op == commitlog.Delete && change.ExternalID == "" {
		return false
	}
	named, _ := change.Fields[rec.ExternalIDField].(string)
	return named != rec.ExternalID
}
