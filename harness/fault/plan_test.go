package fault

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func drawnFault(name string) *rapid.Generator[Fault] {
	return rapid.Custom(func(t *rapid.T) Fault {
		among := rapid.IntRange(1, 300).Draw(t, "among")
		return Fault{Name: name, Kind: "cut-reply", For: time.Second,
			At:     time.Duration(rapid.IntRange(0, 1000).Draw(t, "at")) * time.Millisecond,
			Jitter: time.Duration(rapid.IntRange(0, 1000).Draw(t, "jitter")) * time.Millisecond,
			Count:  rapid.IntRange(1, among).Draw(t, "count"), Among: among}
	})
}

func TestPlanLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		seed := rapid.Uint64().Draw(t, "seed")
		a, b := drawnFault("a").Draw(t, "a"), drawnFault("b").Draw(t, "b")
		plan := Plan([]Fault{a, b}, seed)
		assert.Equal(t, plan, Plan([]Fault{a, b}, seed), "the same again")
		assert.Equal(t, plan.Faults[1], Plan([]Fault{b}, seed).Faults[0], "without its neighbour too")
		for _, p := range plan.Faults {
			require.GreaterOrEqual(t, p.Start, p.At)
			require.LessOrEqual(t, p.Start, p.At+p.Jitter)
			require.Len(t, p.Picks, p.Count)
			require.True(t, slices.IsSorted(p.Picks))
			require.Len(t, slices.Compact(slices.Clone(p.Picks)), p.Count, "all different")
			require.GreaterOrEqual(t, p.Picks[0], 0)
			require.Less(t, p.Picks[p.Count-1], p.Among)
		}
	})
}

func TestSeedsDrawDifferentPlans(t *testing.T) {
	f := Fault{Name: "a", Kind: "cut-reply", Count: 5, Among: 1000, Jitter: time.Hour}
	one, two := Plan([]Fault{f}, 1), Plan([]Fault{f}, 2)
	assert.NotEqual(t, one.Faults[0].Start, two.Faults[0].Start)
	assert.NotEqual(t, one.Faults[0].Picks, two.Faults[0].Picks)
}

func TestCountWithoutAmongIsTheFirstOnes(t *testing.T) {
	assert.Equal(t, []int{0, 1, 2}, Plan([]Fault{{Name: "a", Count: 3}}, 7).Faults[0].Picks)
	assert.Nil(t, Plan([]Fault{{Name: "a"}}, 7).Faults[0].Picks, "every one")
}

func TestEveryPositionIsDrawnAlike(t *testing.T) {
	seen := make([]int, 10)
	for seed := range uint64(2000) {
		for _, pick := range Plan([]Fault{{Name: "a", Count: 3, Among: 10}}, seed).Faults[0].Picks {
			seen[pick]++
		}
	}
	for position, n := range seen {
		assert.InDelta(t, 600, n, 100, "position %d", position)
	}
}
