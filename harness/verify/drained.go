package verify

import (
	"fmt"
	"time"

	"github.com/squall-harness/squall/harness/history"
)

// drained judges Drained: what was acknowledged before the heal is in
// Salesforce within the budget after it, and all that was acknowledged by the
// end of the run. What a quiescent run lacks is lost or torn, not late.
type drained struct{}

func (drained) guarantee() Guarantee { return Drained }

func (drained) judge(l *ledger) *finding {
	d := newDrain(l)
	for i := range l.ops {
		d.operation(int32(i))
	}
	d.keep()
	d.f.count(figBacklog, d.backlog)
	d.f.count("of these, delivered in time", d.inTime)
	if d.healed != never {
		d.f.count("slowest, in ms after the heal", int(max(d.slowest-d.healed, 0).Milliseconds()))
	}
	d.f.holds = fmt.Sprintf("A backlog of %s was clear %s after the heal; the budget is %s.",
		plural(d.backlog, "operation"), seconds(max(d.slowest-d.healed, 0)), seconds(l.Settings.Budget))
	return d.f
}

// drain is the fold's state.
type drain struct {
	*ledger
	f             *finding
	healed, end   time.Duration // or never
	backlog       int           // acknowledged before the heal, and not delivered
	inTime        int           // of these, delivered within the budget
	slowest       time.Duration // when the last of the backlog was delivered
	first, latest *shortfall    // kept as witnesses
}

// shortfall is an operation that was late, or missing at the end.
type shortfall struct {
	op       int32
	deadline time.Duration
	at       time.Duration // of its delivery, or never
	overdue  time.Duration // how long after the deadline
}

func newDrain(l *ledger) *drain {
	return &drain{ledger: l, f: &finding{}, healed: l.mark(history.MarkHealed), end: l.ends(),
		backlog: l.Rest.Backlog, inTime: l.Rest.Backlog, slowest: l.Rest.Slowest}
}

// ends is when the harness stopped watching: the last thing known, without a
// mark.
func (l *ledger) ends() time.Duration {
	if at := l.mark(history.MarkEnd); at != never {
		return at
	}
	at := l.mark(history.MarkQuiet)
	if n := len(l.Commits); n > 0 {
		at = max(at, l.Commits[n-1].At)
	}
	return at
}

func (d *drain) operation(op int32) {
	p := d.progress(int(op))
	if d.acked[op] == never || d.ops[op].Poison() || p.members == 0 || !p.whole() && (d.quiet || d.excused(int(op))) || d.blurred(int(op)) {
		return
	}
	s := shortfall{op: op, deadline: d.end, at: never}
	if p.whole() {
		s.at = d.at(p.last)
	}
	waiting := d.healed != never && d.acked[op] <= d.healed && (s.at == never || s.at > d.healed)
	if waiting && d.Settings.Budget > 0 {
		s.deadline = min(d.healed+d.Settings.Budget, d.end)
	}
	d.weigh(s, waiting)
}

// weigh counts one delivery, and reports it when it was late.
func (d *drain) weigh(s shortfall, waiting bool) {
	late := s.at == never || s.at > s.deadline
	if waiting {
		d.backlog++
		d.slowest = max(d.slowest, s.at)
		if !late {
			d.inTime++
		}
	}
	if late {
		d.short(s)
	}
}

// short counts a shortfall. A backlog fails as one, so two of them stand for
// all: the first, and the one that was overdue for longest.
func (d *drain) short(s shortfall) {
	s.overdue = max(s.at, d.end) - s.deadline
	if s.at != never {
		s.overdue = s.at - s.deadline
	}
	d.f.anomalies.tally(Shortfall)
	if d.first == nil {
		d.first = &s
	}
	if d.latest == nil || s.overdue > d.latest.overdue {
		d.latest = &s
	}
}

func (d *drain) keep() {
	if d.first != nil {
		d.f.anomalies.keep(Shortfall, d.describe(d.first))
	}
	if d.latest != d.first {
		d.f.anomalies.keep(Shortfall, d.describe(d.latest))
	}
}

func (d *drain) describe(s *shortfall) candidate {
	o := d.ops[s.op]
	what := fmt.Sprintf("had not arrived when the run ended at %s", seconds(d.end))
	if s.at != never {
		what = fmt.Sprintf("arrived at %s, %s after its deadline", seconds(s.at), seconds(s.overdue))
	}
	return candidate{
		ops: []int32{s.op},
		Anomaly: Anomaly{
			Operation: o.ID, Key: d.keyOf(int(s.op)), From: s.deadline, To: max(s.at, 0),
			Text: fmt.Sprintf("Operation %s was acknowledged at %s and %s.", o.ID, seconds(d.acked[s.op]), what),
		},
	}
}
