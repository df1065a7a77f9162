package verify

import (
	"cmp"
	"slices"

	"github.com/squall-harness/squall/mocksf/commitlog"
)

// An operation whose records came in several commits, or that read before it
// wrote, is open for a while. Only what happened within such a time can be in a
// circle, so a run is cut into clusters that nothing reaches across, and each
// is judged and forgotten before the next: memory is that of the operations
// open at one time.

// stretch is the time from the first deed to the last of a transaction that
// has more than one; op is none for a user's.
type stretch struct {
	from, to int64
	op       int32
}

func writtenAt(lsn uint64) int64 { return 2 * int64(lsn) }
func readAt(lsn uint64) int64    { return 2*int64(lsn) + 1 }

// clusters judges the circles of every cluster in which an operation was open.
func (s *scene) clusters() {
	stretches := append(s.openOperations(), s.userEdits()...)
	slices.SortFunc(stretches, func(a, b stretch) int {
		return cmp.Or(cmp.Compare(a.from, b.from), cmp.Compare(a.to, b.to), cmp.Compare(a.op, b.op))
	})
	k := newCutter(s)
	for from := 0; from < len(stretches); {
		end, open := stretches[from].to, false
		to := from
		for ; to < len(stretches) && stretches[to].from <= end; to++ {
			end = max(end, stretches[to].to)
			open = open || stretches[to].op != none
		}
		if open {
			k.judge(stretches[from].from, end)
		}
		from = to
	}
}

// openOperations lists the operations whose deeds are spread.
func (s *scene) openOperations() (open []stretch) {
	reads := s.ownReads()
	for op := range s.ops {
		p := s.progress(op)
		if p.absent() {
			continue
		}
		one := stretch{writtenAt(s.Commits[p.first].LSN), writtenAt(s.Commits[p.last].LSN), int32(op)}
		for _, it := range s.members(op) {
			if it.first == none {
				continue
			}
			for _, r := range reads[s.commitOf(&s.effects[it.first]).Request] {
				one.from = min(one.from, readAt(r.LSN))
			}
		}
		if one.from < one.to {
			open = append(open, one)
		}
	}
	return open
}

// ownReads lists the integration's reads by request: what it read and wrote in
// one composite request belongs together for certain.
func (s *scene) ownReads() map[string][]*commitlog.Read {
	reads := map[string][]*commitlog.Read{}
	for i := range s.Reads {
		if r := &s.Reads[i]; !commitlog.OfCrowd(r.Identity) && r.API == commitlog.APIComposite {
			reads[r.Request] = append(reads[r.Request], r)
		}
	}
	return reads
}

// userEdits lists the edits of users, from the look at the record on.
func (s *scene) userEdits() (edits []stretch) {
	looked := map[string]int{} // the latest look of each user
	next := 0
	for i := range s.Commits {
		c := &s.Commits[i]
		if !commitlog.OfCrowd(c.Identity) {
			continue
		}
		for next < len(s.glances) && s.glances[next].lsn < c.LSN {
			looked[s.glances[next].who] = next
			next++
		}
		if g, known := looked[commitlog.CrowdName(c.Identity)]; known {
			edits = append(edits, stretch{readAt(s.glances[g].lsn), writtenAt(c.LSN), none})
		}
	}
	return edits
}
