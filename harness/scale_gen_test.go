package harness

import (
	"fmt"
	"iter"
	"maps"
	"time"

	"github.com/squall-harness/squall/harness/history"
	"github.com/squall-harness/squall/harness/rundir"
	"github.com/squall-harness/squall/mocksf/commitlog"
)

// synthetic makes a run of n operations without holding it: a third of them
// inserts, some under an account that was there before; a third versions of
// n/10 accounts; a fifth contacts; a tenth units of three records. An outage of
// a hundredth of the run makes a backlog, in which replies are cut and the
// integration is killed once.
type synthetic struct {
	n       int
	hurt    map[int]string // operation -> what goes wrong with it
	made    []uint32       // id of each account, 0 when there is none yet
	part    rundir.Part
	seq     uint64
	ids     uint32
	last    time.Duration // of the latest commit
	lsn     uint64
	waiting []*history.Operation         // of the outage
	held    map[int][]*history.Operation // those that come after another one
	answers []history.Event              // that are under way
	request commitlog.Request            // that collects commits
}

const (
	pace   = 10 * time.Microsecond
	latest = 5 * time.Millisecond // from the offer to the commit
)

func (s *synthetic) at(i int) time.Duration { return time.Duration(i+1) * pace }

// outage is from which operation to which one nothing gets through.
func (s *synthetic) outage() (from, to int) { return s.n / 2, s.n/2 + s.n/100 }

// parts makes the run.
func (s *synthetic) parts() iter.Seq[rundir.Part] {
	s.made, s.held = make([]uint32, max(s.n/100*10, 10)), map[int][]*history.Operation{}
	return func(yield func(rundir.Part) bool) {
		s.note(history.Event{Kind: history.KindMark, ID: history.MarkStarted, Mark: &history.Mark{Name: history.MarkStarted}})
		for i := range s.n {
			s.step(i)
			if len(s.part.Events) >= 40_000 && !s.yield(yield) {
				return
			}
		}
		s.end()
		s.yield(yield)
	}
}

func (s *synthetic) yield(yield func(rundir.Part) bool) bool {
	more := yield(s.part)
	s.part = rundir.Part{}
	return more
}

func (s *synthetic) note(e history.Event) {
	s.seq++
	e.Seq = s.seq
	s.part.Events = append(s.part.Events, e)
}

func (s *synthetic) step(i int) {
	from, to := s.outage()
	switch i {
	case from:
		s.window("outage", "cut-reply", s.at(from), 0, 0)
		s.window("crash", "kill", s.at(from)+time.Millisecond, s.at(from)+time.Millisecond, 1)
	case to:
		s.window("outage", "cut-reply", s.at(from), s.at(to), 100)
		s.mark(history.MarkHealed, s.at(to))
		for k, op := range s.waiting {
			s.commit(op, s.at(to), k%500 == 0)
		}
		s.waiting = nil
	}
	op := s.operation(i)
	s.note(history.Event{At: s.at(i), Kind: history.KindOffer, ID: op.ID, Operation: op})
	s.answers = append(s.answers, history.Event{At: s.at(i) + 200*time.Microsecond, Kind: history.KindAnswer, ID: op.ID,
		Attempt: &history.Attempt{At: s.at(i) + time.Microsecond, Took: 150 * time.Microsecond, Status: 202, Outcome: history.OK}})
	if len(s.answers) > 20 {
		s.note(s.answers[0])
		s.answers = s.answers[1:]
	}
	if i >= from && i < to {
		s.waiting = append(s.waiting, op)
		return
	}
	s.carryOut(i, op)
}

// carryOut commits an operation, unless something goes wrong with it.
func (s *synthetic) carryOut(i int, op *history.Operation) {
	at := s.at(i) + latest
	switch s.hurt[i] {
	case "lost":
		return
	case "late":
		s.held[i+len(s.made)] = append(s.held[i+len(s.made)], op)
		return
	case "phantom":
		stranger := s.operation(i)
		stranger.Records[0].Fields["Token__c"] = "nobody's"
		s.commit(stranger, at, false)
	case "twice":
		s.commit(op, at, false)
	case "altered":
		op = s.operation(i)
		op.Records[0].Fields["Name"] = "somebody else"
	case "torn":
		op.Records = op.Records[:2]
		defer func() { op.Records = op.Records[:3] }()
	}
	s.commit(op, at, false)
	for _, late := range s.held[i] {
		s.commit(late, at, false)
	}
	delete(s.held, i)
}

// commit lets the org make what an operation intends.
func (s *synthetic) commit(op *history.Operation, at time.Duration, cut bool) {
	s.lsn++
	s.last = max(s.last, at)
	if cut || len(s.request.Traces) >= 50 || s.request.ID == "" {
		s.send()
		s.request = commitlog.Request{ID: fmt.Sprintf("r-%d", s.lsn), At: s.last, Took: time.Millisecond, Method: "POST",
			API: commitlog.APICollections, Path: "/composite/sobjects", Status: 200, Fate: commitlog.FateSent}
	}
	c := commitlog.Commit{LSN: s.lsn, At: s.last, Request: s.request.ID, API: commitlog.APICollections, Fate: commitlog.FateSent}
	parent := uint32(0)
	for i := range op.Records {
		change := s.change(&op.Records[i], &parent)
		c.Changes = append(c.Changes, change)
		s.request.Traces = append(s.request.Traces, change.Fields["Token__c"].(string))
	}
	s.request.Records += len(op.Records)
	if cut {
		c.Fate, s.request.Fate, s.request.Fault, s.request.Status = commitlog.FateCut, commitlog.FateCut, "outage", 0
		s.send()
	}
	s.part.Commits = append(s.part.Commits, c)
}

