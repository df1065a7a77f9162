package rundir

import (
	"fmt"
	"hash/crc32"
	"strconv"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
)

// seal is what a block says of itself, in its metadata: by it a reader notices
// that blocks are missing, stand in another order or come from another run.
type seal struct {
	run   string // id of the run that it belongs to
	block int    // its number in the ledger, from 1
	last  bool   // whether none follows
}

const (
	keyRun      = "squall.run"
	keyBlock    = "squall.block"
	keyLast     = "squall.last"
	keyChecksum = "squall.crc32c"
	sealKeys    = 4
)

func (s seal) metadata(columns []arrow.Array) arrow.Metadata {
	return arrow.NewMetadata(
		[]string{keyRun, keyBlock, keyLast, keyChecksum},
		[]string{s.run, strconv.Itoa(s.block), strconv.FormatBool(s.last), s.checksum(columns)},
	)
}

// sealOf reads the seal of a block; an error says that it, or a value of the
// block, is damaged.
func sealOf(block arrow.RecordBatch) (s seal, err error) {
	m, ok := block.(arrow.RecordBatchWithMetadata)
	if !ok {
		return s, fmt.Errorf("it has no seal")
	}
	meta := m.Metadata()
	get := func(key string) string { v, _ := meta.GetValue(key); return v }
	s.run, s.last = get(keyRun), get(keyLast) == "true"
	s.block, _ = strconv.Atoi(get(keyBlock))
	if got, want := s.checksum(block.Columns()), get(keyChecksum); got != want {
		return s, fmt.Errorf("its values are damaged: checksum %s, expected %q", got, want)
	}
	return s, nil
}

// follows says what is wrong with a block that comes after this one; "" when
// nothing is.
func (s seal) follows(before seal) string {
	switch {
	case before.run != "" && s.run != before.run:
		return fmt.Sprintf("it belongs to run %s, and this is run %s: files of two runs are mixed up", s.run, before.run)
	case before.last:
		return "it stands after the last block"
	case s.block != before.block+1:
		return fmt.Sprintf("it was written as block %d: blocks are missing, repeated or in another order", s.block)
	}
	return ""
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// checksum covers every value of a block and what it says of itself, so that
// damage to evidence is told from evidence. Arrow has no checksum of its own.
func (s seal) checksum(columns []arrow.Array) string {
	sum := crc32.Checksum(fmt.Append(nil, s.run, s.block, s.last), castagnoli)
	for _, column := range columns {
		for _, part := range valueBytes(column) {
			sum = crc32.Update(sum, castagnoli, part)
		}
	}
	return strconv.FormatUint(uint64(sum), 16)
}

func valueBytes(column arrow.Array) [][]byte {
	if column.Len() == 0 {
		return nil
	}
	switch c := column.(type) {
	case *array.Int64:
		return [][]byte{arrow.Int64Traits.CastToBytes(c.Int64Values())}
	case *array.Float64:
		return [][]byte{arrow.Float64Traits.CastToBytes(c.Float64Values())}
	case *array.String:
		return [][]byte{arrow.Int32Traits.CastToBytes(c.ValueOffsets()), c.ValueBytes()}
	case *array.Uint64:
		return [][]byte{arrow.Uint64Traits.CastToBytes(c.Uint64Values())}
	case *array.Uint32:
		return [][]byte{arrow.Uint32Traits.CastToBytes(c.Uint32Values())}
	case *array.Uint8:
		return [][]byte{c.Uint8Values()}
	}
	return nil
}
