package verify

import (
	"fmt"
	"maps"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/squall-harness/squall/harness/history"
	"github.com/squall-harness/squall/harness/match"
	"github.com/squall-harness/squall/mocksf/commitlog"
)

// defaultTokenField is what the tales call the token.
const defaultTokenField = match.DefaultToken

// tale is a pair of ledgers made by hand. Every line of it happens 100 ms after
// the one before.
type tale struct {
	in   Input
	now  time.Duration
	ids  map[target]string // living records
	next int
}

func newTale() *tale {
	return &tale{
		in:  Input{History: &history.History{}, Settings: Settings{Budget: 10 * time.Second}},
		ids: map[target]string{},
	}
}

func (s *tale) tick() time.Duration {
	s.now += 100 * time.Millisecond
	return s.now
}

// offer tells of an operation that is offered once and answered 10 ms later.
func (s *tale) offer(id, key string, outcome history.Outcome, records ...history.Record) *history.Operation {
	for i := range records {
		records[i].Fields[defaultTokenField] = fmt.Sprintf("%s.%d", id, i)
	}
	status := map[history.Outcome]int{history.OK: 202, history.Fail: 400}[outcome]
	op := &history.Operation{ID: id, Key: key, Due: s.tick(), Records: records, Outcome: outcome}
	op.Attempts = []history.Attempt{{At: s.now, Took: 10 * time.Millisecond, Status: status, Outcome: outcome}}
	s.in.History.Operations = append(s.in.History.Operations, op)
	return op
}

// ack tells of an operation that was acknowledged.
func (s *tale) ack(id, key string, records ...history.Record) *history.Operation {
	return s.offer(id, key, history.OK, records...)
}

// apply commits all records of an operation at once.
func (s *tale) apply(op *history.Operation) *commitlog.Commit {
	all := make([]int, len(op.Records))
	for i := range all {
		all[i] = i
	}
	return s.applySome(op, all...)
}

// applySome commits some records of an operation.
func (s *tale) applySome(op *history.Operation, members ...int) *commitlog.Commit {
	var changes []commitlog.Change
	for _, i := range members {
		changes = append(changes, s.change(&op.Records[i]))
	}
	return s.commit(commitlog.APIRow, changes...)
}

// commit appends to the commit log and to the request log.
func (s *tale) commit(api commitlog.API, changes ...commitlog.Change) *commitlog.Commit {
	n := len(s.in.Commits) + 1
	c := commitlog.Commit{
		LSN: uint64(n), At: s.tick(), Request: fmt.Sprintf("r-%d", n), API: api, Fate: commitlog.FateSent, Changes: changes,
	}
	s.in.Commits = append(s.in.Commits, c)
	s.request(c.Request, 200, changes...)
	return &s.in.Commits[n-1]
}

// request appends to the request log.
func (s *tale) request(id string, status int, changes ...commitlog.Change) *commitlog.Request {
	r := commitlog.Request{
		ID: id, At: s.now - 5*time.Millisecond, Took: 10 * time.Millisecond, Method: "PATCH",
		Path: "/services/data/v67.0/sobjects", API: commitlog.APIRow, Status: status, Fate: commitlog.FateSent, Records: 1,
	}
	for _, change := range changes {
		if token, ok := change.Fields[defaultTokenField].(string); ok {
			r.Traces = append(r.Traces, token)
		}
	}
	s.in.Requests = append(s.in.Requests, r)
	return &s.in.Requests[len(s.in.Requests)-1]
}

// change is what the org makes of a record: an insert of a new one, or an
// update of the living one with that external id.
func (s *tale) change(r *history.Record) commitlog.Change {
	name := target{r.Object, r.ExternalID}
	id, known := s.ids[name]
	if r.Op == "delete" {
		delete(s.ids, name)
		return commitlog.Change{Op: commitlog.Delete, Object: r.Object, ID: id, ExternalID: r.ExternalID}
	}
	change := commitlog.Change{Op: commitlog.Update, Object: r.Object, ID: id, ExternalID: r.ExternalID, Fields: maps.Clone(r.Fields)}
	if !known {
		s.next++
		change.Op, change.ID = commitlog.Insert, fmt.Sprintf("001%015d", s.next)
	}
	if r.ExternalID != "" {
		s.ids[name] = change.ID
		change.Fields[r.ExternalIDField] = r.ExternalID
	}
	if r.Parent != nil {
		change.Fields[r.Parent.Field] = s.ids[target{r.Parent.Object, r.Parent.ExternalID}]
	}
	return change
}

