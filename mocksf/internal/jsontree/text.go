package jsontree

import (
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

// str reads a string at an opening quote.
func (p *parser) str() (text, message string) {
	p.pos++
	from := p.pos
	for p.pos < len(p.src) {
		switch c := p.src[p.pos]; {
		case c == '"':
			p.pos++
			return p.src[from : p.pos-1], ""
		case c == '\\':
			return p.escaped(from)
		case c < ' ':
			return "", p.unexpected()
		}
		p.pos++
	}
	return "", p.unexpected()
}

// escaped reads on at the first backslash of a string that began at from.
func (p *parser) escaped(from int) (text, message string) {
	buf := append(make([]byte, 0, p.pos-from+64), p.src[from:p.pos]...)
	for p.pos < len(p.src) {
		c := p.src[p.pos]
		switch {
		case c == '"':
			p.pos++
			return string(buf), ""
		case c < ' ':
			return "", p.unexpected()
		case c == '\\':
			r, ok := p.escape()
			if !ok {
				return "", p.unexpected()
			}
			buf = utf8.AppendRune(buf, r)
		default:
			buf = append(buf, c)
			p.pos++
		}
	}
	return "", p.unexpected()
}

var escapes = [256]rune{'"': '"', '\\': '\\', '/': '/', 'b': '\b', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t'}

// escape reads one escape sequence; a lone surrogate becomes U+FFFD.
func (p *parser) escape() (rune, bool) {
	p.pos++
	if r := escapes[p.peek()]; r != 0 {
		p.pos++
		return r, true
	}
	r, ok := p.hex()
	if !ok || !utf16.IsSurrogate(r) {
		return r, ok
	}
	at := p.pos
	if p.peek() == '\\' {
		p.pos++
		if low, ok := p.hex(); ok && utf16.DecodeRune(r, low) != utf8.RuneError {
			return utf16.DecodeRune(r, low), true
		}
	}
	p.pos = at
	return utf8.RuneError, true
}

func (p *parser) hex() (rune, bool) {
	if p.peek() != 'u' || p.pos+5 > len(p.src) {
		return 0, false
	}
	n, err := strconv.ParseUint(p.src[p.pos+1:p.pos+5], 16, 16)
	if err != nil {
		return 0, false
	}
	p.pos += 5
	return rune(n), true
}

const hexDigits = "0123456789abcdef"

// AppendString appends text as a JSON string. Invalid UTF-8 becomes U+FFFD.
func AppendString(dst []byte, text string) []byte {
	dst = append(dst, '"')
	from := 0
	for i := 0; i < len(text); {
		c := text[i]
		if c >= ' ' && c != '"' && c != '\\' && c < utf8.RuneSelf {
			i++
			continue
		}
		if c >= utf8.RuneSelf {
			r, size := utf8.DecodeRuneInString(text[i:])
			if r != utf8.RuneError || size > 1 {
				i += size
				continue
			}
		}
		dst = appendEscape(append(dst, text[from:i]...), c)
		i++
		from = i
	}
	return append(append(dst, text[from:]...), '"')
}

func appendEscape(dst []byte, c byte) []byte {
	switch {
	case c == '"' || c == '\\':
		return append(dst, '\\', c)
	case c == '\n':
		return append(dst, `\n`...)
	case c == '\r':
		return append(dst, `\r`...)
	case c == '\t':
		return append(dst, `\t`...)
	case c >= utf8.RuneSelf:
		return append(dst, `\ufffd`...)
	}
	return append(dst, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
}
