package verify

import "slices"

// checker judges one guarantee: a linear fold over the joined ledgers.
type checker interface {
	guarantee() Guarantee
	judge(l *ledger) *finding
}

// checkers holds one for each guarantee, in the order of Guarantees.
var checkers = []checker{
	loss{}, duplicates{}, phantoms{}, integrity{}, order{}, atomicity{}, consistency{}, isolation{}, durability{}, drained{}, overload{}, alerted{}, told{},
}

// finding is what a checker hands back.
type finding struct {
	anomalies bag
	evidence  []Count
	holds     string           // the reason for a pass
	hint      string           // follows the reason of a failure: what to do
	unproven  string           // why the run cannot tell, although there is evidence
	more      func(*Judgement) // adds what came out beside the verdict; may be nil
}

// count adds a figure to the evidence.
func (f *finding) count(name string, n int) { f.evidence = append(f.evidence, Count{name, n}) }

// Judgement is all that the ledgers of a run tell.
type Judgement struct {
	Verdicts   []Verdict // in the order of Guarantees
	Unknowns   Unknowns
	Redelivery Redelivery
	Telling    Telling
	Weaker     string // what the verdicts are worth less for, one sentence; "" for none
}

// Judge gives a verdict on every guarantee, in the order of Guarantees. It
// depends on nothing but its input: judged twice, a run gets the same words.
func Judge(in Input) []Verdict { return JudgeAll(in).Verdicts }

// JudgeAll is Judge together with what comes out beside the verdicts.
func JudgeAll(in Input) Judgement {
	l := join(in)
	worked := l.worked() > 0
	findings := make([]*finding, len(checkers))
	inParts(len(checkers), func(i int) { findings[i] = checkers[i].judge(l) })
	tell(l, findings)
	j := Judgement{Verdicts: make([]Verdict, len(checkers)), Weaker: l.weaker()}
	for i, c := range checkers {
		j.Verdicts[i] = decide(c.guarantee(), findings[i], l.Settings, worked)
		if findings[i].more != nil {
			findings[i].more(&j)
		}
	}
	return j
}

// waives says why a guarantee is not claimed, "" when it is.
func (s *Settings) waives(g Guarantee) string {
	switch {
	case slices.Contains(s.NotClaimed, g):
		return "The scenario makes no such promise."
	case g == Isolation && s.Readers+s.Users == 0:
		return "The scenario has nobody who reads or edits beside the integration."
	case g == Consistency && len(s.Invariants) == 0:
		return "The scenario declares no invariants."
	case g == Alerted && s.Alerted == 0:
		return "The scenario sets no time in which somebody must be told."
	case g == BacklogTold && s.BacklogTruth == 0:
		return "The scenario does not say how true the reported backlog must be."
	case g == NoOverload && s.Limits == Limits{}:
		return "The scenario sets no limit."
	}
	return ""
}

// decide weighs a finding. What was found outweighs what is missing, but a run
// in which the org committed nothing proves nothing at all.
func decide(g Guarantee, f *finding, s Settings, worked bool) Verdict {
	v := Verdict{
		Guarantee: g, Evidence: f.evidence,
		Found: f.anomalies.found(), Classes: f.anomalies.counts(), Anomalies: f.anomalies.witnesses(),
	}
	missing := shortOf(g, f.evidence, s.Minima)
	switch {
	case s.waives(g) != "":
		v.Result, v.Reason = NotClaimed, s.waives(g)
	case !worked:
		v.Result, v.Reason = NoEvidence, "Salesforce committed nothing in this run: does the integration write to the org that it was given?"
	case v.Found > 0:
		v.Result, v.Reason = Fail, capital(tally(v.Classes))+"."+f.hint
	case f.unproven != "":
		v.Result, v.Reason = NoEvidence, f.unproven
	case missing != "":
		v.Result, v.Reason = NoEvidence, missing
	default:
		v.Result, v.Reason = Pass, f.holds
	}
	return v
}
