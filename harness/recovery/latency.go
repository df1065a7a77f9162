package recovery

import (
	"slices"
	"time"

	"github.com/squall-harness/squall/harness/history"
)

// latencies splits the completed operations by when they were due: before the
// first fault, during the drain, after it. A drain that never ended takes all
// that follows the heal.
func (f *Figures) latencies(h *history.History, passages []passage) {
	first := firstFault(h.Windows)
	healed := f.HealedAt > 0
	var before, during, after []time.Duration
	for i := range passages {
		p := &passages[i]
		if p.completed == never {
			continue
		}
		took := p.completed - p.due
		switch {
		case first == never || p.due < first:
			before = append(before, took)
		case healed && f.DrainedAt > 0 && p.due > f.DrainedAt:
			after = append(after, took)
		case healed && p.due >= f.HealedAt:
			during = append(during, took)
		}
	}
	f.Before, f.During, f.After = distribution(before), distribution(during), distribution(after)
}

// distribution sorts the times and reads exact percentiles from them.
func distribution(times []time.Duration) Latency {
	n := len(times)
	if n == 0 {
		return Latency{}
	}
	slices.Sort(times)
	return Latency{N: n, P50: percentile(times, 50), P95: percentile(times, 95), P99: percentile(times, 99), Max: times[n-1]}
}

// percentile is the smallest value that covers that share of the sorted ones.
func percentile(sorted []time.Duration, percent int) time.Duration {
	rank := (len(sorted)*percent + 99) / 100
	return sorted[max(rank, 1)-1]
}
