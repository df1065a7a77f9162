package verify

import (
	"fmt"
	"strings"

	"github.com/squall-harness/squall/harness/history"
	"github.com/squall-harness/squall/harness/match"
)

// byLook stands in for the intent of a change without a token until its turn
// comes: which one of those that look alike it carries out depends on those
// before it.
const byLook int32 = -4

// fileLooks enters what carries no token by key and content. What was
// acknowledged comes first, what was refused last: among those that look alike
// a change is never held against the integration unless it must be.
func (l *ledger) fileLooks() {
	if !l.names.Tokenless() {
		return
	}
	l.book = match.NewBook(l.names)
	for _, outcome := range []history.Outcome{history.OK, history.Info, history.Fail} {
		for i := range l.intents {
			it := &l.intents[i]
			if l.ops[it.op].Outcome == outcome && l.book.Covers(it.rec.Object) && !it.goesByName() {
				l.book.Add(int32(i), it.rec)
				it.followed = true
			}
		}
	}
	for _, i := range l.book.Alike() {
		l.intents[i].alike = true
		l.alikes++
	}
}

// blurred tells whether one of an operation's records cannot be told from
// another one: then nobody knows when it took effect.
func (l *ledger) blurred(op int) bool {
	if l.alikes == 0 {
		return false
	}
	for i := range l.members(op) {
		if l.members(op)[i].alike {
			return true
		}
	}
	return false
}

// weaker says in one sentence what the verdicts are worth less for because
// records carry no token; "" when all do.
func (l *ledger) weaker() string {
	if l.book == nil {
		return ""
	}
	text := "Records without a token are recognised by key and content, which weakens the verdicts: " +
		"an altered new record shows as one lost and one never intended, and an altered version as the one most like it"
	if l.alikes == 0 {
		return text + "."
	}
	return text + fmt.Sprintf("; %s that look like another one count for no loss and no duplicates by their number only, and not at all for %s.",
		plural(l.alikes, "record"), strings.Join([]string{string(Order), string(Atomicity), string(Durability), string(Drained)}, ", "))
}

// tokenHint says what to do when no change carried a token.
func (l *ledger) tokenHint(judged, tokenless int) string {
	if judged == 0 || tokenless < judged || l.book != nil {
		return ""
	}
	return fmt.Sprintf(" No change carried a token: the integration must copy the field %s, or the scenario must say source.token: %s.",
		l.names.Field(""), match.None)
}
