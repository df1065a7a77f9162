package reference

import (
	"context"
	"hash/fnv"
	"math/rand/v2"
	"time"
)

// Backoff is exponential with full jitter: a random time between 0 and
// Base * 2^attempt, at most Cap.
type Backoff struct{ Base, Cap time.Duration }

// Delay draws the time to wait before an attempt (1, 2, 3, ...). It is drawn
// from id and attempt, so that transactions spread out and a run can be repeated.
func (b Backoff) Delay(id string, attempt int) time.Duration {
	ceiling := min(b.Base<<min(attempt, 20), b.Cap)
	h := fnv.New64a()
	_, _ = h.Write([]byte(id))
	r := rand.New(rand.NewPCG(h.Sum64(), uint64(attempt)))
	return time.Duration(r.Int64N(int64(ceiling) + 1))
}

// sleep waits for d, or until ctx ends; then it returns false.
func sleep(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
