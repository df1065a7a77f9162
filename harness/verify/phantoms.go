package verify

import (
	"fmt"

	"github.com/squall-harness/squall/harness/history"
)

// phantoms judges NoPhantoms: every change was intended, for that record, by
// an operation that was not refused. What the owner of the mock wrote itself is
// not judged.
type phantoms struct{}

func (phantoms) guarantee() Guarantee { return NoPhantoms }

func (phantoms) judge(l *ledger) *finding {
	f := &finding{}
	judged, tokenless := l.Rest.Writes, 0
	for i := range l.effects {
		e := &l.effects[i]
		if e.intent == direct {
			continue
		}
		judged++
		if change := l.changeOf(e); e.intent == none && l.names.Token(change.Object, change.Fields) == "" {
			tokenless++
		}
		l.judgePhantom(f, e)
	}
	refused := l.falseFailures(f)
	f.count(figChanges, judged)
	f.count(figRefused, refused)
	f.hint = l.tokenHint(judged, tokenless)
	f.holds = fmt.Sprintf("%s, each intended by an operation that was not refused.", capital(plural(judged, "change")))
	return f
}

func (l *ledger) judgePhantom(f *finding, e *effect) {
	if e.intent != direct && (e.intent == none || e.misplaced) {
		f.anomalies.add(Phantom, func() candidate { return l.phantom(e) })
	}
}

// falseFailures finds what was refused and applied; it returns how many
// operations were refused.
func (l *ledger) falseFailures(f *finding) int {
	refused := 0
	for i, op := range l.ops {
		if op.Outcome != history.Fail {
			continue
		}
		refused++
		if p := l.progress(i); !p.absent() {
			f.anomalies.add(FalseFailure, func() candidate { return l.falseFailure(int32(i), p.first) })
		}
	}
	return refused
}

func (l *ledger) falseFailure(op, commit int32) candidate {
	o, c := l.ops[op], &l.Commits[commit]
	return candidate{
		ops: []int32{op},
		Anomaly: Anomaly{
			Operation: o.ID, Key: l.keyOf(int(op)), From: c.At,
			Text: fmt.Sprintf("Operation %s was refused and applied all the same, by commit %d at %s.", o.ID, c.LSN, seconds(c.At)),
		},
	}
}

func (l *ledger) phantom(e *effect) candidate {
	c, change := l.commitOf(e), l.changeOf(e)
	where := target{change.Object, change.ExternalID}.name()
	a := Anomaly{Key: where, From: c.At}
	if e.intent == none {
		a.Text = fmt.Sprintf("Commit %d at %s wrote %s (%s %s), which no operation intended%s.",
			c.LSN, seconds(c.At), where, change.Op, change.ID, l.tokenText(l.names.Token(change.Object, change.Fields)))
		return candidate{Anomaly: a, commits: []int32{e.commit}}
	}
	it := &l.intents[e.intent]
	a.Operation = l.ops[it.op].ID
	a.Text = fmt.Sprintf("Commit %d at %s wrote operation %s to %s, which was meant for %s.",
		c.LSN, seconds(c.At), a.Operation, where, target{it.rec.Object, it.rec.ExternalID}.name())
	return candidate{Anomaly: a, ops: []int32{it.op}, commits: []int32{e.commit}}
}

func (l *ledger) tokenText(token string) string {
	if token == "" {
		return ": it carries no token"
	}
	return ": its token is " + shown(token)
}
