package verify

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The rules of order by brute force: of a few operations of one key, some of
// them versions of one record, every log up to a length is written down that
// an integration may make, one allowed commit after the other. The checker
// must accept exactly these, of all logs that there are.
func TestOrderAcceptsExactlyTheAllowedLogs(t *testing.T) {
	const longest = 5
	accepted, refused := 0, 0
	for n := range 60 {
		r := rand.New(rand.NewPCG(7, uint64(n)))
		offers := drawOffers(r, 2+n%3)
		allowed := allowedLogs(offers, longest)
		everyLog(len(offers), longest, func(log []int) {
			ok := allowed[fmt.Sprint(log)]
			require.Equal(t, ok, !judged(offers, log), "%+v, log %v", offers, log)
			if ok {
				accepted++
			} else {
				refused++
			}
		})
	}
	t.Logf("%d logs allowed, %d not", accepted, refused)
	assert.Greater(t, accepted, 1000)
	assert.Greater(t, refused, 1000)
}

// drawOffers draws operations that write versions of two records, in the order
// of their versions, or records of their own.
func drawOffers(r *rand.Rand, n int) []offer {
	versions := make([]int, 2)
	offers := make([]offer, n)
	for i := range offers {
		at := r.IntN(5)
		offers[i] = offer{record: r.IntN(3), invoked: at, acked: at + r.IntN(4)}
		if record := offers[i].record; record < len(versions) {
			versions[record]++
			offers[i].version = versions[record]
		}
	}
	return offers
}

// allowedLogs lists the logs that keep the order.
func allowedLogs(offers []offer, longest int) map[string]bool {
	allowed := map[string]bool{}
	for chosen := range 1 << len(offers) { // those that take effect at all
		var extend func(log []int)
		extend = func(log []int) {
			if everyChosen(chosen, len(offers), log) {
				allowed[fmt.Sprint(log)] = true
			}
			for i := range offers {
				if len(log) < longest && chosen>>i&1 == 1 && mayFollow(offers, chosen, log, i) {
					extend(append(slices.Clone(log), i))
				}
			}
		}
		extend(nil)
	}
	return allowed
}

func everyChosen(chosen, n int, log []int) bool {
	for i := range n {
		if chosen>>i&1 == 1 && !slices.Contains(log, i) {
			return false
		}
	}
	return true
}

// mayFollow holds the rules: the record has no newer version, and, the first
// time, all operations that were acknowledged before this one was invoked are
// there, unless they never take effect.
func mayFollow(offers []offer, chosen int, log []int, i int) bool {
	for j, other := range offers {
		there := slices.Contains(log, j)
		newer := other.version > offers[i].version && other.record == offers[i].record
		if there && newer && offers[i].version > 0 {
			return false
		}
		due := chosen>>j&1 == 1 && other.acked < offers[i].invoked
		if due && !there && !slices.Contains(log, i) {
			return false
		}
	}
	return true
}

// everyLog lists all logs of n operations up to a length, the empty one too.
func everyLog(n, longest int, use func(log []int)) {
	var extend func(log []int)
	extend = func(log []int) {
		use(log)
		for i := range n {
			if len(log) < longest {
				extend(append(slices.Clone(log), i))
			}
		}
	}
	extend(nil)
}
