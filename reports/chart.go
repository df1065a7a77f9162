package reports

import (
	"fmt"
	"html/template"
	"time"

	"github.com/squall-harness/squall/harness/history"
	"github.com/squall-harness/squall/harness/recovery"
)

// layout is one size of a chart. All are in the page, which shows the one that
// fits: the wide one on screens, the middle one on paper and small screens, the
// narrow one on phones. So the text is the same size everywhere.
type layout struct {
	class       string
	width       float64
	left, right float64    // margins
	heights     [3]float64 // of the panels
	stacked     bool       // legends go below the titles
}

var layouts = []layout{wide, middle, narrow}

var (
	wide   = layout{class: "wide", width: 1040, left: 56, right: 24, heights: [3]float64{150, 110, 96}}
	middle = layout{class: "middle", width: 690, left: 52, right: 16, heights: [3]float64{130, 96, 84}}
	narrow = layout{class: "narrow", width: 356, left: 44, right: 10, heights: [3]float64{150, 110, 110}, stacked: true}
)

// chart is a picture in the making, from top to bottom.
type chart struct {
	canvas
	layout
	frame
	s Summary
	d Data
	y float64 // where the next thing goes
}

func newChart(s Summary, d Data, l layout) *chart {
	c := &chart{layout: l, s: s, d: d}
	c.frame = frame{left: l.left, right: l.width - l.right}
	c.from, c.to = s.span(d)
	return c
}

// span is the time that charts show.
func (s Summary) span(d Data) (from, to time.Duration) {
	if n := len(s.Recovery.Curve); n > 0 {
		from, to = s.Recovery.Curve[0].At, s.Recovery.Curve[n-1].At
	}
	for _, w := range s.Windows {
		from, to = min(from, w.From), max(to, w.To)
	}
	if d.History != nil {
		if end, ok := d.History.Mark(history.MarkEnd); ok {
			to = max(to, end.At)
		}
	}
	if from < to/20 {
		from = min(from, 0) // the axis begins at a round number
	}
	return from, max(to, from+time.Millisecond)
}

func recoveryCharts(s Summary, d Data) []template.HTML {
	var charts []template.HTML
	for _, l := range layouts {
		charts = append(charts, recoveryChart(s, d, l))
	}
	return charts
}

// recoveryChart shows the outage: the faults, what was offered and committed,
// the backlog, and through which API the records went.
func recoveryChart(s Summary, d Data, l layout) template.HTML {
	c := newChart(s, d, l)
	faults := faultLanes(s.Windows, c.frame)
	marks := pack(c.marks())
	top := float64(len(faults)+len(marks)) * laneHeight
	bottom := top + c.height()
	shade(&c.canvas, s.Windows, c.frame, 0, bottom)
	c.strip(faults)
	c.strip(marks)
	c.lines(top-float64(len(marks))*laneHeight, bottom)
	c.flow()
	c.backlog()
	last := c.throughput()
	last.timeAxis(&c.canvas)
	return c.picture(l.class, l.width, bottom+24, c.summary())
}

func (c *chart) strip(lanes [][]laneItem) {
	for _, lane := range lanes {
		for _, it := range lane {
			it.draw(&c.canvas, c.y)
		}
		c.y += laneHeight
	}
}

func (c *chart) marks() []laneItem {
	var items []laneItem
	add := func(at time.Duration, word string) {
		if at != 0 {
			items = append(items, place("markbar", word+" "+seconds(at), c.x(at)-1, c.x(at)+1, c.frame))
		}
	}
	add(c.s.Recovery.HealedAt, "healed")
	add(c.s.Recovery.DrainedAt, "drained")
	return items
}

// lines draws the marks down through all panels.
func (c *chart) lines(top, bottom float64) {
	for _, at := range []time.Duration{c.s.Recovery.HealedAt, c.s.Recovery.DrainedAt} {
		if at != 0 {
			c.line("mark", c.x(at), top+laneHeight/2, c.x(at), bottom)
		}
	}
}

// titleHeight is the room above a panel.
func (c *chart) titleHeight() float64 {
	if c.stacked {
		return 46
	}
	return 34
}

func (c *chart) height() float64 {
	return 3*c.titleHeight() + c.heights[0] + c.heights[1] + c.heights[2]
}

// key is one entry of a legend; its class is that of the line or area.
type key struct{ class, label string }

// begin writes the title and legend of a panel and returns it.
func (c *chart) begin(i int, title string, highest float64, keys ...key) panel {
	c.text("title", "start", 0, c.y+22, title)
	x, y := textWidth(title)*1.27+16, c.y+22
	if c.stacked {
		x, y = 0, c.y+38
	}
	for _, k := range keys {
		c.rect("key "+k.class, x, y-9, 10, 10)
		c.text("legend", "start", x+15, y, k.label)
		x += 15 + textWidth(k.label) + 16
	}
	p := newPanel(c.frame, c.y+c.titleHeight(), c.heights[i], highest)
	c.y = p.bottom
	p.grid(&c.canvas)
	return p
}

func (c *chart) flow() {
	curve := c.s.Recovery.Curve
	highest := 0
	for _, p := range curve {
		highest = max(highest, p.Offered, p.Committed)
	}
	p := c.begin(0, "Operations so far", float64(highest),
		key{"offered", "offered"}, key{"accepted", "accepted"}, key{"committed", "committed"})
	c.path("offered", steps(p.points(curve, func(q recovery.Point) int { return q.Offered })))
	c.path("accepted", steps(p.points(curve, func(q recovery.Point) int { return q.Accepted })))
	c.path("committed", steps(p.points(curve, func(q recovery.Point) int { return q.Committed })))
}

func (c *chart) backlog() {
	f := c.s.Recovery
	p := c.begin(1, "Backlog", float64(f.Peak), key{"backlog", "operations accepted, not yet committed"})
	points := p.points(f.Curve, func(q recovery.Point) int { return q.Backlog })
	c.path("backlog", area(points, p.bottom))
	if f.Peak == 0 {
		return
	}
	x, y := p.x(f.PeakAt), p.y(float64(f.Peak))
	c.dot("peak", x, y, 3.5)
	label := fmt.Sprintf("peak %s at %s", thousands(f.Peak), seconds(f.PeakAt))
	if x-8-textWidth(label) > p.left {
		c.text("note", "end", x-8, y+4, label)
	} else {
		c.text("note", "start", x+8, y+4, label)
	}
}

// points places one figure of the curve.
func (p panel) points(curve []recovery.Point, figure func(recovery.Point) int) []point {
	out := make([]point, len(curve))
	for i, q := range curve {
		out[i] = point{p.x(q.At), p.y(float64(figure(q)))}
	}
	return out
}

// summary says the chart in words.
func (c *chart) summary() string {
	f := c.s.Recovery
	text := fmt.Sprintf("Over %s, %d faults. The backlog peaked at %s operations at %s.",
		seconds(c.to-c.from), len(c.s.Windows), thousands(f.Peak), seconds(f.PeakAt))
	if f.HealedAt != 0 {
		text += " Healed at " + seconds(f.HealedAt) + "."
	}
	if f.DrainedAt != 0 {
		text += " Drained at " + seconds(f.DrainedAt) + "."
	}
	return text
}
