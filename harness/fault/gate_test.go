package fault

import (
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
)

func TestGateIsHeldWhileTimePasses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var g gate
		var all sync.WaitGroup
		start, inside := time.Now(), 0
		for range 10 {
			all.Go(func() {
				g.Lock()
				defer g.Unlock()
				inside++
				time.Sleep(time.Hour)
				assert.Equal(t, 1, inside, "one at a time")
				inside--
			})
		}
		all.Wait()
		assert.Equal(t, 10*time.Hour, time.Since(start))
	})
}
