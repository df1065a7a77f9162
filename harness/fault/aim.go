package fault

import (
	"fmt"
	"slices"
	"sync"
)

// aim is the part of a service fault that chooses requests. It counts what was
// hit, so that the window can tell whether the fault fired.
type aim struct {
	match Match
	picks []int // positions among matching requests, rising; none: every one

	mu   sync.Mutex
	met  int // matching requests so far
	hits int
}

// takes says whether the request is one to hit.
func (a *aim) takes(c Call) bool {
	if !a.match.takes(c) {
		return false
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	position := a.met
	a.met++
	if len(a.picks) == 0 {
		return true
	}
	_, picked := slices.BinarySearch(a.picks, position)
	return picked
}

// hit counts one.
func (a *aim) hit() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.hits++
}

// told is the end of every service fault: nothing to take away.
func (a *aim) told(what string) (hits int, note string, err error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	planned := ""
	if len(a.picks) > 0 {
		planned = fmt.Sprintf("%d planned, ", len(a.picks))
	}
	return a.hits, fmt.Sprintf("%s (%s%d matching requests seen)", what, planned, a.met), nil
}
