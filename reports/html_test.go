package reports

import (
	"bytes"
	"encoding/xml"
	"io"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/net/html"

	"github.com/squall-harness/squall/harness/history"
	"github.com/squall-harness/squall/harness/verify"
)

// render writes a report and parses it again.
func render(t *testing.T, s Summary, d Data) (text string, doc *html.Node) {
	var b bytes.Buffer
	require.NoError(t, WriteHTML(&b, s, d))
	doc, err := html.Parse(bytes.NewReader(b.Bytes()))
	require.NoError(t, err)
	return b.String(), doc
}

// all returns the elements for which pick is true, in the order of the page.
func all(doc *html.Node, pick func(*html.Node) bool) []*html.Node {
	var out []*html.Node
	for n := range doc.Descendants() {
		if n.Type == html.ElementNode && pick(n) {
			out = append(out, n)
		}
	}
	return out
}

func tag(name string) func(*html.Node) bool { return func(n *html.Node) bool { return n.Data == name } }

func class(name string) func(*html.Node) bool {
	return func(n *html.Node) bool { return slices.Contains(strings.Fields(attr(n, "class")), name) }
}

func id(name string) func(*html.Node) bool {
	return func(n *html.Node) bool { return attr(n, "id") == name }
}

func attr(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

func words(n *html.Node) string {
	var parts []string
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			parts = append(parts, d.Data)
		}
	}
	return strings.Join(strings.Fields(strings.Join(parts, " ")), " ")
}

func TestTheFirstThingIsTheVerdict(t *testing.T) {
	for _, broken := range []bool{false, true} {
		s, d := newSample(broken)
		_, doc := render(t, s, d)
		require.Len(t, all(doc, tag("h1")), 1)
		assert.Equal(t, s.Sentence, words(all(doc, tag("h1"))[0]))
		assert.Len(t, all(doc, class("verdict")), 1)
		assert.Contains(t, attr(all(doc, class("verdict"))[0], "class"), s.Result.String())
		assert.Contains(t, words(all(doc, class("repeat"))[0]), s.Repeat)
	}
}

func TestEachGuaranteeHasACardWithWordAndShape(t *testing.T) {
	s, d := newSample(true)
	_, doc := render(t, s, d)
	cards := all(doc, class("card"))
	require.Len(t, cards, len(verify.Guarantees))
	claimed, waived := []verify.Verdict{}, []verify.Verdict{}
	for _, v := range s.Guarantees {
		if v.Result == verify.NotClaimed {
			waived = append(waived, v)
		} else {
			claimed = append(claimed, v)
		}
	}
	require.NotEmpty(t, waived)
	for i, v := range append(claimed, waived...) { // what is not claimed comes last
		text := words(cards[i])
		assert.Contains(t, strings.ToLower(text), string(v.Guarantee))
		assert.Contains(t, text, v.Result.String())
		assert.Contains(t, text, v.Reason)
		assert.Equal(t, "#sign-"+outcomeClass(v.Result), attr(all(cards[i], tag("use"))[0], "href"))
	}
}

func TestEachClassOfAnomalyHasItsSmallestStoryOpenAndTheOthersFolded(t *testing.T) {
	s, d := newSample(true)
	_, doc := render(t, s, d)
	want := stories(s.Guarantees)
	require.NotEmpty(t, want)
	got := all(doc, class("story"))
	require.Len(t, got, len(want))
	for i, story := range want {
		text := words(got[i])
		assert.Contains(t, text, capital(string(story.Class)))
		assert.Contains(t, text, thousands(story.Count)+" found")
		tales := all(got[i], class("tale"))
		require.Len(t, tales, 1+len(story.Others))
		assert.Contains(t, words(tales[0]), strings.Join(strings.Fields(story.First.Text), " "))
		assert.Len(t, all(tales[0], tag("li")), len(story.First.Story))
		for _, other := range tales[1:] {
			assert.Equal(t, "details", other.Parent.Data)
		}
	}
}

func TestAPageWithoutAnomaliesSaysWhatThatMeans(t *testing.T) {
	s, d := newSample(false)
	_, doc := render(t, s, d)
	assert.Contains(t, words(all(doc, id("stories"))[0]), "No promise was broken.")
	s.Result = verify.NoEvidence
	_, doc = render(t, s, d)
	assert.Contains(t, words(all(doc, id("stories"))[0]), "not a pass")
}

func TestThePageNeedsNoOtherFile(t *testing.T) {
	s, d := newSample(true)
	text, doc := render(t, s, d)
	for _, n := range all(doc, func(*html.Node) bool { return true }) {
		assert.NotContains(t, []string{"link", "img", "iframe", "object", "base"}, n.Data)
		assert.Empty(t, attr(n, "src"))
		if href := attr(n, "href"); href != "" {
			assert.True(t, strings.HasPrefix(href, "#") || strings.HasPrefix(href, "./"), href)
		}
	}
	assert.NotContains(t, text, "url(")
	assert.NotContains(t, text, "@import")
	assert.NotRegexp(t, `https?://`, text)
	assert.Less(t, len(text), 1<<20)
}

