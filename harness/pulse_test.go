package harness

import (
	"net"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A bubble that stands still is given up, and the error shows who stopped it.
func TestABubbleThatStandsStillIsToldWithItsCulprit(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0") // outside: its Accept cannot be waited for in virtual time
	require.NoError(t, err)
	p := pulse{every: time.Millisecond}
	gone := make(chan struct{})
	err = p.live(t, func(*testing.T) {
		_, _ = l.Accept()
		close(gone)
	})
	require.ErrorContains(t, err, "virtual time stands still")
	assert.ErrorContains(t, err, "env.Listen()")
	assert.ErrorContains(t, err, "[IO wait, synctest bubble")
	assert.ErrorContains(t, err, "TestABubbleThatStandsStillIsToldWithItsCulprit", "the caller's own line")
	require.NoError(t, l.Close())
	<-gone
}

func TestABubbleThatCannotEndIsToldWithTheRule(t *testing.T) {
	var p pulse
	err := p.live(t, func(*testing.T) { go leaveBehind() })
	require.ErrorContains(t, err, "the function left goroutines behind")
	assert.ErrorContains(t, err, "[select (no cases) (durable), synctest bubble")
	assert.ErrorContains(t, err, "harness.leaveBehind()")
	assert.ErrorContains(t, p.unended("deadlock: all goroutines in bubble are blocked"), "something that never comes")
}

// leaveBehind is a goroutine that nothing can end.
func leaveBehind() { select {} }

func TestABubbleThatBeatsAndEndsIsNoError(t *testing.T) {
	var p pulse
	told := 0
	tell := p.through(func(Status) { told++ })
	require.NoError(t, p.live(t, func(*testing.T) {
		time.Sleep(24 * time.Hour)
		tell(Status{})
	}))
	assert.Equal(t, 1, told)
	assert.EqualValues(t, 1, p.beats.Load())
}
