package rundir

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/ipc"

	"github.com/squall-harness/squall/harness/history"
	"github.com/squall-harness/squall/mocksf/commitlog"
)

// flushEvery is how much of a run a killed harness loses at most. It is no round
// figure: what happens at round ones, in virtual time, is in the same block in
// every run.
const flushEvery = 250*time.Millisecond - 17*time.Nanosecond

// Events is where ledger 1 grows: a history.Recorder.
type Events interface {
	Since(n int) []history.Event
}

// CommitSource is where ledger 2 grows: a commitlog.Log.
type CommitSource interface {
	SettledSince(n int) []commitlog.Commit
	Since(n int) []commitlog.Commit
}

// Ledgers writes both ledgers and the request log while the run goes on.
type Ledgers struct {
	events   Events
	commits  CommitSource
	mu       sync.Mutex // guards requests and reads
	requests []commitlog.Request
	reads    []commitlog.Read

	historyOut *ledgerWriter[eventRow]
	commitsOut *ledgerWriter[changeRow]
	requestOut *ledgerWriter[requestRow]
	readsOut   *ledgerWriter[readRow]
	index      *indexWriter
	seen       struct{ events, commits int }

	every  time.Duration // from one block to the next; flushEvery at least
	failed chan error
	stop   chan struct{}
	done   chan struct{}
	once   sync.Once
	err    error // the first write error; read after done
}

// Pace lets the ledgers of a run that lasts for hours have fewer and larger
// blocks: one in every.
func (d *Dir) Pace(every time.Duration) { d.pace = every }

// StartLedgers starts to write what events and commits bring, and the requests
// handed to Request, in blocks. Close ends it. token is the field that joins the
// ledgers, "" for Token__c.
func (d *Dir) StartLedgers(events Events, commits CommitSource, token string) (*Ledgers, error) {
	l := &Ledgers{
		events: events, commits: commits, every: d.pace,
		failed: make(chan error, 1), stop: make(chan struct{}), done: make(chan struct{}),
	}
	if err := l.create(d, token); err != nil {
		return nil, fmt.Errorf("cannot start the ledgers: %w", err)
	}
	go l.loop()
	return l, nil
}

func (l *Ledgers) create(d *Dir, token string) (err error) {
	if l.historyOut, err = createLedger(d, HistoryFile, eventTable); err != nil {
		return err
	}
	if l.commitsOut, err = createLedger(d, CommitsFile, commitTable); err != nil {
		return errors.Join(err, l.historyOut.close(false))
	}
	if l.requestOut, err = createLedger(d, RequestsFile, requestTable); err != nil {
		return errors.Join(err, l.historyOut.close(false), l.commitsOut.close(false))
	}
	if l.readsOut, err = createLedger(d, ReadsFile, readsTable); err != nil {
		return errors.Join(err, l.historyOut.close(false), l.commitsOut.close(false), l.requestOut.close(false))
	}
	if l.index, err = newIndexWriter(d, token); err != nil {
		return errors.Join(err, l.historyOut.close(false), l.commitsOut.close(false), l.requestOut.close(false), l.readsOut.close(false))
	}
	return nil
}

// Request adds a line to the request log. It is safe for concurrent use.
func (l *Ledgers) Request(q commitlog.Request) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.requests = append(l.requests, q)
}

// Read adds a line to the read log. It is safe for concurrent use.
func (l *Ledgers) Read(q commitlog.Read) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.reads = append(l.reads, q)
}

// Failed gets the first write error at once, for example that the disk is full,
// so that the run can stop: what happens after it would leave no trace.
func (l *Ledgers) Failed() <-chan error { return l.failed }

// Close writes what is left, commits whose reply has no fate yet included, and
// ends the files. It returns the first write error of the whole run.
func (l *Ledgers) Close() error {
	l.once.Do(func() { close(l.stop) })
	<-l.done
	return l.err
}

func (l *Ledgers) loop() {
	defer close(l.done)
	tick := time.NewTicker(max(flushEvery, l.every))
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			l.note(l.flush(l.commits.SettledSince))
		case <-l.stop:
			l.note(l.flush(l.commits.Since))
			l.note(l.close(l.err == nil))
			return
		}
	}
}

// close ends the files; those that lack something get no end.
func (l *Ledgers) close(whole bool) error {
	return errors.Join(l.historyOut.close(whole), l.commitsOut.close(whole), l.requestOut.close(whole), l.readsOut.close(whole), l.index.close(whole))
}

