// Package dense holds what the ledgers of a run say as columns of numbers: one
// row per record that was intended, per answer, per change, per request. Texts
// are hashes, record contents are fingerprints. A judge that folds over them
// reads a fiftieth of what the ledgers hold, and decodes nothing.
//
// The columns are derived from the ledgers alone, so they prove nothing of
// their own: what they make look suspicious is judged by the ledgers.
package dense

import "time"

// Op is the number of the event that offered an operation: its seq in ledger 1.
type Op = uint32

// Intents has one row for each record that an operation intends, in the order
// in which they were offered.
type Intents struct {
	Op      []Op
	At      []int64  // when the operation was offered, ns
	Key     []uint64 // of the operation; 0 when it has none
	Token   []uint64
	Target  []uint64 // object and external id; 0 for an insert
	Parent  []uint64 // object and external id of the parent; 0 when there is none
	Fields  []uint64 // fingerprint of object and fields
	Version []int32
	Flags   []uint8 // see Last and what follows
}

// The flags of an intent.
const (
	Last   uint8 = 1 << iota // it is the last record of its operation
	First                    // no operation before wrote its target, or the one before deleted it
	Rises                    // its version is higher than any before on its target; or it has none
	Second                   // it is the first record of the second operation of its key
	Late                     // first record of an operation that was offered more than LateAfter after it was due
	Odd                      // its columns do not say all of it: deletions, records without a token, values such as lists
)

// LateAfter is how late an operation may be offered before the harness lags.
const LateAfter = 2 * time.Second

// Answers has one row for each attempt to offer an operation, in the order of
// the answers.
type Answers struct {
	Op         []Op
	Seq        []uint32 // number of the event in ledger 1
	Start, End []int64  // ns
	Outcome    []uint8  // history.Outcome
}

// Notes has one row for each event that is neither an offer nor an answer.
type Notes struct {
	Seq  []uint32
	Kind []uint8
}

// The kinds of notes.
const (
	Fault uint8 = iota
	Mark
	Gauge
	Alert
)

// Changes has one row for each row of ledger 2, in the same order.
type Changes struct {
	LSN     []uint32
	At      []int64 // ns
	Token   []uint64
	Target  []uint64 // object and external id; 0 when it has none
	Fields  []uint64 // fingerprint of object and fields, without external id and lookup values
	Record  []uint64 // the record's id
	Lookup  []uint64 // the id that its one lookup holds; 0 when there is none, or not one alone
	Request []uint64 // id of request or job
	Flags   []uint8  // see Insert and what follows
}

// The flags of a change.
const (
	Insert    uint8 = 1 << iota
	Fresh           // an insert, and its id is higher than any before that begins like it
	Others          // not the integration made it
	ReplyLost       // the reply of its request was cut or lost
	NoWrite         // a deletion, or a commit without changes
	LookedUp        // its object has been named as the parent of a record
)

// Requests has one row for each row of the request log.
type Requests struct {
	At, Took []int64  // ns
	ID, Job  []uint64 // 0 for no job
	Flags    []uint8  // see Writes and what follows
}

// The flags of a request.
const (
	Writes    uint8 = 1 << iota // it meant to write records
	ReplyGone                   // its reply was cut or lost
	Failed                      // it, or one of its records, met a fault or was refused
	Login                       // it asked for a session
	Telling                     // it is the first that a fault with its name took part in, or its session was not accepted
)

// Traces has one row for each value of the trace field that a request carried.
type Traces struct {
	Request []uint32 // row of the request, from 0
	Token   []uint64
}

// Column is one column of a table: its name, and a pointer to its values, a
// *[]uint8, *[]uint32, *[]int32, *[]uint64 or *[]int64.
type Column struct {
	Name   string
	Values any
}

// Table is one of the tables.
type Table interface {
	Columns() []Column
	Rows() int
	Clear()
}
