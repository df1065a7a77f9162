package store

import (
	"slices"
	"strings"

	"github.com/squall-harness/squall/mocksf/schema"
)

// index finds records by the value of one field. Almost every value belongs to
// one record only; the others wait in a second map.
type index struct {
	field int
	exact bool // case-sensitive
	one   map[string]uint32
	more  map[string][]uint32
}

func newIndex(field int, f *schema.Field) *index {
	return &index{field: field, exact: f.CaseSensitive, one: map[string]uint32{}, more: map[string][]uint32{}}
}

func (x *index) key(value string) string {
	if x.exact {
		return value
	}
	return strings.ToLower(value)
}

// first returns one record with the value and how many there are.
func (x *index) first(value string) (n uint32, count int) {
	key := x.key(value)
	n, ok := x.one[key]
	if !ok {
		return 0, 0
	}
	return n, 1 + len(x.more[key])
}

// all returns the records with the value.
func (x *index) all(value string) []uint32 {
	key := x.key(value)
	n, ok := x.one[key]
	if !ok {
		return nil
	}
	return append([]uint32{n}, x.more[key]...)
}

func (x *index) add(value string, n uint32) {
	if value == "" {
		return
	}
	key := x.key(value)
	if _, taken := x.one[key]; taken {
		x.more[key] = append(x.more[key], n)
		return
	}
	x.one[strings.Clone(key)] = n // the key must not keep the body of a request alive
}

func (x *index) remove(value string, n uint32) {
	if value == "" {
		return
	}
	key := x.key(value)
	rest := x.more[key]
	if x.one[key] != n {
		x.setMore(key, slices.DeleteFunc(rest, func(m uint32) bool { return m == n }))
		return
	}
	if len(rest) == 0 {
		delete(x.one, key)
		return
	}
	x.one[key] = rest[0]
	x.setMore(key, rest[1:])
}

func (x *index) setMore(key string, rest []uint32) {
	if len(rest) == 0 {
		delete(x.more, key)
		return
	}
	x.more[key] = rest
}
