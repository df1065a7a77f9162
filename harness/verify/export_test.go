package verify

import (
	"maps"
	"runtime"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// DrawAnything draws ledgers that may say anything, for laws about all ledgers.
func DrawAnything(t *rapid.T) Input {
	in := Input{History: drawHistory(t), Commits: drawCommits(t), Requests: drawRequests(t)}
	in.Settings.Budget = drawTime(t)
	return in
}

// DrawEdited draws a clean run with a few edits that break it. It declares no
// invariants.
func DrawEdited(t *rapid.T) Input {
	c := drawClean(t)
	for range rapid.IntRange(0, 3).Draw(t, "edits") {
		c.breakWith(edits[rapid.SampledFrom(slices.Sorted(maps.Keys(edits))).Draw(t, "edit")], t)
	}
	c.build()
	c.in.Settings.Invariants = nil
	return c.in
}

// breakWith makes an edit. It may meet what another one left behind, and give
// up half way: such ledgers are to be judged as well.
func (c *clean) breakWith(e edit, t *rapid.T) {
	defer func() {
		if p := recover(); p != nil {
			if _, mine := p.(runtime.Error); !mine {
				panic(p)
			}
		}
	}()
	e.do(c, t)
}

// CheckUntil checks a property on drawn runs until enough of them were to the
// point: many a draw holds nothing that the property speaks of.
func CheckUntil(t *testing.T, enough func() bool, property func(*rapid.T)) {
	t.Helper()
	for range 50 {
		if rapid.Check(t, property); enough() || t.Failed() {
			return
		}
	}
	t.Fatal("no draw was to the point")
}
