package reports

import (
	"encoding/xml"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/squall-harness/squall/harness/verify"
)

// The elements of JUnit's format, as CI servers read it.
type (
	junitSuites struct {
		XMLName xml.Name   `xml:"testsuites"`
		Suite   junitSuite `xml:"testsuite"`
	}
	junitSuite struct {
		Name       string          `xml:"name,attr"`
		Tests      int             `xml:"tests,attr"`
		Failures   int             `xml:"failures,attr"`
		Errors     int             `xml:"errors,attr"`
		Skipped    int             `xml:"skipped,attr"`
		Time       string          `xml:"time,attr"` // seconds
		Timestamp  string          `xml:"timestamp,attr"`
		Properties []junitProperty `xml:"properties>property"`
		Cases      []junitCase     `xml:"testcase"`
	}
	junitProperty struct {
		Name  string `xml:"name,attr"`
		Value string `xml:"value,attr"`
	}
	junitCase struct {
		Class   string      `xml:"classname,attr"`
		Name    string      `xml:"name,attr"`
		Time    string      `xml:"time,attr"`
		Failure *junitStain `xml:"failure"`
		Error   *junitStain `xml:"error"`
		Skipped *junitStain `xml:"skipped"`
		Out     string      `xml:"system-out,omitempty"`
	}
	junitStain struct {
		Message string `xml:"message,attr"`
		Type    string `xml:"type,attr,omitempty"`
		Text    string `xml:",chardata"`
	}
)

// WriteJUnit writes one test case per guarantee. A broken promise is a failure
// with its smallest witness, a promise that was claimed and not put to the test
// is an error, one that was not claimed is skipped. A run that has no verdict
// for a reason of its own, for example a load that was not reached, gets an
// error of its own: no CI server may show it as green.
func WriteJUnit(w io.Writer, s Summary) error {
	s = scrub(s)
	suite := junitSuite{
		Name: "squall " + s.Scenario.Name, Time: junitTime(s.Environment.Took),
		Timestamp: s.Environment.Started.UTC().Format("2006-01-02T15:04:05"),
		Properties: []junitProperty{
			{"seed", strconv.FormatUint(s.Seed, 10)}, {"subject", s.Subject.Command}, {"repeat", s.Repeat}, {"verdict", s.Sentence},
		},
	}
	for _, v := range s.Guarantees {
		suite.add(junitCaseOf(s, v))
	}
	if s.Control != nil {
		suite.add(junitControl(s))
	}
	if s.Result != verify.Pass && suite.Failures+suite.Errors == 0 {
		suite.add(junitCase{Class: s.Scenario.Name, Name: "the run", Time: "0", Error: &junitStain{Message: s.Sentence, Type: s.Result.String()}})
	}
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	enc := xml.NewEncoder(w)
	enc.Indent("", "  ")
	if err := enc.Encode(junitSuites{Suite: suite}); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}

func (s *junitSuite) add(c junitCase) {
	s.Tests++
	switch {
	case c.Failure != nil:
		s.Failures++
	case c.Error != nil:
		s.Errors++
	case c.Skipped != nil:
		s.Skipped++
	}
	s.Cases = append(s.Cases, c)
}

func junitCaseOf(s Summary, v verify.Verdict) junitCase {
	c := junitCase{Class: s.Scenario.Name, Name: string(v.Guarantee), Time: "0"}
	stain := &junitStain{Message: v.Reason, Type: v.Result.String()}
	switch v.Result {
	case verify.Fail:
		stain.Text = witnesses(v) + "repeat with: " + s.Repeat + "\n"
		c.Failure = stain
	case verify.NoEvidence:
		c.Error = stain
	case verify.NotClaimed:
		c.Skipped = stain
	case verify.Pass:
		c.Out = v.Reason
	}
	return c
}

// junitControl is the case of the control run.
func junitControl(s Summary) junitCase {
	c := junitCase{Class: s.Scenario.Name, Name: "the control run", Time: "0", Out: "It broke no promise."}
	if len(s.Control.Broken) > 0 {
		c.Out, c.Failure = "", &junitStain{Message: verify.ControlSentence(s.Control.Broken), Type: verify.Fail.String()}
		for _, v := range s.Control.Broken {
			c.Failure.Text += witnesses(v)
		}
	}
	return c
}

// witnesses tells the smallest story of each class as plain text.
func witnesses(v verify.Verdict) string {
	var b strings.Builder
	b.WriteString("\n")
	for _, story := range storiesOf(v) {
		fmt.Fprintf(&b, "%s (%s found): %s\n", story.Class, thousands(story.Count), story.First.Text+" "+story.First.Cause())
		for _, l := range story.First.Lines {
			fmt.Fprintf(&b, "  %10s  %-8s %s\n", clock(l.At), l.Word, l.Text)
		}
		b.WriteString("\n")
	}
	return b.String()
}

func junitTime(d time.Duration) string { return strconv.FormatFloat(d.Seconds(), 'f', 3, 64) }
