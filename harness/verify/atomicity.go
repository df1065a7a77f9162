package verify

import (
	"fmt"
	"slices"
	"time"

	"github.com/squall-harness/squall/harness/history"
	"github.com/squall-harness/squall/mocksf/commitlog"
)

// atomicity judges Atomicity, whatever the source was told: the records of a
// unit appear in one commit, or none of them ever does.
type atomicity struct{}

func (atomicity) guarantee() Guarantee { return Atomicity }

func (atomicity) judge(l *ledger) *finding {
	f := &finding{}
	disturbed, seen := l.disturbed(), l.exposures()
	exposed := 0
	whole, met := l.Rest.Units, l.Rest.Disturbed
	var windows []time.Duration
	for i := range l.ops {
		p := l.progress(i)
		if p.members < 2 || p.absent() || l.blurred(i) || !p.whole() && l.excused(i) {
			continue
		}
		if disturbed[i] {
			met++
		}
		switch {
		case !p.whole():
			f.anomalies.add(Torn, func() candidate { return l.torn(int32(i), p) })
			continue
		case p.first != p.last:
			windows = append(windows, l.at(p.last)-l.at(p.first))
			read := seen[int32(i)]
			if read != nil {
				exposed++
			}
			f.anomalies.add(TornWindow, func() candidate { return l.tornWindow(int32(i), p, read) })
		}
		whole++
	}
	atomicityEvidence(l, f, whole, met, windows)
	if exposed > 0 {
		f.count("torn units that somebody saw in parts", exposed)
	}
	f.holds = fmt.Sprintf("%s appeared whole in one commit, %s of them under a fault or sent twice.",
		capital(plural(whole, "unit")), thousands(met))
	return f
}

func atomicityEvidence(l *ledger, f *finding, whole, met int, windows []time.Duration) {
	f.count(figUnits, whole)
	if met > 0 || len(l.Requests)+l.Rest.Requests > 0 {
		f.count(figDisturbed, met)
	}
	if len(windows) == 0 {
		return
	}
	slices.Sort(windows)
	for _, q := range []struct {
		name    string
		percent int
	}{{"p50", 50}, {"p99", 99}, {"max", 100}} {
		f.count("torn window "+q.name+" in ms", int(percentile(windows, q.percent).Milliseconds()))
	}
}

// percentile is the smallest value that covers that share of the sorted ones.
func percentile(sorted []time.Duration, percent int) time.Duration {
	rank := (len(sorted)*percent + 99) / 100
	return sorted[max(rank, 1)-1]
}

func (l *ledger) torn(op int32, p progress) candidate {
	o := l.ops[op]
	state := "the rest never came"
	if !l.quiet {
		state = "the rest had not come when the harness stopped watching"
	}
	return candidate{
		ops: []int32{op},
		Anomaly: Anomaly{
			Operation: o.ID, Key: l.keyOf(int(op)), From: l.at(p.first),
			Text: fmt.Sprintf("Of the %d records of operation %s, %d took effect, from %s on; %s: %s.",
				p.members, o.ID, p.applied, seconds(l.at(p.first)), state, l.absentees(int(op))),
		},
	}
}

// absentees names the records of an operation that never took effect.
func (l *ledger) absentees(op int) string {
	var names []string
	for _, it := range l.members(op) {
		if it.followed && it.first == none {
			names = append(names, target{it.rec.Object, it.rec.ExternalID}.name())
		}
	}
	return listed(names, 4)
}

func (l *ledger) tornWindow(op int32, p progress, seen *commitlog.Read) candidate {
	o, first, last := l.ops[op], &l.Commits[p.first], &l.Commits[p.last]
	c := candidate{
		ops: []int32{op},
		Anomaly: Anomaly{
			Operation: o.ID, Key: l.keyOf(int(op)), From: first.At, To: last.At,
			Text: fmt.Sprintf("The %d records of operation %s appeared one after another, from commit %d to commit %d: for %d ms others saw a part of it.",
				p.members, o.ID, first.LSN, last.LSN, (last.At - first.At).Milliseconds()),
		},
	}
	if seen != nil {
		c.Text += fmt.Sprintf(" %s did, at %s.", capital(commitlog.CrowdName(seen.Identity)), seconds(seen.At))
	}
	return c
}

// exposures finds for each operation the first read by others that fell between
// its first commit and its last, and was served a part of it.
func (l *ledger) exposures() map[int32]*commitlog.Read {
	seen := map[int32]*commitlog.Read{}
	for i := range l.Reads {
		r := &l.Reads[i]
		if !commitlog.OfCrowd(r.Identity) {
			continue
		}
		for _, served := range r.Records {
			op := none
			if served.LSN > 0 {
				op = l.opOf(l.effectOn(served.LSN, served.ID))
			}
			if op == none || seen[op] != nil || l.reached[op].first == l.reached[op].last {
				continue
			}
			if p := l.reached[op]; l.Commits[p.first].LSN <= r.LSN && r.LSN < l.Commits[p.last].LSN {
				seen[op] = r
			}
		}
	}
	return seen
}

// disturbed tells of each operation whether something got in the way of it: an
// attempt without acknowledgement, a lost reply, a request that failed or met a
// fault, or a record that was written twice.
func (l *ledger) disturbed() []bool {
	met := make([]bool, len(l.ops))
	for i, op := range l.ops {
		met[i] = slices.ContainsFunc(op.Attempts, func(a history.Attempt) bool { return a.Outcome != history.OK })
	}
	for i := range l.effects {
		e := &l.effects[i]
		if e.intent >= 0 && (l.intents[e.intent].applied > 1 || l.commitOf(e).Fate.ReplyLost()) {
			met[l.intents[e.intent].op] = true
		}
	}
	for i := range l.Requests {
		if r := &l.Requests[i]; r.Disturbed() {
			for _, token := range r.Traces {
				if it := l.withToken(token); it != none {
					met[l.intents[it].op] = true
				}
			}
		}
	}
	return met
}
