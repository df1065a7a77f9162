package verify

import (
	"fmt"
	"slices"
	"time"

	"github.com/squall-harness/squall/harness/history"
	"github.com/squall-harness/squall/mocksf/commitlog"
)

// Truth counts what became of things, by the commit log.
type Truth struct {
	Not   int `json:"not"`   // took no effect
	Once  int `json:"once"`  // took effect, however often it was delivered
	Twice int `json:"twice"` // became two records
}

// All counts them whatever became of them.
func (t Truth) All() int { return t.Not + t.Once + t.Twice }

// Applied counts those that took effect.
func (t Truth) Applied() int { return t.Once + t.Twice }

// String resolves an unknown in words: 41 unknown: 29 applied, 12 not, 3 of
// the 29 applied twice.
func (t Truth) String() string {
	if t.All() == 0 {
		return "none"
	}
	s := fmt.Sprintf("%s unknown: %s applied, %s not", thousands(t.All()), thousands(t.Applied()), thousands(t.Not))
	if t.Twice > 0 {
		s += fmt.Sprintf(", %s of the %s applied twice", thousands(t.Twice), thousands(t.Applied()))
	}
	return s
}

// Add returns the sum of both.
func (t Truth) Add(u Truth) Truth { return Truth{t.Not + u.Not, t.Once + u.Once, t.Twice + u.Twice} }

// with counts one more.
func (t Truth) with(applied, twice bool) Truth {
	switch {
	case twice:
		t.Twice++
	case applied:
		t.Once++
	default:
		t.Not++
	}
	return t
}

// Unknowns resolves what somebody could not know while the run went on: the
// source about its operations, the integration about its writes. An unknown
// that took no effect is no loss: nobody had been promised anything.
type Unknowns struct {
	Answered   Truth `json:"answered"`   // operations acknowledged at the first offer
	Doubted    Truth `json:"doubted"`    // operations acknowledged after an offer without an answer
	Refused    Truth `json:"refused"`    // operations refused
	Unanswered Truth `json:"unanswered"` // operations never answered

	SentOnce  Truth `json:"sentOnce"`  // writes of the integration whose reply it did not get, and that it let rest
	SentAgain Truth `json:"sentAgain"` // the same, and it sent one of the records again
}

// Writes are the integration's writes whose reply it did not get.
func (u Unknowns) Writes() Truth { return u.SentOnce.Add(u.SentAgain) }

// Redelivery is what it cost to send again: record writes that changed nothing
// because the record held them already. It breaks no promise.
type Redelivery struct {
	Writes int `json:"writes"` // record writes that carry out an operation
	Again  int `json:"again"`  // of these, on a record that held them already
}

// Ratio is the share of record writes that were redeliveries, 0 to 1.
func (r Redelivery) Ratio() float64 {
	if r.Writes == 0 {
		return 0
	}
	return float64(r.Again) / float64(r.Writes)
}

// operations fills the truth table of what the source was told.
func (d *twins) operations(u *Unknowns) {
	u.Answered.Once, u.Doubted.Once = d.Rest.Operations-d.Rest.Doubted, d.Rest.Doubted
	for i, op := range d.ops {
		if d.reached[i].members == 0 {
			continue
		}
		row := &u.Answered
		switch {
		case op.Outcome == history.Fail:
			row = &u.Refused
		case op.Outcome == history.Info:
			row = &u.Unanswered
		case len(op.Attempts) > 0 && op.Attempts[0].Outcome == history.Info:
			row = &u.Doubted
		}
		*row = row.with(!d.reached[i].absent(), d.doubled[i])
	}
}

// doubt is one write of the integration that it got no reply to.
type doubt struct {
	id                                      string // of its request, or of its bulk job
	at                                      time.Duration
	traced                                  bool // the tokens of its records are known, so that they can be looked for
	inserts, crash, applied, again, doubled bool
}

// doubts finds them all: by the request log, and by the fate of commits where
// there is none.
type doubts struct {
	*twins
	byID    map[string]*doubt
	byToken map[string][]*doubt
	all     []*doubt
}

func (d *twins) doubtful() []*doubt {
	x := &doubts{twins: d, byID: map[string]*doubt{}, byToken: map[string][]*doubt{}}
	crashes := d.crashes()
	for i := range d.Requests {
		r := &d.Requests[i]
		crash := underWay(r, crashes)
		if r.Records > 0 && (crash || r.Fate.ReplyLost()) {
			x.request(r, crash)
		}
	}
	x.resolve()
	x.sentAgain()
	return x.all
}

// underWay tells whether a request that was answered found nobody to hear it.
func underWay(r *commitlog.Request, crashes []Crash) bool {
	return r.Records > 0 && !r.Fate.ReplyLost() &&
		slices.ContainsFunc(crashes, func(c Crash) bool { return c.Cut(r.At, r.At+r.Took) })
}

func (x *doubts) request(r *commitlog.Request, crash bool) {
	d := x.doubt(filedUnder(r), r.At)
	d.crash = d.crash || crash
	d.traced = d.traced || len(r.Traces) > 0
	for _, token := range r.Traces {
		x.byToken[token] = append(x.byToken[token], d)
	}
}

// filedUnder is the name that the commits of a request bear.
func filedUnder(r *commitlog.Request) string {
	if r.Job != "" {
		return r.Job
	}
	return r.ID
}

func (x *doubts) doubt(id string, at time.Duration) *doubt {
	d := x.byID[id]
	if d == nil {
		d = &doubt{id: id, at: at}
		x.byID[id], x.all = d, append(x.all, d)
	}
	return d
}

// resolve looks up in the commit log what came of each.
func (x *doubts) resolve() {
	last, d := none, (*doubt)(nil)
	for i := range x.effects {
		e := &x.effects[i]
		if e.intent < 0 {
			continue
		}
		if c := x.commitOf(e); e.commit != last {
			last, d = e.commit, x.byID[c.Request]
			if d == nil && c.Fate.ReplyLost() {
				d = x.doubt(c.Request, c.At)
			}
		}
		if d != nil {
			d.took(&x.intents[e.intent], x.doubled)
		}
	}
}

func (d *doubt) took(it *intent, doubled []bool) {
	d.applied = true
	d.inserts = d.inserts || it.rec.ExternalID == "" && it.rec.Op != "delete"
	d.doubled = d.doubled || doubled[it.op]
	d.again = d.again || !d.traced && it.applied > 1
}

// sentAgain finds the later requests that carry one of their records.
func (x *doubts) sentAgain() {
	if len(x.byToken) == 0 {
		return
	}
	for i := range x.Requests {
		r := &x.Requests[i]
		for _, token := range r.Traces {
			for _, d := range x.byToken[token] {
				d.again = d.again || r.At > d.at && filedUnder(r) != d.id
			}
		}
	}
}

// writes fills the truth table of the integration's own unknowns.
func (d *twins) ownWrites(u *Unknowns, all []*doubt) {
	for _, x := range all {
		row := &u.SentOnce
		if x.again {
			row = &u.SentAgain
		}
		*row = row.with(x.applied, x.doubled)
	}
}
