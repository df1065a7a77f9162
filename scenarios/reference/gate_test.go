package reference

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var errDown = errors.New("down")

func enter(t *testing.T, g *Gate, class Class) {
	t.Helper()
	require.NoError(t, g.Enter(t.Context()))
	g.Leave(class, errDown)
}

func TestALongOutageIsAskedAboutLessOften(t *testing.T) {
	pause := Backoff{50 * time.Millisecond, time.Second}
	assert.LessOrEqual(t, probePause(pause, 9, 10*time.Second), time.Second)
	assert.Equal(t, 3*time.Second, probePause(pause, 9, time.Minute))
	assert.Equal(t, time.Minute, probePause(pause, 9, 20*time.Hour))
}

func TestGateShutsAfterStrikesInARow(t *testing.T) {
	g := NewGate(8)
	for range 4 {
		enter(t, g, Retry)
	}
	enter(t, g, Permanent) // the org answered: it is there
	for range 4 {
		enter(t, g, Retry)
	}
	assert.False(t, g.shut)
	enter(t, g, Retry)
	assert.True(t, g.shut)
	assert.Equal(t, "down", g.Trouble().Cause)
}

func TestGateShutsAtOnceWhenThrottled(t *testing.T) {
	g := NewGate(8)
	enter(t, g, Throttled)
	assert.True(t, g.shut)
}

func TestGateProbesOneAtATimeAndOpensSlowly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		defer synctest.Wait()
		defer cancel()
		g := NewGate(4)
		probes := 0
		go g.Run(ctx, Backoff{time.Second, time.Second}, func(context.Context) (Class, error) {
			probes++
			if probes < 3 {
				return Retry, errDown
			}
			return Delivered, nil
		})
		enter(t, g, Throttled)
		require.NoError(t, g.Wait(ctx))
		assert.Equal(t, 3, probes)
		assert.Zero(t, g.Trouble())
		require.NoError(t, g.Enter(ctx))
		short, stop := context.WithTimeout(ctx, time.Second)
		defer stop()
		assert.Error(t, g.Enter(short), "one call at first")
		g.Leave(Delivered, nil)
		require.NoError(t, g.Enter(ctx))
		require.NoError(t, g.Enter(ctx), "then two")
	})
}

func TestGateStoppedWhileShut(t *testing.T) {
	g := NewGate(1)
	enter(t, g, Throttled)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	g.Run(ctx, Backoff{time.Hour, time.Hour}, nil)
	assert.ErrorIs(t, g.Enter(t.Context()), ErrStopping)
}

// Who waits for something else than a call may leave before the gate stops, or
// after: calls end in the same order and at the same instants.
func TestGateStopsCallsInTurn(t *testing.T) {
	for _, alsoWaits := range []bool{true, false} {
		synctest.Test(t, func(t *testing.T) {
			g := NewGate(1)
			enter(t, g, Throttled)
			if alsoWaits {
				go func() { _ = g.Wait(t.Context()) }()
				synctest.Wait()
			}
			began, ended := time.Now(), make(chan time.Duration)
			for range 2 {
				go func() {
					assert.ErrorIs(t, g.Enter(t.Context()), ErrStopping)
					ended <- time.Since(began)
				}()
			}
			synctest.Wait()
			g.stop()
			assert.Equal(t, []time.Duration{gateTurn, 2 * gateTurn}, []time.Duration{<-ended, <-ended})
		})
	}
}

func TestBackoffIsBoundedAndRepeatable(t *testing.T) {
	b := Backoff{Base: 50 * time.Millisecond, Cap: 2 * time.Second}
	seen := map[time.Duration]bool{}
	for attempt := range 100 {
		d := b.Delay("t-1", attempt)
		assert.LessOrEqual(t, d, min(b.Cap, b.Base<<min(attempt, 20)))
		assert.Equal(t, d, b.Delay("t-1", attempt))
		seen[d] = true
	}
	assert.Greater(t, len(seen), 90, "jitter")
	assert.NotEqual(t, b.Delay("t-1", 9), b.Delay("t-2", 9))
}
