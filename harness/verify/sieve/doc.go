// Package sieve sets aside what is plainly in order, so that the exact judge,
// verify.JudgeAll, needs to see only the rest of a large run.
//
// One pass over the dense columns of the ledgers, in the order of time, follows
// every operation while it is open. An operation that was acknowledged, whose
// records were each applied once, verbatim, to the right record, in one commit,
// in the order of its key and of its records' versions, and within the budget,
// is counted and forgotten: memory grows with what is open, not with the run.
// Everything else is suspicious, and so is all that shares a key, a record, a
// token, a parent or a request without a reply with it. The sieve decides
// nothing: what it sets aside adds to the evidence (verify.Rest), what it
// suspects is judged by the ledgers.
//
// It must never set aside what the judge would find fault with; that it
// suspects more than it has to costs time only. The law of its tests is that
// judging all and judging through the sieve give the same verdicts, word for
// word.
package sieve

import (
	"errors"
	"slices"
	"time"

	"github.com/squall-harness/squall/harness/dense"
	"github.com/squall-harness/squall/harness/history"
	"github.com/squall-harness/squall/harness/match"
	"github.com/squall-harness/squall/harness/verify"
)

// Source is the index of a run.
type Source interface {
	// Open starts to read a table from a block on, the first of which is 0: each
	// call of Next brings a block into t, and io.EOF after the last one.
	Open(name string, t dense.Table, from int) (Reader, error)
	// Count lists how many rows each block of the table has.
	Count(name string, t dense.Table) ([]int, error)
}

// Reader brings the blocks of a table. What it brought before is gone then.
type Reader interface {
	Next() error
	Close() error
}

// Frame is what the fold must know beforehand.
type Frame struct {
	Healed  time.Duration // or Never
	End     time.Duration // when the harness stopped watching
	Budget  time.Duration // 0 gives the backlog until the end
	Crashes []verify.Crash
	Calls   float64 // requests allowed for each record written; 0 allows any number
}

// FrameOf finds out what the fold must know. It fails with ErrWhole where the
// sieve cannot sift: a run that was not watched to its end, records without a
// token or with several token fields, and guarantees that it knows nothing of:
// declared invariants, and isolation.
func FrameOf(in *verify.Input) (Frame, error) {
	end, ended := in.History.Mark(history.MarkEnd)
	tokenless := len(in.Settings.Tokens) > 0 || in.Settings.TokenField == match.None
	if !ended || tokenless || len(in.Settings.Invariants) > 0 || in.Settings.Alerted > 0 || in.Settings.BacklogTruth > 0 || in.Settings.Readers+in.Settings.Users > 0 || restored(in.History.Windows) {
		return Frame{}, ErrWhole
	}
	f := Frame{Healed: Never, End: end.At, Budget: in.Settings.Budget, Crashes: verify.Crashes(in.History.Windows), Calls: in.Settings.Limits.Calls}
	if healed, ok := in.History.Mark(history.MarkHealed); ok {
		f.Healed = healed.At
	}
	return f, nil
}

// restored tells whether commits may have lost their effect.
func restored(windows []history.Window) bool {
	return slices.ContainsFunc(windows, func(w history.Window) bool { return w.Kind == "restore" })
}

// Never is the time of what did not happen.
const Never time.Duration = -1

// Sifted is what is left to judge, and what was set aside.
type Sifted struct {
	Rest     verify.Rest
	Ops      []dense.Op // operations, in the order in which they were offered
	Answers  []uint32   // numbers of the events that answer them
	Changes  []uint32   // rows of ledger 2, from 0
	Requests []uint32   // rows of the request log, from 0
	Late     int        // operations that the harness offered late, of all
}

// ErrWhole says that the sieve is of no use for this run: most of it is
// suspicious, or its columns are in no order of time. It must be judged as a
// whole.
var ErrWhole = errors.New("the run must be judged as a whole")
