package reports

import (
	"fmt"
	"strings"
	"time"

	"github.com/squall-harness/squall/harness/history"
	"github.com/squall-harness/squall/harness/verify"
)

// Describe fills in what follows from the evidence alone: windows, operation
// counts, alerts, dead letters, what was not tested, and the sentence when
// there is none yet. Result, Guarantees and Recovery must be set.
func (s *Summary) Describe(d Data) {
	s.Version = FormatVersion
	if d.History == nil {
		d.History = &history.History{}
	}
	s.Windows = d.History.Windows
	s.Operations = countOperations(d)
	if n := len(s.Recovery.Curve); n > 0 {
		s.Operations.Committed = s.Recovery.Curve[n-1].Committed
	}
	s.Alerts = alertsOf(d.History)
	s.DeadLetters = lastDeadLetters(d.History.Gauges)
	s.NotTested = NotTested(d)
	if s.Sentence == "" {
		s.Sentence = Sentence(*s)
	}
}

func countOperations(d Data) Operations {
	n := Operations{Commits: len(d.Commits), Requests: len(d.Requests), Offered: len(d.History.Operations)}
	for _, op := range d.History.Operations {
		n.Records += len(op.Records)
		n.Attempts += len(op.Attempts)
		if len(op.Records) > 1 {
			n.Units++
		}
		switch op.Outcome {
		case history.OK:
			n.Accepted++
		case history.Fail:
			n.Refused++
		case history.Info:
			n.Unknown++
		}
	}
	return n
}

// alertsOf finds the first alert that fires once a fault has started.
func alertsOf(h *history.History) Alerts {
	a := Alerts{List: h.Alerts}
	start, faulty := firstFault(h.Windows)
	if !faulty {
		return a
	}
	for _, alert := range h.Alerts {
		if alert.Status != "firing" || alert.At < start {
			continue
		}
		if delay := alert.At - start; !a.Told || delay < a.Delay {
			a.Told, a.Delay = true, delay
		}
	}
	return a
}

func firstFault(windows []history.Window) (at time.Duration, ok bool) {
	for i, w := range windows {
		if i == 0 || w.From < at {
			at = w.From
		}
	}
	return at, len(windows) > 0
}

// lastDeadLetters is the subject's last figure; looks that failed have none.
func lastDeadLetters(gauges []history.Gauge) int {
	for i := len(gauges) - 1; i >= 0; i-- {
		if gauges[i].Error == "" {
			return int(gauges[i].DeadLetters)
		}
	}
	return 0
}

// Sentence says the verdict in one sentence, for people.
func Sentence(s Summary) string {
	switch s.Result {
	case verify.Pass:
		return fmt.Sprintf("Safe: all %d claimed promises held, with evidence for each; %s operations were offered and %s are in Salesforce.",
			held(s.Guarantees), thousands(s.Operations.Offered), thousands(s.Operations.Committed))
	case verify.Fail:
		return "Not safe: " + strings.Join(broken(s.Guarantees), ", ") + "."
	case verify.NotClaimed:
		return "Not judged: the scenario claims nothing."
	}
	return "No verdict: " + strings.Join(unproven(s.Guarantees), ", ") + " not put to the test."
}

func held(verdicts []verify.Verdict) int {
	n := 0
	for _, v := range verdicts {
		if v.Result == verify.Pass {
			n++
		}
	}
	return n
}

func broken(verdicts []verify.Verdict) []string {
	var out []string
	for _, v := range verdicts {
		if v.Result == verify.Fail {
			out = append(out, fmt.Sprintf("%s broken (%s found)", v.Guarantee, thousands(max(v.Found, 1))))
		}
	}
	if len(out) == 0 {
		out = append(out, "a promise is broken")
	}
	return out
}

func unproven(verdicts []verify.Verdict) []string {
	var out []string
	for _, v := range verdicts {
		if v.Result == verify.NoEvidence {
			out = append(out, string(v.Guarantee))
		}
	}
	if len(out) == 0 {
		out = append(out, "the load was not reached, so the promises were")
	}
	return out
}
