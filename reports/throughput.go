package reports

import (
	"slices"
	"time"

	"github.com/squall-harness/squall/mocksf/commitlog"
)

// door is an API through which records are written, and the word for it.
type door struct {
	api   commitlog.API
	label string
}

// doors is the order in which APIs are stacked.
var doors = []door{
	{commitlog.APIRow, "row"},
	{commitlog.APICollections, "collections"},
	{commitlog.APIComposite, "composite"},
	{commitlog.APIGraph, "graph"},
	{commitlog.APIBulk, "Bulk 2.0"},
	{commitlog.APIClassic, "Bulk 1.0"},
}

// barWidth is about how wide a bar is, in pixels.
const barWidth = 8

// bins counts changes by time and door.
type bins struct {
	counts    [][]int // by time, by door
	width     time.Duration
	perSecond float64
}

func binsOf(f frame, commits []commitlog.Commit) bins {
	n := max(int((f.right-f.left)/barWidth), 1)
	width := (f.to-f.from)/time.Duration(n) + 1
	b := bins{counts: make([][]int, n), width: width, perSecond: 1 / width.Seconds()}
	for i := range b.counts {
		b.counts[i] = make([]int, len(doors))
	}
	for _, commit := range commits {
		d := slices.IndexFunc(doors, func(d door) bool { return d.api == commit.API })
		if d >= 0 && commit.At >= f.from && commit.At <= f.to {
			b.counts[(commit.At-f.from)/width][d] += len(commit.Changes)
		}
	}
	return b
}

// highest is the highest bar, in records per second.
func (b bins) highest() float64 {
	most := 0
	for _, bin := range b.counts {
		sum := 0
		for _, n := range bin {
			sum += n
		}
		most = max(most, sum)
	}
	return float64(most) * b.perSecond
}

// keys lists the doors that were used.
func (b bins) keys() []key {
	var keys []key
	for d := range doors {
		if slices.ContainsFunc(b.counts, func(bin []int) bool { return bin[d] > 0 }) {
			keys = append(keys, key{"api-" + string(doors[d].api), doors[d].label})
		}
	}
	return keys
}

// throughput shows how many records went through each API, bar by bar: the
// switch between small calls and large ones is what one looks for.
func (c *chart) throughput() panel {
	b := binsOf(c.frame, c.d.Commits)
	p := c.begin(2, "Records written per second", b.highest(), b.keys()...)
	for i, bin := range b.counts {
		from := p.x(p.from + time.Duration(i)*b.width)
		to := p.x(p.from + time.Duration(i+1)*b.width)
		below := 0.0
		for d, n := range bin {
			if n > 0 {
				value := float64(n) * b.perSecond
				c.rect("api-"+string(doors[d].api), from, p.y(below+value), to-from-0.6, p.y(below)-p.y(below+value))
				below += value
			}
		}
	}
	return p
}
