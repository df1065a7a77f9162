package verify

import (
	"fmt"
	"math"
	"time"
)

// durability judges Durability at each crash: what had been acknowledged and
// was not wholly in Salesforce must be there once the run is quiescent. Where
// the scenario says so, what a restore of Salesforce from a backup took must
// come back, too. What is missing is also lost, or torn when a part is there.
type durability struct{}

func (durability) guarantee() Guarantee { return Durability }

func (durability) judge(l *ledger) *finding {
	f := &finding{}
	crashes := l.crashes()
	open, taken, missing := l.Rest.Open, 0, 0
	for i := range l.ops {
		at, was := l.openAt(i, crashes)
		restored := l.taken[int32(i)]
		if restored && l.Settings.Repairs {
			taken++
		} else if !was || restored && !l.progress(i).whole() {
			continue
		}
		if was {
			open++
		}
		if l.progress(i).whole() {
			continue
		}
		missing++
		if l.quiet {
			class := NotDurable
			if restored {
				class = TakenBack
			}
			f.anomalies.add(class, func() candidate { return l.notDurable(int32(i), at) })
		}
	}
	f.durable(l, len(crashes), open, taken, missing)
	return f
}

// durable puts the evidence together. What a restore took is asked for where
// the scenario wants it back, and a crash where there was one, or nothing else.
func (f *finding) durable(l *ledger, crashes, open, taken, missing int) {
	if crashes > 0 || !l.Settings.Repairs {
		f.count(figCrashes, crashes)
		f.count(figOpen, open)
	}
	if l.Settings.Repairs {
		f.count(figTaken, taken)
	}
	f.count("of these, arrived", open+taken-missing)
	f.holds = fmt.Sprintf("%s survived %s.", capital(plural(open, "open operation")), plural(crashes, "crash"))
	if l.Settings.Repairs {
		f.holds = fmt.Sprintf("%s came back that a restore from a backup had taken. ", capital(plural(taken, "operation"))) + f.holds
	}
	if missing > 0 && !l.quiet {
		f.unproven = fmt.Sprintf("%s from before a crash had not arrived when the harness stopped watching, and quiescence was not proven.", capital(plural(missing, "operation")))
	}
}

// openAt finds the first crash that found the operation acknowledged and not
// wholly delivered.
func (l *ledger) openAt(op int, crashes []Crash) (time.Duration, bool) {
	p := l.progress(op)
	if l.acked[op] == never || l.ops[op].Poison() || p.members == 0 || l.blurred(op) {
		return 0, false
	}
	delivered := time.Duration(math.MaxInt64)
	if p.whole() {
		delivered = l.at(p.last)
	}
	for _, c := range crashes {
		if c.Found(l.acked[op], delivered) {
			return c.To, true
		}
	}
	return 0, false
}

func (l *ledger) notDurable(op int32, crash time.Duration) candidate {
	if l.taken[op] {
		return l.gone(op)
	}
	o := l.ops[op]
	what := "never reached Salesforce"
	if !l.progress(int(op)).absent() {
		what = "never reached Salesforce as a whole"
	}
	return candidate{
		ops: []int32{op},
		Anomaly: Anomaly{
			Operation: o.ID, Key: l.keyOf(int(op)), From: crash,
			Text: fmt.Sprintf("Operation %s was acknowledged at %s, before the crash at %s, and %s.", o.ID, seconds(l.acked[op]), seconds(crash), what),
		},
	}
}
