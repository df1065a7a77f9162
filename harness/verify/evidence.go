package verify

import (
	"fmt"

	"github.com/squall-harness/squall/harness/history"
)

// minimum is the least that a run must have offered before a pass means
// anything. A figure that the run could not know is not asked for.
type minimum struct {
	figure string // name in the evidence
	least  int
	why    string // what a run without it has not shown
}

// Names of the figures that minima ask for.
const (
	figAcked      = "operations acknowledged"
	figRefused    = "operations refused"
	figFired      = "faults that fired"
	figUnknown    = "writes whose reply was lost"
	figTookEffect = "of these, applied"
	figInserts    = "inserts applied"
	figChanges    = "changes judged"
	figCompared   = "changes compared field by field"
	figKeys       = "keys with two operations or more"
	figUnits      = "units committed"
	figDisturbed  = "units disturbed"
	figOverlaps   = "of these, at a unit under way"
	figContested  = "of these, in a record that the integration wrote again"
	figRules      = "invariants put to the test"
	figCrashes    = "crashes"
	figTaken      = "operations that a restore from a backup took"
	figOpen       = "operations acknowledged and still open at a crash"
	figBacklog    = "backlog at the heal"
	figRequests   = "requests"
	figOutages    = "outages that somebody must be told of"
	figLooks      = "looks at the reported backlog while there was one"
	figWritten    = "records written"
)

// minima are the defaults.
var minima = map[Guarantee][]minimum{
	NoLoss: {
		{figAcked, 1, "no operation was acknowledged, so there was nothing to lose"},
		{figFired, 1, "no fault fired, so nothing stood in the way of delivery"},
	},
	NoDuplicates: {
		{figTookEffect, 1, "no write that took effect left its sender in doubt, and only doubt makes a sender repeat itself"},
		{figInserts, 1, "no insert was applied, and an upsert that is applied twice leaves no trace"},
	},
	NoPhantoms: {{figChanges, 1, "no change came from outside, so there was nothing to recognise"}},
	Integrity:  {{figCompared, 1, "no change could be compared with what was sent"}},
	Order:      {{figKeys, 1, "no key had two operations, so there was no order to keep"}},
	Atomicity: {
		{figUnits, 1, "no transaction of several records was committed"},
		{figDisturbed, 1, "no transaction of several records met a fault or was sent twice"},
	},
	Consistency: {{figRules, 1, "no record that an invariant speaks of was written"}},
	Isolation: {
		{figOverlaps, 1, "no reader looked at a unit that was under way"},
		{figContested, 1, "the integration wrote no record again that a user had edited"},
	},
	Durability: {
		{figCrashes, 1, "no crash was injected"},
		{figTaken, 1, "no restore from a backup took anything that had been acknowledged"},
		{figOpen, 1, "nothing acknowledged was open when the crash came"},
	},
	Drained:     {{figBacklog, 1, "there was no heal with a backlog to clear"}},
	Alerted:     {{figOutages, 1, "no outage was longer than the time in which somebody must be told, with operations waiting"}},
	BacklogTold: {{figLooks, 1, "the integration reported no backlog while there was one"}},
	NoOverload: {
		{figRequests, 1, "no request reached Salesforce"},
		{figWritten, 1, "no record was written"},
	},
}

// shortOf names the first minimum that the evidence misses, as a sentence.
func shortOf(g Guarantee, evidence []Count, overrides map[Guarantee]int) string {
	least, overridden := overrides[g]
	if overridden && least <= 0 {
		return ""
	}
	for i, m := range minima[g] {
		if i == 0 && overridden {
			m.least = least
		}
		if n, known := figure(evidence, m.figure); known && n < m.least {
			return m.missed(n)
		}
	}
	return ""
}

func (m minimum) missed(n int) string {
	if n == 0 {
		return capital(m.why) + "."
	}
	return fmt.Sprintf("Too little to judge by: %s: %d, and %d are needed.", m.figure, n, m.least)
}

// figure looks a count up by its name.
func figure(evidence []Count, name string) (n int, known bool) {
	for _, c := range evidence {
		if c.Name == name {
			return c.N, true
		}
	}
	return 0, false
}

// fired counts the faults that did something.
func fired(windows []history.Window) (n int) {
	for _, w := range windows {
		if w.Hits > 0 {
			n++
		}
	}
	return n
}

// Unfired names the faults that never did anything and are not optional. A run
// with such a fault has not rehearsed what it set out to.
func Unfired(windows []history.Window) []string {
	var names []string
	for _, w := range windows {
		if w.Hits <= 0 && !w.Optional {
			names = append(names, w.Fault)
		}
	}
	return names
}
