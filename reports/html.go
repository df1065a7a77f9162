package reports

import (
	"bytes"
	"embed"
	"encoding/json"
	"fmt"
	"html/template"
	"io"
	"strings"

	"github.com/squall-harness/squall/harness/history"
	"github.com/squall-harness/squall/harness/rundir"
	"github.com/squall-harness/squall/harness/verify"
)

//go:embed page/*
var assets embed.FS

var pageTemplate = template.Must(template.New("page.html").Funcs(template.FuncMap{
	"seconds": seconds,
	"clock":   clock,
	"count":   thousands,
	"rate":    rate,
	"outcome": outcomeClass,
	"word":    resultWord,
	"capital": func(v any) string { return capital(fmt.Sprint(v)) },
	"claimed": func(v verify.Verdict) bool { return v.Result != verify.NotClaimed },
	"first":   func(n int, c []verify.Count) []verify.Count { return c[:min(n, len(c))] },
	"isPart":  func(count string) bool { return strings.HasPrefix(count, "of these") },
}).ParseFS(assets, "page/*.html"))

// page is what the template sees.
type page struct {
	Summary
	Style   template.CSS
	Script  template.JS
	Charts  []template.HTML
	Plot    plot
	Gauges  []template.HTML
	Figures []fact
	Phases  []phase
	Stories []story
	Faults  []faultRow
	Loads   []fact
	Counts  []fact
	Doubts  []fact
	Truths  []truthTable
	Paces   []paceRow
	Facts   []fact
	File    string
	Raw     []rundir.File
	Curve   template.JS
}

// WriteHTML writes the report: one page that needs no network, no script and no
// other file. It is made in memory first, so that a reader finds all of it.
func WriteHTML(w io.Writer, s Summary, d Data) error {
	if d.History == nil {
		d.History = &history.History{}
	}
	p, err := newPage(scrub(s), d)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if err := pageTemplate.Execute(&b, p); err != nil {
		return err
	}
	_, err = w.Write(b.Bytes())
	return err
}

func newPage(s Summary, d Data) (page, error) {
	style, err := assets.ReadFile("page/style.css")
	if err != nil {
		return page{}, err
	}
	script, err := assets.ReadFile("page/hover.js")
	return page{
		Summary: s,
		Style:   template.CSS(style), //nolint:gosec // our own file
		Script:  template.JS(script), //nolint:gosec // our own file
		Charts:  recoveryCharts(s, d),
		Plot:    plotOf(s, d),
		Gauges:  gaugeCharts(s, d),
		Figures: recoveryFacts(s),
		Phases:  phases(s.Recovery),
		Stories: stories(s.Guarantees),
		Faults:  faultRows(s),
		Loads:   loadFacts(s.Load),
		Counts:  countFacts(s.Operations),
		Doubts:  doubtFacts(s),
		Truths:  truthTables(s.Unknowns),
		Paces:   paceRows(s),
		Facts:   environmentFacts(s),
		File:    visible(hideSecrets(string(d.Scenario))),
		Raw:     d.Files,
		Curve:   curveJSON(s),
	}, err
}

// plot tells the script where the wide chart has its time axis: pixels and
// seconds.
type plot struct{ Left, Right, From, To float64 }

func plotOf(s Summary, d Data) plot {
	f := newChart(s, d, wide).frame
	return plot{f.left, f.right, f.from.Seconds(), f.to.Seconds()}
}

// curveJSON is what the script shows under the pointer: time in seconds,
// offered, accepted, committed, backlog.
func curveJSON(s Summary) template.JS {
	rows := make([][5]float64, len(s.Recovery.Curve))
	for i, p := range s.Recovery.Curve {
		rows[i] = [5]float64{p.At.Seconds(), float64(p.Offered), float64(p.Accepted), float64(p.Committed), float64(p.Backlog)}
	}
	text, err := json.Marshal(rows)
	if err != nil {
		return "[]"
	}
	return template.JS(text) //nolint:gosec // numbers only
}

// Passed tells whether the whole run passed.
func (p page) Passed() bool { return p.Result == verify.Pass }

// maxAlerts is how many alerts the page lists.
const maxAlerts = 60

// FirstAlerts are those that the page lists.
func (p page) FirstAlerts() []history.Alert {
	return p.Alerts.List[:min(len(p.Alerts.List), maxAlerts)]
}

// MoreAlerts counts the alerts that the page does not list.
func (p page) MoreAlerts() int { return max(len(p.Alerts.List)-maxAlerts, 0) }

// outcomeClass is the style class of a result, resultWord the word in capitals.
func outcomeClass(r verify.Result) string {
	return strings.ReplaceAll(r.String(), " ", "-")
}

func resultWord(r verify.Result) string { return capital(r.String()) }
