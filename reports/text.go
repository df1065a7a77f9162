package reports

import (
	"cmp"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/squall-harness/squall/harness/verify"
)

// TextOptions say how Text looks.
type TextOptions struct {
	Report string // where the HTML report is
	Color  bool   // ANSI colours
	Width  int    // columns; 0 means 80
}

// Text writes what the terminal shows at the end of a run: the verdict, the
// guarantees, the recovery, a witness for each broken promise, where the report
// is, and the command that repeats the run.
func Text(w io.Writer, s Summary, o TextOptions) error {
	t := &terminal{TextOptions: o, s: scrub(s)}
	t.Width = max(cmp.Or(t.Width, 80), 40)
	t.verdict()
	t.guarantees()
	t.recovery()
	t.witnesses()
	t.pointers()
	_, err := io.WriteString(w, t.b.String())
	return err
}

// Verdict writes the verdict and its witnesses alone, for a summary that holds
// nothing else.
func Verdict(w io.Writer, s Summary, o TextOptions) error {
	t := &terminal{TextOptions: o, s: scrub(s)}
	t.Width = max(cmp.Or(t.Width, 80), 40)
	t.verdict()
	t.guarantees()
	t.witnesses()
	_, err := io.WriteString(w, t.b.String())
	return err
}

// terminal is the text in the making.
type terminal struct {
	TextOptions
	s Summary
	b strings.Builder
}

// styles are the colours of results; signs tell them apart without colour.
var (
	styles = map[verify.Result]string{verify.Pass: "32", verify.Fail: "31", verify.NoEvidence: "33", verify.NotClaimed: "90"}
	signs  = map[verify.Result]string{verify.Pass: "✓", verify.Fail: "✗", verify.NoEvidence: "?", verify.NotClaimed: "–"}
)

func (t *terminal) paint(style, text string) string {
	if !t.Color {
		return text
	}
	return "\x1b[" + style + "m" + text + "\x1b[0m"
}

func (t *terminal) verdict() {
	for i, line := range wrap(t.s.Sentence, t.Width-2) {
		lead := "  "
		if i == 0 {
			lead = t.paint("1;"+styles[t.s.Result], signs[t.s.Result]) + " "
		}
		t.b.WriteString(lead + t.paint("1;"+styles[t.s.Result], line) + "\n")
	}
	for _, note := range t.s.Notes {
		t.block(t.paint("33", "!")+" ", 2, note)
	}
	t.b.WriteString("\n")
}

func (t *terminal) guarantees() {
	for _, v := range t.s.Guarantees {
		word := v.Result.String()
		if v.Found > 0 && v.Result == verify.Fail {
			word += " " + thousands(v.Found)
		}
		head := fmt.Sprintf("%s %-19s%-12s ", t.paint(styles[v.Result], signs[v.Result]), v.Guarantee, word)
		t.block(head, 2+19+12+1, v.Reason)
	}
	t.b.WriteString("\n")
}

func (t *terminal) recovery() {
	t.facts(recoveryFacts(t.s))
	var calls []string
	for _, u := range t.s.Recovery.Usage {
		calls = append(calls, fmt.Sprintf("%s %s", u.API, thousands(u.Calls)))
	}
	if len(calls) > 0 {
		t.block(fmt.Sprintf("  %-20s", "API calls"), 22, strings.Join(calls, ", "))
	}
	t.facts(doubtFacts(t.s))
	t.facts(toldFacts(t.s))
	t.facts(controlFacts(t.s))
	t.b.WriteString("\n")
}

func (t *terminal) facts(facts []fact) {
	for _, f := range facts {
		text := f.Value
		if f.Note != "" {
			text += "  (" + f.Note + ")"
		}
		t.block(fmt.Sprintf("  %-20s", f.Label), 22, text)
	}
}

func (t *terminal) witnesses() {
	for _, v := range t.s.Guarantees {
		if v.Result == verify.Fail && len(v.Anomalies) > 0 {
			a := v.Anomalies[0]
			text := fmt.Sprintf("%s: %s", a.Class, a.Text)
			text += " " + a.Cause()
			t.block(t.paint("31", "✗")+" ", 2, text)
		}
	}
	if t.s.Result == verify.Fail {
		t.b.WriteString("\n")
	}
}

func (t *terminal) pointers() {
	if t.Report != "" {
		t.b.WriteString("  Report  " + visible(t.Report) + "\n")
	}
	if t.s.Repeat != "" {
		t.b.WriteString("  Repeat  " + t.paint("1", t.s.Repeat) + "\n")
	}
}

// leastText is how many columns a text beside its head needs.
const leastText = 24

// block writes text behind a head that is indent columns wide, and indents the
// lines that follow as far. In a narrow terminal the head has a line of its own.
func (t *terminal) block(head string, indent int, text string) {
	if t.Width-indent < leastText {
		t.b.WriteString(strings.TrimRight(head, " ") + "\n")
		head, indent = "    ", 4
	}
	for i, line := range wrap(text, t.Width-indent) {
		if i > 0 {
			head = strings.Repeat(" ", indent)
		}
		t.b.WriteString(head + line + "\n")
	}
}

// wrap breaks text into lines of at most width characters; a word longer than
// that is cut.
func wrap(text string, width int) []string {
	width = max(width, 12)
	lines := []string{""}
	for word := range strings.FieldsSeq(text) {
		for utf8.RuneCountInString(word) > width {
			runes := []rune(word)
			lines = append(lines, string(runes[:width]))
			word = string(runes[width:])
		}
		last := &lines[len(lines)-1]
		switch {
		case *last == "":
			*last = word
		case utf8.RuneCountInString(*last)+1+utf8.RuneCountInString(word) <= width:
			*last += " " + word
		default:
			lines = append(lines, word)
		}
	}
	if lines[0] == "" && len(lines) > 1 {
		return lines[1:]
	}
	return lines
}
