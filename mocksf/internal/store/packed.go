package store

import (
	"encoding/binary"
	"unsafe"
)

// packed holds the values of one record in one string: for every field that
// has a value its index, the length, and the text. Empty fields cost nothing,
// and a record is one allocation that the garbage collector need not look
// into.
type packed string

// pack packs values, indexed by field; "" is no value.
func pack(values []string) packed {
	return asPacked(appendPacked(make([]byte, 0, packedSize(values)), values))
}

// packedSize is an upper bound.
func packedSize(values []string) int {
	size := 0
	for _, v := range values {
		if v != "" {
			size += valueSize(v)
		}
	}
	return size
}

func appendPacked(buf []byte, values []string) []byte {
	for i, v := range values {
		if v != "" {
			buf = appendValue(buf, i, v)
		}
	}
	return buf
}

func appendValue(buf []byte, field int, text string) []byte {
	if field < 0x80 && len(text) < 0x80 { // one byte each, as almost always
		return append(append(buf, byte(field), byte(len(text))), text...)
	}
	buf = binary.AppendUvarint(buf, uint64(field))
	buf = binary.AppendUvarint(buf, uint64(len(text)))
	return append(buf, text...)
}

// asPacked takes over the bytes: nobody touches them again.
func asPacked(buf []byte) packed { return packed(unsafe.String(unsafe.SliceData(buf), len(buf))) }

// packSets packs what a draft writes; here an empty value is one that was
// cleared.
func packSets(sets []set) packed {
	buf := make([]byte, 0, setsSize(sets))
	for _, s := range sets {
		buf = appendValue(buf, s.field, s.text)
	}
	return asPacked(buf)
}

// setsSize is an upper bound.
func setsSize(sets []set) (size int) {
	for _, s := range sets {
		size += valueSize(s.text)
	}
	return size
}

// valueSize is an upper bound for one value: the index and the length of a long
// text take more than the usual four bytes.
func valueSize(text string) int { return len(text) + 4 + len(text)>>14 }

// get returns the value of a field, "" when it has none.
func (p packed) get(field int) string {
	for len(p) > 0 {
		if p[0]|p[1] < 0x80 && int(p[0]) < field { // passed over without being read
			p = p[2+p[1]:]
			continue
		}
		i, text, rest := p.next()
		if i == field {
			return text
		}
		if i > field {
			return ""
		}
		p = rest
	}
	return ""
}

// each calls fn for every field that has a value, in their order.
func (p packed) each(fn func(field int, text string)) {
	for len(p) > 0 {
		i, text, rest := p.next()
		fn(i, text)
		p = rest
	}
}

func (p packed) next() (field int, text string, rest packed) {
	field, p = p.uvarint()
	n, p := p.uvarint()
	return field, string(p[:n]), p[n:]
}

func (p packed) uvarint() (int, packed) {
	if p[0] < 0x80 {
		return int(p[0]), p[1:]
	}
	n, shift := 0, 0
	for i := range len(p) {
		n |= int(p[i]&0x7f) << shift
		if p[i] < 0x80 {
			return n, p[i+1:]
		}
		shift += 7
	}
	return n, ""
}
