// Package dense holds what the ledgers of a run say as columns of numbers: one
// row per operation, per record that was intended, per answer, per change, per
// request. Texts are hashes, keys and records are numbered in the order in which
// they are first named, and each change points at the operation that it carries
// out. A judge that folds over them reads a sixth of what the ledgers hold,
// decodes nothing and looks little up.
//
// The columns are derived from the ledgers alone, so they prove nothing of
// their own: what they make look suspicious is judged by the ledgers.
package dense

import "time"

// Op is the number of the event that offered an operation: its seq in ledger 1.
type Op = uint32

// Operations has one row for each operation, in the order in which they were
// offered.
type Operations struct {
	Op      []Op
	At      []int64  // when it was offered, ns
	Key     []uint32 // number of its key, from 1; 0 when it has none
	Records []uint32 // how many it intends
	Flags   []uint8  // see Second and what follows
}

// The flags of an operation, and of the records that it intends.
const (
	Second uint8 = 1 << iota // it is the second operation of its key
	Late                     // it was offered more than LateAfter after it was due
	Odd                      // the columns do not say all of it: deletions, records without a token or with one that another open record has, versions that do not rise, values such as lists
	Unit                     // it intends several records
)

// Intents has one row for each record that an operation intends, in the order
// in which they were offered: the names by which it is found.
type Intents struct {
	Op     []Op
	Token  []uint64
	Key    []uint32 // of the operation
	Target []uint32 // number of the record that has this object and external id, from 1; 0 for an insert
	Parent []uint32 // number of the parent; 0 when there is none
	Flags  []uint8  // Second and Unit, the first of them at the first record alone
}

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

// Effects has one row for each row of ledger 2, in the same order: what became
// of an operation by it.
type Effects struct {
	LSN   []uint32
	At    []int64 // ns
	Op    []Op    // the operation that intends a record with its token which nothing has carried out yet; 0 for none
	Flags []uint8 // see Exact and what follows
}

// Changes has the same rows: the names by which a change is found.
type Changes struct {
	Op      []Op     // that of the effect
	Target  []uint32 // number of the record that has this object and external id; 0 when it has none
	Record  []uint32 // the record's id
	Request []uint32 // id of request or job
	Flags   []uint8  // those of the effect
}

// Strays has one row for each token that a change bears which is not exact, and
// for each that an operation gives to a record while another one has it.
type Strays struct {
	Token []uint64
	Flags []uint8 // those of the change
}

// The flags of an effect and of its change.
const (
	Exact     uint8 = 1 << iota // it carries out a record of its operation: verbatim, on the right record, no older version than the one there, and its reply was not lost
	Others                      // not the integration made it
	Astray                      // what it looks up was not made under the name of its parent, as far as was known by then
	Created                     // exact, and inserts a record without external id
	LooksUp                     // exact, and its record has a parent
	Versioned                   // exact, and its record has a version
	Joined                      // it belongs to the commit of the row before
)

// Requests has one row for each row of the request log.
type Requests struct {
	At, Took []int64  // ns
	ID, Job  []uint32 // 0 for no job
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
// *[]uint8, *[]uint32, *[]uint64 or *[]int64.
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