func (s *synthetic) send() {
	if s.request.ID != "" {
		s.part.Requests = append(s.part.Requests, s.request)
	}
	s.request = commitlog.Request{}
}

var prefixes = map[string]string{"Activity_Log__c": "a01", "Account": "001", "Contact": "003", "Order__c": "a02", "OrderLine__c": "a03"}

func (s *synthetic) change(r *history.Record, order *uint32) commitlog.Change {
	n, op := s.ids+1, commitlog.Insert
	if r.Object == "Account" {
		var a int
		fmt.Sscanf(r.ExternalID, "acct-%d", &a)
		if s.made[a] != 0 {
			n, op = s.made[a], commitlog.Update
		}
		s.made[a] = n
	}
	s.ids = max(s.ids, n)
	fields := maps.Clone(r.Fields)
	if r.ExternalID != "" {
		fields["Ext_Id__c"] = r.ExternalID
	}
	if r.Object == "Order__c" {
		*order = n
	}
	if p := r.Parent; p != nil {
		parent := *order
		if p.Object == "Account" {
			var a int
			fmt.Sscanf(p.ExternalID, "acct-%d", &a)
			parent = s.made[a]
		}
		fields[p.Field] = fmt.Sprintf("%s%015d", prefixes[p.Object], parent)
	}
	return commitlog.Change{Op: op, Object: r.Object, ID: fmt.Sprintf("%s%015d", prefixes[r.Object], n), ExternalID: r.ExternalID, Fields: fields}
}

func (s *synthetic) window(name, kind string, from, to time.Duration, hits int) {
	s.note(history.Event{At: from, Kind: history.KindFault, ID: name, Window: &history.Window{Fault: name, Kind: kind, From: from, To: to, Hits: hits}})
}

func (s *synthetic) mark(name string, at time.Duration) {
	s.note(history.Event{At: at, Kind: history.KindMark, ID: name, Mark: &history.Mark{Name: name, At: at}})
}

func (s *synthetic) end() {
	s.send()
	for _, e := range s.answers {
		s.note(e)
	}
	last := s.at(s.n) + time.Second
	s.mark(history.MarkQuiet, last)
	s.mark(history.MarkEnd, last+time.Second)
}

func (s *synthetic) operation(i int) *history.Operation {
	op := &history.Operation{ID: fmt.Sprintf("t-%09d", i), Due: s.at(i)}
	switch i % 10 {
	case 0, 1, 2:
		op.Class, op.Key = "insert", op.ID
		op.Records = []history.Record{{Object: "Activity_Log__c", Fields: map[string]any{"Note__c": "Amber, Birch - Cobalt"}}}
		if i%10 == 2 && i > 10 {
			op.Records[0].Parent = &history.Parent{Field: "Account__c", Object: "Account", ExternalIDField: "Ext_Id__c", ExternalID: s.account(i - 9)}
			op.Key = op.Records[0].Parent.ExternalID
		}
	case 3, 4, 5, 6:
		op.Class, op.Key = "upsert", s.account(i)
		op.Records = []history.Record{recordOf("Account", op.Key, i+1, map[string]any{"Name": "Ember Fjord Ltd", "BillingCity": "Bonn", "Phone": nil})}
	case 7, 8:
		op.Class, op.Key = "upsert", "cont-"+op.ID
		op.Records = []history.Record{recordOf("Contact", op.Key, 1, map[string]any{"LastName": "Lovelace", "Email": "ada@example.com"})}
	default:
		op.Class, op.Key = "unit", "ord-"+op.ID
		op.Records = []history.Record{
			recordOf("Order__c", op.Key, 1, map[string]any{"Status__c": "new", "Amount__c": 12.5}),
			line(op.Key, 1), line(op.Key, 2),
		}
	}
	for k := range op.Records {
		op.Records[k].Fields["Token__c"] = fmt.Sprintf("%s.%d", op.ID, k)
	}
	return op
}

// account is the one that an operation is about.
func (s *synthetic) account(i int) string {
	return fmt.Sprintf("acct-%d", (i*7919)%len(s.made))
}

func recordOf(object, id string, version int, fields map[string]any) history.Record {
	return history.Record{Object: object, ExternalIDField: "Ext_Id__c", ExternalID: id, Version: version, Fields: fields}
}

func line(order string, n int) history.Record {
	r := recordOf("OrderLine__c", fmt.Sprintf("%s-l%d", order, n), 1, map[string]any{"Quantity__c": float64(n), "Amount__c": 6.25})
	r.Parent = &history.Parent{Field: "Order__c", Object: "Order__c", ExternalIDField: "Ext_Id__c", ExternalID: order}
	return r
}
