package rundir

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/apache/arrow-go/v18/arrow/ipc"
	"github.com/apache/arrow-go/v18/arrow/memory"
	flatbuffers "github.com/google/flatbuffers/go"
)

// messageReader cuts a stream into its messages and lets none reach the Arrow
// library whose lengths could make it ask for more memory than the file is
// long. (The library's own reader trusts the vector lengths of a message, and
// running out of memory cannot be caught.)
type messageReader struct {
	name   string
	in     *io.SectionReader
	head   []byte // the first message, as it must be
	closed bool   // the end mark is there
	block  int    // the message that is being read; the head is 0
	start  int64  // where it begins
	begun  bool
	room   func(n int64) []byte  // memory for the body of a block; nil makes new one each time
	want   func(rows int64) bool // whether to read a block of so many rows; nil reads them all
}

var _ ipc.MessageReader = (*messageReader)(nil)

// endMark is what a finished stream ends with: a continuation marker and the
// length 0 (Arrow columnar format, IPC Streaming Format).
const endMark = "\xff\xff\xff\xff\x00\x00\x00\x00"

const prefixLength = 8 // continuation marker, length of the metadata

func newMessageReader(in source, head []byte) *messageReader {
	tail := make([]byte, len(endMark))
	n, _ := in.ReadAt(tail, max(in.size-int64(len(tail)), 0))
	return &messageReader{
		name: in.name, in: io.NewSectionReader(in, 0, in.size), head: head,
		closed: string(tail[:n]) == endMark,
	}
}

// Retain and Release do nothing: the memory is the garbage collector's.
func (m *messageReader) Retain() {}

// Release does nothing.
func (m *messageReader) Release() {}

// Message returns the next message that is wanted; io.EOF after the end mark,
// else Truncated or Corrupt.
func (m *messageReader) Message() (*ipc.Message, error) {
	for {
		message, err := m.message()
		if message != nil || err != nil {
			return message, err
		}
	}
}

// message returns the next message; nil when it is not wanted.
func (m *messageReader) message() (*ipc.Message, error) {
	if m.begun {
		m.block++
	}
	var err error
	if m.start, err = m.in.Seek(0, io.SeekCurrent); err != nil {
		return nil, err
	}
	prefix, err := m.read(prefixLength)
	if err != nil {
		return nil, err
	}
	if string(prefix) == endMark {
		return nil, m.end()
	}
	if !bytes.HasPrefix(prefix, []byte(endMark[:4])) {
		return nil, m.corrupt(m.stranger(prefix))
	}
	meta, err := m.read(int64(int32(binary.LittleEndian.Uint32(prefix[4:]))))
	if err != nil {
		return nil, err
	}
	return m.withBody(meta)
}

// leap goes to a block, the first of which is 0, once the head was read. Where
// nobody knows where that begins, those before it are left out one by one.
func (m *messageReader) leap(starts []int64, block int) {
	if block < len(starts) {
		_, _ = m.in.Seek(starts[block], io.SeekStart) // it fails before the start only
		m.block = block
		return
	}
	left := block
	m.want = func(int64) bool { left--; return left < 0 }
}

// withBody reads what belongs to a message's head. A damaged head may point
// beyond its own end, where its reader breaks off with a panic.
func (m *messageReader) withBody(meta []byte) (message *ipc.Message, err error) {
	defer func() {
		if recover() != nil {
			message, err = nil, m.corrupt("its head is damaged")
		}
	}()
	if err := m.check(meta); err != nil {
		return nil, err
	}
	buffer := memory.NewBufferBytes(meta)
	length := ipc.NewMessage(buffer, memory.NewBufferBytes(nil)).BodyLen()
	if m.begun && m.want != nil && !m.want(rowsOf(meta)) {
		return nil, m.skip(length)
	}
	m.begun = true
	body, err := m.readInto(m.room, length)
	if err != nil {
		return nil, err
	}
	return ipc.NewMessage(buffer, memory.NewBufferBytes(body)), nil
}

// rowsOf is the number of rows of a block, by what it says.
func rowsOf(meta []byte) int64 {
	message := flatbuffers.Table{Bytes: meta, Pos: flatbuffers.GetUOffsetT(meta)}
	var batch flatbuffers.Table
	message.Union(&batch, flatbuffers.UOffsetT(message.Offset(messageHeader)))
	return batch.GetInt64Slot(batchLength, 0)
}

// skip leaves out n bytes, which the file must have.
func (m *messageReader) skip(n int64) error {
	at, err := m.in.Seek(0, io.SeekCurrent)
	if err != nil {
		return err
	}
	if n < 0 || n > m.in.Size()-at {
		return m.tooShort(n)
	}
	_, err = m.in.Seek(n, io.SeekCurrent)
	return err
}

// The places of fields in Arrow's flatbuffers tables (format/Message.fbs): the
// field with number n lies at 4 + 2n.
const (
	messageHeaderType = 4 + 2*1
	messageHeader     = 4 + 2*2
	messageMetadata   = 4 + 2*4
	batchLength       = 4 + 2*0
	batchCompression  = 4 + 2*3

	recordBatchType = 3
)

// check lets pass the head as it must be, and plain record batches.
func (m *messageReader) check(meta []byte) error {
	if !m.begun {
		if !bytes.Equal(meta, m.head) {
			return m.corrupt(foreign(meta))
		}
		return nil
	}
	message := flatbuffers.Table{Bytes: meta, Pos: flatbuffers.GetUOffsetT(meta)}
	if message.GetByteSlot(messageHeaderType, 0) != recordBatchType {
		return m.corrupt("it is no record batch")
	}
	if at := message.Offset(messageMetadata); at == 0 || message.VectorLen(flatbuffers.UOffsetT(at)) != sealKeys {
		return m.corrupt("it has no seal")
	}
	var batch flatbuffers.Table
	message.Union(&batch, flatbuffers.UOffsetT(message.Offset(messageHeader)))
	if batch.Offset(batchCompression) != 0 {
		return m.corrupt("it is compressed")
	}
	return nil
}

// end makes sure that an end mark in the middle, which damage can make, is not
// taken for the end.
func (m *messageReader) end() error {
	at, err := m.in.Seek(0, io.SeekCurrent)
	switch {
	case err != nil || at != m.in.Size():
		return m.corrupt(fmt.Sprintf("it ends at byte %d of %d", at, m.in.Size()))
	case !m.begun:
		return m.corrupt("it is empty")
	}
	return io.EOF
}

// read reads n bytes. A file that is too short for them was cut off, unless it
// has its end mark.
func (m *messageReader) read(n int64) ([]byte, error) { return m.readInto(nil, n) }

func (m *messageReader) readInto(room func(n int64) []byte, n int64) ([]byte, error) {
	at, err := m.in.Seek(0, io.SeekCurrent)
	if err != nil {
		return nil, err
	}
	if n < 0 || n > m.in.Size()-at {
		return nil, m.tooShort(n)
	}
	if room == nil {
		room = func(n int64) []byte { return make([]byte, n) }
	}
	data := room(n)
	if _, err := io.ReadFull(m.in, data); err != nil {
		return nil, errors.Join(m.corrupt("it cannot be read"), err)
	}
	return data, nil
}

func (m *messageReader) tooShort(n int64) error {
	if m.closed || n < 0 {
		return m.corrupt(fmt.Sprintf("a length of %d leads beyond the end of the file", n))
	}
	return &Truncated{m.name, max(m.block, 1)}
}

func (m *messageReader) corrupt(what string) error { return &Corrupt{m.name, m.block, what} }
