package verify

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/squall-harness/squall/harness/history"
)

func (s *tale) alert(name, status string) {
	s.in.History.Alerts = append(s.in.History.Alerts, history.Alert{At: s.tick(), Name: name, Status: status})
}

// dark is a run whose org is away from 0.50 s until 3.50 s: the last commit
// before that is at 0.30 s, and t-2 waits for the end. act tells what happens
// from 0.60 s on; t-2 arrives at 4.10 s.
func dark(kind string, act func(s *tale)) *tale {
	s := newTale()
	s.in.Settings.Alerted = time.Second
	s.tick()
	s.apply(s.ack("t-1", "k1", upsert("Account", "a", 1)))
	s.now = 500 * time.Millisecond
	s.in.History.Windows = []history.Window{{Fault: "away", Kind: kind, From: s.now, To: 3500 * time.Millisecond, Hits: 1}}
	waiting := s.ack("t-2", "k2", upsert("Account", "b", 1))
	act(s)
	s.now = 4 * time.Second
	s.mark(history.MarkHealed)
	s.apply(waiting)
	return s
}

func TestAlerted(t *testing.T) {
	firing, resolved := func(s *tale) { s.alert("Away", "firing") }, func(s *tale) { s.alert("Away", "resolved") }
	at := func(ms int) func(*tale) { return func(s *tale) { s.now = time.Duration(ms) * time.Millisecond } }
	cases := map[string]struct {
		kind   string
		act    []func(*tale)
		result Result
		class  Class
		text   string
	}{
		"told at once":      {"refuse", []func(*tale){firing}, Pass, "", ""},
		"told in time":      {"page", []func(*tale){at(1300), firing}, Pass, "", ""},
		"told too late":     {"refuse", []func(*tale){at(1600), firing}, Fail, Unannounced, "the first alert came at 1.70 s, 1.20 s later; the scenario allows 1.00 s"},
		"nobody was told":   {"blackhole", nil, Fail, Unannounced, "Nothing reached Salesforce from 0.50 s to 3.50 s, and nobody was told before the run ended"},
		"taken back early":  {"refuse", []func(*tale){firing, at(3600), resolved}, Fail, ClearedEarly, "At 3.70 s the last alert, Away, was taken back while 1 operation of the outage had not arrived; the last of them, t-2, came at 4.20 s."},
		"another one stays": {"refuse", []func(*tale){firing, func(s *tale) { s.alert("Backlog", "firing") }, at(3600), resolved}, Pass, "", ""},
		"it fires already":  {"refuse", []func(*tale){func(s *tale) { s.in.History.Alerts = []history.Alert{{At: 1, Name: "Old", Status: "firing"}} }}, Pass, "", ""},
		"the old one is over": {"refuse", []func(*tale){func(s *tale) {
			s.in.History.Alerts = []history.Alert{{At: 1, Name: "Old", Status: "firing"}, {At: 2, Name: "Old", Status: "resolved"}}
		}}, Fail, Unannounced, "nobody was told"},
		"no outage for everybody": {"reset", nil, NoEvidence, "", ""},
		"commits go on":           {"status", []func(*tale){at(3200), func(s *tale) { s.apply(s.ack("t-3", "k3", upsert("Account", "c", 1))) }}, NoEvidence, "", ""},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			s := dark(c.kind, func(s *tale) {
				for _, act := range c.act {
					act(s)
				}
			})
			verdicts := s.over()
			v := of(verdicts, Alerted)
			assert.Equal(t, c.result, v.Result, "%+v", v)
			if c.class != "" {
				a := only(t, verdicts, Alerted, c.class)
				assert.Contains(t, a.Text, c.text)
				assert.Equal(t, []string{"away"}, a.Faults)
			}
		})
	}
}

func TestAnAlertMayBeTakenBackWhenTheBacklogHasArrived(t *testing.T) {
	s := dark("refuse", func(s *tale) { s.alert("Away", "firing") })
	s.alert("Away", "resolved")
	v := of(s.over(), Alerted)
	assert.Equal(t, Pass, v.Result, "%+v", v)
	assert.Equal(t, "Somebody was told of 1 outage within 1.00 s, the slowest after 0.20 s.", v.Reason)
}

