package verify

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestPartsCoverEveryNumberOnce(t *testing.T) {
	for _, n := range []int{0, 1, 2, 7, 1000} {
		times := make([]int, n)
		inParts(n, func(i int) { times[i]++ })
		for i, got := range times {
			require.Equal(t, 1, got, "%d of %d", i, n)
		}
	}
}

// The quick comparison must not find more than the thorough one, and has to be
// enough for what a clean run writes.
func TestVerbatimIsIntact(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := drawClean(t)
		field := rapid.SampledFrom([]string{"Name", "name", "Note__c", "Ext_Id__c", "ext_id__c", "Account__c", "Other__c"}).Draw(t, "field")
		i := rapid.IntRange(0, len(c.in.Commits)-1).Draw(t, "commit")
		changed := &c.in.Commits[i].Changes[0]
		if changed.Fields != nil && rapid.Bool().Draw(t, "altered") {
			changed.Fields[field] = rapid.SampledFrom([]any{nil, "", "x", "e-acct", 1}).Draw(t, "value")
		}
		l := join(c.in)
		d := &damage{ledger: l}
		for i := range l.effects {
			e := &l.effects[i]
			if e.verbatim && !e.misplaced {
				assert.True(t, d.holds(e) && d.onlyAllowed(e), "%+v", l.changeOf(e))
			}
		}
	})
	l := join(rehearsed().in)
	for i := range l.effects {
		assert.True(t, l.effects[i].verbatim)
	}
}
