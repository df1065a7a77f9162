package reports

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/squall-harness/squall/harness/verify"
)

func junit(t *testing.T, s Summary) junitSuite {
	var b bytes.Buffer
	require.NoError(t, WriteJUnit(&b, s))
	var suites junitSuites
	require.NoError(t, xml.Unmarshal(b.Bytes(), &suites), b.String())
	return suites.Suite
}

func TestJUnitHasOneCasePerGuarantee(t *testing.T) {
	s, _ := newSample(true)
	s.Guarantees[0].Result = verify.NoEvidence
	s.Guarantees[2].Result = verify.NotClaimed
	suite := junit(t, s)
	assert.Equal(t, len(verify.Guarantees), suite.Tests)
	assert.Equal(t, 4, suite.Failures)
	assert.Equal(t, 1, suite.Errors)
	assert.Equal(t, 6, suite.Skipped, "the sample has no invariants, no crowd and no limits either")
	require.Len(t, suite.Cases, len(verify.Guarantees))
	for i, v := range s.Guarantees {
		c := suite.Cases[i]
		assert.Equal(t, string(v.Guarantee), c.Name)
		assert.Equal(t, v.Result == verify.NoEvidence, c.Error != nil)
		assert.Equal(t, v.Result == verify.NotClaimed, c.Skipped != nil)
		if v.Result == verify.Fail {
			require.NotNil(t, c.Failure)
			assert.Equal(t, v.Reason, c.Failure.Message)
			assert.Contains(t, c.Failure.Text, v.Anomalies[0].Story[0].Text)
			assert.Contains(t, c.Failure.Text, s.Repeat)
		}
	}
}

func TestJUnitOfARunWithoutAVerdictIsNotGreen(t *testing.T) {
	s, _ := newSample(false)
	require.Zero(t, junit(t, s).Failures+junit(t, s).Errors)
	s.Result, s.Sentence = verify.NoEvidence, "NO VERDICT: the load was not reached."
	suite := junit(t, s)
	assert.Equal(t, 1, suite.Errors)
	assert.Equal(t, s.Sentence, suite.Cases[len(suite.Cases)-1].Error.Message)
}

func TestJUnitTakesAnyText(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		text := rapid.String().Draw(rt, "text") + string(rapid.SliceOf(rapid.Byte()).Draw(rt, "bytes"))
		s := Summary{Sentence: text, Repeat: text, Guarantees: []verify.Verdict{{Guarantee: verify.NoLoss, Result: verify.Fail, Reason: text}}}
		suite := junit(t, s)
		assert.Len(rt, suite.Cases, 1)
	})
}

func TestTheVerdictFileComesBackAsItWas(t *testing.T) {
	s, _ := newSample(true)
	var b bytes.Buffer
	require.NoError(t, WriteJSON(&b, s))
	var back Summary
	require.NoError(t, json.Unmarshal(b.Bytes(), &back))
	assert.Equal(t, s, back)
	var raw map[string]any
	require.NoError(t, json.Unmarshal(b.Bytes(), &raw))
	assert.EqualValues(t, 1, raw["version"])
	assert.Equal(t, "fail", raw["result"])
	assert.EqualValues(t, 31e9, raw["recovery"].(map[string]any)["healedAt"], "nanoseconds")
}

func TestMarkdownIsOfTheSizeOfAComment(t *testing.T) {
	s, _ := newSample(true)
	var b bytes.Buffer
	require.NoError(t, WriteMarkdown(&b, s))
	text := b.String()
	assert.Less(t, len(text), 10_000)
	assert.True(t, strings.HasPrefix(text, "### NOT SAFE: 3 operations lost"))
	assert.Equal(t, 2+len(verify.Guarantees), strings.Count(text, "\n|"), "head, rule and a row each")
	assert.Contains(t, text, "```\nsquall run outage --seed 7\n```")
	assert.NotContains(t, text, "<script>")
}

func TestMarkdownEscapesMarkup(t *testing.T) {
	for in, want := range map[string]string{
		"a|b\n# c":            `a\|b \# c`,
		"<img onerror=x>":     `&lt;img onerror=x&gt;`,
		"[x](http://evil)":    `\[x\](http://evil)`,
		"*b* _i_ `c` ~d~ \\e": "\\*b\\* \\_i\\_ \\`c\\` \\~d\\~ \\\\e",
		"hello @everyone":     "hello @\u200beveryone",
	} {
		assert.Equal(t, want, markdown(in))
	}
}

func terminalText(t *testing.T, s Summary, o TextOptions) string {
	var b bytes.Buffer
	require.NoError(t, Text(&b, s, o))
	return b.String()
}

