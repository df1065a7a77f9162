package verify

import (
	"time"

	"github.com/squall-harness/squall/harness/history"
)

// hashes are those under which an intent is filed.
type hashes struct{ token, target uint32 }

// addIntents reads ledger 1.
func (l *ledger) addIntents() {
	l.addOperations()
	n := len(l.intents)
	l.byToken, l.byTarget = newIndex(n), newIndex(n)
	l.targets, l.last = make([]target, 0, n), make([]int32, 0, n)
	filed := make([]hashes, n)
	inParts(len(l.ops), func(op int) {
		l.invoked[op], l.acked[op] = l.ops[op].Invoked(), acknowledged(l.ops[op])
		for i := range l.ops[op].Records {
			l.readIntent(op, i, filed)
		}
	})
	sideBySide(
		func() { l.fileTokens(filed) },
		func() { l.fileTargets(filed) },
	)
	l.fileLooks()
}

// addOperations makes room for what the operations intend.
func (l *ledger) addOperations() {
	most := len(l.History.Operations)
	l.ops, l.spans = make([]*history.Operation, 0, most), make([]int32, 0, most+1)
	records := int32(0)
	for _, op := range l.History.Operations {
		if op != nil {
			l.ops, l.spans = append(l.ops, op), append(l.spans, records)
			records += int32(len(op.Records))
		}
	}
	l.spans = append(l.spans, records)
	l.invoked, l.acked = make([]time.Duration, len(l.ops)), make([]time.Duration, len(l.ops))
	l.intents = make([]intent, records)
}

// acknowledged is the time from which the operation is the integration's to
// deliver.
func acknowledged(op *history.Operation) time.Duration {
	if at, ok := op.Acknowledged(); ok {
		return at
	}
	return never
}

// readIntent takes in what a record says of itself.
func (l *ledger) readIntent(op, record int, filed []hashes) {
	rec, i := &l.ops[op].Records[record], int(l.spans[op])+record
	token := l.names.Token(rec.Object, rec.Fields)
	it := intent{rec: rec, token: token, version: rec.Version, op: int32(op), first: none, child: rec.Parent != nil}
	it.followed = it.goesByName()
	l.intents[i] = it
	filed[i] = hashes{l.byToken.hash(token), l.byTarget.hash(rec.ExternalID)}
}

// fileTokens files the intents under their tokens. A record whose token is
// missing or taken cannot be followed, and is not judged.
func (l *ledger) fileTokens(filed []hashes) {
	for i := range l.intents {
		it := &l.intents[i]
		if it.token != "" && l.byToken.find(filed[i].token, l.hasToken(it.token)) == none {
			l.byToken.add(filed[i].token, int32(i))
			it.followed = true
		}
	}
}

// fileTargets files the intents under their targets, and deletions by name.
func (l *ledger) fileTargets(filed []hashes) {
	for i := range l.intents {
		it := &l.intents[i]
		it.target = l.targetFor(it.rec, filed[i].target)
		if it.goesByName() {
			name := target{it.rec.Object, it.rec.ExternalID}
			l.deletes[name] = append(l.deletes[name], int32(i))
			l.naming[it.rec.Object] = true
		}
		if it.rec.Parent != nil {
			l.naming[it.rec.Parent.Object] = true
		}
	}
}

// goesByName tells whether the intent is a deletion that can be recognised
// without a token.
func (it *intent) goesByName() bool { return it.rec.Op == "delete" && it.rec.ExternalID != "" }

// withToken finds the intent that owns a token, or none.
func (l *ledger) withToken(token string) int32 {
	return l.byToken.find(l.byToken.hash(token), l.hasToken(token))
}

func (l *ledger) hasToken(token string) func(int32) bool {
	return func(i int32) bool { return l.intents[i].token == token }
}

// targetFor numbers the records of the org. An insert has a record to itself.
func (l *ledger) targetFor(rec *history.Record, hash uint32) int32 {
	name := target{rec.Object, rec.ExternalID}
	if rec.ExternalID != "" {
		if t := l.byTarget.find(hash, l.isNamed(name)); t != none {
			return t
		}
	}
	t := int32(len(l.targets))
	l.targets = append(l.targets, name)
	l.last = append(l.last, none)
	if rec.ExternalID != "" {
		l.byTarget.add(hash, t)
	}
	return t
}

// targetOf finds a record by its name, or none.
func (l *ledger) targetOf(name target) int32 {
	if name.externalID == "" {
		return none
	}
	return l.byTarget.find(l.byTarget.hash(name.externalID), l.isNamed(name))
}

func (l *ledger) isNamed(name target) func(int32) bool {
	return func(t int32) bool { return l.targets[t] == name }
}
