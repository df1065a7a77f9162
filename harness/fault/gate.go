package fault

import "sync"

// gate is a mutex that may be held while time passes. A goroutine that waits
// for a sync.Mutex keeps the time of a synctest bubble from passing, so that
// whoever holds it would never come to its end; one that waits here does not.
// The zero gate is open.
type gate struct {
	mu    sync.Mutex // held for moments only
	wake  sync.Cond
	taken bool
}

// Lock waits until the gate is open, and shuts it.
func (g *gate) Lock() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.wake.L = &g.mu
	for g.taken {
		g.wake.Wait()
	}
	g.taken = true
}

// Unlock opens the gate.
func (g *gate) Unlock() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.taken = false
	g.wake.Signal()
}
