package rundir

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"unsafe"

	"github.com/apache/arrow-go/v18/arrow"

	"github.com/squall-harness/squall/harness/dense"
)

// ColumnReader walks the blocks of one table of the index.
type ColumnReader struct {
	table  dense.Table
	size   []int // bytes of a value, per column
	blocks *ledgerReader
	file   io.Closer
}

// HasIndex tells whether the run was written with dense columns.
func (d *Dir) HasIndex() bool {
	_, err := os.Stat(d.indexFile("intents"))
	return err == nil
}

// OpenColumns starts to read a table of the index into t. It fails when the
// table is absent, of another format, or was written for another token field.
func (d *Dir) OpenColumns(name, token string, t dense.Table) (*ColumnReader, error) {
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
	c := &ColumnReader{table: t, blocks: l, file: file}
	for _, column := range t.Columns() {
		c.size = append(c.size, columnType(column).(arrow.FixedWidthDataType).BitWidth()/8)
	}
	return c, nil
}

// Next brings the next block into the table; io.EOF after the last one. What
// the table held before stays valid.
func (c *ColumnReader) Next() (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = c.blocks.corrupt(fmt.Sprint(p))
		}
	}()
	batch, err := c.blocks.next()
	if batch == nil && err == nil {
		return io.EOF
	}
	if err != nil {
		return err
	}
	return c.take(batch)
}

func (c *ColumnReader) take(batch arrow.RecordBatch) error {
	n := int(batch.NumRows())
	for i, column := range c.table.Columns() {
		data := batch.Column(i).Data()
		bytes := []byte{}
		if values := data.Buffers()[1]; values != nil { // an empty block may have none
			bytes = values.Bytes()
		}
		if data.Offset() != 0 || data.NullN() != 0 || len(bytes) < n*c.size[i] {
			return c.blocks.corrupt("column " + column.Name + " is not whole")
		}
		setColumn(column, bytes[:n*c.size[i]])
	}
	return nil
}

// Close ends the reading.
func (c *ColumnReader) Close() error { return c.file.Close() }

func setColumn(c dense.Column, bytes []byte) {
	switch v := c.Values.(type) {
	case *[]uint8:
		*v = bytes
	case *[]uint32:
		*v = fromBytes[uint32](bytes)
	case *[]int32:
		*v = fromBytes[int32](bytes)
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