func TestOutagesThatFollowEachOtherAreOne(t *testing.T) {
	s := newTale()
	second := time.Second
	s.in.History.Windows = []history.Window{
		{Kind: "blackhole", From: 5 * second, To: 7 * second, Hits: 1}, {Kind: "refuse", From: 2 * second, To: 4500 * time.Millisecond, Hits: 1},
		{Kind: "page", From: 9 * second, To: 10 * second, Hits: 1}, {Kind: "refuse", From: 20 * second, To: 30 * second},
	}
	l := join(s.in)
	assert.Equal(t, []span{{2 * second, 7 * second}, {9 * second, 10 * second}}, l.outages())
}

func (s *tale) gauge(at time.Duration, backlog, dead float64) {
	s.in.History.Gauges = append(s.in.History.Gauges, history.Gauge{At: at, Backlog: backlog, DeadLetters: dead})
}

// With ten operations waiting from 1 s until 9 s, what the gauge says is held
// against that.
func TestBacklogTold(t *testing.T) {
	type look struct{ backlog, dead float64 }
	for name, c := range map[string]struct {
		said   []look // at 3 s, 4 s, ...
		result Result
		found  int
	}{
		"true":                            {[]look{{10, 0}, {10, 0}}, Pass, 0},
		"as true as it must be":           {[]look{{8, 0}, {12, 0}}, Pass, 0},
		"too little":                      {[]look{{7, 0}}, Fail, 1},
		"too much":                        {[]look{{13, 0}}, Fail, 1},
		"one stretch is one":              {[]look{{0, 0}, {1, 0}, {10, 0}, {2, 0}}, Fail, 2},
		"what it gave up may be left out": {[]look{{4, 6}}, Pass, 0},
		"what it gave up may be counted":  {[]look{{10, 6}}, Pass, 0},
		"never read":                      {nil, NoEvidence, 0},
	} {
		t.Run(name, func(t *testing.T) {
			s := newTale()
			s.in.Settings.BacklogTruth = 20
			var ops []*history.Operation
			for i := range 10 {
				ops = append(ops, s.ack(string(rune('a'+i)), "", upsert("Account", string(rune('a'+i)), 1)))
			}
			s.now = 9 * time.Second
			for _, op := range ops {
				s.apply(op)
			}
			for i, look := range c.said {
				s.gauge(time.Duration(3+i)*time.Second, look.backlog, look.dead)
			}
			v := of(s.over(), BacklogTold)
			assert.Equal(t, c.result, v.Result, "%+v", v)
			assert.Equal(t, c.found, v.Found)
		})
	}
}

func TestTheBacklogIsMeasuredWhereNothingIsClaimed(t *testing.T) {
	s := newTale()
	op := s.ack("t-1", "k", upsert("Account", "a", 1))
	s.gauge(2*time.Second, 5, 0)
	s.in.History.Gauges = append(s.in.History.Gauges, history.Gauge{At: 3 * time.Second, Error: "refused"})
	s.now = 9 * time.Second
	s.apply(op)
	s.over()
	j := JudgeAll(s.in)
	assert.Equal(t, Telling{Looks: 2, Failed: 1, Off: 4, At: 2 * time.Second, Said: 5, Least: 1, Most: 1, Peak: 1}, j.Telling)
	assert.InDelta(t, 4.0, j.Telling.Share(), 1e-9)
	assert.Equal(t, NotClaimed, of(j.Verdicts, BacklogTold).Result)
}

// A figure may be half a second old, or early.
func TestAFigureMayBeALittleOld(t *testing.T) {
	s := newTale()
	s.in.Settings.BacklogTruth = 20
	op := s.ack("t-1", "k", upsert("Account", "a", 1)) // at 0.11 s
	s.now = 2 * time.Second
	s.apply(op) // at 2.10 s
	s.gauge(500*time.Millisecond, 0, 0)
	s.gauge(2400*time.Millisecond, 1, 0)
	assert.Equal(t, Pass, of(s.over(), BacklogTold).Result)
	s.gauge(2700*time.Millisecond, 1, 0)
	assert.Equal(t, Fail, of(Judge(s.in), BacklogTold).Result)
}
