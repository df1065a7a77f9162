package verify

import (
	"runtime"
	"sync"
)

// inParts calls work for 0 to n-1, cut into parts that go side by side, and
// returns when all are done. work writes only what belongs to its number and
// reads nothing that another one writes, so that nobody can tell from the
// result in which order they went.
func inParts(n int, work func(i int)) {
	parts := make([]func(), 4*runtime.GOMAXPROCS(0)) // more than processors: a part that takes longer keeps nobody waiting
	for p := range parts {
		parts[p] = func() {
			for i := n * p / len(parts); i < n*(p+1)/len(parts); i++ {
				work(i)
			}
		}
	}
	sideBySide(parts...)
}

// sideBySide returns when all works are done. None writes what another one
// reads or writes.
func sideBySide(works ...func()) {
	var all sync.WaitGroup
	for _, work := range works {
		all.Go(work)
	}
	all.Wait()
}
