package sieve

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// A table is a map, whatever comes and goes.
func TestATableIsAMap(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		table, want := newTable(), map[uint64]int32{}
		key := rapid.Uint64Range(1, 5000)
		for i := range rapid.IntRange(0, 4000).Draw(t, "steps") {
			k := key.Draw(t, "key")
			if _, there := want[k]; there && i%3 != 0 || i > 3000 {
				table.remove(k)
				delete(want, k)
			} else if !there {
				table.put(k, int32(i))
				want[k] = int32(i)
			}
		}
		require.Equal(t, len(want), table.n)
		for k := range uint64(5001) {
			v, there := want[k]
			if !there {
				v = none
			}
			if k != 0 {
				require.Equal(t, v, table.get(k), k)
			}
		}
	})
}

func TestNumbersAreASet(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var numbers numbers
		want := map[uint32]bool{}
		number := rapid.Uint32Range(0, 1000)
		for _, n := range rapid.SliceOf(number).Draw(t, "added") {
			numbers.add(n)
			want[n] = n != 0
		}
		delete(want, 0)
		require.Equal(t, len(want), numbers.n)
		for n := range uint32(1100) {
			require.Equal(t, want[n], numbers.has(n), n)
		}
	})
}
