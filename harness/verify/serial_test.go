package verify

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

const before = int64(-1) // the version that nobody wrote

// serializable tries every order of the transactions: one at a time, each read
// must find the version that it was served, and the versions of a key must
// come in their known order.
func serializable(txns int, deeds []deed) bool {
	return tryOrders(make([]bool, txns), map[int32]int64{}, deeds)
}

func tryOrders(done []bool, state map[int32]int64, deeds []deed) bool {
	if !slices.Contains(done, false) {
		return true
	}
	for txn := range done {
		if done[txn] {
			continue
		}
		after, fits := perform(int32(txn), state, deeds)
		if !fits {
			continue
		}
		done[txn] = true
		if tryOrders(done, after, deeds) {
			return true
		}
		done[txn] = false
	}
	return false
}

// perform runs one transaction alone; what it wrote itself it may read, too.
func perform(txn int32, state map[int32]int64, deeds []deed) (after map[int32]int64, fits bool) {
	after = map[int32]int64{}
	for key, version := range state {
		after[key] = version
	}
	for _, d := range deeds {
		if d.txn != txn || !d.write {
			continue
		}
		if previous := versionBefore(d, deeds); writerOf(d.key, previous, deeds) != txn && current(state, d.key) != previous {
			return nil, false
		}
		after[d.key] = max(after[d.key], d.at)
	}
	for _, d := range deeds {
		if d.txn == txn && !d.write && writerOf(d.key, d.version, deeds) != txn && current(state, d.key) != d.version {
			return nil, false
		}
	}
	return after, true
}

func current(state map[int32]int64, key int32) int64 {
	if version, written := state[key]; written {
		return version
	}
	return before
}

// versionBefore is the version that a write replaced.
func versionBefore(write deed, deeds []deed) int64 {
	previous := before
	for _, d := range deeds {
		if d.write && d.key == write.key && d.at < write.at {
			previous = max(previous, d.at)
		}
	}
	return previous
}

func writerOf(key int32, version int64, deeds []deed) int32 {
	for _, d := range deeds {
		if d.write && d.key == key && d.at == version {
			return d.txn
		}
	}
	return none
}

// drawDeeds draws up to six transactions with reads of any version and at most
// one write of a key each, as atomic or as torn as they come.
func drawDeeds(t *rapid.T) (txns int, deeds []deed) {
	txns = rapid.IntRange(1, 6).Draw(t, "transactions")
	wrote := map[[2]int32]bool{}
	versions := map[int32][]int64{}
	for i := range rapid.IntRange(1, 12).Draw(t, "deeds") {
		d := deed{
			key: int32(rapid.IntRange(0, 3).Draw(t, "key")), txn: int32(rapid.IntRange(0, txns-1).Draw(t, "txn")),
			at: int64(i), write: rapid.Bool().Draw(t, "write"),
		}
		if d.write && wrote[[2]int32{d.key, d.txn}] {
			continue
		}
		if d.write {
			wrote[[2]int32{d.key, d.txn}] = true
			versions[d.key] = append(versions[d.key], d.at)
		} else {
			d.version = rapid.SampledFrom(append([]int64{before}, versions[d.key]...)).Draw(t, "version")
		}
		deeds = append(deeds, d)
	}
	return txns, deeds
}

func TestTheGraphAgreesWithEverySerialOrder(t *testing.T) {
	found := map[bool]int{}
	CheckUntil(t, func() bool { return found[true] > 0 && found[false] > 0 }, func(t *rapid.T) {
		txns, deeds := drawDeeds(t)
		want := serializable(txns, deeds)
		got := !slices.ContainsFunc(knots(precedence(txns, slices.Clone(deeds))), func(k int32) bool { return k != 0 })
		found[got]++
		require.Equal(t, want, got, "%+v", deeds)
	})
}
