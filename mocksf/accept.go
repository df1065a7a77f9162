package mocksf

import (
	"slices"
	"strconv"
	"strings"
)

// preferred is what weighs most in a header like Accept among what is offered in
// lower case, the first of several; "" for none.
func preferred(accept string, offers ...string) string {
	best, most := "", 0.0
	for part := range strings.SplitSeq(accept, ",") {
		kind, parameters, _ := strings.Cut(part, ";")
		kind = strings.ToLower(strings.TrimSpace(kind))
		if q := weight(parameters); q > most && slices.Contains(offers, kind) {
			best, most = kind, q
		}
	}
	return best
}

// weight reads the q of an entry in a list such as Accept; 1 is that of an entry
// without one (RFC 9110, Quality Values).
func weight(parameters string) float64 {
	for part := range strings.SplitSeq(parameters, ";") {
		if name, value, _ := strings.Cut(strings.TrimSpace(part), "="); strings.EqualFold(strings.TrimSpace(name), "q") {
			if n, err := strconv.ParseFloat(strings.TrimSpace(value), 64); err == nil {
				return n
			}
		}
	}
	return 1
}

// takesGzip reads Accept-Encoding.
func takesGzip(header string) bool { return preferred(header, "gzip") != "" }
