package verify

import (
	"fmt"
	"time"

	"github.com/squall-harness/squall/harness/history"
)

// alerted judges Alerted: when nothing reaches Salesforce for longer than the
// scenario allows, an alert fires within that time; and the last alert is not
// taken back while what waited for the outage to end has not arrived.
type alerted struct{}

func (alerted) guarantee() Guarantee { return Alerted }

func (alerted) judge(l *ledger) *finding {
	a := &watchman{ledger: l, f: &finding{}}
	if l.Settings.Alerted == 0 {
		return a.f
	}
	for _, s := range l.outages() {
		if s.to-s.from > l.Settings.Alerted && l.waitedIn(s) {
			a.outage(s)
		}
	}
	a.f.count(figOutages, a.outages)
	a.f.count("of these, told of in time", a.told)
	a.f.count("alerts", len(l.History.Alerts))
	a.f.count("slowest, in ms after the last commit", int(a.slowest.Milliseconds()))
	a.f.holds = fmt.Sprintf("Somebody was told of %s within %s, the slowest after %s.",
		plural(a.outages, "outage"), seconds(l.Settings.Alerted), seconds(a.slowest))
	return a.f
}

// watchman is the fold's state.
type watchman struct {
	*ledger
	f             *finding
	outages, told int
	slowest       time.Duration
}

// waitedIn tells whether something was waiting at the end of an outage:
// without that nobody need notice it.
func (l *ledger) waitedIn(s span) bool {
	_, most := l.waiting().between(span{s.to, s.to})
	return most > 0
}

func (a *watchman) outage(s span) {
	a.outages++
	deadline := s.from + a.Settings.Alerted
	at := a.firstTold(s.from)
	if at != never && at <= deadline {
		a.told++
		a.slowest = max(a.slowest, at-s.from)
		a.clearedEarly(s)
		return
	}
	a.f.anomalies.add(Unannounced, func() candidate { return a.unannounced(s, at) })
}

// firstTold is when, from a time on, an alert was firing first, or never: one
// that fires already counts from that time.
func (a *watchman) firstTold(from time.Duration) time.Duration {
	firing := map[string]bool{}
	for _, alert := range a.History.Alerts {
		if alert.At > from && len(firing) > 0 {
			return from
		}
		if alert.Status != statusResolved && alert.At > from {
			return alert.At
		}
		setFiring(firing, alert)
	}
	if len(firing) > 0 {
		return from
	}
	return never
}

// statusResolved is the word of Alertmanager's webhook for an alert that is
// over.
const statusResolved = "resolved"

func setFiring(firing map[string]bool, a history.Alert) {
	if a.Status == statusResolved {
		delete(firing, a.Name)
	} else {
		firing[a.Name] = true
	}
}

// clearedEarly finds the moment at which no alert was firing any more although
// operations from the outage had not arrived. What never arrives is lost, which
// is told elsewhere.
func (a *watchman) clearedEarly(s span) {
	firing := map[string]bool{}
	for _, alert := range a.History.Alerts {
		before := len(firing)
		setFiring(firing, alert)
		if alert.At <= s.from || before == 0 || len(firing) > 0 {
			continue
		}
		if op, n := a.stillOpen(s, alert.At); n > 0 {
			a.f.anomalies.add(ClearedEarly, func() candidate { return a.cleared(alert, op, n) })
		}
		return
	}
}

// stillOpen counts the operations that were acknowledged up to the end of an
// outage and arrived after t, and names the last of them to arrive.
func (a *watchman) stillOpen(s span, t time.Duration) (last int32, n int) {
	latest := never
	for i := range a.ops {
		p := a.progress(i)
		if a.acked[i] == never || a.acked[i] > min(s.to, t) || p.members == 0 || !p.whole() || a.at(p.last) <= t {
			continue
		}
		n++
		if at := a.at(p.last); at > latest {
			last, latest = int32(i), at
		}
	}
	return last, n
}

func (a *watchman) unannounced(s span, at time.Duration) candidate {
	what := "nobody was told before the run ended"
	if at != never {
		what = fmt.Sprintf("the first alert came at %s, %s later", seconds(at), seconds(at-s.from))
	}
	return candidate{
		during: []span{s},
		Anomaly: Anomaly{From: s.from + a.Settings.Alerted, To: max(at, 0),
			Text: fmt.Sprintf("Nothing reached Salesforce from %s to %s, and %s; the scenario allows %s.",
				seconds(s.from), seconds(s.to), what, seconds(a.Settings.Alerted))},
	}
}

func (a *watchman) cleared(alert history.Alert, op int32, n int) candidate {
	o := a.ops[op]
	arrived := a.at(a.reached[op].last)
	return candidate{
		ops: []int32{op},
		Anomaly: Anomaly{Operation: o.ID, Key: a.keyOf(int(op)), From: alert.At, To: arrived,
			Text: fmt.Sprintf("At %s the last alert, %s, was taken back while %s of the outage had not arrived; the last of them, %s, came at %s.",
				seconds(alert.At), shorten(alert.Name), plural(n, "operation"), o.ID, seconds(arrived))},
	}
}
