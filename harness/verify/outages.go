package verify

import (
	"slices"
	"sort"
	"time"

	"github.com/squall-harness/squall/harness/history"
)

// outageKinds are the faults that keep everybody away from Salesforce, or may.
var outageKinds = map[string]bool{"page": true, "status": true, "limit": true, "refuse": true, "blackhole": true}

// breath is a gap between two outages that nobody can make use of.
const breath = time.Second

// outages lists when nothing reached Salesforce because of a fault: windows
// that follow each other are one, and it begins with the last commit within.
func (l *ledger) outages() []span {
	var all []span
	for _, w := range byStart(l.History.Windows) {
		if w.Hits <= 0 || !outageKinds[w.Kind] {
			continue
		}
		s := span{w.From, w.To}
		if w.To == 0 {
			s.to = l.ends()
		}
		if n := len(all); n > 0 && s.from <= all[n-1].to+breath {
			all[n-1].to = max(all[n-1].to, s.to)
			continue
		}
		all = append(all, s)
	}
	for i := range all {
		all[i].from = max(all[i].from, l.lastCommit(all[i]))
	}
	return all
}

func byStart(windows []history.Window) []history.Window {
	sorted := slices.Clone(windows)
	slices.SortStableFunc(sorted, func(a, b history.Window) int { return int(a.From - b.From) })
	return sorted
}

// lastCommit is the last one of the integration within a time, or never.
func (l *ledger) lastCommit(s span) time.Duration {
	end := sort.Search(len(l.Commits), func(i int) bool { return l.Commits[i].At > s.to })
	for i := end - 1; i >= 0 && l.Commits[i].At >= s.from; i-- {
		if !l.Commits[i].ByOthers() {
			return l.Commits[i].At
		}
	}
	return never
}

// backlog is how many operations were waiting at any time: acknowledged and not
// wholly in Salesforce.
type backlog struct{ accepted, arrived []time.Duration }

func (l *ledger) waiting() *backlog {
	b := &backlog{}
	for i := range l.ops {
		p := l.progress(i)
		if l.acked[i] == never || p.members == 0 || l.ops[i].Poison() {
			continue
		}
		b.accepted = append(b.accepted, l.acked[i])
		if p.whole() {
			b.arrived = append(b.arrived, max(l.acked[i], l.at(p.last)))
		}
	}
	slices.Sort(b.accepted)
	slices.Sort(b.arrived)
	return b
}

// between bounds the backlog within a time.
func (b *backlog) between(s span) (least, most int) {
	return max(upTo(b.accepted, s.from)-upTo(b.arrived, s.to), 0), upTo(b.accepted, s.to) - upTo(b.arrived, s.from)
}

// peak is the largest backlog.
func (b *backlog) peak() int {
	most, arrived := 0, 0
	for i, at := range b.accepted {
		for arrived < len(b.arrived) && b.arrived[arrived] <= at {
			arrived++
		}
		most = max(most, i+1-arrived)
	}
	return most
}

// upTo counts the sorted times up to t.
func upTo(sorted []time.Duration, t time.Duration) int {
	return sort.Search(len(sorted), func(i int) bool { return sorted[i] > t })
}
