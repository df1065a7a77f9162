package reports

import (
	"cmp"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/squall-harness/squall/harness/history"
	"github.com/squall-harness/squall/harness/match"
	"github.com/squall-harness/squall/harness/recovery"
	"github.com/squall-harness/squall/mocksf/commitlog"
)

// sample is a made-up run of the size of the scenario outage: 5,200 operations
// in 40 s, a simple queue in place of an integration. It is judged by the real
// judges, so that the reports are tried on real verdicts.
type sample struct {
	rng      *rand.Rand
	h        *history.History
	commits  []commitlog.Commit
	requests []commitlog.Request
	bulkFree time.Duration // when the next bulk chunk may be worked on
	records  map[string]string
	last     map[string]time.Duration // of a key: its latest commit
	ids      int
}

const (
	ms         = time.Millisecond
	sampleRate = 130
	sampleFor  = 40 * time.Second
	hostile    = "<script>alert('x')</script> & \"quoted\" \u202egnitset\u202c \x1b[31mred\x07 \u0000"
)

func at(seconds float64) time.Duration { return time.Duration(seconds * float64(time.Second)) }

// newSample makes the run; broken adds one or more anomalies of most classes.
func newSample(broken bool) (Summary, Data) {
	s := &sample{
		rng: rand.New(rand.NewPCG(7, 7)), h: &history.History{Windows: sampleWindows()},
		bulkFree: at(31.6), records: map[string]string{}, last: map[string]time.Duration{},
	}
	for i := range int(sampleFor/time.Second) * sampleRate {
		s.operation(i)
	}
	s.deliver(broken)
	s.outageTraffic()
	s.finish()
	return s.summary(broken), s.data()
}

func sampleWindows() []history.Window {
	return []history.Window{
		{Fault: "reply of a single write cut", Kind: "cut-reply", From: at(5), To: at(8), Hits: 6, Note: "replies cut after a commit"},
		{Fault: "reply of a unit cut", Kind: "cut-reply", From: at(5), To: at(8), Hits: 4, Note: "replies cut after a commit"},
		{Fault: "row locked", Kind: "row-error", From: at(5), To: at(8), Hits: 6, Note: "requests in which a record was refused"},
		{Fault: "maintenance page", Kind: "page", From: at(8), To: at(10), Hits: 41, Note: "requests answered with the page"},
		{Fault: "sessions expired", Kind: "expire-token", From: at(10.5), To: at(10.501), Hits: 1, Note: "access tokens that became invalid"},
		{Fault: "integration killed", Kind: "kill", From: at(12), To: at(12.6), Hits: 1, Note: "kills"},
		{Fault: "connections refused", Kind: "refuse", From: at(14.5), To: at(22), Hits: 87, Note: "open connections reset, and connects refused"},
		{Fault: "black hole", Kind: "blackhole", From: at(22), To: at(31), Hits: 63, Note: "connections swallowed"},
	}
}

// operation is offered, and offered again while the integration is dead.
func (s *sample) operation(i int) {
	id := fmt.Sprintf("t-%06d", i)
	op := &history.Operation{ID: id, Due: time.Duration(i) * time.Second / sampleRate, Outcome: history.OK}
	op.Offered = op.Due + time.Duration(s.rng.IntN(900))*time.Microsecond
	op.Class, op.Key, op.Records = s.shape(i, id)
	start := op.Offered
	if start > at(12) && start < at(12.6) {
		op.Attempts = append(op.Attempts, history.Attempt{At: start, Took: ms, Error: "dial tcp 127.0.0.1:40123: connect: connection refused"})
		start = at(12.65) + time.Duration(s.rng.IntN(200))*ms
	}
	op.Attempts = append(op.Attempts, history.Attempt{At: start, Took: time.Duration(2+s.rng.IntN(7)) * ms, Status: 202, Outcome: history.OK})
	s.h.Operations = append(s.h.Operations, op)
}

func (s *sample) shape(i int, id string) (class, key string, records []history.Record) {
	account := fmt.Sprintf("acct-h-%02d", i%20)
	switch p := s.rng.IntN(100); {
	case p < 50:
		key = fmt.Sprintf("cont-%05d", i)
		return "upsert", key, []history.Record{record("Contact", key, 1, id+".0", "LastName", "Ünal & Søn 37 %")}
	case p < 60:
		return "hot", account, []history.Record{record("Account", account, i, id+".0", "Name", "Hot account")}
	case p < 82:
		return "insert", "log-" + id, []history.Record{record("Activity_Log__c", "", 0, id+".0", "Note__c", hostile)}
	}
	key = fmt.Sprintf("acct-c-%05d", i)
	order := record("Order__c", fmt.Sprintf("ord-%05d", i), 1, id+".1", "Status__c", "open")
	order.Parent = &history.Parent{Field: "Account__c", Object: "Account", ExternalIDField: "Ext_Id__c", ExternalID: key}
	records = []history.Record{record("Account", key, 1, id+".0", "Name", "Cold account"), order}
	for n := range 1 + s.rng.IntN(4) {
		line := record("OrderLine__c", fmt.Sprintf("line-%05d-%d", i, n), 1, fmt.Sprintf("%s.%d", id, n+2), "Quantity__c", float64(n))
		line.Parent = &history.Parent{Field: "Order__c", Object: "Order__c", ExternalIDField: "Ext_Id__c", ExternalID: order.ExternalID}
		records = append(records, line)
	}
	return "unit", key, records
}

