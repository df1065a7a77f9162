package verify

import (
	"maps"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// A clean run keeps every promise; one mistake in it breaks exactly the
// guarantees that it should, and all others still pass.
func TestEveryEditBreaksItsGuaranteeAndNoOther(t *testing.T) {
	for name, edit := range edits {
		t.Run(name, func(t *testing.T) {
			tried := 0
			CheckUntil(t, func() bool { return tried > 0 }, func(t *rapid.T) {
				c := drawClean(t)
				if !edit.do(c, t) {
					return
				}
				tried++
				c.build()
				verdicts := Judge(c.in)
				onlyBroken(t, verdicts, edit.breaks...)
				require.Equal(t, verdicts, Judge(c.in), "judged twice")
			})
		})
	}
}

func TestACleanRunKeepsEveryPromise(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) { onlyBroken(t, Judge(drawClean(t).in)) })
}

// Where an edit breaks none or several, the table says why; and every guarantee
// is broken by an edit alone, but for two that never are.
func TestTheEditsSayWhatTheyProve(t *testing.T) {
	alone := map[Guarantee]bool{}
	for name, e := range edits {
		if len(e.breaks) == 1 {
			alone[e.breaks[0]] = true
		}
		assert.Equal(t, len(e.breaks) != 1, e.why != "", name)
	}
	never := map[Guarantee]string{
		Durability:  "what a crash took is lost or torn too",
		Consistency: "what the source intends is consistent, so whatever is not differs from it",
		Isolation:   "nobody reads or edits beside the integration in these runs",
		Alerted:     "these runs have no outage",
		BacklogTold: "nobody reads a gauge in these runs",
	}
	for _, g := range Guarantees {
		assert.NotEqual(t, alone[g], never[g] != "", g)
	}
}

// Two neighbouring commits that have no key in common may change places.
func TestUnrelatedInterleavingsDoNotMatter(t *testing.T) {
	tried := 0
	CheckUntil(t, func() bool { return tried > 0 }, func(t *rapid.T) {
		c := drawClean(t)
		name := rapid.SampledFrom(slices.Sorted(maps.Keys(edits))).Draw(t, "edit")
		edits[name].do(c, t)
		c.build()
		before := Judge(c.in)
		i := rapid.IntRange(0, len(c.entries)-2).Draw(t, "place")
		a, b := &c.entries[i], &c.entries[i+1]
		if related(*a, *b) || b.at > c.now {
			return
		}
		tried++
		a.parts, b.parts = b.parts, a.parts
		a.api, b.api, a.fate, b.fate = b.api, a.api, b.fate, a.fate
		c.build()
		for g, v := range Judge(c.in) {
			require.Equal(t, before[g].Result, v.Result, "%s: %s", name, v.Guarantee)
			require.Equal(t, before[g].Classes, v.Classes, "%s: %s", name, v.Guarantee)
		}
	})
}

// related tells whether two commits share a key, or one of them may look the
// other's record up, or nobody intended one of them.
func related(a, b entry) bool {
	keys := map[string]bool{}
	for _, p := range a.parts {
		if p.op != nil {
			keys[p.op.Key] = true
		}
	}
	return slices.ContainsFunc(slices.Concat(a.parts, b.parts), func(p part) bool { return p.op == nil || p.op.Class == "seed" }) ||
		slices.ContainsFunc(b.parts, func(p part) bool { return keys[p.op.Key] })
}
