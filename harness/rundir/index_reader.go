package rundir

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"
	"unsafe"

	"github.com/apache/arrow-go/v18/arrow"

	"github.com/squall-harness/squall/harness/dense"
)

// ColumnReader walks the blocks of one table of the index. The next blocks are
// read and checked while the one at hand is used.
type ColumnReader struct {
	table  dense.Table
	size   []int // bytes of a value, per column
	blocks *ledgerReader
	file   io.Closer
	ahead  chan loaded
	used   chan []byte // bodies whose blocks are done with
	spare  *spare
	body   []byte // of the block at hand
	stop   chan struct{}
	done   chan struct{}
}

// loaded is a block that was read ahead, or why there is none.
type loaded struct {
	columns [][]byte // parts of body
	body    []byte
	err     error
}

// blocksAhead is how many blocks are read ahead.
const blocksAhead = 2

// OpenColumns starts to read a table of the index into t, from one of its
// blocks on, the first of which is 0. It fails when the table is absent, of
// another format, or was written for another token field.
func (d *Dir) OpenColumns(name, token string, t dense.Table, from int) (*ColumnReader, error) {
	c, err := d.columns(name, token, t)
	if err != nil {
		return nil, err
	}
	c.blocks.messages.leap(d.starts.of(name), from)
	c.blocks.seal.block = from
	go c.readAhead()
	return c, nil
}

// CountColumns lists how many rows each block of a table of the index has. It
// reads none of them, and notes where they are for OpenColumns.
func (d *Dir) CountColumns(name, token string, t dense.Table) (rows []int, err error) {
	c, err := d.columns(name, token, t)
	if err != nil {
		return nil, err
	}
	defer c.file.Close()
	var starts []int64
	c.blocks.messages.want = func(n int64) bool {
		rows, starts = append(rows, int(n)), append(starts, c.blocks.messages.start)
		return false
	}
	if _, err := c.blocks.messages.Message(); !errors.Is(err, io.EOF) {
		return nil, err
	}
	d.starts.note(name, starts)
	return rows, nil
}

// starts is where the blocks of the tables begin whose blocks were counted.
type starts struct {
	mu    sync.Mutex
	known map[string][]int64
}

func (s *starts) note(table string, all []int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.known == nil {
		s.known = map[string][]int64{}
	}
	s.known[table] = all
}

func (s *starts) of(table string) []int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.known[table]
}

func (d *Dir) columns(name, token string, t dense.Table) (*ColumnReader, error) {
	inside := filepath.Join(indexName, name+".arrows")
	file, err := os.OpenInRoot(d.path, inside)
	if err != nil {
		return nil, fmt.Errorf("cannot read %s: %w", d.indexFile(name), err)
	}
	info, err := file.Stat()
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	schema := columnSchema(name, token, t)
	in := source{inside, file, info.Size(), d.id}
	l := &ledgerReader{messages: newMessageReader(in, headOf(schema)), seal: seal{run: d.id}}
	if err := l.open(schema); err != nil {
		return nil, errors.Join(err, file.Close())
	}
	c := &ColumnReader{
		table: t, blocks: l, file: file, spare: &d.spare, ahead: make(chan loaded, blocksAhead), used: make(chan []byte, blocksAhead+2),
		stop: make(chan struct{}), done: make(chan struct{}),
	}
	for _, column := range t.Columns() {
		c.size = append(c.size, columnType(column).(arrow.FixedWidthDataType).BitWidth()/8)
	}
	return c, nil
}

func (c *ColumnReader) readAhead() {
	defer close(c.done)
	for {
		next := c.load()
		select {
		case c.ahead <- next:
		case <-c.stop:
			return
		}
		if next.err != nil {
			return
		}
	}
}

// load reads a block into memory that an earlier one has left.
func (c *ColumnReader) load() (next loaded) {
	defer func() {
		if p := recover(); p != nil {
			next.err = c.blocks.corrupt(fmt.Sprint(p))
		}
	}()
	c.blocks.messages.room = func(n int64) []byte {
		select {
		case next.body = <-c.used:
		default:
			next.body = c.spare.take()
		}
		if int64(cap(next.body)) < n {
			next.body = make([]byte, n)
		}
		return next.body[:n]
	}
	batch, err := c.blocks.next()
	switch {
	case err != nil:
		next.err = err
	case batch == nil:
		next.err = io.EOF
	default:
		next.columns, next.err = c.cut(batch)
	}
	return next
}

// Next brings the next block into the table; io.EOF after the last one. What
// the table held before is no longer valid.
func (c *ColumnReader) Next() error {
	if c.body != nil {
		c.used <- c.body
		c.body = nil
	}
	next, more := <-c.ahead
	if !more {
		return io.EOF
	}
	if next.err != nil {
		close(c.ahead)
		return next.err
	}
	c.body = next.body
	for i, column := range c.table.Columns() {
		setColumn(column, next.columns[i])
	}
	return nil
}

// cut returns the values of each column.
func (c *ColumnReader) cut(batch arrow.RecordBatch) (columns [][]byte, err error) {
	n := int(batch.NumRows())
	for i, column := range c.table.Columns() {
		data := batch.Column(i).Data()
		bytes := []byte{}
		if values := data.Buffers()[1]; values != nil { // an empty block may have none
			bytes = values.Bytes()
		}
		if data.Offset() != 0 || data.NullN() != 0 || len(bytes) < n*c.size[i] {
			return nil, c.blocks.corrupt("column " + column.Name + " is not whole")
		}
		columns = append(columns, bytes[:n*c.size[i]])
	}
	return columns, nil
}

// Close ends the reading. The table keeps the block at hand.
func (c *ColumnReader) Close() error {
	close(c.stop)
	<-c.done
	for len(c.used) > 0 {
		c.spare.give(<-c.used)
	}
	for len(c.ahead) > 0 {
		c.spare.give((<-c.ahead).body)
	}
	return c.file.Close()
}

// spare is memory that readers left to those that come after them.
type spare struct {
	mu  sync.Mutex
	all [][]byte
}

func (s *spare) give(body []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.all = append(s.all, body)
}

// take returns nil when there is none.
func (s *spare) take() []byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.all) == 0 {
		return nil
	}
	body := s.all[len(s.all)-1]
	s.all = s.all[:len(s.all)-1]
	return body
}

func setColumn(c dense.Column, bytes []byte) {
	switch v := c.Values.(type) {
	case *[]uint8:
		*v = bytes
	case *[]uint32:
		*v = fromBytes[uint32](bytes)
	case *[]int64:
		*v = fromBytes[int64](bytes)
	case *[]uint64:
		*v = fromBytes[uint64](bytes)
	}
}

func fromBytes[T any](bytes []byte) []T {
	var one T
	return unsafe.Slice((*T)(unsafe.Pointer(unsafe.SliceData(bytes))), len(bytes)/int(unsafe.Sizeof(one)))
}