func TestTheTerminalGetsTheWholeVerdict(t *testing.T) {
	s, _ := newSample(true)
	text := terminalText(t, s, TextOptions{Report: "runs/latest/report.html", Width: 100})
	flat := strings.Join(strings.Fields(text), " ")
	assert.True(t, strings.HasPrefix(text, "✗ NOT SAFE: 3 operations lost"))
	for _, v := range s.Guarantees {
		assert.Contains(t, flat, string(v.Guarantee)+" "+v.Result.String())
		if v.Result == verify.Fail {
			assert.Contains(t, flat, string(v.Anomalies[0].Class)+": ")
		}
	}
	assert.Contains(t, flat, "Peak backlog 2,")
	assert.Contains(t, flat, "Report runs/latest/report.html")
	assert.Contains(t, flat, "Repeat squall run outage --seed 7")
	assert.NotContains(t, text, "\x1b")
}

func TestColoursAreOurOwn(t *testing.T) {
	s, _ := newSample(true)
	s.Sentence = hostile
	text := terminalText(t, s, TextOptions{Color: true})
	assert.Contains(t, text, "\x1b[31m✗")
	for _, part := range strings.Split(text, "\x1b")[1:] {
		assert.Regexp(t, `^\[(0|1|1;3[123]|3[123]|90|1;90)m`, part)
	}
}

func TestNoLineIsWiderThanTheTerminal(t *testing.T) {
	s, _ := newSample(true)
	s.Notes = []string{strings.Repeat("wide", 100)}
	for _, width := range []int{40, 60, 80, 120, 200} {
		for _, line := range strings.Split(terminalText(t, s, TextOptions{Width: width}), "\n") {
			assert.LessOrEqual(t, utf8.RuneCountInString(line), width, line)
		}
	}
}

func TestWrapLosesNothing(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		text := visible(rapid.String().Draw(rt, "text"))
		width := rapid.IntRange(12, 100).Draw(rt, "width")
		lines := wrap(text, width)
		for _, line := range lines {
			assert.LessOrEqual(rt, utf8.RuneCountInString(line), width)
		}
		squeeze := func(s string) string { return strings.Join(strings.Fields(s), "") }
		assert.Equal(rt, squeeze(text), squeeze(strings.Join(lines, "")))
	})
}

// What nobody could know is resolved in every output for people.
func TestUnknownsAreResolvedEverywhere(t *testing.T) {
	s, d := newSample(true)
	s.Unknowns = verify.Unknowns{Unanswered: verify.Truth{Not: 12, Once: 26, Twice: 3}, SentOnce: verify.Truth{Not: 1}, SentAgain: verify.Truth{Once: 7}}
	s.Redelivery = verify.Redelivery{Writes: 5000, Again: 50}
	var text, md, page bytes.Buffer
	require.NoError(t, Text(&text, s, TextOptions{Width: 160}))
	require.NoError(t, WriteMarkdown(&md, s))
	require.NoError(t, WriteHTML(&page, s, d))
	for _, out := range []*bytes.Buffer{&text, &md, &page} {
		assert.Contains(t, out.String(), "41 unknown: 29 applied, 12 not, 3 of the 29 applied twice")
		assert.Contains(t, out.String(), "8 unknown: 7 applied, 1 not")
		assert.Contains(t, out.String(), "50 of 5,000 record writes, 1.0 %")
	}
	assert.Contains(t, page.String(), "no loss: nothing was promised")
}

func TestTheControlRunStandsBesideTheRunInEveryOutput(t *testing.T) {
	s, d := newSample(true)
	broken := s.Guarantees[1]
	require.Equal(t, verify.Fail, broken.Result)
	s.Control = &Control{Broken: []verify.Verdict{broken}, Pace: s.Recovery.Pace}
	s.Control.Pace.Calls = 123456
	var text, md, page bytes.Buffer
	require.NoError(t, Text(&text, s, TextOptions{Width: 160}))
	require.NoError(t, WriteMarkdown(&md, s))
	require.NoError(t, WriteHTML(&page, s, d))
	for _, out := range []*bytes.Buffer{&text, &md, &page} {
		assert.Contains(t, out.String(), "broke promises without any fault")
		assert.Contains(t, out.String(), "123,456")
	}
	cases := junit(t, s).Cases
	last := cases[len(cases)-1]
	assert.Equal(t, "the control run", last.Name)
	require.NotNil(t, last.Failure)
	assert.Contains(t, last.Failure.Message, "NOT SAFE WITHOUT ANY FAULT")
	assert.NotContains(t, strings.Join(NotTested(s, d), " "), "No control run")
}

func TestAControlRunInWords(t *testing.T) {
	assert.Equal(t, "broke no promise", (&Control{}).Word())
	assert.Equal(t, "proves nothing: the load was not reached", (&Control{Wanting: "the load was not reached"}).Word())
}

// Texts behind a pointer are made harmless like all others.
func TestTheControlRunIsScrubbed(t *testing.T) {
	s := scrub(Summary{Control: &Control{Wanting: "a\x1b[31m"}})
	assert.NotContains(t, s.Control.Wanting, "\x1b")
}