// fault tells of a fault that lasted from the line before until now.
func (s *tale) fault(name, kind string) {
	from := s.now
	s.in.History.Windows = append(s.in.History.Windows, history.Window{Fault: name, Kind: kind, From: from, To: s.tick(), Hits: 1})
}

func (s *tale) mark(name string) {
	s.in.History.Marks = append(s.in.History.Marks, history.Mark{Name: name, At: s.tick()})
}

func upsert(object, externalID string, version int) history.Record {
	return history.Record{
		Object: object, ExternalIDField: "Ext_Id__c", ExternalID: externalID, Version: version,
		Fields: map[string]any{"Name": fmt.Sprintf("%s v%d", externalID, version)},
	}
}

func insert(object string) history.Record {
	return history.Record{Object: object, Fields: map[string]any{"Note__c": "x"}}
}

func remove(object, externalID string, version int) history.Record {
	return history.Record{Object: object, ExternalIDField: "Ext_Id__c", ExternalID: externalID, Version: version, Op: "delete", Fields: map[string]any{}}
}

func under(child history.Record, field, object, externalID string) history.Record {
	child.Parent = &history.Parent{Field: field, Object: object, ExternalIDField: "Ext_Id__c", ExternalID: externalID}
	return child
}

// unit is an order with one line, as one atomic unit.
func unit(order string) []history.Record {
	return []history.Record{
		upsert("Order__c", order, 1), under(upsert("OrderLine__c", order+"-1", 1), "Order__c", "Order__c", order),
	}
}

// rehearsed is a clean run with evidence for every guarantee: an insert and a
// unit whose replies were cut and which were looked up, two versions of one
// key, a crash and a heal with work open. The next line happens at 2.10 s.
func rehearsed() *tale {
	s := newTale()
	s.mark(history.MarkStarted)
	note := s.ack("e-note", "e-note", insert("Activity_Log__c"))
	s.apply(note).Fate = commitlog.FateCut
	s.fault("cut", "cut-reply")
	order := s.ack("e-unit", "e-unit", unit("e-ord")...)
	s.apply(order).Fate = commitlog.FateCut
	first := s.ack("e-1", "e-acct", upsert("Account", "e-acct", 1))
	s.apply(first)
	second := s.ack("e-2", "e-acct", upsert("Account", "e-acct", 2))
	s.tick()
	s.fault("crash", "kill")
	s.mark(history.MarkHealed)
	s.apply(second)
	s.now = 2 * time.Second
	return s
}

// over ends the tale with proof of quiescence.
func (s *tale) over() []Verdict {
	s.mark(history.MarkQuiet)
	return s.cutShort()
}

// cutShort ends the tale without it.
func (s *tale) cutShort() []Verdict {
	s.mark(history.MarkEnd)
	return Judge(s.in)
}

// of finds the verdict on one guarantee.
func of(verdicts []Verdict, g Guarantee) Verdict {
	for _, v := range verdicts {
		if v.Guarantee == g {
			return v
		}
	}
	return Verdict{}
}

// onlyBroken asserts that exactly these guarantees are broken and that all
// others that are claimed pass.
func onlyBroken(t require.TestingT, verdicts []Verdict, broken ...Guarantee) {
	for _, v := range verdicts {
		want := Pass
		if v.Result == NotClaimed {
			want = NotClaimed
		}
		for _, g := range broken {
			if v.Guarantee == g {
				want = Fail
			}
		}
		require.Equal(t, want, v.Result, "%s: %s %v", v.Guarantee, v.Reason, v.Anomalies)
	}
}

// only returns the one anomaly of a verdict.
func only(t *testing.T, verdicts []Verdict, g Guarantee, c Class) Anomaly {
	t.Helper()
	v := of(verdicts, g)
	require.Equal(t, 1, v.Found, "%+v", v)
	require.Len(t, v.Anomalies, 1)
	assert.Equal(t, c, v.Anomalies[0].Class)
	assert.NotEmpty(t, v.Anomalies[0].Text)
	assert.NotEmpty(t, v.Anomalies[0].Story)
	return v.Anomalies[0]
}

// kinds lists the kinds of a story's steps.
func kinds(a Anomaly) []string {
	var kinds []string
	for _, s := range a.Story {
		kinds = append(kinds, s.Kind)
	}
	return kinds
}