func TestRecordDataIsNeverMarkup(t *testing.T) {
	s, d := newSample(true)
	s.Sentence, s.Repeat, s.Subject.Name, s.Scenario.Promise = hostile, hostile, hostile, hostile
	s.Windows[0].Fault, s.Windows[1].Note, s.Notes = hostile, hostile, []string{hostile}
	s.NotTested = append(s.NotTested, hostile)
	text, doc := render(t, s, d)
	assert.Len(t, all(doc, tag("script")), 1, "our own")
	assert.Contains(t, words(all(doc, tag("h1"))[0]), `<script>alert('x')</script> & "quoted" \u202egnitset\u202c \u001b[31mred\u0007 \u0000`)
	assert.Equal(t, -1, strings.IndexFunc(text, mustSpell), "no control or format character is left")
	assert.Contains(t, words(all(doc, id("files"))[0]), `# <script>alert('x')</script>`)
}

func TestSecretsStayHome(t *testing.T) {
	s, d := newSample(false)
	s.Subject.Command = `./mine --password=hunter2 --header "Authorization: Bearer abc.def"`
	s.Repeat = `SF_CLIENT_SECRET=s3cr3t squall run outage`
	s.Notes = []string{"session 00D5g000004XyzA!AQ4AQFakeFakeFake.x_y was refused", `{"access_token":"t0ken"}`}
	d.Scenario = []byte("subject:\n  password: pa55word\n")
	for name, text := range allOutputs(t, s, d) {
		for _, secret := range []string{"hunter2", "abc.def", "s3cr3t", "AQ4AQFake", "t0ken", "pa55word"} {
			assert.NotContains(t, text, secret, name)
		}
	}
}

// allOutputs renders what people and CI servers see.
func allOutputs(t *testing.T, s Summary, d Data) map[string]string {
	out := map[string]string{}
	for name, write := range map[string]func(io.Writer) error{
		"html":     func(w io.Writer) error { return WriteHTML(w, s, d) },
		"junit":    func(w io.Writer) error { return WriteJUnit(w, s) },
		"markdown": func(w io.Writer) error { return WriteMarkdown(w, s) },
		"text":     func(w io.Writer) error { return Text(w, s, TextOptions{Report: "report.html"}) },
	} {
		var b bytes.Buffer
		require.NoError(t, write(&b), name)
		out[name] = b.String()
	}
	return out
}

func TestEveryChartIsWellFormedAndNamesTheFaults(t *testing.T) {
	s, d := newSample(true)
	for _, l := range layouts {
		for _, chart := range []string{string(recoveryChart(s, d, l)), string(gaugeChart(s, d, l))} {
			require.NoError(t, xml.Unmarshal([]byte(chart), new(struct{})))
			assert.NotContains(t, chart, "NaN")
			assert.NotContains(t, chart, "Inf")
		}
		chart := string(recoveryChart(s, d, l))
		for _, w := range s.Windows {
			assert.Contains(t, chart, ">"+w.Fault+"<", l.class)
		}
		assert.Contains(t, chart, "healed 31.0 s")
		assert.Contains(t, chart, "peak 2,")
	}
}

func TestFaultsThatNeverFiredStandOut(t *testing.T) {
	s, d := newSample(false)
	s.Windows[3].Hits, s.Windows[7].To = 0, 0
	_, doc := render(t, s, d)
	rows := all(all(doc, id("faults"))[0], class("unfired"))
	require.Len(t, rows, 1)
	assert.Contains(t, words(rows[0]), "never fired")
	assert.Contains(t, words(all(doc, id("faults"))[0]), "never")
}

func TestNobodyWasTold(t *testing.T) {
	s, d := newSample(false)
	s.Alerts, d.History.Gauges = Alerts{}, nil
	_, doc := render(t, s, d)
	text := words(all(doc, id("alerts"))[0])
	assert.Contains(t, text, "Nobody was told:")
	assert.Contains(t, text, "never read")
}

func TestAFloodOfAlertsIsCut(t *testing.T) {
	s, d := newSample(false)
	s.Alerts.List = slices.Repeat([]history.Alert{{At: time.Second, Name: "A", Status: "firing"}}, 500)
	_, doc := render(t, s, d)
	section := all(doc, id("alerts"))[0]
	assert.Len(t, all(section, tag("tr")), 1+maxAlerts)
	assert.Contains(t, words(section), "440 more alerts")
}

func TestAnEmptyRunHasAReportToo(t *testing.T) {
	text, doc := render(t, Summary{}, Data{})
	assert.Contains(t, words(all(doc, id("stories"))[0]), "not a pass")
	assert.Contains(t, words(all(doc, id("faults"))[0]), "No fault was injected.")
	assert.NotContains(t, text, "NaN")
	assert.True(t, strings.IndexFunc(text, func(r rune) bool { return r == unicode.ReplacementChar }) < 0)
	for name, out := range allOutputs(t, Summary{}, Data{}) {
		assert.NotEmpty(t, out, name)
	}
}

func TestVeryLongValuesAreCut(t *testing.T) {
	s, d := newSample(false)
	s.Notes = []string{strings.Repeat("x", 1_000_000)}
	s.Windows[0].Fault = strings.Repeat("wide ", 100)
	text, _ := render(t, s, d)
	assert.Less(t, len(text), 1<<20)
	assert.Contains(t, text, "1,000,000 characters")
}
