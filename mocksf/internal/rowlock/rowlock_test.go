package rowlock

import (
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"pgregory.net/rapid"
)

func TestTheLineIsServedInOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var table Table
		var order []string
		var mu sync.Mutex
		var all sync.WaitGroup
		come := func(name string, work time.Duration, keys ...string) {
			all.Go(func() {
				h, ok := table.Take(keys, time.Minute, nil, nil)
				assert.True(t, ok)
				assert.Empty(t, h.Taken)
				time.Sleep(work)
				mu.Lock()
				order = append(order, name)
				mu.Unlock()
				h.Release()
			})
			synctest.Wait()
		}
		come("first", time.Second, "a", "b")
		come("second", time.Second, "b", "c")
		come("third", time.Second, "c")            // free, but second has asked before
		come("other", 100*time.Millisecond, "d")   // in nobody's way
		come("fourth", 1500*time.Millisecond, "a") // with second: the two do not meet
		all.Wait()
		assert.Equal(t, []string{"other", "first", "second", "fourth", "third"}, order)
		assert.Empty(t, table.held)
	})
}

func TestWaitingEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var table Table
		first, _ := table.Take([]string{"a"}, 0, nil, nil)
		begun := time.Now()
		second, ok := table.Take([]string{"a", "b"}, 10*time.Second, nil, nil)
		assert.True(t, ok)
		assert.Equal(t, map[string]bool{"a": true}, second.Taken)
		assert.Equal(t, 10*time.Second+grace, time.Since(begun))

		gone := make(chan struct{})
		time.AfterFunc(time.Second, func() { close(gone) })
		_, ok = table.Take([]string{"b"}, time.Hour, gone, nil)
		assert.False(t, ok, "whoever is gone holds nothing")
		_, ok = table.Take([]string{"b"}, time.Hour, nil, gone)
		assert.False(t, ok)
		first.Release()
		second.Release()
		assert.Empty(t, table.held)
		assert.Empty(t, table.waiting)
	})
}

// TestAReleaseInTheLastInstantCounts ends a hold at the very moment at which
// the waiters' time is up: chance must not choose.
func TestAReleaseInTheLastInstantCounts(t *testing.T) {
	for range 50 {
		synctest.Test(t, func(t *testing.T) {
			var table Table
			first, _ := table.Take([]string{"a"}, 0, nil, nil)
			var all sync.WaitGroup
			all.Go(func() {
				time.Sleep(time.Second)
				first.Release()
			})
			all.Go(func() {
				h, _ := table.Take([]string{"a"}, time.Second, nil, nil)
				assert.Empty(t, h.Taken)
				h.Release()
			})
			all.Wait()
		})
	}
}

func TestNoTwoHoldOneKey(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		jobs := rapid.SliceOfN(rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"a", "b", "c", "d"}), 1, 3, rapid.ID), 1, 12).Draw(rt, "jobs")
		synctest.Test(t, func(t *testing.T) {
			var table Table
			var mu sync.Mutex
			var busy []string
			var all sync.WaitGroup
			for i, keys := range jobs {
				all.Go(func() {
					time.Sleep(time.Duration(i) * time.Millisecond)
					h, _ := table.Take(keys, time.Duration(i%5)*time.Second, nil, nil)
					mu.Lock()
					for _, key := range h.keys {
						assert.NotContains(t, busy, key)
					}
					busy = append(busy, h.keys...)
					assert.Len(t, keys, len(h.keys)+len(h.Taken), "every key is held or known to be taken")
					mu.Unlock()
					time.Sleep(time.Second)
					mu.Lock()
					busy = slices.DeleteFunc(busy, func(key string) bool { return slices.Contains(h.keys, key) })
					mu.Unlock()
					h.Release()
				})
			}
			all.Wait()
			assert.Empty(t, table.held)
			assert.Empty(t, table.waiting)
		})
	})
}
