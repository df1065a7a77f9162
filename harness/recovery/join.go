package recovery

import (
	"time"

	"github.com/squall-harness/squall/harness/history"
	"github.com/squall-harness/squall/harness/match"
	"github.com/squall-harness/squall/mocksf/commitlog"
)

// never is the time of what did not happen.
const never time.Duration = -1

// passage is the way of one operation through the run.
type passage struct {
	due, offered time.Duration
	accepted     time.Duration // when it was acknowledged, or never
	completed    time.Duration // when the last of its records was first applied, or never
	api          commitlog.API // through which that happened
}

// arrived is when the operation left the backlog, or never: a commit may come
// before the acknowledgement.
func (p *passage) arrived() time.Duration {
	if p.accepted == never || p.completed == never {
		return never
	}
	return max(p.accepted, p.completed)
}

// name is a record as the source knows it.
type name struct{ object, externalID string }

// joiner finds out when each operation was wholly in the target.
type joiner struct {
	tokens   match.Names
	book     *match.Book // of records without a token, by number
	byLook   []int       // per number: operation, -1 once applied
	passages []passage
	missing  []int           // per operation: records not applied yet
	byToken  map[string]int  // token of a record not applied yet -> operation
	deletes  map[name][]int  // deletions carry no token: operations that intend one
	names    map[string]name // record id -> name, once deletions are intended
}

// join returns the passages of the operations, in the order in which they were
// offered. An operation of which a record carries no token of its own cannot
// be followed and never completes.
func join(h *history.History, commits []commitlog.Commit, tokens match.Names) []passage {
	j := &joiner{tokens: tokens, book: match.NewBook(tokens), byToken: map[string]int{}, deletes: map[name][]int{}, names: map[string]name{}}
	for _, op := range h.Operations {
		if op != nil {
			j.operation(op)
		}
	}
	for i := range commits {
		j.commit(&commits[i])
	}
	return j.passages
}

func (j *joiner) operation(op *history.Operation) {
	i := len(j.passages)
	j.passages = append(j.passages, passage{due: op.Due, offered: op.Invoked(), accepted: accepted(op), completed: never})
	j.missing = append(j.missing, len(op.Records))
	for k := range op.Records {
		r := &op.Records[k]
		token := j.tokens.Token(r.Object, r.Fields)
		if _, taken := j.byToken[token]; token != "" && !taken && r.Op != "delete" {
			j.byToken[token] = i
		} else if r.Op == "delete" {
			n := name{r.Object, r.ExternalID}
			j.deletes[n] = append(j.deletes[n], i)
		} else if j.book.Covers(r.Object) {
			j.book.Add(int32(len(j.byLook)), r)
			j.byLook = append(j.byLook, i)
		}
	}
}

// accepted is when the integration took the operation over; never for poison,
// which nobody can deliver.
func accepted(op *history.Operation) time.Duration {
	if op.Poison() {
		return never
	}
	if at, ok := op.Acknowledged(); ok {
		return at
	}
	return never
}

func (j *joiner) commit(c *commitlog.Commit) {
	if c.ByOthers() {
		return
	}
	for i := range c.Changes {
		if op, first := j.take(&c.Changes[i]); first {
			j.missing[op]--
			if j.missing[op] == 0 {
				j.passages[op].completed, j.passages[op].api = c.At, c.API
			}
		}
	}
}

// take finds the operation whose record the change applies for the first time.
func (j *joiner) take(change *commitlog.Change) (op int, first bool) {
	if change.Op == commitlog.Delete {
		return j.takeDeletion(change)
	}
	if len(j.deletes) > 0 && change.ExternalID != "" {
		j.names[change.ID] = name{change.Object, change.ExternalID}
	}
	if j.book.Covers(change.Object) {
		return j.takeLook(change)
	}
	token := j.tokens.Token(change.Object, change.Fields)
	op, first = j.byToken[token]
	delete(j.byToken, token)
	return op, first
}

// takeLook joins a change without a token by key and content.
func (j *joiner) takeLook(change *commitlog.Change) (op int, first bool) {
	n := j.book.Take(change)
	if n == match.NotFound || j.byLook[n] < 0 {
		return 0, false
	}
	op, j.byLook[n] = j.byLook[n], -1
	return op, true
}

// takeDeletion joins a deletion by name; a target may know a deleted record by
// its id only.
func (j *joiner) takeDeletion(change *commitlog.Change) (op int, first bool) {
	n := name{change.Object, change.ExternalID}
	if change.ExternalID == "" {
		n = j.names[change.ID]
	}
	waiting := j.deletes[n]
	if len(waiting) == 0 {
		return 0, false
	}
	j.deletes[n] = waiting[1:]
	return waiting[0], true
}
