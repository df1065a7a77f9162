package verify

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/squall-harness/squall/harness/history"
)

// The kinds of steps.
const (
	stepIntent  = "intent"
	stepAnswer  = "answer"
	stepRequest = "request"
	stepCommit  = "commit"
	stepFault   = "fault"
	stepMark    = "mark"
	stepRead    = "read"
	stepMore    = "more"
)

// maxSteps is how long a story may be.
const maxSteps = 30

// tell gives every kept anomaly its story and the names of its faults.
func tell(l *ledger, findings []*finding) {
	var all []*candidate
	for _, f := range findings {
		all = append(all, f.anomalies.kept...)
	}
	if len(all) == 0 {
		return
	}
	w := gather(l, all)
	for _, c := range all {
		w.tell(c)
	}
}

// teller writes one story.
type teller struct {
	*witness
	steps []Step
}

func (w *witness) tell(c *candidate) {
	t := &teller{witness: w}
	commits, requests := w.parts(c)
	for _, op := range c.ops {
		t.intent(op)
	}
	for _, r := range requests {
		t.request(r)
	}
	for _, i := range commits {
		t.commit(i, c.ops)
	}
	t.steps = append(t.steps, c.more...)
	t.faults(c, requests)
	if absence[c.Class] {
		t.marks()
	}
	slices.SortStableFunc(t.steps, func(a, b Step) int { return cmp.Compare(a.At, b.At) })
	c.Story = thin(t.steps)
}

// absence lists the classes whose witness is that nothing came, so that it
// matters when the run was healed and when it was over.
var absence = map[Class]bool{Lost: true, Torn: true, NotDurable: true, TakenBack: true, Shortfall: true, Unannounced: true}

func (t *teller) add(at time.Duration, kind, text string) {
	t.steps = append(t.steps, Step{At: at, Kind: kind, Text: text})
}

// intent tells what the source meant, and what it was told.
func (t *teller) intent(op int32) {
	o := t.ops[op]
	var names []string
	for i := range o.Records {
		names = append(names, recordText(&o.Records[i]))
	}
	t.add(o.Due, stepIntent, fmt.Sprintf("Operation %s is due: %s.", o.ID, listed(names, 6)))
	for i := range o.Attempts {
		a := &o.Attempts[i]
		t.add(a.End(), stepAnswer, answerText(o.ID, i+1, a))
	}
}

func recordText(r *history.Record) string {
	text := target{r.Object, r.ExternalID}.name()
	if r.Op == "delete" {
		text = "delete " + text
	}
	if r.Version != 0 {
		text += fmt.Sprintf(" version %d", r.Version)
	}
	return text
}

func answerText(id string, n int, a *history.Attempt) string {
	offer := fmt.Sprintf("Offer %d of %s, made at %s, ", n, id, seconds(a.At))
	got := fmt.Sprintf("was answered with %d", a.Status)
	if a.Status == 0 {
		got = "got no answer"
		if a.Error != "" {
			got += " (" + shorten(a.Error) + ")"
		}
	}
	meaning := map[history.Outcome]string{
		history.OK: ": acknowledged.", history.Fail: ": refused.", history.Info: ": outcome unknown.",
	}
	return offer + got + meaning[a.Outcome]
}

// faults blames the anomaly on those that may have led to it, and tells when
// they were at work.
func (t *teller) faults(c *candidate, requests []int) {
	s := suspects{class: c.Class, before: c.From, windows: t.History.Windows, aimed: t.aimed}
	switch {
	case absence[c.Class]:
		s.before = never
	case c.Class == TornWindow:
		s.before = c.To
	}
	for _, i := range requests {
		s.requests = append(s.requests, &t.Requests[i])
	}
	s.open = append(s.open, c.during...)
	for _, op := range c.ops {
		s.open = append(s.open, t.open(op))
	}
	c.Blame = blame(s)
	for _, b := range c.Blame {
		c.Faults = append(c.Faults, b.Fault)
	}
	for i := range t.History.Windows {
		if w := &t.History.Windows[i]; slices.Contains(c.Faults, w.Fault) {
			t.fault(w)
		}
	}
}

// open is the time from the acceptance of an operation to its commit.
func (l *ledger) open(op int32) span {
	p, s := l.reached[op], span{l.invoked[op], l.ends()}
	if l.acked[op] != never {
		s.from = l.acked[op]
	}
	if p.members > 0 && p.whole() {
		s.to = l.at(p.last)
	}
	return s
}

func (t *teller) fault(w *history.Window) {
	until := "and never ended"
	if w.To != 0 {
		until = "until " + seconds(w.To)
	}
	t.add(w.From, stepFault, fmt.Sprintf("Fault %s (%s) begins, %s.", w.Fault, w.Kind, until))
}

var markTexts = map[string]string{
	history.MarkHealed: "All faults are over.",
	history.MarkQuiet:  "Quiescence is proven: nothing is under way any more.",
	history.MarkEnd:    "The harness stops watching.",
}

func (t *teller) marks() {
	for _, m := range t.History.Marks {
		if text, known := markTexts[m.Name]; known {
			t.add(m.At, stepMark, text)
		}
	}
}

// thin shortens a long story in its middle: requests go first, since they are
// what a retry storm is made of.
func thin(steps []Step) []Step {
	if len(steps) <= maxSteps {
		return steps
	}
	isRequest := func(s Step) bool { return s.Kind == stepRequest }
	isAny := func(Step) bool { return true }
	short := dropMiddle(steps, isRequest)
	if len(short) > maxSteps {
		short = dropMiddle(steps, isAny)
	}
	return short
}

// dropMiddle replaces the middle ones of the steps that may go by one line, so
// that maxSteps are left where that many may go.
func dropMiddle(steps []Step, mayGo func(Step) bool) []Step {
	var loose []int
	for i, s := range steps {
		if mayGo(s) {
			loose = append(loose, i)
		}
	}
	drop := min(len(steps)-maxSteps+1, len(loose))
	if drop == 0 {
		return steps
	}
	start := (len(loose) - drop) / 2
	return without(steps, loose[start:start+drop])
}

func without(steps []Step, gone []int) []Step {
	more := Step{At: steps[gone[0]].At, Kind: stepMore, Text: fmt.Sprintf("… %d more …", len(gone))}
	kept := append(slices.Clone(steps[:gone[0]]), more)
	for i := gone[0]; i < len(steps); i++ {
		if len(gone) > 0 && i == gone[0] {
			gone = gone[1:]
			continue
		}
		kept = append(kept, steps[i])
	}
	return kept
}
