package verify

import (
	"cmp"
	"slices"
	"time"

	"github.com/squall-harness/squall/harness/history"
	"github.com/squall-harness/squall/harness/match"
	"github.com/squall-harness/squall/mocksf/commitlog"
)

// What an index says when it points at nothing.
const (
	none   int32 = -1
	direct int32 = -2 // not the integration wrote it: no operation stands behind it
)

// never is the time of what did not happen.
const never time.Duration = -1

// target is one record of the org, as the source names it.
type target struct{ object, externalID string }

// intent is one record write that an operation intends, and what became of it.
type intent struct {
	rec      *history.Record
	token    string
	version  int
	op       int32 // its operation
	target   int32 // records with one object and external id share a target
	first    int32 // effect that applied it first
	applied  int32 // how many effects applied it
	followed bool  // whether the commit log can tell if it was applied
	child    bool  // whether it has a parent
	alike    bool  // whether it cannot be told from another one: it carries no token
}

// ledger is the two ledgers joined. The checkers fold over it and share it.
type ledger struct {
	Input
	ops      []*history.Operation
	invoked  []time.Duration // per operation: when it was first offered
	acked    []time.Duration // per operation: when it was acknowledged, or never
	spans    []int32         // operation i intends intents[spans[i]:spans[i+1]]
	intents  []intent
	reached  []progress     // per operation: how far it got
	effects  []effect       // every change, in the order of the log
	undoings []undoing      // restores from a backup
	taken    map[int32]bool // operations of which a restore took something
	quiet    bool           // quiescence was proven: what is absent stays absent

	byToken  *index             // token -> intent
	byTarget *index             // object and external id -> target
	targets  []target           // their names
	last     []int32            // per target: its latest effect
	deletes  map[target][]int32 // deletions carry no token, they are joined by name
	naming   map[string]bool    // objects whose record ids must be known by name
	known    map[string]target  // record id -> name

	names  match.Names
	book   *match.Book // of the records without a token; nil when all carry one
	alikes int         // records that look like another one
}

// join reads each ledger once. What a line says is read side by side, since
// most of the time goes by waiting for memory; what depends on the lines
// before it follows in their order.
func join(in Input) *ledger {
	l := newLedger(in)
	l.addIntents()
	l.addEffects()
	l.reached = make([]progress, len(l.ops))
	inParts(len(l.ops), func(op int) { l.reached[op] = l.reach(op) })
	return l
}

func newLedger(in Input) *ledger {
	if in.History == nil {
		in.History = &history.History{}
	}
	in.Commits = ordered(in.Commits)
	_, quiet := in.History.Mark(history.MarkQuiet)
	return &ledger{
		Input: in, quiet: quiet, names: match.Names{Default: in.Settings.TokenField, Objects: in.Settings.Tokens, Fills: in.Settings.Fills},
		deletes: map[target][]int32{}, naming: map[string]bool{}, known: map[string]target{},
	}
}

// ordered returns the commits by lsn, without touching the caller's slice.
func ordered(commits []commitlog.Commit) []commitlog.Commit {
	byLSN := func(a, b commitlog.Commit) int { return cmp.Compare(a.LSN, b.LSN) }
	if slices.IsSortedFunc(commits, byLSN) {
		return commits
	}
	commits = slices.Clone(commits)
	slices.SortStableFunc(commits, byLSN)
	return commits
}