func record(object, externalID string, version int, token, field string, value any) history.Record {
	r := history.Record{Object: object, ExternalID: externalID, Version: version, Fields: map[string]any{field: value, "Token__c": token}}
	if externalID != "" {
		r.ExternalIDField = "Ext_Id__c"
	}
	return r
}

// deliver commits every operation, by row calls and composite graphs while
// Salesforce answers, by bulk jobs what waited for it. The broken integration
// makes its mistakes on the way.
func (s *sample) deliver(broken bool) {
	cuts := 0
	for i, op := range s.h.Operations {
		acked, _ := op.Resolved()
		when, api := s.when(acked+90*ms+time.Duration(s.rng.IntN(70))*ms, len(op.Records) > 1)
		when = max(when, s.last[op.Key]+ms)
		s.last[op.Key] = when
		if broken && (i == 1700 || i == 2410 || i == 3105) {
			continue // lost
		}
		fate, cut := commitlog.FateSent, when > at(5) && when < at(8) && s.rng.IntN(25) == 0 && cuts < 10
		if cut {
			cuts++
			fate = commitlog.FateCut
		}
		changes := s.changes(op, broken && i%1301 == 900)
		if broken && op.Class == "unit" && i > 1600 && i < 1640 {
			changes = changes[:len(changes)-1] // torn
		}
		s.commit(when, api, fate, changes)
		if cut && (op.Class != "insert" || broken) {
			s.commit(when+400*ms, api, commitlog.FateSent, s.again(changes))
			s.last[op.Key] += 401 * ms
		}
		if broken && op.Class == "insert" && when > at(31) && i%40 == 0 {
			s.commit(when+2*time.Second, commitlog.APIRow, commitlog.FateSent, s.again(changes))
		}
		if broken && op.Class == "hot" && i%260 == 7 {
			s.commit(when+3*time.Second, commitlog.APIRow, commitlog.FateSent, s.again(changes))
		}
	}
	slices.SortStableFunc(s.commits, func(a, b commitlog.Commit) int { return cmp.Compare(a.At, b.At) })
	for i := range s.commits {
		s.commits[i].LSN = uint64(i + 1)
	}
}

func (s *sample) when(ready time.Duration, unit bool) (time.Duration, commitlog.API) {
	api := commitlog.APIRow
	if unit {
		api = commitlog.APIGraph
	}
	switch {
	case ready > at(8) && ready < at(10):
		return at(10.1) + (ready-at(8))/2, api
	case ready > at(12) && ready < at(12.6):
		return at(12.7) + (ready-at(12))/2, api
	case ready > at(14.5) && ready < at(31.1):
		s.bulkFree += 2 * ms
		if unit {
			return s.bulkFree, api
		}
		return s.bulkFree.Truncate(360*ms) + 360*ms, commitlog.APIBulk
	}
	return ready, api
}

func (s *sample) changes(op *history.Operation, corrupt bool) []commitlog.Change {
	var changes []commitlog.Change
	for i, r := range op.Records {
		c := commitlog.Change{Op: commitlog.Update, Object: r.Object, ExternalID: r.ExternalID, Fields: maps.Clone(r.Fields)}
		if r.ExternalID != "" {
			c.Fields["Ext_Id__c"] = r.ExternalID
		}
		if r.Parent != nil {
			c.Fields[r.Parent.Field] = s.records[r.Parent.Object+"/"+r.Parent.ExternalID]
		}
		if corrupt && i == 0 {
			for name := range c.Fields {
				if name != "Token__c" && name != "Ext_Id__c" {
					c.Fields[name] = "?nal"
				}
			}
		}
		changes = append(changes, s.named(c))
	}
	return changes
}

// named gives a change the id of its record.
func (s *sample) named(c commitlog.Change) commitlog.Change {
	name := c.Object + "/" + c.ExternalID
	if id, known := s.records[name]; known && c.ExternalID != "" {
		c.ID = id
		return c
	}
	s.ids++
	c.Op, c.ID = commitlog.Insert, fmt.Sprintf("a00%015d", s.ids)
	s.records[name] = c.ID
	return c
}

