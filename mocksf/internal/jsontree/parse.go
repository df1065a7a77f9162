package jsontree

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// maxDepth bounds the nesting, so that no input exhausts the stack.
const maxDepth = 500

// maxValues bounds the number of values, since a value of two bytes takes
// fourteen times as much in the tree.
const maxValues = 2_000_000

// SyntaxError says where a text stops being JSON.
type SyntaxError struct {
	Message string
	Line    int // from 1
	Column  int // in bytes, from 1
}

// Error says what is wrong and where, as the org does.
func (e *SyntaxError) Error() string {
	return fmt.Sprintf("%s at [line:%d, column:%d]", e.Message, e.Line, e.Column)
}

type parser struct {
	*document
	pos int
}

// Parse reads one JSON value (RFC 8259) with nothing but white space around
// it. The error is a *SyntaxError.
func Parse(src string) (Value, error) {
	p := parser{document: &document{src: src, nodes: make([]node, 0, min(8+len(src)/16, 1<<16))}}
	message := p.all()
	if message == "" {
		return Value{p.document, 0}, nil
	}
	line, column := where(src, p.pos)
	return Value{}, &SyntaxError{message, line, column}
}

func (p *parser) all() string {
	if !utf8.ValidString(p.src) {
		return "Invalid UTF-8"
	}
	p.space()
	if message := p.value(node{}, 0); message != "" {
		return message
	}
	if p.space(); p.pos < len(p.src) {
		return p.unexpected()
	}
	return ""
}

func (p *parser) space() {
	for p.pos < len(p.src) {
		switch p.src[p.pos] {
		case ' ', '\n', '\r', '\t':
			p.pos++
		default:
			return
		}
	}
}

func (p *parser) peek() byte {
	if p.pos < len(p.src) {
		return p.src[p.pos]
	}
	return 0
}

func (p *parser) unexpected() string {
	if p.pos >= len(p.src) {
		return "Unexpected end-of-input"
	}
	r, _ := utf8.DecodeRuneInString(p.src[p.pos:])
	return fmt.Sprintf("Unexpected character (%q (code %d))", r, r)
}

// value reads one value and what is below it into n, which knows its name. It
// returns what is wrong, "" for nothing.
func (p *parser) value(n node, depth int) (message string) {
	if depth > maxDepth {
		return "Document nesting is too deep"
	}
	at := len(p.nodes)
	if at >= maxValues {
		return "Document has too many values"
	}
	if at == cap(p.nodes) {
		p.nodes = slices.Grow(p.nodes, at) // append grows by a quarter only, and copies so much oftener
	}
	n.from = int32(p.pos)
	p.nodes = append(p.nodes, n)
	switch c := p.peek(); {
	case c == '"':
		n.kind = String
		n.escaped, message = p.str()
	case c == '{':
		n.kind, message = Object, p.object(depth)
	case c == '[':
		n.kind, message = Array, p.array(depth)
	case c == '-' || c >= '0' && c <= '9':
		n.kind, message = Number, p.number()
	default:
		n.kind, message = p.word()
	}
	n.to, n.next = int32(p.pos), int32(len(p.nodes))
	p.nodes[at] = n
	return message
}

func (p *parser) object(depth int) string {
	p.pos++
	if p.space(); p.peek() == '}' {
		p.pos++
		return ""
	}
	for {
		if p.space(); p.peek() != '"' {
			return p.unexpected()
		}
		n := node{key: int32(p.pos)}
		escaped, message := p.str()
		if message != "" {
			return message
		}
		n.keyEscaped, n.keyEnd = escaped, int32(p.pos)
		if p.space(); p.peek() != ':' {
			return p.unexpected()
		}
		p.pos++
		p.space()
		if message := p.value(n, depth+1); message != "" {
			return message
		}
		if more, message := p.comma('}'); !more {
			return message
		}
	}
}

func (p *parser) array(depth int) string {
	p.pos++
	if p.space(); p.peek() == ']' {
		p.pos++
		return ""
	}
	for {
		p.space()
		if message := p.value(node{}, depth+1); message != "" {
			return message
		}
		if more, message := p.comma(']'); !more {
			return message
		}
	}
}

// comma reads what follows an item: a comma, or the end.
func (p *parser) comma(end byte) (more bool, message string) {
	p.space()
	switch p.peek() {
	case ',':
		p.pos++
		return true, ""
	case end:
		p.pos++
		return false, ""
	}
	return false, p.unexpected()
}

func (p *parser) word() (Kind, string) {
	rest := p.src[p.pos:]
	for i, word := range [...]string{"null", "true", "false"} {
		if strings.HasPrefix(rest, word) {
			p.pos += len(word)
			return [...]Kind{Null, Bool, Bool}[i], ""
		}
	}
	return Absent, p.unexpected()
}

func (p *parser) number() string {
	if p.peek() == '-' {
		p.pos++
	}
	if p.peek() == '0' {
		p.pos++
	} else if !p.digits() {
		return p.unexpected()
	}
	if p.peek() == '.' {
		p.pos++
		if !p.digits() {
			return p.unexpected()
		}
	}
	if c := p.peek(); c == 'e' || c == 'E' {
		p.pos++
		if c := p.peek(); c == '+' || c == '-' {
			p.pos++
		}
		if !p.digits() {
			return p.unexpected()
		}
	}
	return ""
}

func (p *parser) digits() bool {
	from := p.pos
	for c := p.peek(); c >= '0' && c <= '9'; c = p.peek() {
		p.pos++
	}
	return p.pos > from
}
