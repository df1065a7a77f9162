package reports

import (
	"fmt"
	"html"
	"html/template"
	"strings"
)

// canvas collects the elements of one SVG picture. All colours come from the
// page's style sheet by class, so that dark mode and print need no second
// picture. Lengths are in CSS pixels at the picture's natural width.
type canvas struct {
	b strings.Builder
}

func (c *canvas) addf(format string, args ...any) { fmt.Fprintf(&c.b, format, args...) }

func (c *canvas) rect(class string, x, y, w, h float64) {
	c.addf(`<rect class="%s" x="%.1f" y="%.1f" width="%.1f" height="%.1f"/>`, class, x, y, max(w, 0), max(h, 0))
}

func (c *canvas) line(class string, x1, y1, x2, y2 float64) {
	c.addf(`<line class="%s" x1="%.1f" y1="%.1f" x2="%.1f" y2="%.1f"/>`, class, x1, y1, x2, y2)
}

func (c *canvas) dot(class string, x, y, r float64) {
	c.addf(`<circle class="%s" cx="%.1f" cy="%.1f" r="%.1f"/>`, class, x, y, r)
}

func (c *canvas) path(class, d string) {
	c.addf(`<path class="%s" d="%s"/>`, class, d)
}

// text writes text at a place; anchor is start, middle or end.
func (c *canvas) text(class, anchor string, x, y float64, text string) {
	c.addf(`<text class="%s" text-anchor="%s" x="%.1f" y="%.1f">%s</text>`, class, anchor, x, y, html.EscapeString(text))
}

// picture closes the canvas. The title is what a screen reader says.
func (c *canvas) picture(class string, w, h float64, title string) template.HTML {
	head := fmt.Sprintf(`<svg class="chart %s" viewBox="0 0 %.0f %.0f" role="img" aria-label="%s">`, class, w, h, html.EscapeString(title))
	return template.HTML(head + c.b.String() + `</svg>`) //nolint:gosec // text is escaped above
}

// charWidth is about how wide a character of the pictures' text is.
const charWidth = 6.1

func textWidth(text string) float64 { return float64(len([]rune(text))) * charWidth }

// point is a place on the canvas.
type point struct{ x, y float64 }

// thin keeps the first, the highest and the last point of each pixel column, so
// that a day's figures take no more room than a minute's.
func thin(points []point) []point {
	var out []point
	for start := 0; start < len(points); {
		end, top := start, start
		for end < len(points) && int(points[end].x) == int(points[start].x) {
			if points[end].y < points[top].y {
				top = end
			}
			end++
		}
		for i, p := range points[start:end] {
			if i := start + i; i == start || i == top || i == end-1 {
				out = append(out, p)
			}
		}
		start = end
	}
	return out
}

// steps draws values that hold until the next one.
func steps(points []point) string {
	var b strings.Builder
	for i, p := range thin(points) {
		switch i {
		case 0:
			fmt.Fprintf(&b, "M%.1f %.1f", p.x, p.y)
		default:
			fmt.Fprintf(&b, "H%.1fV%.1f", p.x, p.y)
		}
	}
	return b.String()
}

// area closes what steps drew along the base line.
func area(points []point, base float64) string {
	if len(points) == 0 {
		return ""
	}
	return steps(points) + fmt.Sprintf("V%.1fH%.1fZ", base, points[0].x)
}
