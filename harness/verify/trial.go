package verify

import "slices"

// Signature is what two runs that break in the same way have in common.
type Signature struct {
	Guarantee Guarantee `json:"guarantee"`
	Class     Class     `json:"class"`
}

// Breaks is how often promises were broken in one way.
type Breaks struct {
	Signature
	N int `json:"n"`
}

// Signatures lists in which ways promises were broken, each way once, and how
// often. What a scenario does not claim is none.
func Signatures(verdicts []Verdict) []Breaks {
	var all []Breaks
	for _, v := range verdicts {
		for _, c := range v.Classes {
			if v.Result == Fail {
				all = append(all, Breaks{Signature{v.Guarantee, Class(c.Name)}, c.N})
			}
		}
	}
	return all
}

// times is how often a way of breaking occurs.
func times(s Signature, all []Breaks) int {
	for _, b := range all {
		if b.Signature == s {
			return b.N
		}
	}
	return 0
}

// Trial is a rerun of the same scenario without one of its faults.
type Trial struct {
	Without string   `json:"without"`          // name of the fault
	Broken  []Breaks `json:"broken"`           // what broke all the same
	Failed  string   `json:"failed,omitempty"` // why the rerun shows nothing
}

// Suspects lists the faults that a rerun should leave out next, in the order of
// the verdicts, each once: of every anomaly that no rerun has explained yet, the
// one that is blamed first.
func Suspects(verdicts []Verdict) []string {
	var names []string
	each(verdicts, func(_ Signature, a *Anomaly) {
		if len(a.Blame) > 0 && !a.Unprovoked && a.Blame[0].Rerun == NotRerun && !slices.Contains(names, a.Blame[0].Fault) {
			names = append(names, a.Blame[0].Fault)
		}
	})
	return names
}

// Confirm writes into the blame of every anomaly what the reruns showed: the
// same way of breaking is gone without the fault, or it came half as often at
// most, or it stays. A fault whose rerun took the anomaly away comes first.
func Confirm(verdicts []Verdict, trials []Trial) {
	run := Signatures(verdicts)
	each(verdicts, func(s Signature, a *Anomaly) {
		for i := range a.Blame {
			for _, t := range trials {
				if t.Without != a.Blame[i].Fault || t.Failed != "" {
					continue
				}
				a.Blame[i].Rerun = rerunOf(alike(s, t.Broken), alike(s, run))
			}
		}
		slices.SortStableFunc(a.Blame, func(x, y Blame) int { return weight(y.Rerun) - weight(x.Rerun) })
	})
}

// alike is how often a way of breaking occurs. What a crash took is lost or
// torn, too: a run without the crash would not call it gone after one, however
// it was lost.
func alike(s Signature, all []Breaks) int {
	if s.Class == NotDurable {
		return times(Signature{NoLoss, Lost}, all) + times(Signature{Atomicity, Torn}, all)
	}
	return times(s, all)
}

func rerunOf(without, with int) Rerun {
	switch {
	case without == 0:
		return Gone
	case 2*without <= with:
		return Fewer
	}
	return Stays
}

func weight(r Rerun) int {
	switch r {
	case Gone:
		return 2
	case Fewer:
		return 1
	case Stays:
		return -1
	}
	return 0
}

// Unprovoked marks the anomalies of a kind that the control run had, too: they
// need no fault.
func Unprovoked(verdicts, control []Verdict) {
	broken := Signatures(control)
	each(verdicts, func(s Signature, a *Anomaly) { a.Unprovoked = times(s, broken) > 0 })
}

func each(verdicts []Verdict, do func(Signature, *Anomaly)) {
	for i := range verdicts {
		for j := range verdicts[i].Anomalies {
			a := &verdicts[i].Anomalies[j]
			do(Signature{verdicts[i].Guarantee, a.Class}, a)
		}
	}
}
