package export

import (
	"io"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
)

// ndjson writes one JSON object a line. Texts that hold JSON stay texts.
type ndjson struct{ out io.Writer }

func newNDJSON(w io.Writer, _ *arrow.Schema) (encoder, error) { return ndjson{w}, nil }

func (n ndjson) block(b arrow.RecordBatch) error { return array.RecordToJSON(b, n.out) }

func (n ndjson) close() error { return nil }
