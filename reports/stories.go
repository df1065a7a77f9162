package reports

import (
	"time"

	"github.com/squall-harness/squall/harness/verify"
)

// story is one class of anomaly: the smallest example in full, the others
// folded.
type story struct {
	Guarantee verify.Guarantee
	Promise   string
	Class     verify.Class
	Count     int
	First     tale
	Others    []tale
}

// tale is one anomaly as a timeline.
type tale struct {
	verify.Anomaly
	Lines []line
}

// line is one step of a tale.
type line struct {
	verify.Step
	Since time.Duration // since the first line
	Word  string        // for the kind
}

func stories(verdicts []verify.Verdict) []story {
	var all []story
	for _, v := range verdicts {
		if v.Result == verify.Fail {
			all = append(all, storiesOf(v)...)
		}
	}
	return all
}

// storiesOf splits the anomalies of a verdict by class; within one the smallest
// comes first already.
func storiesOf(v verify.Verdict) []story {
	var out []story
	place := map[verify.Class]int{}
	for _, a := range v.Anomalies {
		i, known := place[a.Class]
		if known {
			out[i].Others = append(out[i].Others, newTale(a))
			continue
		}
		place[a.Class] = len(out)
		out = append(out, story{Guarantee: v.Guarantee, Promise: v.Guarantee.Promise(), Class: a.Class, Count: countOf(v, a.Class), First: newTale(a)})
	}
	return out
}

func countOf(v verify.Verdict, class verify.Class) int {
	for _, c := range v.Classes {
		if c.Name == string(class) {
			return c.N
		}
	}
	return v.Found
}

func newTale(a verify.Anomaly) tale {
	t := tale{Anomaly: a}
	for _, step := range a.Story {
		t.Lines = append(t.Lines, line{Step: step, Since: step.At - a.Story[0].At, Word: stepWord(step.Kind)})
	}
	return t
}

// stepWord is who acts in a step, in the reader's words.
func stepWord(kind string) string {
	if word, known := stepWords[kind]; known {
		return word
	}
	return capital(kind)
}

var stepWords = map[string]string{
	"intent": "Source", "answer": "Answer", "request": "Request", "commit": "Commit", "read": "Read", "fault": "Fault", "mark": "Run", "more": "…",
}
