package sieve

import (
	"github.com/squall-harness/squall/harness/dense"
)

// suspects is everything by which something suspicious can be recognised. What
// shares one of these with it is suspicious too.
type suspects struct {
	ops, keys, tokens, targets, records *set
	parents                             *set // whose children are suspicious
	touched                             *set // records that others wrote: who inserts one is suspicious
	requests                            *set // ids of requests without a reply
	bad                                 *set // operations that were suspicious in themselves: none of them was counted
}

func newSuspects() suspects {
	return suspects{newSet(), newSet(), newSet(), newSet(), newSet(), newSet(), newSet(), newSet(), newSet()}
}

// size tells whether the suspects have grown.
func (s *suspects) size() int {
	return s.ops.n + s.keys.n + s.tokens.n + s.targets.n + s.records.n + s.parents.n
}

// suspect puts an open operation among them.
func (f *fold) suspect(n int32) {
	op := f.ops.at(n)
	f.found.ops.add(uint64(op.seq))
	f.found.bad.add(uint64(op.seq))
	if op.key != none {
		f.found.keys.add(f.lines.at(op.key).key)
	}
	for i := op.first; i != none; i = f.intents.at(i).next {
		in := f.intents.at(i)
		f.found.tokens.add(in.token)
		f.found.targets.add(in.target)
		f.found.targets.add(in.parent)
	}
}

// change puts a change among them.
func (s *suspects) change(b *dense.Changes, i int) {
	s.tokens.add(b.Token[i])
	s.targets.add(b.Target[i])
	s.records.add(b.Record[i])
}

// takesIntent tells whether a record that an operation intends is among them.
func (s *suspects) takesIntent(b *dense.Intents, i int) bool {
	return s.ops.has(uint64(b.Op[i])) || s.keys.has(b.Key[i]) || s.tokens.has(b.Token[i]) || s.targets.has(b.Target[i]) || s.parents.has(b.Parent[i])
}

// intent puts a record that an operation intends, and the operation, among
// them.
func (s *suspects) intent(b *dense.Intents, i int) {
	s.ops.add(uint64(b.Op[i]))
	s.keys.add(b.Key[i])
	s.tokens.add(b.Token[i])
	s.targets.add(b.Target[i])
	s.targets.add(b.Parent[i])
}

// takesChange tells whether a change is among them. One of nothing, in a commit
// without changes, always is: nothing else tells of it.
func (s *suspects) takesChange(b *dense.Changes, i int) bool {
	inserts := b.Flags[i]&(dense.Insert|dense.Others) == dense.Insert
	return b.Record[i] == 0 || inserts && s.touched.has(b.Target[i]) || s.tokens.has(b.Token[i]) || s.targets.has(b.Target[i]) || s.records.has(b.Record[i]) || s.requests.has(named(b.Request[i]))
}

// join takes in the suspects of the other half.
func (s *suspects) join(o *suspects) {
	for _, pair := range [][2]*set{
		{s.ops, o.ops}, {s.keys, o.keys}, {s.tokens, o.tokens}, {s.targets, o.targets}, {s.records, o.records}, {s.bad, o.bad},
	} {
		for _, slot := range pair[1].slots {
			pair[0].add(slot.key)
		}
	}
}
