package store

import (
	"hash/maphash"
	"slices"
	"strings"

	"github.com/squall-harness/squall/mocksf/schema"
)

// index finds records by the value of one field: an open table of row numbers
// by the hash of the value. It keeps no values, which a map would, but looks
// them up in the rows; that makes a third of the work and of the memory. Almost
// every value belongs to one record only; the others wait in a map.
type index struct {
	table *Table
	field int
	exact bool // case-sensitive
	seed  maphash.Seed
	slots []slot // a power of two, never full
	used  int
	homes []int // of approach
	more  map[string][]uint32
}

// slot holds the number of a row. No row is number 0, which is a free slot.
type slot struct{ hash, n uint32 }

func newIndex(t *Table, field int, f *schema.Field) *index {
	return &index{
		table: t, field: field, exact: f.CaseSensitive, seed: maphash.MakeSeed(), slots: make([]slot, 16), more: map[string][]uint32{},
	}
}

func (x *index) key(value string) string {
	if x.exact {
		return value
	}
	return strings.ToLower(value)
}

// find returns the slot of a key, or the free one that it would take.
func (x *index) find(key string) (at int, hash uint32) {
	at, hash = x.home(key)
	mask := len(x.slots) - 1
	for x.slots[at].n != 0 && (x.slots[at].hash != hash || !x.holds(x.slots[at].n, key)) {
		at = (at + 1) & mask
	}
	return at, hash
}

// home is the slot where the search for a key begins.
func (x *index) home(key string) (at int, hash uint32) {
	hash = uint32(maphash.String(x.seed, key))
	return int(hash) & (len(x.slots) - 1), hash
}

// approach has the processor fetch the slots where searches will begin: side by
// side, while one search after the other would wait for memory each time.
func (x *index) approach(values []string) (seen uint32) {
	x.homes = x.homes[:0]
	for _, value := range values {
		at, _ := x.home(x.key(value))
		x.homes = append(x.homes, at)
	}
	for _, at := range x.homes { // a loop of its own, for a processor does not look far ahead
		seen += x.slots[at].n
	}
	return seen
}

func (x *index) holds(n uint32, key string) bool {
	return x.key(x.table.rows[n].values.get(x.field)) == key
}

// first returns one record with the value and how many there are.
func (x *index) first(value string) (n uint32, count int) {
	key := x.key(value)
	at, _ := x.find(key)
	if n = x.slots[at].n; n == 0 {
		return 0, 0
	}
	return n, 1 + len(x.more[key])
}

// all returns the records with the value.
func (x *index) all(value string) []uint32 {
	key := x.key(value)
	at, _ := x.find(key)
	if x.slots[at].n == 0 {
		return nil
	}
	return append([]uint32{x.slots[at].n}, x.more[key]...)
}

// add files a record under its value. The row itself may follow.
func (x *index) add(value string, n uint32) {
	if value == "" {
		return
	}
	key := x.key(value)
	at, hash := x.find(key)
	if x.slots[at].n != 0 {
		x.more[key] = append(x.more[key], n)
		return
	}
	x.slots[at] = slot{hash, n}
	if x.used++; x.used > len(x.slots)/2 {
		x.grow()
	}
}

// grow doubles the table.
func (x *index) grow() {
	old, mask := x.slots, 2*len(x.slots)-1
	x.slots = make([]slot, 2*len(old))
	for _, s := range old {
		at := int(s.hash) & mask
		for s.n != 0 && x.slots[at].n != 0 {
			at = (at + 1) & mask
		}
		if s.n != 0 {
			x.slots[at] = s
		}
	}
}

// remove takes a record out. The row must still be there.
func (x *index) remove(value string, n uint32) {
	if value == "" {
		return
	}
	key := x.key(value)
	at, _ := x.find(key)
	rest := x.more[key]
	switch {
	case x.slots[at].n != n:
		x.setMore(key, slices.DeleteFunc(rest, func(m uint32) bool { return m == n }))
	case len(rest) == 0:
		x.vacate(at)
	default:
		x.slots[at].n = rest[0]
		x.setMore(key, rest[1:])
	}
}

func (x *index) setMore(key string, rest []uint32) {
	if len(rest) == 0 {
		delete(x.more, key)
		return
	}
	x.more[key] = rest
}

// vacate frees a slot and moves up those behind it that would not be found
// past the gap.
func (x *index) vacate(gap int) {
	mask := len(x.slots) - 1
	for at := (gap + 1) & mask; x.slots[at].n != 0; at = (at + 1) & mask {
		if home := int(x.slots[at].hash); (at-home)&mask >= (at-gap)&mask {
			x.slots[gap], gap = x.slots[at], at
		}
	}
	x.slots[gap] = slot{}
	x.used--
}
