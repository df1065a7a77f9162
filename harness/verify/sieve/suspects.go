package sieve

import (
	"github.com/squall-harness/squall/harness/dense"
)

// suspects is everything by which something suspicious can be recognised. What
// shares one of these with it is suspicious too.
type suspects struct {
	ops, keys, targets numbers
	parents            numbers // whose children are suspicious
	tokens, records    *set
	astray             *set // tokens of changes that looked something else up than their parent
	requests           *set // ids of requests without a reply
	bad                *set // operations that were suspicious in themselves: none of them was counted
}

func newSuspects() suspects {
	return suspects{tokens: newSet(), records: newSet(), astray: newSet(), requests: newSet(), bad: newSet()}
}

// first is what a fold found, in no order.
type first struct {
	bad  []dense.Op // operations that are suspicious in themselves
	ops  []dense.Op // others, of which something came before they were open or after
	keys []uint32
}

// suspect puts an open operation among them.
func (f *fold) suspect(n int32) {
	op := f.ops.at(n)
	f.found.bad = append(f.found.bad, op.seq)
	if op.key != none {
		f.found.keys = append(f.found.keys, f.lines.at(op.key).key)
	}
}

// ofIntents tells how much there is to hold intents against.
func (s *suspects) ofIntents() int {
	return s.ops.n + s.keys.n + s.tokens.n + s.targets.n + s.parents.n
}

// ofChanges tells how much there is to hold changes against.
func (s *suspects) ofChanges() int { return s.ops.n + s.targets.n + s.records.n }

// takesIntent tells whether a record that an operation intends is among them.
func (s *suspects) takesIntent(b *dense.Intents, i int) bool {
	return s.ops.has(b.Op[i]) || s.keys.has(b.Key[i]) || s.tokens.has(b.Token[i]) || s.targets.has(b.Target[i]) || s.parents.has(b.Parent[i])
}

// intent puts a record that an operation intends, and the operation, among
// them.
func (s *suspects) intent(b *dense.Intents, i int) {
	s.ops.add(b.Op[i])
	s.keys.add(b.Key[i])
	s.tokens.add(b.Token[i])
	s.targets.add(b.Target[i])
	s.targets.add(b.Parent[i])
	if s.astray.has(b.Token[i]) {
		s.parents.add(b.Parent[i])
	}
}

// takesChange tells whether a change is among them. One of nothing, in a commit
// without changes, always is: nothing else tells of it.
func (s *suspects) takesChange(b *dense.Changes, i int) bool {
	stray := b.Flags[i]&(dense.Others|dense.Exact) == 0
	return stray || b.Record[i] == 0 || s.ops.has(b.Op[i]) || s.targets.has(b.Target[i]) || s.records.has(uint64(b.Record[i])) || s.requests.has(named(uint64(b.Request[i])))
}

// change puts a change among them.
func (s *suspects) change(b *dense.Changes, i int) {
	s.ops.add(b.Op[i])
	s.targets.add(b.Target[i])
	s.records.add(uint64(b.Record[i]))
}

// join takes in what a fold found.
func (s *suspects) join(o *first) {
	for _, op := range o.bad {
		s.bad.add(uint64(op))
		s.ops.add(op)
	}
	for _, op := range o.ops {
		s.ops.add(op)
	}
	for _, key := range o.keys {
		s.keys.add(key)
	}
}
