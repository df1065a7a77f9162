package mocksf

import (
	"net/url"
	"strconv"
	"strings"
)

// readParameters reads a query string or a form as Java's servers do, which live
// orgs are: a semicolon is a character like any other (.NET's Uri leaves it as
// it is), and a percent sign that begins no escape stands for itself.
func readParameters(text string) url.Values {
	values := url.Values{}
	for pair := range strings.SplitSeq(text, "&") {
		if pair != "" {
			name, value, _ := strings.Cut(pair, "=")
			values.Add(unescaped(name), unescaped(value))
		}
	}
	return values
}

func unescaped(text string) string {
	if !strings.ContainsAny(text, "%+") {
		return text
	}
	b := make([]byte, 0, len(text))
	for i := 0; i < len(text); i++ {
		c := text[i]
		if c == '+' {
			c = ' '
		}
		if c == '%' && i+2 < len(text) {
			if n, err := strconv.ParseUint(text[i+1:i+3], 16, 8); err == nil {
				c, i = byte(n), i+2
			}
		}
		b = append(b, c)
	}
	return string(b)
}
