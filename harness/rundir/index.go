package rundir

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"unsafe"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/ipc"
	"github.com/apache/arrow-go/v18/arrow/memory"

	"github.com/squall-harness/squall/harness/dense"
	"github.com/squall-harness/squall/harness/history"
	"github.com/squall-harness/squall/mocksf/commitlog"
)

const (
	indexName = "index" // the folder of the dense columns
	keyToken  = "squall.token"
)

// indexWriter keeps the dense columns of a run beside its ledgers: each table
// is an Arrow IPC stream of numbers in the folder index.
type indexWriter struct {
	*dense.Indexer
	files map[string]*columnWriter
}

// newIndexWriter starts the tables; token is the field that joins the ledgers.
func newIndexWriter(d *Dir, token string) (*indexWriter, error) {
	x := &indexWriter{dense.NewIndexer(token), map[string]*columnWriter{}}
	if err := os.MkdirAll(filepath.Join(d.path, indexName), dirMode); err != nil {
		return nil, err
	}
	for name, table := range x.Tables() {
		w, err := newColumnWriter(d.indexFile(name), name, token, table)
		if err != nil {
			return nil, errors.Join(err, x.close(false))
		}
		w.seal.run = d.id
		x.files[name] = w
	}
	return x, nil
}

func (d *Dir) indexFile(table string) string {
	return filepath.Join(d.path, indexName, table+".arrows")
}

// add takes in a part of the run: what was offered first, since that tells what
// the columns of a commit must hold.
func (x *indexWriter) add(p Part) error {
	return errors.Join(x.events(p.Events), x.commits(p.Commits), x.requests(p.Requests))
}

const (
	// indexBlock is how many rows a block of the index has at least, but for the
	// last one of a table.
	indexBlock = 1 << 13
	// indexStep is how many lines of a ledger it is held against after.
	indexStep = 1 << 12
)

func (x *indexWriter) events(events []history.Event) error {
	for part := range slices.Chunk(events, indexStep) {
		for _, e := range part {
			x.Event(e)
		}
		if err := x.write("operations", "intents", "answers", "notes", "strays"); err != nil {
			return err
		}
	}
	return nil
}

func (x *indexWriter) commits(commits []commitlog.Commit) error {
	for part := range slices.Chunk(commits, indexStep) {
		for i := range part {
			x.Commit(&part[i])
		}
		if err := x.write("effects", "changes", "strays"); err != nil {
			return err
		}
	}
	return nil
}

func (x *indexWriter) requests(requests []commitlog.Request) error {
	for part := range slices.Chunk(requests, indexStep) {
		for i := range part {
			x.Request(&part[i])
		}
		if err := x.write("requests", "traces"); err != nil {
			return err
		}
	}
	return nil
}

// write stores the tables that have enough rows for a block.
func (x *indexWriter) write(tables ...string) error {
	var err error
	for _, name := range tables {
		if w := x.files[name]; w.table.Rows() >= indexBlock {
			err = errors.Join(err, w.block())
		}
	}
	return err
}

// close ends the tables; those that lack something get no end.
func (x *indexWriter) close(whole bool) error {
	var err error
	for _, w := range x.files {
		err = errors.Join(err, w.close(whole))
	}
	return err
}

// columnWriter appends blocks to one table of the index.
type columnWriter struct {
	name   string
	table  dense.Table
	schema *arrow.Schema
	seal   seal // of the latest block
	file   *os.File
	buffer *bufio.Writer
	stream *ipc.Writer
}

func newColumnWriter(path, name, token string, t dense.Table) (*columnWriter, error) {
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, fileMode)
	if err != nil {
		return nil, err
	}
	w := &columnWriter{name: path, table: t, schema: columnSchema(name, token, t), file: file, buffer: bufio.NewWriterSize(file, 1<<18)}
	w.stream = ipc.NewWriter(w.buffer, ipc.WithSchema(w.schema))
	return w, nil
}

// columnSchema is the head of a table: who wrote it, and the field that joins, "" for the usual one.
func columnSchema(name, token string, t dense.Table) *arrow.Schema {
	if token == dense.DefaultToken {
		token = ""
	}
	var fields []arrow.Field
	for _, c := range t.Columns() {
		fields = append(fields, arrow.Field{Name: c.Name, Type: columnType(c)})
	}
	meta := arrow.NewMetadata([]string{keyLedger, keyFormat, keyToken}, []string{"index/" + name, format, token})
	return arrow.NewSchema(fields, &meta)
}

// block appends what the table holds, and empties it.
func (w *columnWriter) block() error {
	columns := w.table.Columns()
	arrays := make([]arrow.Array, len(columns))
	for i, c := range columns {
		buffers := []*memory.Buffer{nil, memory.NewBufferBytes(columnBytes(c))}
		arrays[i] = array.MakeFromData(array.NewData(columnType(c), w.table.Rows(), buffers, nil, 0, 0))
	}
	w.seal.block++
	block := array.NewRecordBatchWithMetadata(w.schema, arrays, int64(w.table.Rows()), w.seal.metadata(arrays))
	if err := errors.Join(w.stream.Write(block), w.buffer.Flush()); err != nil {
		return fmt.Errorf("cannot write %s: %w", w.name, err)
	}
	w.table.Clear()
	return nil
}

// close ends the table: a whole one gets a last block, which is empty and says
// so, and Arrow's end mark.
func (w *columnWriter) close(whole bool) error {
	var err error
	if whole && w.table.Rows() > 0 {
		err = w.block()
	}
	if whole {
		w.seal.last = true
		err = errors.Join(err, w.block(), w.stream.Close())
	}
	if err = errors.Join(err, w.buffer.Flush(), w.file.Close()); err != nil {
		return fmt.Errorf("cannot write %s: %w", w.name, err)
	}
	return nil
}

func columnType(c dense.Column) arrow.DataType {
	switch c.Values.(type) {
	case *[]uint8:
		return arrow.PrimitiveTypes.Uint8
	case *[]uint32:
		return arrow.PrimitiveTypes.Uint32
	case *[]int64:
		return arrow.PrimitiveTypes.Int64
	}
	return arrow.PrimitiveTypes.Uint64
}

// columnBytes are the values as they lie in memory, which is how Arrow stores
// them.
func columnBytes(c dense.Column) []byte {
	switch v := c.Values.(type) {
	case *[]uint8:
		return *v
	case *[]uint32:
		return asBytes(*v)
	case *[]int64:
		return asBytes(*v)
	case *[]uint64:
		return asBytes(*v)
	}
	return nil
}

func asBytes[T any](values []T) []byte {
	var one T
	return unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(values))), len(values)*int(unsafe.Sizeof(one)))
}
