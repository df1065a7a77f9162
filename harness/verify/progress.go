package verify

import (
	"time"

	"github.com/squall-harness/squall/mocksf/commitlog"
)

// progress is how far an operation got.
type progress struct {
	members int   // records that can be followed
	applied int   // of these, applied at least once
	first   int32 // commit in which the first of them appeared
	last    int32 // commit in which the last of them appeared
}

func (p progress) whole() bool  { return p.applied == p.members }
func (p progress) absent() bool { return p.applied == 0 }

// progress tells how far an operation got.
func (l *ledger) progress(op int) progress { return l.reached[op] }

func (l *ledger) reach(op int) progress {
	p, over := progress{first: none, last: none}, none
	for _, it := range l.members(op) {
		if !it.followed {
			continue
		}
		p.members++
		if it.first == none {
			if by := l.superseded(&it); by != none {
				p.applied++
				over = max(over, by)
			}
			continue
		}
		p.applied++
		c := l.effects[it.first].commit
		if p.first == none || c < p.first {
			p.first = c
		}
		p.last = max(p.last, c)
	}
	if p.first == none {
		p.first, p.last = over, over
	}
	return p
}

// members are the record writes that the operation intends.
func (l *ledger) members(op int) []intent { return l.intents[l.spans[op]:l.spans[op+1]] }

// at is the time of a commit.
func (l *ledger) at(commit int32) time.Duration { return l.Commits[commit].At }

func (l *ledger) commitOf(e *effect) *commitlog.Commit { return &l.Commits[e.commit] }

func (l *ledger) changeOf(e *effect) *commitlog.Change {
	return &l.Commits[e.commit].Changes[e.change]
}

// mark is the time of a mark, or never.
func (l *ledger) mark(name string) time.Duration {
	if m, ok := l.History.Mark(name); ok {
		return m.At
	}
	return never
}

// worked counts the commits that came from outside.
func (l *ledger) worked() int {
	n := l.Rest.Writes
	for i := range l.Commits {
		if !l.Commits[i].ByOthers() {
			n++
		}
	}
	return n
}
