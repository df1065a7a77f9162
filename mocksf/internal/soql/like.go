package soql

// pattern is a LIKE pattern, compiled: one element per character, % as many.
type pattern []mark

type mark struct {
	kind markKind
	r    rune // in lower case, of an exact mark
}

type markKind uint8

const (
	exact markKind = iota
	one            // _ stands for one character
	many           // % stands for any number
)

// compilePattern reads the inside of a string literal as a pattern; an escaped
// % or _ is an ordinary character.
func compilePattern(s string) pattern {
	var p pattern
	runes := []rune(s)
	for i := 0; i < len(runes); i++ {
		switch r := runes[i]; {
		case r == '\\' && i+1 < len(runes):
			i++
			p = append(p, mark{exact, fold([]rune(unescape(`\` + string(runes[i])))[0])})
		case r == '%':
			p = append(p, mark{kind: many})
		case r == '_':
			p = append(p, mark{kind: one})
		default:
			p = append(p, mark{exact, fold(r)})
		}
	}
	return p
}

// matches is the usual two-pointer walk: it goes back to the last % only, so
// that no pattern costs more than len(p) x len(s).
func (p pattern) matches(s string) bool {
	runes := []rune(s)
	i, j, star, resume := 0, 0, -1, 0
	for j < len(runes) {
		switch {
		case i < len(p) && p[i].kind == many:
			star, resume = i, j
			i++
		case i < len(p) && p[i].fits(runes[j]):
			i, j = i+1, j+1
		case star >= 0:
			resume++
			i, j = star+1, resume
		default:
			return false
		}
	}
	for i < len(p) && p[i].kind == many {
		i++
	}
	return i == len(p)
}

func (m mark) fits(r rune) bool { return m.kind == one || m.kind == exact && m.r == fold(r) }
