package commitlog

import (
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func still() time.Duration { return 0 }

func TestSettledPrefixWaitsForEveryFate(t *testing.T) {
	var l Log
	l.Append(Commit{Request: "a"}, still)
	l.Append(Commit{Request: "b"}, still)
	l.Append(Commit{Request: "job", Fate: FateAsync}, still)
	l.Append(Commit{Request: "a"}, still)
	assert.Empty(t, l.SettledSince(0))
	l.Settle("b", FateSent)
	assert.Empty(t, l.SettledSince(0), "a came before b")
	l.Settle("a", FateCut)
	settled := l.SettledSince(0)
	require.Len(t, settled, 4)
	assert.Equal(t, []Fate{FateCut, FateSent, FateAsync, FateCut}, []Fate{settled[0].Fate, settled[1].Fate, settled[2].Fate, settled[3].Fate})
	assert.Len(t, l.SettledSince(3), 1)
	assert.Empty(t, l.SettledSince(99))
}

func TestAFateThatNobodyKnowsSettlesToo(t *testing.T) {
	var l Log
	l.Append(Commit{Request: "a"}, still)
	l.Settle("a", FateUnknown)
	l.Settle("never seen", FateSent)
	assert.Len(t, l.SettledSince(0), 1)
}

func TestAppendGivesLSNAndTimeInOneOrder(t *testing.T) {
	var l Log
	start := time.Now()
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 200 {
				l.Append(Commit{Fate: FateSent}, func() time.Duration { return time.Since(start) })
			}
		})
	}
	wg.Wait()
	commits := l.Since(0)
	require.Equal(t, 1600, l.Len())
	for i, c := range commits {
		assert.Equal(t, uint64(i+1), c.LSN)
		assert.True(t, i == 0 || commits[i-1].At <= c.At)
	}
	assert.Empty(t, l.Since(5000))
}
