package recovery

import (
	"time"

	"github.com/squall-harness/squall/harness/history"
	"github.com/squall-harness/squall/harness/match"
	"github.com/squall-harness/squall/mocksf/commitlog"
)

// Measure works out all figures of a run. Commits are in the order of their
// lsn; tokens says which field joins the ledgers. Figures that the run gives no ground for are zero.
func Measure(h *history.History, commits []commitlog.Commit, requests []commitlog.Request, tokens match.Names) Figures {
	if h == nil {
		h = &history.History{}
	}
	passages := join(h, commits, tokens)
	f := flowOf(passages)
	var figures Figures
	figures.Curve = f.curve(span(h, f))
	figures.Peak, figures.PeakAt = f.peak()
	if healed, ok := h.Mark(history.MarkHealed); ok {
		figures.heal(healed.At, h, f, passages, commits)
	}
	figures.Usage = usage(passages, requests, figures.HealedAt, figures.DrainedAt)
	figures.latencies(h, passages)
	figures.Pace = paceOf(passages, len(requests))
	return figures
}

// heal fills the figures that count from the heal.
func (f *Figures) heal(at time.Duration, h *history.History, flow *flow, passages []passage, commits []commitlog.Commit) {
	f.HealedAt = at
	f.BacklogAtHeal = flow.at(at).Backlog
	f.FirstSuccess = firstSuccess(commits, at)
	f.DrainedAt = drainedAt(passages, at)
	f.CaughtUpAt = flow.firstAtMost(flow.normal(h.Windows), at)
	if f.DrainedAt == 0 {
		return
	}
	f.Drain = f.DrainedAt - at
	f.DrainRate = rate(completedWithin(passages, at, f.DrainedAt), f.Drain)
}

func firstSuccess(commits []commitlog.Commit, healed time.Duration) time.Duration {
	for i := range commits {
		if commits[i].At > healed && !commits[i].ByOthers() {
			return commits[i].At
		}
	}
	return 0
}

// drainedAt is when the last operation accepted before the heal arrived; 0
// when one never did.
func drainedAt(passages []passage, healed time.Duration) time.Duration {
	drained := healed
	for i := range passages {
		p := &passages[i]
		if p.accepted == never || p.accepted > healed {
			continue
		}
		if p.completed == never {
			return 0
		}
		drained = max(drained, p.completed)
	}
	return drained
}

func completedWithin(passages []passage, from, to time.Duration) int {
	n := 0
	for i := range passages {
		if passages[i].completed > from && passages[i].completed <= to {
			n++
		}
	}
	return n
}

// rate is operations per second.
func rate(n int, in time.Duration) float64 {
	if in <= 0 {
		return 0
	}
	return float64(n) / in.Seconds()
}

// span is the part of the run that the curve shows: from the start, or the
// first offer, to the end, or the last thing that happened.
func span(h *history.History, f *flow) (from, to time.Duration) {
	if len(f.offered) > 0 {
		from, to = f.offered[0], f.last()
	}
	if m, ok := h.Mark(history.MarkStarted); ok {
		from = m.At
	}
	if m, ok := h.Mark(history.MarkEnd); ok {
		to = max(to, m.At)
	}
	return from, max(from, to)
}
