package verify

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/squall-harness/squall/harness/history"
)

// Who is killed may be deaf from the blow on, who is asked to stop hears until
// the end; both answer to their last moment.
func TestCrashes(t *testing.T) {
	got := Crashes([]history.Window{
		{Kind: "kill", From: 10, Took: 4, To: 30, Hits: 1},
		{Kind: "kill", From: 40, To: 50},
		{Kind: "stop", From: 60, Took: 5, To: 80, Hits: 1},
		{Kind: "refuse", From: 90, To: 95, Hits: 1},
	})
	assert.Equal(t, []Crash{{10, 14}, {65, 65}}, got)

	killed := got[0]
	assert.True(t, killed.Found(14, 15), "acknowledged with its last breath")
	assert.True(t, killed.Found(3, 15))
	assert.False(t, killed.Found(15, 20), "acknowledged by the next one")
	assert.False(t, killed.Found(3, 14), "delivered before it was gone")
	for _, c := range []struct {
		begun, answered time.Duration
		cut             bool
	}{{1, 9, false}, {1, 10, true}, {11, 13, true}, {14, 20, true}, {15, 20, false}} {
		assert.Equal(t, c.cut, killed.Cut(c.begun, c.answered), "%+v", c)
	}
}
