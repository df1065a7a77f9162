package soql

import (
	"regexp"
	"strings"
)

type tokenKind uint8

const (
	endToken tokenKind = iota
	nameToken
	textToken // a string; the token's text is what stands between the quotes
	numberToken
	dateToken
	dateTimeToken
	relativeToken // a date literal with a figure: LAST_N_DAYS:3
	signToken     // = != < <= > >= ( ) , .
)

type token struct {
	kind tokenKind
	text string
	pos  Pos
}

// is tells whether the token is that keyword.
func (t token) is(keyword string) bool {
	return t.kind == nameToken && strings.EqualFold(t.text, keyword)
}

// shown is the token as a message names it.
func (t token) shown() string {
	if t.kind == endToken {
		return "<EOF>"
	}
	return t.text
}

// figures are the tokens that start with a digit or a sign, longest first.
var figures = []struct {
	kind  tokenKind
	shape *regexp.Regexp
}{
	{dateTimeToken, regexp.MustCompile(`^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:?\d\d)`)},
	{dateToken, regexp.MustCompile(`^\d{4}-\d\d-\d\d`)},
	{numberToken, regexp.MustCompile(`^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?`)},
}

// scan splits a query into tokens; the last one is the end.
func scan(text string) ([]token, error) {
	var tokens []token
	for pos := 0; ; {
		pos += len(text[pos:]) - len(strings.TrimLeft(text[pos:], " \t\r\n\f"))
		t, width, err := next(text, pos)
		if err != nil {
			return nil, err
		}
		tokens = append(tokens, t)
		if t.kind == endToken {
			return tokens, nil
		}
		pos += width
	}
}

// next reads the token at pos and says how many bytes it takes.
func next(text string, pos int) (token, int, error) {
	rest := text[pos:]
	at := Pos(pos)
	switch {
	case rest == "":
		return token{pos: at}, 0, nil
	case rest[0] == '\'':
		return quoted(text, pos)
	case isLetter(rest[0]):
		name := rest[:nameLength(rest)]
		if figure := figureLength(rest[len(name):]); figure > 0 {
			return token{relativeToken, rest[:len(name)+figure], at}, len(name) + figure, nil
		}
		return token{nameToken, name, at}, len(name), nil
	}
	for _, f := range figures {
		if s := f.shape.FindString(rest); s != "" {
			return token{f.kind, s, at}, len(s), nil
		}
	}
	for _, sign := range []string{"!=", "<>", "<=", ">=", "=", "<", ">", "(", ")", ",", "."} {
		if strings.HasPrefix(rest, sign) {
			return token{signToken, sign, at}, len(sign), nil
		}
	}
	return token{}, 0, fail(MalformedQuery, text, at, "unexpected token: '%s'", string([]rune(rest)[:1]))
}

// quoted reads the string that starts at pos.
func quoted(text string, pos int) (token, int, error) {
	for i := pos + 1; i < len(text); i++ {
		switch text[i] {
		case '\\':
			i++
			if i < len(text) && !strings.ContainsRune(escapes, rune(text[i])) {
				return token{}, 0, fail(MalformedQuery, text, Pos(i-1), "Illegal quoted escape sequence '\\%c'", text[i])
			}
		case '\'':
			return token{textToken, text[pos+1 : i], Pos(pos)}, i + 1 - pos, nil
		}
	}
	return token{}, 0, fail(MalformedQuery, text, Pos(pos), "string literal is not closed: add the missing '")
}

// escapes may follow a backslash in a string (SOQL reference, Quoted String
// Escape Sequences).
const escapes = `nrtbfNRTBF"'\_%`

func isLetter(c byte) bool { return c == '_' || 'a' <= c|0x20 && c|0x20 <= 'z' }

func nameLength(s string) int {
	for i := range len(s) {
		if !isLetter(s[i]) && (s[i] < '0' || s[i] > '9') {
			return i
		}
	}
	return len(s)
}

// figureLength is the length of the figure of a date literal, with its colon.
func figureLength(s string) int {
	if !strings.HasPrefix(s, ":") {
		return 0
	}
	figure := len(s) - 1 - len(strings.TrimLeft(s[1:], "0123456789"))
	if figure == 0 {
		return 0
	}
	return 1 + figure
}
