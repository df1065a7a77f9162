package export

import (
	"io"
	"slices"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/parquet-go/parquet-go"
)

// parquetFile writes row groups of many blocks, since a run's blocks are small.
// (Arrow's own writer links gRPC and all of Arrow's computing, three times as
// much program.)
type parquetFile struct {
	out  *parquet.GenericWriter[any]
	rows []parquet.Row // of one block, used again
}

// rowGroup bounds what is held in memory.
const rowGroup = 1 << 17

func newParquet(w io.Writer, schema *arrow.Schema) (encoder, error) {
	columns := columns{Group: parquet.Group{}}
	for _, f := range schema.Fields() {
		columns.names = append(columns.names, f.Name)
		columns.Group[f.Name] = node(f)
	}
	out := parquet.NewGenericWriter[any](w, parquet.NewSchema("ledger", columns),
		parquet.Compression(&parquet.Zstd), parquet.MaxRowsPerRowGroup(rowGroup))
	meta := schema.Metadata()
	for i, key := range meta.Keys() {
		out.SetKeyValueMetadata(key, meta.Values()[i])
	}
	return &parquetFile{out: out}, nil
}

// columns is a group that keeps its fields in the ledger's order.
type columns struct {
	parquet.Group
	names []string
}

// Fields is part of parquet.Node.
func (c columns) Fields() []parquet.Field {
	fields := c.Group.Fields()
	slices.SortFunc(fields, func(a, b parquet.Field) int {
		return slices.Index(c.names, a.Name()) - slices.Index(c.names, b.Name())
	})
	return fields
}

// node is the column that holds a field: what is no number is text.
func node(f arrow.Field) parquet.Node {
	n := parquet.String()
	switch f.Type.ID() {
	case arrow.INT64:
		n = parquet.Int(64)
	case arrow.FLOAT64:
		n = parquet.Leaf(parquet.DoubleType)
	}
	if f.Nullable {
		n = parquet.Optional(n)
	}
	return n
}

func (p *parquetFile) block(b arrow.RecordBatch) error {
	p.rows = slices.Grow(p.rows[:0], int(b.NumRows()))[:b.NumRows()]
	for r := range p.rows {
		p.rows[r] = p.rows[r][:0]
		for c, column := range b.Columns() {
			p.rows[r] = append(p.rows[r], value(column, r, b.Schema().Field(c).Nullable, c))
		}
	}
	_, err := p.out.WriteRows(p.rows)
	return err
}

func value(column arrow.Array, row int, nullable bool, place int) parquet.Value {
	if column.IsNull(row) {
		return parquet.NullValue().Level(0, 0, place)
	}
	level := 0
	if nullable {
		level = 1
	}
	switch c := column.(type) {
	case *array.Int64:
		return parquet.Int64Value(c.Value(row)).Level(0, level, place)
	case *array.Float64:
		return parquet.DoubleValue(c.Value(row)).Level(0, level, place)
	}
	return parquet.ByteArrayValue([]byte(column.ValueStr(row))).Level(0, level, place)
}

func (p *parquetFile) close() error { return p.out.Close() }
