// Package jsontree reads JSON into a flat tree that points into its source: one
// allocation without pointers for the whole text. Members keep their order,
// numbers their digits.
package jsontree

import (
	"iter"
	"strings"
)

// Kind is the kind of a JSON value.
type Kind uint8

// The kinds. Absent is the zero value: no such member.
const (
	Absent Kind = iota
	Null
	Bool
	Number
	String
	Array
	Object
)

// node is one value. Positions are bytes of the source; as 32 bits they bound
// it to 2 GB.
type node struct {
	key, keyEnd int32 // the member's name, quotes included; 0, 0 for none
	from, to    int32 // the value
	next        int32 // the first node after this one and all below it
	kind        Kind
	escaped     bool // the string has escapes
	keyEscaped  bool
}

type document struct {
	src   string
	nodes []node
}

// Value is one value of a parsed document. The zero Value is absent; every
// method works on it.
type Value struct {
	doc *document
	i   int32
}

var absent = &node{}

func (v Value) node() *node {
	if v.doc == nil {
		return absent
	}
	return &v.doc.nodes[v.i]
}

func (n *node) text(src string) string {
	switch {
	case n.kind >= Array || n.kind <= Null:
		return ""
	case n.kind != String:
		return src[n.from:n.to]
	case n.escaped:
		return unescape(src[n.from+1 : n.to-1])
	}
	return src[n.from+1 : n.to-1]
}

func (n *node) name(src string) string {
	switch {
	case n.keyEnd == 0:
		return ""
	case n.keyEscaped:
		return unescape(src[n.key+1 : n.keyEnd-1])
	}
	return src[n.key+1 : n.keyEnd-1]
}

// Where tells at which line and column v begins, as a SyntaxError counts them; 0,
// 0 where v is absent.
func (v Value) Where() (line, column int) {
	if v.doc == nil {
		return 0, 0
	}
	return where(v.doc.src, int(v.node().from))
}

// where is a position as a line and a column, from 1.
func where(src string, pos int) (line, column int) {
	before := src[:min(pos, len(src))]
	return 1 + strings.Count(before, "\n"), len(before) - strings.LastIndexByte(before, '\n')
}

// Kind tells what v is.
func (v Value) Kind() Kind { return v.node().kind }

// Text is a string's content, a number's digits, or true or false; "" for null,
// objects and arrays.
func (v Value) Text() string {
	if v.doc == nil {
		return ""
	}
	return v.node().text(v.doc.src)
}

// True tells whether v is true.
func (v Value) True() bool { return v.Kind() == Bool && v.Text() == "true" }

// Raw is v as it stands in the source.
func (v Value) Raw() string {
	if v.doc == nil {
		return ""
	}
	return v.doc.src[v.node().from:v.node().to]
}

// Get returns the member with the name; the last one, when there are several.
func (v Value) Get(name string) Value {
	var found Value
	for key, member := range v.Members() {
		if key == name {
			found = member
		}
	}
	return found
}

// Len is the number of members or items.
func (v Value) Len() int {
	n := 0
	for range v.children() {
		n++
	}
	return n
}

// Items yields the items of an array; nothing for other kinds.
func (v Value) Items() iter.Seq[Value] {
	if v.Kind() != Array {
		return func(func(Value) bool) {}
	}
	return v.children()
}

// Members yields the members of an object in their order; nothing for other
// kinds.
func (v Value) Members() iter.Seq2[string, Value] {
	return func(yield func(string, Value) bool) {
		if v.Kind() != Object {
			return
		}
		for c := range v.children() {
			if !yield(c.node().name(c.doc.src), c) {
				return
			}
		}
	}
}

func (v Value) children() iter.Seq[Value] {
	return func(yield func(Value) bool) {
		if v.Kind() < Array {
			return
		}
		nodes := v.doc.nodes
		for i := v.i + 1; i < nodes[v.i].next; i = nodes[i].next {
			if !yield(Value{v.doc, i}) {
				return
			}
		}
	}
}

// Strings yields the string values of all members with the name, at any depth.
func (v Value) Strings(name string) iter.Seq[string] {
	return func(yield func(string) bool) {
		if v.doc == nil {
			return
		}
		src := v.doc.src
		nodes := v.doc.nodes[v.i:v.node().next]
		for i := range nodes {
			n := &nodes[i]
			if n.kind == String && n.name(src) == name && !yield(n.text(src)) {
				return
			}
		}
	}
}
