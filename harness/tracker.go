package harness

import (
	"slices"
	"time"

	"github.com/squall-harness/squall/harness/history"
	"github.com/squall-harness/squall/harness/match"
	"github.com/squall-harness/squall/mocksf/commitlog"
)

// tracker follows both ledgers while the run goes on. It knows how many
// operations are where; it judges nothing.
type tracker struct {
	names   match.Names
	book    *match.Book // of records without a token, by number
	looks   []*tracked  // per number; nil once it is in the target
	events  int         // taken so far
	commits int
	ops     map[string]*tracked     // by operation id
	tokens  map[string]*tracked     // by token that is not in the target yet
	deletes map[deletion][]*tracked // not in the target yet; these carry no token

	gauge    history.Gauge // what the subject said last
	answered time.Duration // when the source had its last answer

	offered, accepted, refused, committed, waiting int
	poisoned                                       int // accepted, though they never arrive: somebody must be told
}

type tracked struct {
	left  int // records that are not in the target yet
	acked bool

	poison bool // it never arrives, and nobody waits for it
}

// deletion names the record that an operation deletes.
type deletion struct{ object, externalID string }

func newTracker(names match.Names) *tracker {
	t := &tracker{names: names}
	t.reset()
	return t
}

// reset forgets all operations.
func (t *tracker) reset() {
	t.book, t.ops = match.NewBook(t.names), map[string]*tracked{}
	t.tokens, t.deletes = map[string]*tracked{}, map[deletion][]*tracked{}
}

// backlog is the number of operations accepted and not yet committed.
func (t *tracker) backlog() int { return t.waiting }

// take reads on in both ledgers. The commits are looked at first: whatever they
// hold was offered before, so that no commit comes without its operation.
func (t *tracker) take(r *history.Recorder, l *commitlog.Log) {
	commits := l.Since(t.commits)
	events := r.Since(t.events)
	t.commits += len(commits)
	t.events += len(events)
	if slices.ContainsFunc(commits, isRestore) { // what was undone is to be waited for again
		all := l.Since(0)
		events, commits = r.Since(0), standing(all)
		*t = tracker{names: t.names, events: len(events), commits: len(all)}
		t.reset()
	}
	for _, e := range events {
		t.event(e)
	}
	for _, c := range commits {
		for _, change := range c.Changes {
			t.change(change)
		}
	}
}

func isRestore(c commitlog.Commit) bool { return c.API == commitlog.APIRestore }

// standing leaves out what restores from a backup undid, and the restores.
func standing(commits []commitlog.Commit) (kept []commitlog.Commit) {
	for _, c := range commits {
		if to, ok := c.RestoredTo(); ok {
			kept = slices.DeleteFunc(kept, func(c commitlog.Commit) bool { return c.LSN > to })
		} else {
			kept = append(kept, c)
		}
	}
	return kept
}

func (t *tracker) event(e history.Event) {
	if e.Attempt != nil {
		t.answered = e.At
	}
	switch {
	case e.Operation != nil:
		t.offer(e.Operation)
	case e.Attempt != nil && e.Attempt.Outcome == history.OK:
		t.ack(t.ops[e.ID])
	case e.Attempt != nil && e.Attempt.Outcome == history.Fail:
		t.refused++
	case e.Gauge != nil:
		t.gauge = *e.Gauge
	}
}

func (t *tracker) offer(op *history.Operation) {
	o := &tracked{left: len(op.Records), poison: op.Poison()}
	t.offered++
	t.ops[op.ID] = o
	for _, r := range op.Records {
		if r.Op == "delete" {
			name := deletion{r.Object, r.ExternalID}
			t.deletes[name] = append(t.deletes[name], o)
		} else if t.book.Covers(r.Object) {
			t.book.Add(int32(len(t.looks)), &r)
			t.looks = append(t.looks, o)
		} else if token := t.names.Token(r.Object, r.Fields); token != "" {
			t.tokens[token] = o
		}
	}
}

func (t *tracker) ack(o *tracked) {
	if o == nil || o.acked {
		return
	}
	o.acked = true
	t.accepted++
	if o.poison {
		t.poisoned++
	} else if o.left > 0 {
		t.waiting++
	}
}

func (t *tracker) change(c commitlog.Change) {
	o := t.intended(c)
	if o == nil {
		return
	}
	if o.left--; o.left > 0 {
		return
	}
	t.committed++
	if o.acked && !o.poison {
		t.waiting--
	}
}

// intended finds the operation that the change carries out for the first time.
func (t *tracker) intended(c commitlog.Change) (o *tracked) {
	if name := (deletion{c.Object, c.ExternalID}); c.Op == commitlog.Delete {
		if waiting := t.deletes[name]; len(waiting) > 0 {
			o, t.deletes[name] = waiting[0], waiting[1:]
		}
		return o
	}
	if t.book.Covers(c.Object) {
		if n := t.book.Take(&c); n != match.NotFound {
			o, t.looks[n] = t.looks[n], nil
		}
		return o
	}
	token := t.names.Token(c.Object, c.Fields)
	o = t.tokens[token]
	delete(t.tokens, token)
	return o
}
