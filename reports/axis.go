package reports

import (
	"math"
	"strconv"
	"time"
)

// frame places the panels of a chart: they share the time axis.
type frame struct {
	left, right float64 // of the plot, in pixels
	from, to    time.Duration
}

func (f frame) x(t time.Duration) float64 {
	t = min(max(t, f.from), f.to)
	return f.left + (f.right-f.left)*float64(t-f.from)/float64(max(f.to-f.from, 1))
}

// panel is one plot of a chart.
type panel struct {
	frame
	top, bottom float64
	max         float64 // value at the top
}

func (p panel) y(v float64) float64 {
	return p.bottom - (p.bottom-p.top)*v/p.max
}

// newPanel makes a panel whose top is the round number at or above highest.
func newPanel(f frame, top, height, highest float64) panel {
	step := niceStep(max(highest, 1), 3)
	return panel{frame: f, top: top, bottom: top + height, max: step * math.Ceil(max(highest, 1)/step)}
}

// niceStep is the round step (1, 2 or 5 times a power of ten) that makes about
// n steps up to highest.
func niceStep(highest float64, n int) float64 {
	raw := highest / float64(n)
	power := math.Pow(10, math.Floor(math.Log10(raw)))
	for _, m := range []float64{1, 2, 5} {
		if m*power >= raw {
			return m * power
		}
	}
	return 10 * power
}

// grid draws the value axis.
func (p panel) grid(c *canvas) {
	step := niceStep(p.max, 3)
	for v := 0.0; v <= p.max+step/2; v += step {
		class := "grid"
		if v == 0 {
			class = "axis"
		}
		c.line(class, p.left, p.y(v), p.right, p.y(v))
		c.text("tick", "end", p.left-6, p.y(v)+4, axisNumber(v))
	}
}

func axisNumber(v float64) string {
	switch {
	case v >= 1e6:
		return strconv.FormatFloat(v/1e6, 'g', 3, 64) + " M"
	case v != math.Trunc(v):
		return strconv.FormatFloat(v, 'g', 3, 64)
	}
	return thousands(int(v))
}

// timeSteps are the distances of ticks on the time axis.
var timeSteps = []time.Duration{
	100 * time.Millisecond, 200 * time.Millisecond, 500 * time.Millisecond,
	time.Second, 2 * time.Second, 5 * time.Second, 10 * time.Second, 30 * time.Second,
	time.Minute, 2 * time.Minute, 5 * time.Minute, 10 * time.Minute, 30 * time.Minute,
	time.Hour, 2 * time.Hour, 6 * time.Hour, 12 * time.Hour, 24 * time.Hour,
}

// timeStep leaves about 60 pixels from tick to tick.
func (f frame) timeStep() time.Duration {
	most := (f.right - f.left) / 60
	for _, step := range timeSteps {
		if float64(f.to-f.from)/float64(step) <= most {
			return step
		}
	}
	return (f.to - f.from) / time.Duration(max(most, 1))
}

// timeAxis writes the ticks below a panel.
func (p panel) timeAxis(c *canvas) {
	step := p.timeStep()
	first := (p.from + step - 1).Truncate(step)
	for t := first; t <= p.to; t += step {
		c.line("axis", p.x(t), p.bottom, p.x(t), p.bottom+4)
		c.text("tick", "middle", p.x(t), p.bottom+17, tickTime(t, step))
	}
}

func tickTime(t, step time.Duration) string {
	switch {
	case step >= time.Hour:
		return strconv.Itoa(int(t/time.Hour)) + " h"
	case step >= time.Minute:
		return strconv.Itoa(int(t/time.Minute)) + " min"
	}
	return strconv.FormatFloat(t.Seconds(), 'f', -1, 64) + " s"
}
