package workload

import "strings"

// oddity ends a few keys with characters that a URL, a CSV file or a query
// must escape. Real business keys hold them all.
func (g *generator) oddity() string {
	if g.rng.Float64()*100 >= g.spec.OddKeys {
		return ""
	}
	odd := []string{"/A", "?b=1", "#7", " x", "+y", "%2F", "&c", "'d", `"e"`, "ä", ",f", "@g"}
	return odd[g.rng.IntN(len(odd))]
}

func (g *generator) word() string {
	words := []string{"Amber", "Birch", "Cobalt", "Delta", "Ember", "Fjord", "Grove", "Harbor", "Ivory", "Juniper",
		"Kestrel", "Lumen", "Müller", "Nørre", "O'Neil", "Pórto", "Quartz", "Ridge", "Sable", "Tundra"}
	return words[g.rng.IntN(len(words))]
}

// sentence is a text with what a file in CSV has to quote.
func (g *generator) sentence() string {
	if g.odd() {
		return g.oddText()
	}
	var s strings.Builder
	s.WriteString(g.word())
	for range 2 + g.rng.IntN(6) {
		s.WriteString([]string{" ", ", ", " - ", " \"", "; "}[g.rng.IntN(5)] + g.word())
	}
	return s.String()
}

// odd decides whether a value is one of the odd ones.
func (g *generator) odd() bool {
	return g.spec.OddValues > 0 && g.rng.Float64()*100 < g.spec.OddValues
}

// oddText is a text that careless hands change: over lines, beyond the 255
// characters of a plain field, outside of the basic plane, or one that looks
// like a number, a formula, null or markup.
func (g *generator) oddText() string {
	switch g.rng.IntN(3) {
	case 0:
		return g.word() + "\n" + g.word() + ",\n\"" + g.word() + "\""
	case 1:
		return strings.Repeat(g.word()+" 🌨 ", 60) + g.word()
	}
	texts := []string{"007", "1e3", "=1+1", "+49", "null", "NULL", "true", "0.10", "<b>&amp;</b>", "👩‍🚀 naïve", "N/A", "a\tb", `C:\temp\n`, "2026-02-30", "{{.ID}}"}
	return texts[g.rng.IntN(len(texts))]
}

// cents is an amount of money, which a total adds up exactly. The odd ones have
// more digits than a number of single precision holds.
func (g *generator) cents() int {
	if g.odd() {
		return 1 + g.rng.IntN(1_000_000_000_00)
	}
	return g.rng.IntN(4_000_000) * 25
}

// thousandths is a quantity with three decimals, booked in or out.
func (g *generator) thousandths() float64 {
	return float64(g.rng.IntN(2_000_000_000)-1_000_000_000) / 1000
}
