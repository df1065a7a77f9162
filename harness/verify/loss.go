package verify

import (
	"fmt"

	"github.com/squall-harness/squall/harness/history"
)

// loss judges NoLoss. A single record, or a whole unit, that was acknowledged
// and is absent once the run is quiescent is lost; a unit of which some records
// arrived is torn, which is atomicity's to say.
type loss struct{}

func (loss) guarantee() Guarantee { return NoLoss }

func (loss) judge(l *ledger) *finding {
	f := &finding{}
	acked, missing, poisoned, reported := l.Rest.Operations, 0, 0, 0
	told := l.told()
	for i := range l.ops {
		p := l.progress(i)
		if l.acked[i] == never || p.members == 0 {
			continue
		}
		acked++
		if !p.absent() || l.excused(i) {
			continue
		}
		if l.ops[i].Poison() {
			poisoned++
			if told[l.ops[i].ID] {
				reported++
				continue
			}
		}
		missing++
		if l.quiet {
			f.anomalies.add(Lost, func() candidate { return l.lost(i) })
		}
	}
	f.count(figAcked, acked)
	f.count("of these, arrived", acked-missing-reported)
	lossEvidence(l, f)
	f.holds = fmt.Sprintf("Salesforce received %s.", plural(acked-reported, "acknowledged operation"))
	if poisoned > 0 {
		f.count("operations that Salesforce can never accept", poisoned)
		f.count("of these, named in an alert", reported)
		f.holds += fmt.Sprintf(" Somebody was told of the %s that it can never accept.", plural(reported, "other"))
	}
	if missing > 0 && !l.quiet {
		f.unproven = fmt.Sprintf("%s had not arrived when the harness stopped watching, and quiescence was not proven: late and lost cannot be told apart.", capital(plural(missing, "acknowledged operation")))
	}
	return f
}

func (l *ledger) lost(op int) candidate {
	o := l.ops[op]
	if l.taken[int32(op)] {
		return l.gone(int32(op))
	}
	if o.Poison() {
		return l.buried(op)
	}
	return candidate{
		ops: []int32{int32(op)},
		Anomaly: Anomaly{
			Operation: o.ID, Key: l.keyOf(op), From: l.acked[op],
			Text: fmt.Sprintf("Operation %s was acknowledged at %s and never reached Salesforce.", o.ID, seconds(l.acked[op])),
		},
	}
}

// lossEvidence resolves what the source could not know.
func lossEvidence(l *ledger, f *finding) {
	unknown, applied, untracked := 0, 0, 0
	for i, op := range l.ops {
		if op.Outcome != history.Info {
			continue
		}
		unknown++
		if !l.progress(i).absent() {
			applied++
		}
	}
	for i := range l.intents {
		if !l.intents[i].followed {
			untracked++
		}
	}
	f.count("operations never answered", unknown)
	f.count("of these, applied", applied)
	f.count("attempts of the source without an answer", l.unanswered())
	f.count(figFired, fired(l.History.Windows))
	if l.alikes > 0 {
		f.count("records that look like another one, judged by their number", l.alikes)
	}
	if untracked > 0 {
		f.count("records without a token of their own, not judged", untracked)
	}
}

func (l *ledger) unanswered() int {
	n := l.Rest.Unanswered
	for _, op := range l.ops {
		for i := range op.Attempts {
			if op.Attempts[i].Outcome == history.Info {
				n++
			}
		}
	}
	return n
}

// keyOf is the key of an operation, or the name of its first record.
func (l *ledger) keyOf(op int) string {
	o := l.ops[op]
	if o.Key != "" || len(o.Records) == 0 {
		return o.Key
	}
	return target{o.Records[0].Object, o.Records[0].ExternalID}.name()
}
