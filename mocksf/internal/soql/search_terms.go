package soql

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// finder decides about a record's words: one list per searched field, in lower
// case.
type finder func(fields [][]string) bool

// A search term is read with AND binding closer than OR, and words beside each
// other joined by AND (SOSL reference, FIND).
type termReader struct {
	tokens []string // words, phrases with a leading quote, ( and )
	at     int
	err    error
	depth  int
}

func readTerms(text string) (finder, error) {
	r := &termReader{tokens: termTokens(text)}
	if len(r.tokens) == 0 {
		return nil, noTerm()
	}
	if words := split(text, ""); len(words) == 0 || len(words) == 1 && utf8.RuneCountInString(words[0]) < 2 {
		return nil, plain(MalformedSearch, "search term must be longer than one character: %s", text)
	}
	f := r.any()
	if r.err == nil && r.at < len(r.tokens) {
		r.failf("unexpected term: '%s'", r.tokens[r.at])
	}
	return f, r.err
}

// termTokens splits terms; a backslash takes the meaning from what follows it.
func termTokens(text string) (tokens []string) {
	var word strings.Builder
	flush := func() {
		if word.Len() > 0 {
			tokens = append(tokens, word.String())
			word.Reset()
		}
	}
	quoted := false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == '\\' && i+1 < len(text):
			i++
			word.WriteByte(text[i])
		case c == '"':
			flush()
			if quoted = !quoted; quoted {
				word.WriteByte('"')
			}
		case quoted:
			word.WriteByte(c)
		case c == '(' || c == ')':
			flush()
			tokens = append(tokens, string(c))
		case c == ' ' || c == '\t' || c == '\n' || c == '\r':
			flush()
		default:
			word.WriteByte(c)
		}
	}
	flush()
	return tokens
}

func (r *termReader) failf(format string, args ...any) {
	if r.err == nil {
		r.err = plain(MalformedSearch, format, args...)
	}
	r.at = len(r.tokens)
}

func (r *termReader) took(word string) bool {
	if r.at < len(r.tokens) && strings.EqualFold(r.tokens[r.at], word) {
		r.at++
		return true
	}
	return false
}

func (r *termReader) any() finder {
	if r.depth++; r.depth > maxDepth {
		r.failf("the search is nested more than %d deep", maxDepth)
	}
	defer func() { r.depth-- }()
	options := []finder{r.all()}
	for r.took("OR") {
		options = append(options, r.all())
	}
	return func(fields [][]string) bool {
		for _, f := range options {
			if f(fields) {
				return true
			}
		}
		return false
	}
}

func (r *termReader) all() finder {
	demands := []finder{r.one()}
	for r.at < len(r.tokens) && r.tokens[r.at] != ")" && !strings.EqualFold(r.tokens[r.at], "OR") {
		r.took("AND")
		not := r.took("NOT")
		f := r.one()
		demands = append(demands, func(fields [][]string) bool { return f(fields) != not })
	}
	return func(fields [][]string) bool {
		for _, f := range demands {
			if !f(fields) {
				return false
			}
		}
		return true
	}
}

func (r *termReader) one() finder {
	if r.at >= len(r.tokens) {
		r.failf("unexpected end of the search term")
		return nil
	}
	if r.took("(") {
		f := r.any()
		if !r.took(")") {
			r.failf("the search term has more ( than )")
		}
		return f
	}
	token := r.tokens[r.at]
	r.at++
	patterns := wordPatterns(strings.TrimPrefix(token, `"`))
	return func(fields [][]string) bool {
		for _, words := range fields {
			if follows(words, patterns) {
				return true
			}
		}
		return false
	}
}

// wordPatterns are the words of a term, * and ? as wildcards.
func wordPatterns(text string) (list []pattern) {
	for _, word := range split(text, "*?") {
		var p pattern
		for _, c := range word {
			switch c {
			case '*':
				p = append(p, mark{kind: many})
			case '?':
				p = append(p, mark{kind: one})
			default:
				p = append(p, mark{exact, fold(c)})
			}
		}
		list = append(list, p)
	}
	return list
}

// follows tells whether the patterns match words that stand beside each other.
func follows(words []string, patterns []pattern) bool {
	for i := 0; i+len(patterns) <= len(words); i++ {
		all := true
		for k, p := range patterns {
			all = all && p.matches(words[i+k])
		}
		if all {
			return true
		}
	}
	return false
}

// split takes a text apart into words of letters and digits, and of some other
// characters.
func split(text, others string) []string {
	return strings.FieldsFunc(text, func(c rune) bool {
		return !unicode.IsLetter(c) && !unicode.IsDigit(c) && !strings.ContainsRune(others, c)
	})
}
