package verify

import (
	"cmp"
	"slices"
	"time"

	"github.com/squall-harness/squall/harness/history"
	"github.com/squall-harness/squall/mocksf/commitlog"
)

// defaultTokenField is the field that joins the ledgers unless a scenario
// names another.
const defaultTokenField = "Token__c"

// What an index says when it points at nothing.
const (
	none   int32 = -1
	direct int32 = -2 // written by the owner of the mock: no operation stands behind it
)

// never is the time of what did not happen.
const never time.Duration = -1

// target is one record of the org, as the source names it.
type target struct{ object, externalID string }

// intent is one record write that an operation intends, and what became of it.
type intent struct {
	rec      *history.Record
	token    string
	op       int32 // its operation
	target   int32 // records with one object and external id share a target
	first    int32 // effect that applied it first
	applied  int32 // how many effects applied it
	followed bool  // whether the commit log can tell if it was applied
}

// ledger is the two ledgers joined. The checkers fold over it and share it.
type ledger struct {
	Input
	ops     []*history.Operation
	acked   []time.Duration // per operation: when it was acknowledged, or never
	spans   []int32         // operation i intends intents[spans[i]:spans[i+1]]
	intents []intent
	reached []progress // per operation: how far it got
	effects []effect   // every change, in the order of the log
	quiet   bool       // quiescence was proven: what is absent stays absent

	byToken  *index             // token -> intent
	byTarget *index             // object and external id -> target
	targets  []target           // their names
	last     []int32            // per target: its latest effect
	deletes  map[target][]int32 // deletions carry no token, they are joined by name
	naming   map[string]bool    // objects whose record ids must be known by name
	names    map[string]target  // record id -> name
}

// join reads each ledger once.
func join(in Input) *ledger {
	l := newLedger(in)
	for _, op := range l.History.Operations {
		if op != nil {
			l.addOperation(op)
		}
	}
	l.spans = append(l.spans, int32(len(l.intents)))
	for c := range l.Commits {
		for i := range l.Commits[c].Changes {
			l.addChange(int32(c), int32(i))
		}
	}
	l.reached = make([]progress, len(l.ops))
	for i := range l.ops {
		l.reached[i] = l.reach(i)
	}
	return l
}

func newLedger(in Input) *ledger {
	if in.History == nil {
		in.History = &history.History{}
	}
	if in.Settings.TokenField == "" {
		in.Settings.TokenField = defaultTokenField
	}
	in.Commits = ordered(in.Commits)
	ops, records, changes := sizes(in)
	_, quiet := in.History.Mark(history.MarkQuiet)
	return &ledger{
		Input: in, quiet: quiet,
		ops: make([]*history.Operation, 0, ops), acked: make([]time.Duration, 0, ops), spans: make([]int32, 0, ops+1),
		intents: make([]intent, 0, records), effects: make([]effect, 0, changes),
		byToken: newIndex(records), byTarget: newIndex(records),
		targets: make([]target, 0, records), last: make([]int32, 0, records),
		deletes: map[target][]int32{}, naming: map[string]bool{}, names: map[string]target{},
	}
}

func sizes(in Input) (ops, records, changes int) {
	for _, op := range in.History.Operations {
		if op != nil {
			ops++
			records += len(op.Records)
		}
	}
	for i := range in.Commits {
		changes += len(in.Commits[i].Changes)
	}
	return ops, records, changes
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

func (l *ledger) addOperation(op *history.Operation) {
	l.spans = append(l.spans, int32(len(l.intents)))
	l.acked = append(l.acked, acknowledged(op))
	l.ops = append(l.ops, op)
	for i := range op.Records {
		l.addIntent(int32(len(l.ops)-1), &op.Records[i])
	}
}

// acknowledged is the time from which the operation is the integration's to
// deliver.
func acknowledged(op *history.Operation) time.Duration {
	if op.Outcome != history.OK {
		return never
	}
	for _, a := range op.Attempts {
		if a.Outcome == history.OK {
			return a.End()
		}
	}
	return op.Due
}

// addIntent files a record under its token. A record whose token is missing or
// taken cannot be followed, and is not judged; a deletion goes by name.
func (l *ledger) addIntent(op int32, rec *history.Record) {
	i := int32(len(l.intents))
	token, _ := rec.Fields[l.Settings.TokenField].(string)
	it := intent{rec: rec, token: token, op: op, target: l.targetFor(rec), first: none}
	if token != "" && l.withToken(token) == none {
		l.byToken.add(l.byToken.hash(token), i)
		it.followed = true
	}
	if rec.Op == "delete" && rec.ExternalID != "" {
		name := target{rec.Object, rec.ExternalID}
		l.deletes[name] = append(l.deletes[name], i)
		l.naming[rec.Object] = true
		it.followed = true
	}
	if rec.Parent != nil {
		l.naming[rec.Parent.Object] = true
	}
	l.intents = append(l.intents, it)
}

// withToken finds the intent that owns a token, or none.
func (l *ledger) withToken(token string) int32 {
	return l.byToken.find(l.byToken.hash(token), func(i int32) bool { return l.intents[i].token == token })
}

// targetFor numbers the records of the org. An insert has a record to itself.
func (l *ledger) targetFor(rec *history.Record) int32 {
	name := target{rec.Object, rec.ExternalID}
	if t := l.targetOf(name); t != none {
		return t
	}
	t := int32(len(l.targets))
	l.targets = append(l.targets, name)
	l.last = append(l.last, none)
	if rec.ExternalID != "" {
		l.byTarget.add(l.byTarget.hash(rec.ExternalID), t)
	}
	return t
}

// targetOf finds a record by its name, or none.
func (l *ledger) targetOf(name target) int32 {
	if name.externalID == "" {
		return none
	}
	return l.byTarget.find(l.byTarget.hash(name.externalID), func(t int32) bool { return l.targets[t] == name })
}
