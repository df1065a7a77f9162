package verify

import "hash/maphash"

// index finds the position of what is stored elsewhere, by hash: an open
// table of positions, a fifth of the size and several times the speed of a map
// that holds the keys. Its seed differs from run to run, its answers do not.
type index struct {
	seed  maphash.Seed
	slots []slot // a power of two, never full
}

// slot holds a position plus one, so that the zero value is free.
type slot struct {
	hash uint32
	next int32
}

// newIndex returns an index for at most n positions.
func newIndex(n int) *index {
	size := 16
	for size < n+n/2 {
		size *= 2
	}
	return &index{seed: maphash.MakeSeed(), slots: make([]slot, size)}
}

func (x *index) hash(key string) uint32 { return uint32(maphash.String(x.seed, key)) }

// find returns the position under this hash for which same holds, or none.
func (x *index) find(hash uint32, same func(position int32) bool) int32 {
	mask := uint32(len(x.slots) - 1)
	for i := hash & mask; x.slots[i].next != 0; i = (i + 1) & mask {
		if x.slots[i].hash == hash && same(x.slots[i].next-1) {
			return x.slots[i].next - 1
		}
	}
	return none
}

// add stores a position; the caller has made sure that it is not there yet.
func (x *index) add(hash uint32, position int32) {
	mask := uint32(len(x.slots) - 1)
	i := hash & mask
	for x.slots[i].next != 0 {
		i = (i + 1) & mask
	}
	x.slots[i] = slot{hash, position + 1}
}
