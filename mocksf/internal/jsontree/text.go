package jsontree

import (
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// str reads a string at an opening quote, up to and with the closing one.
func (p *parser) str() (escaped bool, message string) {
	p.pos++
	for p.pos < len(p.src) {
		switch c := p.src[p.pos]; {
		case c == '"':
			p.pos++
			return escaped, ""
		case c == '\\':
			escaped = true
			if _, size := escape(p.src[p.pos:]); size > 0 {
				p.pos += size
				continue
			}
			p.pos++
			return true, p.unexpected()
		case c < ' ':
			return escaped, p.unexpected()
		}
		p.pos++
	}
	return escaped, p.unexpected()
}

// unescape undoes the escapes of a string that str has accepted.
func unescape(text string) string {
	buf := make([]byte, 0, len(text))
	for {
		before, _, found := strings.Cut(text, `\`)
		buf = append(buf, before...)
		if !found {
			return string(buf)
		}
		r, size := escape(text[len(before):])
		buf = utf8.AppendRune(buf, r)
		text = text[len(before)+size:]
	}
}

var escapes = [256]rune{'"': '"', '\\': '\\', '/': '/', 'b': '\b', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t'}

// escape reads the escape sequence that text begins with; size is 0 when it is
// none. A lone surrogate becomes U+FFFD.
func escape(text string) (r rune, size int) {
	if len(text) < 2 {
		return 0, 0
	}
	if r := escapes[text[1]]; r != 0 {
		return r, 2
	}
	r, ok := hex(text)
	switch {
	case !ok:
		return 0, 0
	case !utf16.IsSurrogate(r):
		return r, 6
	}
	if low, ok := hex(text[6:]); ok && utf16.DecodeRune(r, low) != utf8.RuneError {
		return utf16.DecodeRune(r, low), 12
	}
	return utf8.RuneError, 6
}

// hex reads a backslash, u and four digits.
func hex(text string) (rune, bool) {
	if len(text) < 6 || text[:2] != `\u` {
		return 0, false
	}
	n, err := strconv.ParseUint(text[2:6], 16, 16)
	return rune(n), err == nil
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
