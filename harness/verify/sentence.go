package verify

import (
	"fmt"
	"strings"
)

// Overall is the verdict on the run: a broken promise fails it; a promise that
// was not put to the test, or a fault that never fired (see Unfired), leaves it
// without a verdict.
func Overall(verdicts []Verdict, unfired ...string) Result {
	result, claimed := Pass, false
	for _, v := range verdicts {
		switch v.Result {
		case Fail:
			return Fail
		case NoEvidence:
			result = NoEvidence
		}
		claimed = claimed || v.Result != NotClaimed
	}
	if !claimed || len(unfired) > 0 {
		return NoEvidence
	}
	return result
}

// Sentence is the run's verdict in one sentence.
func Sentence(verdicts []Verdict, unfired ...string) string {
	switch Overall(verdicts, unfired...) {
	case Fail:
		return "NOT SAFE: " + found(verdicts) + "."
	case Pass:
		return safe(verdicts)
	}
	return noVerdict(verdicts, unfired)
}

// ControlSentence says what the control run broke, which no fault excuses.
func ControlSentence(broken []Verdict) string {
	return "NOT SAFE WITHOUT ANY FAULT: " + found(broken) + " in the control run."
}

// found adds up the anomalies of the promises that were claimed; verdicts that
// carry no counts are named.
func found(verdicts []Verdict) string {
	var counts []Count
	for _, v := range verdicts {
		if v.Result == Fail {
			counts = append(counts, v.Classes...)
		}
	}
	if len(counts) == 0 {
		return "broken: " + strings.Join(named(verdicts, Fail), ", ")
	}
	return tally(counts)
}

func safe(verdicts []Verdict) string {
	acked, refused, passed := 0, 0, 0
	for _, v := range verdicts {
		if n, known := figure(v.Evidence, figAcked); known {
			acked = n
		}
		if n, known := figure(v.Evidence, figRefused); known {
			refused = n
		}
		if v.Result == Pass {
			passed++
		}
	}
	s := fmt.Sprintf("SAFE: %s, %s put to the test, no anomaly.", plural(acked, "acknowledged operation"), plural(passed, "guarantee"))
	if refused > 0 {
		s += " The integration refused " + plural(refused, "operation") + ", which no promise covers."
	}
	if names := named(verdicts, NotClaimed); len(names) > 0 {
		s += " Not claimed: " + strings.Join(names, ", ") + "."
	}
	return s
}

func noVerdict(verdicts []Verdict, unfired []string) string {
	if len(unfired) > 0 {
		return "NO VERDICT: these faults never fired: " + strings.Join(unfired, ", ") +
			". A scenario of your own can aim them at what the integration sends, or leave them out."
	}
	open := named(verdicts, NoEvidence)
	if len(open) == 0 {
		return "NO VERDICT: the scenario promises nothing."
	}
	return fmt.Sprintf("NO VERDICT: no evidence for %s. %s", strings.Join(open, ", "), firstReason(verdicts))
}

func firstReason(verdicts []Verdict) string {
	for _, v := range verdicts {
		if v.Result == NoEvidence {
			return v.Reason
		}
	}
	return ""
}

func named(verdicts []Verdict, r Result) []string {
	var names []string
	for _, v := range verdicts {
		if v.Result == r {
			names = append(names, string(v.Guarantee))
		}
	}
	return names
}
