package rundir

import (
	"bytes"
	"strings"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/ipc"
	"github.com/apache/arrow-go/v18/arrow/memory"
)

// Every ledger is an Arrow IPC stream of plain columns without nulls: int64,
// float64 and utf8. Times are nanoseconds since the base of the run's clock.
// The schema's metadata names the ledger and its format; each block (record
// batch) carries a seal.
const (
	keyLedger = "squall.ledger"
	keyFormat = "squall.format"
	format    = "2"
)

// table maps rows of type R to the columns of one ledger.
type table[R any] struct {
	ledger  string
	columns []column[R]
}

// column is one column of a table: where its value lies in a row, both ways.
type column[R any] struct {
	name string
	kind arrow.DataType
	put  func(b array.Builder, row *R)
	get  func(a arrow.Array, i int, row *R)
	own  func(row *R) // copies a text out of the block; nil where there is none
}

func number[R any](name string, field func(*R) *int64) column[R] {
	return column[R]{name, arrow.PrimitiveTypes.Int64,
		func(b array.Builder, row *R) { b.(*array.Int64Builder).Append(*field(row)) },
		func(a arrow.Array, i int, row *R) { *field(row) = a.(*array.Int64).Value(i) }, nil,
	}
}

func figure[R any](name string, field func(*R) *float64) column[R] {
	return column[R]{name, arrow.PrimitiveTypes.Float64,
		func(b array.Builder, row *R) { b.(*array.Float64Builder).Append(*field(row)) },
		func(a arrow.Array, i int, row *R) { *field(row) = a.(*array.Float64).Value(i) }, nil,
	}
}

func text[R any](name string, field func(*R) *string) column[R] {
	return column[R]{name, arrow.BinaryTypes.String,
		func(b array.Builder, row *R) { b.(*array.StringBuilder).Append(*field(row)) },
		func(a arrow.Array, i int, row *R) { *field(row) = a.(*array.String).Value(i) },
		func(row *R) { *field(row) = strings.Clone(*field(row)) },
	}
}

func (t table[R]) schema() *arrow.Schema {
	fields := make([]arrow.Field, len(t.columns))
	for i, c := range t.columns {
		fields[i] = arrow.Field{Name: c.name, Type: c.kind}
	}
	meta := arrow.NewMetadata([]string{keyLedger, keyFormat}, []string{t.ledger, format})
	return arrow.NewSchema(fields, &meta)
}

// batch builds one block out of rows.
func (t table[R]) batch(schema *arrow.Schema, rows []R, s seal) arrow.RecordBatch {
	columns := make([]arrow.Array, len(t.columns))
	for i, c := range t.columns {
		columns[i] = c.build(rows)
	}
	return array.NewRecordBatchWithMetadata(schema, columns, int64(len(rows)), s.metadata(columns))
}

func (c column[R]) build(rows []R) arrow.Array {
	b := array.NewBuilder(memory.DefaultAllocator, c.kind)
	defer b.Release()
	b.Reserve(len(rows))
	for i := range rows {
		c.put(b, &rows[i])
	}
	return b.NewArray()
}

// rows takes a block apart again.
func (t table[R]) rows(batch arrow.RecordBatch) []R {
	rows := make([]R, batch.NumRows())
	for c, column := range t.columns {
		values := batch.Column(c)
		for i := range rows {
			column.get(values, i, &rows[i])
		}
	}
	return rows
}

// headOf is the first message of every ledger of this kind and format.
func headOf(schema *arrow.Schema) []byte {
	var stream bytes.Buffer
	w := ipc.NewWriter(&stream, ipc.WithSchema(schema))
	if err := w.Close(); err != nil {
		return nil // no reader accepts it then
	}
	data := stream.Bytes()
	return data[prefixLength : len(data)-len(endMark)]
}
