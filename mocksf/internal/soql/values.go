package soql

import (
	"cmp"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// ParseDateTime reads a date with a time of day in the spellings of the REST
// API and of SOQL: 2026-01-02T03:04:05Z, +01:00, .000+0000.
func ParseDateTime(s string) (time.Time, error) {
	s = strings.ToUpper(s)
	t, err := time.Parse(time.RFC3339Nano, s)
	if err != nil {
		return time.Parse("2006-01-02T15:04:05.999999999-0700", s)
	}
	return t, nil
}

// unescape turns the inside of a string literal into its value.
func unescape(s string) string {
	if !strings.Contains(s, `\`) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+1 < len(s) {
			i++
			b.WriteByte(escaped(s[i]))
			continue
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

func escaped(c byte) byte {
	const names, values = "nrtbf", "\n\r\t\b\f"
	if i := strings.IndexByte(names, c|0x20); i >= 0 && isLetter(c) {
		return values[i]
	}
	return c
}

// normal brings a stored or written value of a column into the one form in
// which values of that kind are compared: string, float64, bool or int64
// (milliseconds). nil stays nil, and so does what cannot be read.
func normal(kind Kind, v any) any {
	s, ok := v.(string)
	switch {
	case !ok:
		return v
	case s == "":
		return nil // Salesforce stores no empty strings
	case kind == ID:
		return s[:min(15, len(s))] // the other three letters are a checksum
	case kind == DateTime:
		t, err := ParseDateTime(s)
		if err != nil {
			return nil
		}
		return t.Unix() * 1000 // fractions of a second count neither here nor there
	}
	return s
}

// compare orders two normal values of one kind, neither of them nil. Text is
// compared without regard to case, ids with it.
func compare(kind Kind, a, b any) int {
	switch a := a.(type) {
	case float64:
		return cmp.Compare(a, b.(float64))
	case int64:
		return cmp.Compare(a, b.(int64))
	case bool:
		return compareBool(a, b.(bool))
	case string:
		if kind == ID {
			return cmp.Compare(a, b.(string))
		}
		return compareFold(a, b.(string))
	}
	return 0
}

func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}

// compareFold compares in lower case without building the lower-case texts.
func compareFold(a, b string) int {
	for a != "" && b != "" {
		ra, wa := utf8.DecodeRuneInString(a)
		rb, wb := utf8.DecodeRuneInString(b)
		if ra != rb {
			if c := cmp.Compare(fold(ra), fold(rb)); c != 0 {
				return c
			}
		}
		a, b = a[wa:], b[wb:]
	}
	return cmp.Compare(len(a), len(b))
}

func fold(r rune) rune {
	if r < utf8.RuneSelf {
		if 'A' <= r && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}
	return unicode.ToLower(r)
}

// numberOf reads a number literal; one beyond the range of float64 counts as
// infinite.
func numberOf(s string) float64 {
	f, _ := strconv.ParseFloat(s, 64)
	return f
}
