package commitlog

import (
	"slices"
	"sync"
	"time"
)

// Log is an append-only commit log, safe for concurrent use.
//
// A commit is settled once the fate of its reply is known. Writers append
// inside the critical section that makes the change; readers that stream the
// log elsewhere take the settled prefix, so that a line never changes once it
// has been handed out.
type Log struct {
	mu      sync.RWMutex
	commits []Commit
	unpack  []func() []Change // of each commit; nil where Changes are there
	open    map[string][]int  // request id -> positions not settled yet
	settled int               // length of the settled prefix
}

// Append gives c the next lsn, stores it and returns the lsn. A commit whose
// Fate is already known is settled at once. Clock is read inside the lock, so
// that time and lsn never disagree about order.
func (l *Log) Append(c Commit, clock func() time.Duration) uint64 {
	return l.AppendPacked(c, nil, clock)
}

// AppendPacked is Append for a writer that keeps the changes in a denser form
// of its own. unpack makes c.Changes whenever the commit is read; it must make
// the same every time and be safe for concurrent use.
func (l *Log) AppendPacked(c Commit, unpack func() []Change, clock func() time.Duration) uint64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	c.LSN = uint64(len(l.commits)) + 1
	c.At = clock()
	l.commits = append(l.commits, c)
	l.unpack = append(l.unpack, unpack)
	if c.Fate == FateUnknown {
		l.leaveOpen(c.Request)
	}
	l.advance()
	return c.LSN
}

func (l *Log) leaveOpen(request string) {
	if l.open == nil {
		l.open = map[string][]int{}
	}
	l.open[request] = append(l.open[request], len(l.commits)-1)
}

// Settle writes the fate of a request into the commits that it made. It does
// nothing for a request without open commits.
func (l *Log) Settle(request string, fate Fate) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, i := range l.open[request] {
		l.commits[i].Fate = fate
	}
	delete(l.open, request)
	l.advance()
}

// advance moves the end of the settled prefix. A commit that was settled with
// FateUnknown would stop it for ever, so what counts is whether it is open.
func (l *Log) advance() {
	for l.settled < len(l.commits) && !l.isOpen(l.settled) {
		l.settled++
	}
}

func (l *Log) isOpen(i int) bool {
	return slices.Contains(l.open[l.commits[i].Request], i)
}

// Len returns the number of commits.
func (l *Log) Len() int {
	l.mu.RLock()
	defer l.mu.RUnlock()
	return len(l.commits)
}

// Since returns a copy of the commits after the first n, settled or not.
func (l *Log) Since(n int) []Commit {
	return l.read(n, func() int { return len(l.commits) })
}

// SettledSince returns a copy of the settled commits after the first n. The
// lines that it returns never change again.
func (l *Log) SettledSince(n int) []Commit {
	return l.read(n, func() int { return l.settled })
}

// read copies the commits from a position up to an end and unpacks them, which
// may take a while, outside the lock.
func (l *Log) read(from int, end func() int) []Commit {
	l.mu.RLock()
	from = min(from, end())
	commits := append([]Commit(nil), l.commits[from:end()]...)
	unpack := l.unpack[from : from+len(commits)] // entries never change
	l.mu.RUnlock()
	for i := range commits {
		if unpack[i] != nil {
			commits[i].Changes = unpack[i]()
		}
	}
	return commits
}
