package verify

import (
	"strings"

	"github.com/squall-harness/squall/harness/history"
	"github.com/squall-harness/squall/mocksf/commitlog"
)

// effect is one change of the commit log, joined to its intent.
type effect struct {
	commit, change int32
	intent         int32 // none when nobody intended it
	target         int32 // record that it touched, when operations write that record
	prev           int32 // effect before it on the same target
	misplaced      bool  // it carries a token to another record than the one intended
}

func (l *ledger) addChange(c, i int32) {
	commit := &l.Commits[c]
	change := &commit.Changes[i]
	e := effect{commit: c, change: i, intent: l.intentOf(commit, change), prev: none}
	if e.intent >= 0 {
		it := &l.intents[e.intent]
		e.misplaced = misplaced(it.rec, change)
		it.applied++
		if it.first == none {
			it.first = int32(len(l.effects))
		}
	}
	e.target = l.touched(&e, change)
	if e.target >= 0 {
		e.prev, l.last[e.target] = l.last[e.target], int32(len(l.effects))
	}
	l.learn(&e, change)
	l.effects = append(l.effects, e)
}

// intentOf finds the record write that the change carries out.
func (l *ledger) intentOf(commit *commitlog.Commit, change *commitlog.Change) int32 {
	if commit.API == commitlog.APIDirect {
		return direct
	}
	if token, _ := change.Fields[l.Settings.TokenField].(string); token != "" {
		if i := l.withToken(token); i != none {
			return i
		}
	}
	if change.Op == commitlog.Delete {
		return l.deletionOf(change)
	}
	return none
}

// deletionOf joins a deletion to the first intended one of that record that
// has not been applied, else to the last one, as its redelivery.
func (l *ledger) deletionOf(change *commitlog.Change) int32 {
	name := target{change.Object, change.ExternalID}
	if change.ExternalID == "" {
		name = l.names[change.ID]
	}
	intended := l.deletes[name]
	if len(intended) == 0 {
		return none
	}
	for len(intended) > 1 && l.intents[intended[0]].first != none {
		intended = intended[1:]
	}
	l.deletes[name] = intended
	return intended[0]
}

// learn keeps the name of a record, so that lookups and deletions, which go by
// id, can be compared with what the source said, which goes by external id.
func (l *ledger) learn(e *effect, change *commitlog.Change) {
	if e.prev != none && l.changeOf(&l.effects[e.prev]).ID == change.ID {
		return
	}
	if change.ExternalID == "" || !l.naming[change.Object] {
		return
	}
	if _, known := l.names[change.ID]; !known {
		l.names[change.ID] = target{change.Object, change.ExternalID}
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

func (l *ledger) touched(e *effect, change *commitlog.Change) int32 {
	if e.intent >= 0 && !e.misplaced {
		return l.intents[e.intent].target
	}
	return l.targetOf(target{change.Object, change.ExternalID})
}
