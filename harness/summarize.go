package harness

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/squall-harness/squall/harness/dense"
	"github.com/squall-harness/squall/harness/history"
	"github.com/squall-harness/squall/harness/recovery"
	"github.com/squall-harness/squall/harness/verify"
	"github.com/squall-harness/squall/reports"
)

// summarize puts what the judges found into the words of a report.
func summarize(s *Scenario, run rehearsal, data reports.Data, found verify.Judgement, figures recovery.Figures) reports.Summary {
	out := reports.Summary{
		Version:     reports.FormatVersion,
		Scenario:    reports.Scenario{Name: s.Name, Promise: s.Promise, Budget: s.Expect.Drained},
		Seed:        run.Seed,
		Subject:     run.Subject,
		Repeat:      run.Repeat,
		Recovery:    figures,
		Windows:     data.History.Windows,
		Operations:  countOperations(data, figures),
		Unknowns:    found.Unknowns,
		Redelivery:  found.Redelivery,
		Telling:     found.Telling,
		Alerts:      told(data.History),
		DeadLetters: deadLetters(data.History.Gauges),
		Load:        load(data.History, s),
		Environment: run.Environment,
		Notes:       run.Notes,
		Stopped:     run.Stopped,
	}
	if found.Weaker != "" {
		out.Notes = append(out.Notes, found.Weaker)
	}
	conclude(&out, found.Verdicts, whyNoVerdict(out, run, data.History))
	return out
}

// conclude sets the verdict. Where the run itself was wanting, for the reason
// why, nothing passes, and what hangs on time is not held against the subject;
// a broken promise that no lateness excuses stays one. On a machine that was
// busy a run may pass, but what is missing may be missing for that reason.
func conclude(out *reports.Summary, verdicts []verify.Verdict, why string) {
	unfired := verify.Unfired(out.Windows)
	if why == "" && verify.Overall(verdicts, unfired...) != verify.Pass && out.Load.LagP99 > busyLag {
		why = tooBusy(out.Load)
	}
	if why != "" {
		verdicts = untimed(verdicts, why)
	}
	out.Wanting = why
	out.Guarantees = verdicts
	out.Result, out.Sentence = verify.Overall(verdicts, unfired...), verify.Sentence(verdicts, unfired...)
	switch {
	case why == "":
	case out.Result == verify.Fail:
		if !slices.Contains(out.Notes, why) {
			out.Notes = append(out.Notes, why)
		}
	default:
		out.Result, out.Sentence = verify.NoEvidence, "NO VERDICT: "+why+"."
	}
	out.Exit = exitOf(out.Result)
}

// timed are the guarantees that hang on time.
var timed = []verify.Guarantee{verify.Drained, verify.Alerted, verify.BacklogTold}

// untimed takes the judgement on what hangs on time back.
func untimed(verdicts []verify.Verdict, why string) []verify.Verdict {
	verdicts = slices.Clone(verdicts)
	for i, v := range verdicts {
		if slices.Contains(timed, v.Guarantee) && v.Result != verify.NotClaimed {
			verdicts[i] = verify.Verdict{Guarantee: v.Guarantee, Result: verify.NoEvidence, Reason: "Not judged: " + why + ".", Evidence: v.Evidence}
		}
	}
	return verdicts
}

// deadLetters is the last figure that the subject gave.
func deadLetters(gauges []history.Gauge) int {
	for _, g := range slices.Backward(gauges) {
		if g.Error == "" {
			return int(g.DeadLetters)
		}
	}
	return 0
}

func exitOf(r verify.Result) int {
	switch r {
	case verify.Pass:
		return ExitPass
	case verify.Fail:
		return ExitBroken
	}
	return ExitNoVerdict
}

// The load counts as reached when 98 % of the transactions were offered and
// 99 % of them at most two seconds late. A stall of the machine that is made up
// for changes no promise; a harness that lags for longer measures itself. An
// idle machine lags by a few milliseconds; one that lags by a tenth of a second
// has other work, and the subject is as late as the harness.
const (
	leastOffered = 0.98
	mostLag      = dense.LateAfter
	busyLag      = 100 * time.Millisecond
)

// foundBusy says whether a run has no verdict for no other reason than that the
// machine was too busy: with more time it may well give one.
func foundBusy(s reports.Summary) bool {
	return s.Result == verify.NoEvidence && s.Wanting == tooBusy(s.Load)
}

func tooBusy(l reports.Load) string {
	return fmt.Sprintf("the harness offered up to %d ms late, the machine is too busy: close what else is running and repeat it", l.LagP99.Milliseconds())
}

// whyNoVerdict says why the run proves nothing: a part of it is missing, or the
// load was not what the scenario asks for. "" when all is well.
func whyNoVerdict(s reports.Summary, run rehearsal, h *history.History) string {
	switch {
	case run.incomplete != "":
		return run.incomplete
	case run.Stopped != nil:
		return stopNote(run.Stopped)
	case float64(s.Operations.Offered) < leastOffered*float64(run.Planned):
		return fmt.Sprintf("only %d of %d transactions were offered", s.Operations.Offered, run.Planned)
	case s.Load.LagP99 > mostLag:
		return tooBusy(s.Load)
	case s.Operations.Accepted == 0:
		return "the subject accepted nothing, the source last got " + lastAnswer(h)
	}
	return ""
}

func countOperations(data reports.Data, figures recovery.Figures) reports.Operations {
	n := reports.Operations{Offered: len(data.History.Operations), Commits: len(data.Commits), Requests: len(data.Requests)}
	for _, op := range data.History.Operations {
		n.Attempts += len(op.Attempts)
		n.Records += len(op.Records)
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
	if k := len(figures.Curve); k > 0 {
		n.Committed = figures.Curve[k-1].Accepted - figures.Curve[k-1].Backlog
	}
	return n
}

// told finds the first alert after the first fault.
func told(h *history.History) reports.Alerts {
	out := reports.Alerts{List: h.Alerts}
	if len(h.Windows) == 0 {
		return out
	}
	first := slices.MinFunc(h.Windows, func(a, b history.Window) int { return cmp.Compare(a.From, b.From) }).From
	for _, a := range h.Alerts {
		if a.Status == "firing" && a.At >= first {
			out.Told, out.Delay = true, a.At-first
			break
		}
	}
	return out
}

func load(h *history.History, s *Scenario) reports.Load {
	out := reports.Load{Target: s.Load.Rate}
	if len(h.Operations) < 2 {
		return out
	}
	lags := make([]time.Duration, len(h.Operations))
	first, last := h.Operations[0].Offered, h.Operations[0].Offered
	for i, op := range h.Operations {
		lags[i] = op.Offered - op.Due
		first, last = min(first, op.Offered), max(last, op.Offered)
	}
	slices.Sort(lags)
	out.LagP99 = lags[len(lags)*99/100]
	if last > first {
		out.Achieved = float64(len(h.Operations)-1) / (last - first).Seconds()
	}
	return out
}
