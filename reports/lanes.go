package reports

import (
	"slices"
	"time"

	"github.com/squall-harness/squall/harness/history"
)

// laneHeight is the height of one row of the fault strip.
const laneHeight = 17

// laneItem is a fault or a mark, with its label beside it.
type laneItem struct {
	class    string
	label    string
	from, to float64 // of the bar
	textX    float64
	anchor   string
	start    float64 // of bar and label together
	end      float64
}

// place puts the label where there is room: right of the bar, left of it, or
// over it.
func place(class, label string, from, to float64, f frame) laneItem {
	const gap = 5
	label = clip(label, (f.right-f.left)*0.55)
	it := laneItem{class: class, label: label, from: from, to: max(to, from+3)}
	width := textWidth(label)
	switch {
	case it.to+gap+width <= f.right+40:
		it.textX, it.anchor, it.start, it.end = it.to+gap, "start", it.from, it.to+gap+width
	case it.from-gap-width >= f.left-30:
		it.textX, it.anchor, it.start, it.end = it.from-gap, "end", it.from-gap-width, it.to
	default:
		it.textX, it.anchor = f.right, "end"
		it.start, it.end = min(it.from, f.right-width), max(it.to, f.right)
	}
	return it
}

// clip cuts a text that is wider than the room for it.
func clip(text string, room float64) string {
	if textWidth(text) <= room {
		return text
	}
	return string([]rune(text)[:max(int(room/charWidth)-1, 1)]) + "…"
}

// pack gives each item the first lane in which it overlaps nothing.
func pack(items []laneItem) [][]laneItem {
	const air = 10
	var lanes [][]laneItem
	for _, it := range items {
		i := slices.IndexFunc(lanes, func(lane []laneItem) bool {
			return !slices.ContainsFunc(lane, func(o laneItem) bool { return it.start < o.end+air && o.start < it.end+air })
		})
		if i < 0 {
			i = len(lanes)
			lanes = append(lanes, nil)
		}
		lanes[i] = append(lanes[i], it)
	}
	return lanes
}

// maxLanes bounds the strip; a flapping network makes more windows than a
// picture can name.
const maxLanes = 12

// faultLanes fills the strip above the panels.
func faultLanes(windows []history.Window, f frame) [][]laneItem {
	var items []laneItem
	for _, w := range windows {
		class := "fault"
		if w.Hits == 0 {
			class = "fault unfired"
		}
		items = append(items, place(class, w.Fault, f.x(w.From), f.x(endOf(w, f.to)), f))
	}
	lanes := pack(items)
	return lanes[:min(len(lanes), maxLanes)]
}

// endOf is when a window closed; one that never did lasts to the end.
func endOf(w history.Window, end time.Duration) time.Duration {
	if w.To == 0 {
		return end
	}
	return w.To
}

func (it laneItem) draw(c *canvas, top float64) {
	c.rect(it.class, it.from, top+4, it.to-it.from, laneHeight-7)
	c.text("lane", it.anchor, it.textX, top+13, it.label)
}

// shade draws the time under faults once, however many overlap.
func shade(c *canvas, windows []history.Window, f frame, top, bottom float64) {
	until := f.left
	for _, w := range sortedByStart(windows) {
		from, to := max(f.x(w.From), until), f.x(endOf(w, f.to))
		if to > from {
			c.rect("band", from, top, to-from, bottom-top)
			until = to
		}
	}
}
