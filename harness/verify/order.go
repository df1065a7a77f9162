package verify

import (
	"fmt"

	"github.com/squall-harness/squall/mocksf/commitlog"
)

// order judges Order: versions of a record never go back, and operations of a
// key take effect in the order of their acknowledgement. Operations that
// overlapped may take either order.
type order struct{}

func (order) guarantee() Guarantee { return Order }

func (order) judge(l *ledger) *finding {
	f := &finding{}
	versioned := l.staleOverwrites(f)
	keys := l.reorderings(f)
	f.count(figKeys, keys)
	f.count("versions compared", versioned)
	f.holds = fmt.Sprintf("No version went back among %s, no operation came early on %s.",
		plural(versioned, "versioned change"), plural(keys, "key"))
	return f
}

// versions is the newest version of a record so far, and the regression that
// it is in.
type versions struct {
	highest int
	newest  int32 // intent that holds the highest version
	stale   bool
	open    *candidate // nil when it was not kept
}

// staleOverwrites follows the versions of each record.
func (l *ledger) staleOverwrites(f *finding) (compared int) {
	s := newStale(l, f)
	for i := range l.effects {
		s.effect(&l.effects[i])
	}
	return s.compared
}

// stale is the fold's state. One anomaly stands for one regression: from the
// older version until the newest, or a newer one, is back.
type stale struct {
	*ledger
	f        *finding
	records  []versions // per target
	compared int
}

func newStale(l *ledger, f *finding) *stale {
	return &stale{ledger: l, f: f, records: make([]versions, len(l.last)), compared: l.Rest.Versions}
}

func (s *stale) effect(e *effect) {
	if s.commitOf(e).API == commitlog.APIRestore {
		s.goBack(e)
	}
	if e.intent < 0 || e.misplaced || s.intents[e.intent].version == 0 || s.intents[e.intent].alike {
		return
	}
	s.compared++
	v, version := &s.records[e.target], s.intents[e.intent].version
	switch {
	case version < v.highest && !v.stale:
		v.stale = true
		v.open = s.f.anomalies.add(StaleOverwrite, func() candidate { return s.staleOverwrite(e, v) })
	case version >= v.highest:
		v.restore(s.commitOf(e))
		v.highest, v.newest = version, e.intent
	}
}

// goBack follows all records to the versions that a restore put back. A record
// that came and went since the backup has no change in the restore's commit.
func (s *stale) goBack(e *effect) {
	if e.change > 0 {
		return // at the first change of the commit
	}
	for t := range s.records {
		s.records[t] = versions{}
	}
	for i := range s.effects {
		old := &s.effects[i]
		if old.commit >= e.commit {
			return
		}
		if old.intent < 0 || old.misplaced || s.intents[old.intent].alike || s.undone(old, e.commit) {
			continue
		}
		if v, version := &s.records[old.target], s.intents[old.intent].version; version >= v.highest {
			v.highest, v.newest = version, old.intent
		}
	}
}

// restore ends a regression.
func (v *versions) restore(c *commitlog.Commit) {
	if v.open != nil {
		v.open.To = c.At
		v.open.Text += fmt.Sprintf(" The record was right again at %s.", seconds(c.At))
	}
	v.stale, v.open = false, nil
}

func (l *ledger) staleOverwrite(e *effect, v *versions) candidate {
	it, newer := &l.intents[e.intent], &l.intents[v.newest]
	c := l.commitOf(e)
	how := "version"
	if it.first == none || e != &l.effects[it.first] {
		how = "redelivered version"
	}
	return candidate{
		ops: distinct(it.op, newer.op), commits: []int32{e.commit},
		Anomaly: Anomaly{
			Operation: l.ops[it.op].ID, Key: target{it.rec.Object, it.rec.ExternalID}.name(), From: c.At,
			Text: fmt.Sprintf("Operation %s put %s %d of %s over version %d of operation %s, by commit %d at %s%s.",
				l.ops[it.op].ID, how, it.version, target{it.rec.Object, it.rec.ExternalID}.name(),
				v.highest, l.ops[newer.op].ID, c.LSN, seconds(c.At), lateText(c.Fate)),
		},
	}
}

func distinct(a, b int32) []int32 {
	if a == b {
		return []int32{a}
	}
	return []int32{a, b}
}
