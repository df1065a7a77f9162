package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"golang.org/x/term"

	"github.com/squall-harness/squall/harness"
)

// progress shows a run while it goes on: a block that redraws itself on a
// terminal, plain lines every few seconds elsewhere.
type progress struct {
	w        io.Writer
	live     bool
	virtual  bool // time flies: what happens is told, and nothing between
	control  bool // the control run has begun
	drawn    int  // lines of the block on the screen
	last     time.Duration
	backlogs []int
}

// plainInterval is the time between two plain lines.
const plainInterval = 5 * time.Second

func newProgress(w io.Writer, virtual bool) *progress {
	_, live := terminal(w)
	return &progress{w: w, live: live, virtual: virtual, last: -plainInterval}
}

// status is called about ten times a second.
func (p *progress) status(s harness.Status) {
	if s.At < p.last { // the control run begins
		p.last, p.backlogs = -plainInterval, nil
	}
	p.backlogs = append(p.backlogs, s.Backlog)
	p.erase()
	if control := strings.HasPrefix(s.Phase, "control run"); control && !p.control {
		p.control = true
		fmt.Fprintln(p.w, "          the control run: the same without faults")
	}
	for _, line := range s.News {
		fmt.Fprintf(p.w, "%s  %s\n", clock(s.At), line)
	}
	switch {
	case p.virtual:
	case p.live:
		p.draw(s)
	case s.At-p.last >= plainInterval:
		p.last = s.At
		fmt.Fprintf(p.w, "%s  %s: offered %d, accepted %d, committed %d, backlog %d\n",
			clock(s.At), s.Phase, s.Offered, s.Accepted, s.Committed, s.Backlog)
	}
}

// clock is a time on the run's clock, eight characters wide or a little more.
func clock(at time.Duration) string {
	if at < time.Hour {
		return fmt.Sprintf("%6.1f s", at.Seconds())
	}
	return fmt.Sprintf("%d h %02d m", int(at.Hours()), int(at.Minutes())%60)
}

// done takes the block off the screen.
func (p *progress) done() { p.erase() }

func (p *progress) erase() {
	if p.drawn > 0 {
		fmt.Fprintf(p.w, "\x1b[%dA\x1b[J", p.drawn)
		p.drawn = 0
	}
}

func (p *progress) draw(s harness.Status) {
	width, _ := terminal(p.w) // now: people change the size of their windows
	width = min(width, 110)
	faults := "none"
	if len(s.Faults) > 0 {
		faults = strings.Join(s.Faults, ", ")
	}
	lines := []string{
		fmt.Sprintf("%6.1f s  %s, at most %.0f s left", s.At.Seconds(), s.Phase, s.Left.Seconds()),
		fmt.Sprintf("          offered %d of %d   accepted %d   committed %d", s.Offered, s.Planned, s.Accepted, s.Committed),
		fmt.Sprintf("          backlog %-6d %s", s.Backlog, sparkline(p.backlogs, width-28)),
		"          faults  " + faults,
	}
	for _, line := range lines {
		fmt.Fprintln(p.w, cut(line, width))
	}
	p.drawn = len(lines)
}

func cut(line string, width int) string {
	if r := []rune(line); len(r) > width {
		return string(r[:max(0, width-1)]) + "…"
	}
	return line
}

// sparkline draws the values in at most width columns, the highest of each
// column.
func sparkline(values []int, width int) string {
	const bars = "▁▂▃▄▅▆▇█"
	if len(values) == 0 || width <= 0 {
		return ""
	}
	columns := min(width, len(values))
	top, out := 1, strings.Builder{}
	for _, v := range values {
		top = max(top, v)
	}
	for c := range columns {
		highest := 0
		for _, v := range values[c*len(values)/columns : (c+1)*len(values)/columns] {
			highest = max(highest, v)
		}
		out.WriteRune([]rune(bars)[highest*7/top])
	}
	return out.String()
}

// terminal tells the width of w and whether it takes colours and moves of the
// cursor; 100 and false when it is no terminal.
func terminal(w io.Writer) (width int, live bool) {
	f, ok := w.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return 100, false
	}
	width, _, err := term.GetSize(int(f.Fd()))
	if err != nil || width <= 0 {
		width = 100
	}
	return width, os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"
}
