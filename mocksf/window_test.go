package mocksf

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"pgregory.net/rapid"
)

// The window holds the calls of the last day, and may give them back up to five
// minutes early.
func TestTheWindowCountsADay(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		var w window
		var calls []time.Duration
		now := time.Duration(0)
		for range rapid.IntRange(1, 60).Draw(rt, "calls") {
			now += time.Duration(rapid.Int64Range(0, int64(30*time.Hour)).Draw(rt, "later"))
			if rapid.Bool().Draw(rt, "soon") {
				now += time.Duration(rapid.Int64Range(0, int64(10*time.Minute)).Draw(rt, "minutes"))
			}
			calls = append(calls, now)
			got, most, least := w.add(now, 1), 0, 0
			for _, at := range calls {
				if at > now-day {
					most++
				}
				if at > now-day+slice {
					least++
				}
			}
			assert.LessOrEqual(rt, got, most)
			assert.GreaterOrEqual(rt, got, least)
			assert.Equal(rt, got, w.add(now, 0), "looking counts nothing")
		}
	})
}
