package verify

import (
	"slices"
	"time"

	"github.com/squall-harness/squall/harness/history"
	"github.com/squall-harness/squall/mocksf/commitlog"
)

// Breach is the moment at which the first promise broke.
type Breach struct {
	Guarantee Guarantee     `json:"guarantee"`
	Class     Class         `json:"class"`
	Operation string        `json:"operation"` // "" for a phantom that belongs to none
	Text      string        `json:"text"`
	At        time.Duration `json:"at"`
	LSN       uint64        `json:"lsn"` // of the commit that broke it
	Request   string        `json:"request"`
}

// Safety lists the guarantees that can be broken by one commit, so that Online
// sees it. What is lost, late or torn by reads shows at the end.
var Safety = []Guarantee{NoDuplicates, NoPhantoms, Integrity, Order, Atomicity, Consistency}

// Online judges commit by commit, while the run goes on, with the folds that
// Judge has: at the commit at which it finds a breach, Judge fails for the
// first time on the ledgers up to it. It is for one goroutine at a time.
type Online struct {
	l     *ledger
	ops   map[string]int32
	folds []fold
	gone  *Breach
}

// fold is one guarantee's judge of a commit's effects, from the first new one
// on.
type fold struct {
	guarantee Guarantee
	f         *finding
	take      func(first int32)
}

// NewOnline prepares to judge a run of these transactions: all that the source
// may offer, with what is known of the answers so far.
func NewOnline(transactions []history.Operation, s Settings) *Online {
	h := &history.History{}
	for i := range transactions {
		op := transactions[i]
		h.Operations = append(h.Operations, &op)
	}
	o := &Online{l: newLedger(Input{History: h, Settings: s}), ops: map[string]int32{}}
	o.l.addIntents()
	o.l.reached = make([]progress, len(o.l.ops))
	for i, op := range o.l.ops {
		o.ops[op.ID] = int32(i)
		o.l.reached[i] = o.l.reach(i)
	}
	for _, f := range []fold{o.duplicates(), o.phantoms(), o.integrity(), o.order(), o.atomicity(), o.consistency()} {
		if s.waives(f.guarantee) == "" {
			o.folds = append(o.folds, f)
		}
	}
	return o
}

// Answer takes in what the source was told. A refusal of what has taken effect
// already is a breach.
func (o *Online) Answer(id string, a history.Attempt) *Breach {
	i, known := o.ops[id]
	if !known || o.gone != nil {
		return o.gone
	}
	op := o.l.ops[i]
	op.Answer(a)
	o.l.invoked[i], o.l.acked[i] = op.Invoked(), acknowledged(op)
	if op.Outcome == history.Fail && !o.l.reached[i].absent() && o.claims(NoPhantoms) {
		commit := o.l.reached[i].first
		o.broke(NoPhantoms, FalseFailure, o.l.falseFailure(i, commit), commit)
	}
	return o.gone
}

func (o *Online) claims(g Guarantee) bool {
	return slices.ContainsFunc(o.folds, func(f fold) bool { return f.guarantee == g })
}

// Commit takes in the next commit of the log. It returns the first breach, and
// nothing is judged after it.
func (o *Online) Commit(c commitlog.Commit) *Breach {
	if o.gone != nil {
		return o.gone
	}
	l, first := o.l, int32(len(o.l.effects))
	l.Commits = append(l.Commits, c)
	at := int32(len(l.Commits) - 1)
	for i := range c.Changes {
		l.effects = append(l.effects, effect{commit: at, change: int32(i), prev: none})
		l.readEffect(&l.effects[len(l.effects)-1])
	}
	for i := first; i < int32(len(l.effects)); i++ {
		l.fileEffect(i)
	}
	defer o.reach(first)
	for _, f := range o.folds {
		f.take(first)
		if kept := f.f.anomalies.kept; len(kept) > 0 {
			o.broke(f.guarantee, kept[0].Class, *kept[0], at)
			break
		}
	}
	return o.gone
}

// reach keeps how far the operations got that new effects carry out.
func (o *Online) reach(first int32) {
	for _, op := range o.touched(first) {
		o.l.reached[op] = o.l.reach(int(op))
	}
}

func (o *Online) broke(g Guarantee, c Class, found candidate, commit int32) {
	at := &o.l.Commits[commit]
	o.gone = &Breach{Guarantee: g, Class: c, Operation: found.Operation, Text: found.Text, At: at.At, LSN: at.LSN, Request: at.Request}
}
