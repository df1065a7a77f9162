package verify

import (
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// maxShown is how many characters of record data a text shows.
const maxShown = 80

// seconds writes a time on the run's clock: 6.21 s.
func seconds(d time.Duration) string { return fmt.Sprintf("%.2f s", d.Seconds()) }

// plural writes a count with its noun: 1 operation, 2,000 operations, 2 crashes.
func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	if strings.HasSuffix(noun, "h") {
		noun += "e"
	}
	return thousands(n) + " " + noun + "s"
}

// thousands writes 12,345.
func thousands(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

func capital(s string) string {
	r, size := utf8.DecodeRuneInString(s)
	if size == 0 {
		return s
	}
	return string(unicode.ToUpper(r)) + s[size:]
}

// shown writes a field's value as far as a line has room for it.
func shown(v any) string {
	s, isText := v.(string)
	switch {
	case v == nil:
		return "null"
	case isText:
		return strconv.Quote(shorten(s))
	}
	return shorten(fmt.Sprint(v))
}

func shorten(s string) string {
	if len(s) <= maxShown {
		return s
	}
	runes := []rune(s)
	if len(runes) <= maxShown {
		return s
	}
	return string(runes[:maxShown-1]) + "…"
}

// name is how a text calls a record.
func (t target) name() string {
	if t.externalID == "" {
		return "a new " + t.object
	}
	return t.object + " " + shorten(t.externalID)
}

// listed joins the first few of the parts.
func listed(parts []string, most int) string {
	if len(parts) <= most {
		return strings.Join(parts, "; ")
	}
	return strings.Join(parts[:most], "; ") + fmt.Sprintf("; and %d more", len(parts)-most)
}
