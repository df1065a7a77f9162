package verify

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// broken is a verdict with one anomaly of a class, blamed on the faults named.
func broken(g Guarantee, c Class, r Result, faults ...string) Verdict {
	a := Anomaly{Class: c}
	for _, name := range faults {
		a.Blame = append(a.Blame, Blame{Fault: name, Tie: TiePart})
	}
	return Verdict{Guarantee: g, Result: r, Classes: []Count{{string(c), 1}}, Anomalies: []Anomaly{a}}
}

func TestSignatures(t *testing.T) {
	assert.Equal(t, []Breaks{{Signature{NoLoss, Lost}, 1}}, Signatures([]Verdict{
		broken(NoLoss, Lost, Fail), broken(Order, Reordered, NotClaimed), {Guarantee: Integrity, Result: Pass}}))
}

func TestSuspectsAreThoseBlamedFirst(t *testing.T) {
	assert.Equal(t, []string{"a", "b"}, Suspects([]Verdict{
		broken(NoLoss, Lost, Fail, "a", "c"), broken(Order, Reordered, Fail, "b"), broken(Atomicity, Torn, Fail, "a"), broken(Integrity, Corrupted, Fail)}))
}

func TestWhenARerunClearsASuspectTheNextOneIsTried(t *testing.T) {
	verdicts := []Verdict{broken(NoLoss, Lost, Fail, "a", "b"), broken(Order, Reordered, Fail, "a", "c")}
	Confirm(verdicts, []Trial{{Without: "a", Broken: []Breaks{{Signature{NoLoss, Lost}, 1}}}})
	assert.Equal(t, []string{"b"}, Suspects(verdicts), "the order is explained by a")
	Confirm(verdicts, []Trial{{Without: "b", Broken: []Breaks{{Signature{NoLoss, Lost}, 1}}}})
	assert.Empty(t, Suspects(verdicts))
}

func TestConfirm(t *testing.T) {
	rerun := func(trials ...Trial) []Blame {
		verdicts := []Verdict{broken(NoLoss, Lost, Fail, "a", "b")}
		Confirm(verdicts, trials)
		return verdicts[0].Anomalies[0].Blame
	}
	a, b := Blame{Fault: "a", Tie: TiePart}, Blame{Fault: "b", Tie: TiePart}
	assert.Equal(t, []Blame{a, b}, rerun())
	a.Rerun = Gone
	assert.Equal(t, []Blame{a, b}, rerun(Trial{Without: "a", Broken: []Breaks{{Signature{NoDuplicates, Duplicate}, 1}}}), "another way of breaking")
	a.Rerun = Stays
	assert.Equal(t, []Blame{b, a}, rerun(Trial{Without: "a", Broken: []Breaks{{Signature{NoLoss, Lost}, 1}}}), "cleared")
	b.Rerun = Gone
	assert.Equal(t, []Blame{b, a}, rerun(Trial{Without: "a", Broken: []Breaks{{Signature{NoLoss, Lost}, 1}}}, Trial{Without: "b"}))
}

func TestARerunThatBreaksLessOftenConfirmsInPart(t *testing.T) {
	verdicts := []Verdict{broken(NoLoss, Lost, Fail, "a", "b")}
	verdicts[0].Classes[0].N = 8
	Confirm(verdicts, []Trial{{Without: "b", Broken: []Breaks{{Signature{NoLoss, Lost}, 3}}}, {Without: "a", Broken: []Breaks{{Signature{NoLoss, Lost}, 8}}}})
	a := verdicts[0].Anomalies[0]
	assert.Equal(t, []Blame{{Fault: "b", Tie: TiePart, Rerun: Fewer}, {Fault: "a", Tie: TiePart, Rerun: Stays}}, a.Blame)
	assert.Equal(t, "Confirmed: b (took part in; fewer in a rerun without it, other faults do the same). Less likely: a.", a.Cause())
}

// Without the crash nothing is gone after one; what counts is whether it is
// still lost.
func TestACrashIsClearedWhenTheLossStays(t *testing.T) {
	lost := func(n int) []Breaks { return []Breaks{{Signature{NoLoss, Lost}, n}} }
	for n, want := range map[int]Rerun{0: Gone, 1: Stays} {
		verdicts := []Verdict{broken(NoLoss, Lost, Fail, "page"), broken(Durability, NotDurable, Fail, "crash", "page")}
		Confirm(verdicts, []Trial{{Without: "crash", Broken: lost(n)}})
		for _, b := range verdicts[1].Anomalies[0].Blame {
			if b.Fault == "crash" {
				assert.Equal(t, want, b.Rerun)
			}
		}
	}
}

func TestUnprovoked(t *testing.T) {
	verdicts := []Verdict{broken(NoLoss, Lost, Fail), broken(Order, Reordered, Fail)}
	Unprovoked(verdicts, []Verdict{broken(Order, Reordered, Fail), broken(NoLoss, Lost, NotClaimed)})
	assert.False(t, verdicts[0].Anomalies[0].Unprovoked)
	assert.True(t, verdicts[1].Anomalies[0].Unprovoked)
}
