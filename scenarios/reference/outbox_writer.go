package reference

import (
	"database/sql"
	"errors"
	"fmt"
	"sync"
)

// writer makes all changes to the outbox, in one goroutine. It commits in
// groups: whatever came in while the last commit went to disk shares the next
// one, so that a busy second costs few fsyncs and a quiet one no delay.
type writer struct {
	db    *sql.DB
	queue chan change
	quit  chan struct{}
	once  sync.Once
	ended chan struct{}
}

// change is one change of the outbox. committed runs in the writer after the
// group is on disk, in the order of the changes.
type change struct {
	apply     func(*sql.Tx) error
	committed func()
	done      chan error
}

// mostChanges bounds a group.
const mostChanges = 512

var errClosed = errors.New("the outbox is closed")

func startWriter(db *sql.DB) *writer {
	w := &writer{db: db, queue: make(chan change, mostChanges), quit: make(chan struct{}), ended: make(chan struct{})}
	go w.run()
	return w
}

// do makes one change and waits until it is on disk.
func (w *writer) do(apply func(*sql.Tx) error, committed func()) error {
	c := change{apply: apply, committed: committed, done: make(chan error, 1)}
	select {
	case w.queue <- c:
	case <-w.ended:
		return errClosed
	}
	select {
	case err := <-c.done:
		return err
	case <-w.ended:
		return errClosed
	}
}

func (w *writer) stop() {
	w.once.Do(func() { close(w.quit) })
	<-w.ended
}

func (w *writer) run() {
	defer close(w.ended)
	for {
		select {
		case c := <-w.queue:
			w.commit(w.group(c))
		case <-w.quit:
			return
		}
	}
}

// group takes what has queued up behind first.
func (w *writer) group(first change) []change {
	group := []change{first}
	for len(group) < mostChanges {
		select {
		case c := <-w.queue:
			group = append(group, c)
		default:
			return group
		}
	}
	return group
}

// commit stores a group. A failure is everybody's: a disk that is full or
// broken spares nobody, and what is not known to be stored was not.
func (w *writer) commit(group []change) {
	err := w.store(group)
	for _, c := range group {
		if err == nil {
			c.committed()
		}
		c.done <- err
	}
}

func (w *writer) store(group []change) error {
	tx, err := w.db.Begin()
	if err != nil {
		return fmt.Errorf("outbox: %w", err)
	}
	for _, c := range group {
		if err := c.apply(tx); err != nil {
			return errors.Join(fmt.Errorf("outbox: %w", err), tx.Rollback())
		}
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("outbox: %w", err)
	}
	return nil
}
