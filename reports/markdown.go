package reports

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/squall-harness/squall/harness/verify"
)

// markers lead each result in Markdown; word and shape differ, not only the
// colour.
var markers = map[verify.Result]string{
	verify.Pass: "✅ pass", verify.Fail: "❌ **fail**", verify.NoEvidence: "⚠️ no evidence", verify.NotClaimed: "➖ not claimed",
}

// WriteMarkdown writes a summary of the size of a review comment.
func WriteMarkdown(w io.Writer, s Summary) error {
	s = scrub(s)
	var b strings.Builder
	fmt.Fprintf(&b, "### %s\n\n", markdown(s.Sentence))
	fmt.Fprintf(&b, "Scenario **%s** (seed %d) on **%s**: %s\n\n", markdown(s.Scenario.Name), s.Seed, markdown(s.Subject.Name), markdown(s.Scenario.Promise))
	markdownGuarantees(&b, s)
	markdownRecovery(&b, s)
	markdownWitnesses(&b, s)
	markdownRest(&b, s)
	_, err := io.WriteString(w, b.String())
	return err
}

func markdownGuarantees(b *strings.Builder, s Summary) {
	b.WriteString("| Guarantee | Verdict | Why |\n|---|---|---|\n")
	for _, v := range s.Guarantees {
		fmt.Fprintf(b, "| %s | %s | %s |\n", v.Guarantee, markers[v.Result], markdown(v.Reason))
	}
	b.WriteString("\n")
}

func markdownRecovery(b *strings.Builder, s Summary) {
	var parts []string
	for _, f := range recoveryFacts(s) {
		parts = append(parts, strings.ToLower(f.Label)+" **"+f.Value+"**")
	}
	fmt.Fprintf(b, "Recovery: %s.\n\n", strings.Join(parts, ", "))
	for _, f := range slices.Concat(doubtFacts(s), toldFacts(s), controlFacts(s)) {
		fmt.Fprintf(b, "- %s: **%s** (%s)\n", f.Label, f.Value, f.Note)
	}
	b.WriteString("\n")
}

func markdownWitnesses(b *strings.Builder, s Summary) {
	all := stories(s.Guarantees)
	if len(all) == 0 {
		return
	}
	b.WriteString("<details><summary>First witness of each kind</summary>\n\n")
	for _, story := range all {
		fmt.Fprintf(b, "- **%s** (%s): %s\n", story.Class, thousands(story.Count), markdown(story.First.Text+" "+story.First.Cause()))
	}
	b.WriteString("\n</details>\n\n")
}

func markdownRest(b *strings.Builder, s Summary) {
	if len(s.NotTested) > 0 {
		b.WriteString("<details><summary>Not tested by this run</summary>\n\n")
		for _, n := range s.NotTested {
			fmt.Fprintf(b, "- %s\n", markdown(n))
		}
		b.WriteString("\n</details>\n\n")
	}
	for _, n := range s.Notes {
		fmt.Fprintf(b, "> %s\n\n", markdown(n))
	}
	if s.Repeat != "" {
		fmt.Fprintf(b, "Repeat with:\n\n```\n%s\n```\n", strings.ReplaceAll(oneLine(s.Repeat), "```", "'''"))
	}
}

// markdown escapes what would be read as markup, a mention or a table's bar,
// and keeps the text on one line.
func markdown(text string) string {
	return markdownEscapes.Replace(oneLine(text))
}

var markdownEscapes = strings.NewReplacer(
	`\`, `\\`, "`", "\\`", "*", `\*`, "_", `\_`, "[", `\[`, "]", `\]`, "|", `\|`, "<", "&lt;", ">", "&gt;", "&", "&amp;", "#", `\#`, "~", `\~`,
	"@", "@\u200b", // no mention of people
)

func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }
