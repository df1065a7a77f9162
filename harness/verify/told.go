package verify

import (
	"fmt"
	"time"

	"github.com/squall-harness/squall/harness/history"
)

// told judges BacklogTold: the backlog that the integration reports is never
// further from the true one than the scenario allows, in percent of the peak.
type told struct{}

func (told) guarantee() Guarantee { return BacklogTold }

// slack is how old, or how early, a reported figure may be.
const slack = 500 * time.Millisecond

// Telling is what the integration said of its backlog, held against the truth.
type Telling struct {
	Looks  int           `json:"looks"`  // times that the gauge was read
	Failed int           `json:"failed"` // of these, without an answer
	Off    int           `json:"off"`    // furthest from the truth, in operations
	At     time.Duration `json:"at"`     // when that was
	Said   int           `json:"said"`   // what it said then
	Least  int           `json:"least"`  // the truth then, within half a second
	Most   int           `json:"most"`
	Peak   int           `json:"peak"` // largest true backlog of the run
}

// Share is how far it was off, as a share of the peak.
func (t Telling) Share() float64 {
	if t.Peak == 0 {
		return 0
	}
	return float64(t.Off) / float64(t.Peak)
}

func (told) judge(l *ledger) *finding {
	r := &report{f: &finding{}, settings: &l.Settings}
	if len(l.History.Gauges) == 0 && l.Settings.BacklogTruth == 0 {
		return r.f
	}
	truth := l.waiting()
	r.Peak = truth.peak()
	for i := range l.History.Gauges {
		r.look(truth, &l.History.Gauges[i])
	}
	r.close()
	r.f.more = func(j *Judgement) { j.Telling = r.Telling }
	r.f.count(figLooks, r.telling)
	r.f.count("looks without an answer", r.Failed)
	r.f.count("furthest from the truth, in operations", r.Off)
	r.f.count("largest backlog", r.Peak)
	r.f.holds = fmt.Sprintf("The backlog that was told was never further from the truth than %s, %.0f %% of the peak.",
		plural(r.Off, "operation"), 100*r.Share())
	return r.f
}

// report is the fold's state.
type report struct {
	Telling
	f        *finding
	settings *Settings
	telling  int        // looks while something was waiting
	open     *misreport // looks in a row that were too far off
}

// misreport is a time during which the gauge was too far off.
type misreport struct {
	from, to time.Duration
	worst    Telling
	looks    int
}

// look holds one figure against the truth around it. What the integration calls
// a dead letter it may leave out or count.
func (r *report) look(truth *backlog, g *history.Gauge) {
	r.Looks++
	if g.Error != "" {
		r.Failed++
		return
	}
	least, most := truth.between(span{g.At - slack, g.At + slack})
	if most > 0 {
		r.telling++
	}
	said, all := int(g.Backlog), int(g.Backlog+g.DeadLetters)
	off := max(said-most, least-all, 0)
	seen := Telling{Off: off, At: g.At, Said: said, Least: least, Most: most}
	if off > r.Off {
		r.Off, r.At, r.Said, r.Least, r.Most = off, g.At, said, least, most
	}
	if limit := r.settings.BacklogTruth; limit > 0 && float64(off)*100 > limit*float64(r.Peak) {
		r.far(seen)
	} else {
		r.close()
	}
}

func (r *report) far(seen Telling) {
	if r.open == nil {
		r.open = &misreport{from: seen.At}
	}
	r.open.to = seen.At
	r.open.looks++
	if seen.Off >= r.open.worst.Off {
		r.open.worst = seen
	}
}

// close ends a stretch: it is one anomaly.
func (r *report) close() {
	if r.open == nil {
		return
	}
	s := *r.open
	r.open = nil
	r.f.anomalies.add(Misreported, func() candidate {
		return candidate{during: []span{{s.from, s.to}}, Anomaly: Anomaly{From: s.from, To: s.to,
			Text: fmt.Sprintf("From %s to %s the reported backlog was off: at %s it was %s, and between %s and %s operations were waiting; the scenario allows %g %% of the peak of %s.",
				seconds(s.from), seconds(s.to), seconds(s.worst.At), thousands(s.worst.Said), thousands(s.worst.Least), thousands(s.worst.Most),
				r.settings.BacklogTruth, thousands(r.Peak))}}
	})
}