func (s *sample) again(changes []commitlog.Change) []commitlog.Change {
	out := slices.Clone(changes)
	for i := range out {
		out[i].Op = commitlog.Update
		out[i] = s.named(out[i])
	}
	return out
}

func (s *sample) commit(when time.Duration, api commitlog.API, fate commitlog.Fate, changes []commitlog.Change) {
	id := fmt.Sprintf("r-%06d", len(s.commits)+1)
	q := commitlog.Request{ID: id, At: when - 60*ms, Took: 70 * ms, Method: "PATCH", Path: "/services/data/v67.0/sobjects/" + changes[0].Object,
		API: api, Status: 201, Fate: fate, Records: len(changes)}
	if fate == commitlog.FateCut {
		q.Fault = "reply of a single write cut"
	}
	for _, c := range changes {
		q.Traces = append(q.Traces, c.Fields["Token__c"].(string))
	}
	if api == commitlog.APIBulk {
		id, fate = fmt.Sprintf("750%015d", when/(360*ms)), commitlog.FateAsync
	} else {
		s.requests = append(s.requests, q)
	}
	s.commits = append(s.commits, commitlog.Commit{At: when, Request: id, API: api, Identity: "integration", Fate: fate, Changes: changes})
}

// outageTraffic is what met a fault, and the calls of the bulk jobs.
func (s *sample) outageTraffic() {
	add := func(t time.Duration, method, path string, api commitlog.API, status int, job, fault string) {
		s.requests = append(s.requests, commitlog.Request{ID: fmt.Sprintf("x-%06d", len(s.requests)), At: t, Took: 65 * ms, Method: method,
			Path: path, API: api, Status: status, Fate: commitlog.FateSent, Job: job, Fault: fault})
	}
	for t := at(8); t < at(10); t += 50 * ms {
		add(t, "PATCH", "/services/data/v67.0/sobjects/Contact", commitlog.APIRow, 503, "", "maintenance page")
	}
	add(at(10.5), "PATCH", "/services/data/v67.0/sobjects/Contact", commitlog.APIRow, 401, "", "sessions expired")
	add(at(10.6), "POST", "/services/oauth2/token", commitlog.APIAuth, 200, "", "")
	for t := at(31.1); t < s.bulkFree; t += 360 * ms {
		job := fmt.Sprintf("750%015d", t/(360*ms))
		add(t, "POST", "/services/data/v67.0/jobs/ingest", commitlog.APIBulk, 200, job, "")
		add(t+60*ms, "PUT", "/services/data/v67.0/jobs/ingest/"+job+"/batches", commitlog.APIBulk, 201, job, "")
		add(t+120*ms, "PATCH", "/services/data/v67.0/jobs/ingest/"+job, commitlog.APIBulk, 200, job, "")
	}
	slices.SortStableFunc(s.requests, func(a, b commitlog.Request) int { return cmp.Compare(a.At, b.At) })
}

func (s *sample) finish() {
	s.h.Marks = []history.Mark{
		{Name: history.MarkStarted}, {Name: history.MarkHealed, At: at(31)}, {Name: history.MarkLoadDone, At: at(40)},
		{Name: history.MarkQuiet, At: at(44)}, {Name: history.MarkEnd, At: at(44.2)},
	}
	s.h.Alerts = []history.Alert{
		{At: at(9.1), Name: "SalesforceUnreachable", Status: "firing", Cause: "503 for 1 s"},
		{At: at(10.9), Name: "SalesforceUnreachable", Status: "resolved", Cause: "503 for 1 s"},
		{At: at(15.7), Name: "SalesforceUnreachable", Status: "firing", Cause: "connection refused"},
		{At: at(19.2), Name: "BacklogHigh", Status: "firing", Cause: hostile},
		{At: at(31.4), Name: "SalesforceUnreachable", Status: "resolved", Cause: "connection refused"},
		{At: at(37.4), Name: "BacklogHigh", Status: "resolved", Cause: "backlog under 50"},
	}
	curve := recovery.Measure(s.h, s.commits, s.requests, match.Names{}).Curve
	for t := 500 * ms; t < at(44); t += 500 * ms {
		g := history.Gauge{At: t, Backlog: float64(backlogAt(curve, t-300*ms))}
		if t >= at(12) && t <= at(12.6) {
			g = history.Gauge{At: t, Error: "connection refused"}
		}
		s.h.Gauges = append(s.h.Gauges, g)
	}
}

func backlogAt(curve []recovery.Point, t time.Duration) int {
	backlog := 0
	for _, p := range curve {
		if p.At > t {
			break
		}
		backlog = p.Backlog
	}
	return backlog
}
