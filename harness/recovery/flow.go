package recovery

import (
	"slices"
	"sort"
	"time"

	"github.com/squall-harness/squall/harness/history"
)

// The curve has a point every curveStep, and not more than maxPoints.
const (
	curveStep = 250 * time.Millisecond
	maxPoints = 400
)

// flow holds when operations were offered, accepted and committed; each list is
// sorted, so that the state at any time is three searches.
type flow struct {
	offered, accepted, committed []time.Duration
}

func flowOf(passages []passage) *flow {
	f := &flow{}
	for i := range passages {
		p := &passages[i]
		f.offered = append(f.offered, p.offered)
		if p.accepted != never {
			f.accepted = append(f.accepted, p.accepted)
		}
		if at := p.arrived(); at != never {
			f.committed = append(f.committed, at)
		}
	}
	slices.Sort(f.offered)
	slices.Sort(f.accepted)
	slices.Sort(f.committed)
	return f
}

// at is the state of the flow once everything of that time has happened.
func (f *flow) at(t time.Duration) Point {
	p := Point{At: t, Offered: upTo(f.offered, t), Accepted: upTo(f.accepted, t), Committed: upTo(f.committed, t)}
	p.Backlog = p.Accepted - p.Committed
	return p
}

func upTo(sorted []time.Duration, t time.Duration) int {
	return sort.Search(len(sorted), func(i int) bool { return sorted[i] > t })
}

// last is the time of the last thing that happened.
func (f *flow) last() time.Duration {
	var last time.Duration
	for _, times := range [][]time.Duration{f.offered, f.accepted, f.committed} {
		if n := len(times); n > 0 {
			last = max(last, times[n-1])
		}
	}
	return last
}

// curve samples the flow evenly, both ends included.
func (f *flow) curve(from, to time.Duration) []Point {
	if len(f.offered) == 0 {
		return nil
	}
	step := max(curveStep, (to-from)/(maxPoints-2)+1)
	var points []Point
	for t := from; t < to; t += step {
		points = append(points, f.at(t))
	}
	return append(points, f.at(to))
}

// peak is the largest backlog, and when it was first reached. The backlog only
// grows when an operation is accepted.
func (f *flow) peak() (largest int, at time.Duration) {
	for _, t := range f.accepted {
		if n := f.at(t).Backlog; n > largest {
			largest, at = n, t
		}
	}
	return largest, at
}

// normal is the largest backlog before the first fault: what the flow carries
// when nothing is wrong.
func (f *flow) normal(windows []history.Window) int {
	first := firstFault(windows)
	largest := 0
	for _, t := range f.accepted {
		if first != never && t >= first {
			break
		}
		largest = max(largest, f.at(t).Backlog)
	}
	return largest
}

// firstFault is when the first fault began, or never.
func firstFault(windows []history.Window) time.Duration {
	first := never
	for _, w := range windows {
		if first == never || w.From < first {
			first = w.From
		}
	}
	return first
}

// firstAtMost is the first time from then on that the backlog is no larger than
// level; 0 when it never is. The backlog only shrinks when an operation is
// committed.
func (f *flow) firstAtMost(level int, from time.Duration) time.Duration {
	if f.at(from).Backlog <= level {
		return from
	}
	for _, t := range f.committed[upTo(f.committed, from):] {
		if f.at(t).Backlog <= level {
			return t
		}
	}
	return 0
}
