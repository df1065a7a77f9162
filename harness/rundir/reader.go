package rundir

import (
	"errors"
	"fmt"
	"io"
	"io/fs"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/ipc"

	"github.com/squall-harness/squall/harness/history"
	"github.com/squall-harness/squall/mocksf/commitlog"
)

// Truncated says that a ledger ends before its end mark, as it does when the
// harness was killed. What the blocks before hold is returned along with it.
type Truncated struct {
	File  string
	Block int // number of the block that is missing or cut off, from 1
}

// Error says what is missing.
func (t *Truncated) Error() string {
	return fmt.Sprintf("%s was cut off at block %d: the harness did not end by itself; the %d blocks before it are whole",
		t.File, t.Block, t.Block-1)
}

// Corrupt says that a file is no ledger of this kind, or a damaged one. What
// the blocks before hold is returned along with it.
type Corrupt struct {
	File  string
	Block int // from 1; 0 means the head of the file
	What  string
}

// Error says what is wrong, and where.
func (c *Corrupt) Error() string {
	if c.Block == 0 {
		return fmt.Sprintf("%s: %s", c.File, c.What)
	}
	return fmt.Sprintf("%s: block %d: %s", c.File, c.Block, c.What)
}

// ReadHistory returns the events of ledger 1, in their order: history.Fold
// makes a History of them. With a Truncated or Corrupt error come the events up
// to there.
func (d *Dir) ReadHistory() ([]history.Event, error) {
	return readFile(d, HistoryFile, eventTable, eventsFromRows)
}

// ReadCommits returns ledger 2. With a Truncated or Corrupt error come the
// commits up to there.
func (d *Dir) ReadCommits() ([]commitlog.Commit, error) {
	return readFile(d, CommitsFile, commitTable, commitsFromRows)
}

// ReadRequests returns the request log. With a Truncated or Corrupt error come
// the requests up to there.
func (d *Dir) ReadRequests() ([]commitlog.Request, error) {
	return readFile(d, RequestsFile, requestTable, requestsFromRows)
}

// ReadReads returns the read log. With a Truncated or Corrupt error come the
// reads up to there.
func (d *Dir) ReadReads() ([]commitlog.Read, error) {
	return readFile(d, ReadsFile, readsTable, readsFromRows)
}

// LedgerFiles lists the Arrow streams of a run.
var LedgerFiles = []File{HistoryFile, CommitsFile, RequestsFile, ReadsFile}

var ledgerSchemas = map[File]*arrow.Schema{
	HistoryFile: eventTable.schema(), CommitsFile: commitTable.schema(), RequestsFile: requestTable.schema(),
	ReadsFile: readsTable.schema(),
}

// EachBlock hands the blocks of a ledger to use as they are, in their order, as
// far as they are sound: a Truncated or Corrupt error says where that ends. A
// block is valid until use returns; an error of use ends it too.
func (d *Dir) EachBlock(name File, use func(block arrow.RecordBatch) error) error {
	schema, ok := ledgerSchemas[name]
	if !ok {
		return fmt.Errorf("%s is no ledger", name)
	}
	return d.withLedger(name, func(in source) error {
		return eachBlock(in, schema, func(_ *ledgerReader, block arrow.RecordBatch) error { return use(block) })
	})
}

// join appends what the rows of one block stand for to what came before.
type join[R, T any] func(before []T, rows []R) ([]T, error)

func readFile[R, T any](d *Dir, name File, t table[R], add join[R, T]) (all []T, err error) {
	err = d.withLedger(name, func(in source) error {
		all, err = readLedger(in, t, add)
		return err
	})
	return all, err
}

// source is the bytes of one ledger.
type source struct {
	name string
	io.ReaderAt
	size int64
	run  string // id of the run that it must be of; "" when nobody knows
}

func (d *Dir) withLedger(name File, read func(source) error) error {
	file, err := d.open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%s has no %s: %w", d.path, name, fs.ErrNotExist)
	}
	if err != nil {
		return fmt.Errorf("cannot read %s: %w", d.Join(name), err)
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return fmt.Errorf("cannot read %s: %w", d.Join(name), err)
	}
	return read(source{string(name), file, info.Size(), d.id})
}

func readLedger[R, T any](in source, t table[R], add join[R, T]) (all []T, err error) {
	err = eachBlock(in, t.schema(), func(l *ledgerReader, block arrow.RecordBatch) (err error) {
		if all, err = add(all, t.rows(block)); err != nil {
			return l.corrupt(err.Error())
		}
		return nil
	})
	return all, err
}

// eachBlock never panics, whatever the bytes are.
func eachBlock(in source, schema *arrow.Schema, use func(*ledgerReader, arrow.RecordBatch) error) (err error) {
	l := &ledgerReader{messages: newMessageReader(in, headOf(schema)), seal: seal{run: in.run}}
	defer func() {
		if p := recover(); p != nil {
			err = l.corrupt(fmt.Sprint(p))
		}
	}()
	if err := l.open(schema); err != nil {
		return err
	}
	defer l.stream.Release()
	for {
		block, err := l.next()
		if block == nil || err != nil {
			return err
		}
		if err := use(l, block); err != nil {
			return err
		}
	}
}

// ledgerReader walks the blocks of one file.
type ledgerReader struct {
	messages *messageReader
	stream   *ipc.Reader
	seal     seal // of the block before; its run may be known beforehand
}

// open reads the head, which is the same in every ledger of one kind and
// format, so that nothing but a head of ours is ever parsed.
func (l *ledgerReader) open(want *arrow.Schema) error {
	stream, err := ipc.NewReaderFromMessageReader(l.messages)
	if err != nil {
		return l.explain(err)
	}
	l.stream = stream
	if !stream.Schema().Equal(want) {
		return l.corrupt("its columns are not those expected")
	}
	return nil
}

// next returns the next block; nil after the last one.
func (l *ledgerReader) next() (arrow.RecordBatch, error) {
	return l.took(l.stream.Read())
}

// took looks at what the Arrow library read.
func (l *ledgerReader) took(batch arrow.RecordBatch, err error) (arrow.RecordBatch, error) {
	switch {
	case errors.Is(err, io.EOF) && !l.seal.last:
		return nil, l.corrupt("it is missing: those before it are not all there were")
	case errors.Is(err, io.EOF):
		return nil, nil
	case err != nil:
		return nil, l.explain(err)
	}
	return batch, l.check(batch)
}

// check makes sure that a block is sound and that it is the next one.
func (l *ledgerReader) check(block arrow.RecordBatch) error {
	s, err := sealOf(block)
	if err != nil {
		return l.corrupt(err.Error())
	}
	if wrong := s.follows(l.seal); wrong != "" {
		return l.corrupt(wrong)
	}
	l.seal = s
	return nil
}

func (l *ledgerReader) corrupt(what string) error { return l.messages.corrupt(what) }

// explain finds the typed error in what the Arrow library made of it.
func (l *ledgerReader) explain(err error) error {
	var cut *Truncated
	var bad *Corrupt
	switch {
	case errors.As(err, &cut):
		return cut
	case errors.As(err, &bad):
		return bad
	}
	return l.corrupt(err.Error())
}
