package verify

import (
	"fmt"
	"strings"
)

// told holds every word of every alert. An operation that Salesforce can never
// accept is no loss when one of them is its id: its dead letter is honest.
func (l *ledger) told() map[string]bool {
	words := map[string]bool{}
	for _, a := range l.History.Alerts {
		for _, word := range strings.FieldsFunc(a.Cause, func(r rune) bool { return strings.ContainsRune(" \t\n,;:()[]{}<>\"'=", r) }) {
			words[word] = true
		}
	}
	return words
}

// buried is an operation that could not arrive, and that nobody heard of.
func (l *ledger) buried(op int) candidate {
	o := l.ops[op]
	return candidate{
		ops: []int32{int32(op)},
		Anomaly: Anomaly{
			Operation: o.ID, Key: l.keyOf(op), From: l.acked[op],
			Text: fmt.Sprintf("Operation %s was acknowledged at %s. Salesforce can never accept it, and no alert names it.", o.ID, seconds(l.acked[op])),
		},
	}
}
