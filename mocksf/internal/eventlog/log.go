// Package eventlog turns events into the files that an org's event log
// consists of: one per type and hour, and one per type and day, in CSV. It keeps
// a bounded number of events and knows no clock: whoever adds an event or asks
// for files says what time it is.
package eventlog

import (
	"sync"
	"time"
)

// Event is something that happened. It does not change any more.
type Event interface {
	At() time.Time
	// Value is what a column holds; "" for one that the event does not have.
	Value(column string) string
}

// Config says how a log is cut into files.
type Config struct {
	Hour  time.Duration // length of what an hourly file covers; a day is 24 of them
	Delay time.Duration // from the end of the hour to its file
	Keep  int           // events of one type that wait for their file; the oldest go first
	Org   string        // id of the organization
}

// File is one file of the log.
type File struct {
	Type     *Type
	Daily    bool
	Start    time.Time // of the hour or day: LogDate
	Created  time.Time
	Sequence int // 0 daily, 1 hourly
	// Parts are the rows, without the header; a daily file shares them with the
	// hourly ones.
	Parts []string
}

// Log holds the events that are in no file yet.
type Log struct {
	cfg Config

	mu      sync.Mutex
	waiting map[*Type]*ring
	next    time.Time // start of the oldest hour without files; zero before the first event
	day     map[*Type][]string
	dropped int
}

// New returns an empty log.
func New(cfg Config) *Log {
	return &Log{cfg: cfg, waiting: map[*Type]*ring{}, day: map[*Type][]string{}}
}

// Add notes an event of one or several types.
func (l *Log) Add(e Event, types ...*Type) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.next.IsZero() {
		l.next = e.At().Truncate(l.cfg.Hour)
	}
	for _, t := range types {
		if l.waiting[t] == nil {
			l.waiting[t] = &ring{}
		}
		if l.waiting[t].add(e, l.cfg.Keep) {
			l.dropped++
		}
	}
}

// Dropped is the number of events that were pushed out before their file was
// written.
func (l *Log) Dropped() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.dropped
}

// Due returns the files that are complete by now and were not returned before,
// oldest first.
func (l *Log) Due(now time.Time) (files []File) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for !l.next.IsZero() {
		l.skip(now)
		end := l.next.Add(l.cfg.Hour)
		created := end.Add(l.cfg.Delay)
		if created.After(now) {
			break
		}
		files = l.hourly(files, end, created)
		if day := 24 * l.cfg.Hour; end.Equal(end.Truncate(day)) {
			files = l.daily(files, end.Add(-day), created)
		}
		if l.next = end; l.idle() {
			l.next = time.Time{}
		}
	}
	return files
}

// skip passes over the hours in which nothing happened, up to the present one
// and to the end of a day that will have a file.
func (l *Log) skip(now time.Time) {
	day := 24 * l.cfg.Hour
	until := now.Truncate(l.cfg.Hour)
	if last := l.next.Truncate(day).Add(day - l.cfg.Hour); len(l.day) > 0 && last.Before(until) {
		until = last
	}
	for _, r := range l.waiting {
		if len(r.events) > 0 && r.first().At().Before(until) {
			until = r.first().At().Truncate(l.cfg.Hour)
		}
	}
	if until.After(l.next) {
		l.next = until
	}
}

// idle tells whether nothing waits.
func (l *Log) idle() bool {
	for _, r := range l.waiting {
		if len(r.events) > 0 {
			return false
		}
	}
	return len(l.day) == 0
}

func (l *Log) hourly(files []File, end, created time.Time) []File {
	for _, t := range Types {
		r := l.waiting[t]
		if r == nil {
			continue
		}
		rows := t.rows(l.cfg.Org, r.before(end))
		if rows == "" {
			continue
		}
		l.day[t] = append(l.day[t], rows)
		files = append(files, File{Type: t, Start: l.next, Created: created, Sequence: 1, Parts: []string{rows}})
	}
	return files
}

func (l *Log) daily(files []File, start, created time.Time) []File {
	for _, t := range Types {
		if parts := l.day[t]; parts != nil {
			files = append(files, File{Type: t, Daily: true, Start: start, Created: created, Parts: parts})
		}
	}
	clear(l.day)
	return files
}
