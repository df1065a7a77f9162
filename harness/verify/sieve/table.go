package sieve

import "math/bits"

// table maps numbers other than 0 to positions: open addressing with linear
// probing, and no tombstones, since most of what comes goes again.
type table struct {
	slots []slot
	n     int
	shift uint
}

type slot struct {
	key   uint64
	value int32
}

const leastSlots = 1024

func newTable() *table { return &table{slots: make([]slot, leastSlots), shift: 64 - 10} }

func (t *table) home(key uint64) int { return int(key * 0x9e3779b97f4a7c15 >> t.shift) }

// get returns the value of a key, or none.
func (t *table) get(key uint64) int32 {
	for i := t.home(key); ; i = (i + 1) & (len(t.slots) - 1) {
		switch t.slots[i].key {
		case key:
			return t.slots[i].value
		case 0:
			return none
		}
	}
}

// put adds a key that is not there.
func (t *table) put(key uint64, value int32) {
	if 4*t.n >= 3*len(t.slots) {
		t.grow()
	}
	i := t.home(key)
	for t.slots[i].key != 0 {
		i = (i + 1) & (len(t.slots) - 1)
	}
	t.slots[i] = slot{key, value}
	t.n++
}

func (t *table) grow() { t.resize(2 * len(t.slots)) }

// resize moves everything into a table of that size, a power of two.
func (t *table) resize(size int) {
	old := t.slots
	t.slots, t.n, t.shift = make([]slot, size), 0, uint(64-bits.TrailingZeros(uint(size)))
	for _, s := range old {
		if s.key != 0 {
			t.put(s.key, s.value)
		}
	}
}

// remove takes a key away and closes the gap, so that every key is still found
// from its home onwards.
func (t *table) remove(key uint64) {
	mask := len(t.slots) - 1
	i := t.home(key)
	for t.slots[i].key != key {
		if t.slots[i].key == 0 {
			return
		}
		i = (i + 1) & mask
	}
	t.n--
	for j := (i + 1) & mask; t.slots[j].key != 0; j = (j + 1) & mask {
		if (j-t.home(t.slots[j].key))&mask >= (j-i)&mask {
			t.slots[i] = t.slots[j]
			i = j
		}
	}
	t.slots[i] = slot{}
	if len(t.slots) > leastSlots && 16*t.n < len(t.slots) { // a backlog is over: what is small is fast
		t.resize(len(t.slots) / 4)
	}
}

// set is a set of numbers; 0 is never in it. Most questions to a small set are
// answered by a few bits, without a look at the table.
type set struct {
	table
	bits [1 << 11]uint64
}

func newSet() *set { return &set{table: *newTable()} }

func (s *set) has(key uint64) bool {
	bit := key * 0x9e3779b97f4a7c15 >> 47
	return s.bits[bit>>6]>>(bit&63)&1 != 0 && key != 0 && s.get(key) != none
}

// add returns whether the key is new.
func (s *set) add(key uint64) bool {
	if key == 0 || s.get(key) != none {
		return false
	}
	bit := key * 0x9e3779b97f4a7c15 >> 47
	s.bits[bit>>6] |= 1 << (bit & 63)
	s.put(key, 1)
	return true
}

// join adds all of another set.
func (s *set) join(o *set) {
	for _, slot := range o.slots {
		s.add(slot.key)
	}
}