func (l *Ledgers) note(err error) {
	if err == nil || l.err != nil {
		return
	}
	l.err = err
	l.failed <- err
}

// flush writes one block per ledger that has something new. Requests and
// commits go first, so that a ledger cut off by a kill does not show an answer
// whose cause is missing.
func (l *Ledgers) flush(newCommits func(n int) []commitlog.Commit) error {
	if l.err != nil {
		return nil
	}
	l.mu.Lock()
	requests := l.requests
	l.requests = nil
	l.mu.Unlock()
	commits := newCommits(l.seen.commits)
	return l.write(Part{l.events.Since(l.seen.events), commits, requests})
}

// write brings a part of the run into the ledgers, and then into the index.
func (l *Ledgers) write(p Part) error {
	l.seen.commits += len(p.Commits)
	l.seen.events += len(p.Events)
	err := errors.Join(
		l.flushRequests(p.Requests),
		l.flushReads(),
		writeAll(l.commitsOut, p.Commits, commitToRows),
		l.flushEvents(p.Events),
	)
	if err != nil {
		return err
	}
	return l.index.add(p)
}

func (l *Ledgers) flushRequests(requests []commitlog.Request) error {
	return writeAll(l.requestOut, requests, func(rows []requestRow, q commitlog.Request) ([]requestRow, error) {
		row, err := requestToRow(q)
		return append(rows, row), err
	})
}

func (l *Ledgers) flushReads() error {
	l.mu.Lock()
	reads := l.reads
	l.reads = nil
	l.mu.Unlock()
	return writeAll(l.readsOut, reads, readToRows)
}

func (l *Ledgers) flushEvents(events []history.Event) error {
	return writeAll(l.historyOut, events, func(rows []eventRow, e history.Event) ([]eventRow, error) {
		row, err := eventToRow(e)
		return append(rows, row), err
	})
}

// blockRows bounds a block: a reader holds one at a time.
const blockRows = 8192

// writeAll writes values as blocks; what one value stands for is never spread
// over two of them.
func writeAll[R, T any](w *ledgerWriter[R], values []T, flatten func([]R, T) ([]R, error)) error {
	var rows []R
	for i, v := range values {
		var err error
		if rows, err = flatten(rows, v); err != nil {
			return fmt.Errorf("cannot write %s: %w", w.name, err)
		}
		if len(rows) >= blockRows || i == len(values)-1 {
			if err := w.write(rows); err != nil {
				return err
			}
			rows = rows[:0]
		}
	}
	return nil
}

// ledgerWriter appends blocks to one file.
type ledgerWriter[R any] struct {
	name   string
	table  table[R]
	schema *arrow.Schema
	seal   seal // of the latest block
	file   io.WriteCloser
	buffer *bufio.Writer
	stream *ipc.Writer
}

func createLedger[R any](d *Dir, name File, t table[R]) (*ledgerWriter[R], error) {
	file, err := os.OpenFile(d.Join(name), os.O_WRONLY|os.O_CREATE|os.O_TRUNC, fileMode)
	if err != nil {
		return nil, err
	}
	w := newLedgerWriter(d.Join(name), t, file)
	w.seal.run = d.id
	// An empty block brings the head onto the disk at once.
	if err := w.write(nil); err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return w, nil
}

func newLedgerWriter[R any](name string, t table[R], file io.WriteCloser) *ledgerWriter[R] {
	w := &ledgerWriter[R]{name: name, table: t, schema: t.schema(), file: file, buffer: bufio.NewWriterSize(file, 1<<16)}
	w.stream = ipc.NewWriter(w.buffer, ipc.WithSchema(w.schema))
	return w
}

func (w *ledgerWriter[R]) write(rows []R) error {
	w.seal.block++
	batch := w.table.batch(w.schema, rows, w.seal)
	defer batch.Release()
	if err := errors.Join(w.stream.Write(batch), w.buffer.Flush()); err != nil {
		return fmt.Errorf("cannot write %s: %w", w.name, err)
	}
	return nil
}

// close ends the file. A whole ledger gets a last block, which is empty and says
// so, and Arrow's end mark.
func (w *ledgerWriter[R]) close(whole bool) error {
	var err error
	if whole {
		w.seal.last = true
		err = errors.Join(w.write(nil), w.stream.Close())
	}
	if err = errors.Join(err, w.buffer.Flush(), w.file.Close()); err != nil {
		return fmt.Errorf("cannot write %s: %w", w.name, err)
	}
	return nil
}
