package reports

import (
	"fmt"
	"html/template"

	"github.com/squall-harness/squall/harness/history"
	"github.com/squall-harness/squall/harness/recovery"
)

// toldFacts say who was told what: the first alert, and how true the reported
// backlog was.
func toldFacts(s Summary) []fact {
	alert := fact{"First alert", "none", "after the first fault"}
	if s.Alerts.Told {
		alert.Value = seconds(s.Alerts.Delay)
	}
	gauge := fact{"Backlog gauge", "never read", ""}
	if t := s.Telling; t.Looks > 0 {
		gauge.Value = fmt.Sprintf("off by %s at most, %s of the peak", thousands(t.Off), percent(t.Share()))
		gauge.Note = fmt.Sprintf("read %s times, %s of them without an answer", thousands(t.Looks), thousands(t.Failed))
	}
	return []fact{alert, gauge}
}

// gaugeCharts shows the true backlog, the gauge and the alerts; nothing when
// there were neither looks nor alerts.
func gaugeCharts(s Summary, d Data) []template.HTML {
	if len(d.History.Gauges) == 0 && len(s.Alerts.List) == 0 {
		return nil
	}
	var charts []template.HTML
	for _, l := range layouts {
		charts = append(charts, gaugeChart(s, d, l))
	}
	return charts
}

func gaugeChart(s Summary, d Data, l layout) template.HTML {
	l.heights = [3]float64{110}
	c := newChart(s, d, l)
	highest := s.Recovery.Peak
	for _, g := range d.History.Gauges {
		highest = max(highest, int(g.Backlog))
	}
	shade(&c.canvas, s.Windows, c.frame, c.titleHeight(), c.titleHeight()+l.heights[0])
	p := c.begin(0, "Backlog, true and told", float64(highest),
		key{"backlog", "true"}, key{"gauge", "gauge of the integration"}, key{"alert firing", "alert"}, key{"alert resolved", "resolved"})
	c.path("backlog", area(p.points(s.Recovery.Curve, func(q recovery.Point) int { return q.Backlog }), p.bottom))
	c.path("gauge", steps(p.gauge(d.History.Gauges)))
	for _, a := range s.Alerts.List {
		c.alert(p, a)
	}
	p.timeAxis(&c.canvas)
	return c.picture(l.class, l.width, p.bottom+24, "The backlog that the integration reported, over the true one, with its alerts.")
}

func (p panel) gauge(looks []history.Gauge) []point {
	var points []point
	for _, g := range looks {
		if g.Error == "" {
			points = append(points, point{p.x(g.At), p.y(g.Backlog)})
		}
	}
	return points
}

// alert draws a triangle at the top: upright while it fires, on its head when
// it is resolved.
func (c *chart) alert(p panel, a history.Alert) {
	tip, down := p.top, 9.0
	if a.Status == "resolved" {
		tip, down = p.top+9, -9
	}
	c.addf(`<path class="alert %s" d="M%.1f %.1fl5 %.1fh-10z"/>`, alertClass(a.Status), p.x(a.At), tip, down)
}

func alertClass(status string) string {
	if status == "resolved" {
		return "resolved"
	}
	return "firing"
}
