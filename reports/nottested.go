package reports

import (
	"fmt"
	"slices"
	"time"

	"github.com/squall-harness/squall/harness/history"
	"github.com/squall-harness/squall/harness/verify"
	"github.com/squall-harness/squall/mocksf/commitlog"
)

// NotTested lists, one sentence each, what the run did not put to the test. It
// is worked out from what the run had, so that a quiet run cannot look like a
// thorough one.
func NotTested(s Summary, d Data) []string {
	r := look(d)
	var out []string
	for _, v := range s.Guarantees {
		if v.Result == verify.NoEvidence {
			out = append(out, fmt.Sprintf("No evidence for %q: %s", v.Guarantee, v.Reason))
		}
	}
	if s.Control == nil && len(r.fired)+len(r.unfired) > 0 {
		out = append(out, noControl)
	}
	for _, w := range r.unfired {
		out = append(out, fmt.Sprintf("Fault %q (%s) never fired.", w.Fault, w.Kind))
	}
	for _, rule := range missing {
		if !rule.there(r) {
			out = append(out, rule.sentence)
		}
	}
	return append(append(append(out, r.longestOutage()), unclaimed(s)...), oneDirection)
}

// unclaimed tells what nobody asked the judge about.
func unclaimed(s Summary) []string {
	var out []string
	for _, one := range []struct {
		guarantee verify.Guarantee
		sentence  string
	}{{verify.Consistency, noInvariant}, {verify.Isolation, noReader}, {verify.NoOverload, noLimit}, {verify.Alerted, noAlert}, {verify.BacklogTold, noGauge}} {
		claimed := slices.ContainsFunc(s.Guarantees, func(v verify.Verdict) bool {
			return v.Guarantee == one.guarantee && v.Result != verify.NotClaimed
		})
		if !claimed {
			out = append(out, one.sentence)
		}
	}
	return out
}

// The limits of every run so far.
const (
	noControl    = "No control run was played, so nobody knows how it does without any fault (--control plays one)."
	noInvariant  = "No invariant of the records was declared, so consistency was not judged."
	noReader     = "Nobody else read or wrote in Salesforce meanwhile, so isolation was not judged."
	noLimit      = "No limit was set for what Salesforce may be asked (expect.calls, expect.logins), so overload was not judged."
	noAlert      = "No time was set in which somebody must be told of an outage (expect.alerted), so alerts were not judged."
	noGauge      = "It was not said how true the reported backlog must be (expect.backlogTruth), so it was not judged."
	oneDirection = "Flows from Salesforce (events, callouts) were no part of this run."
)

// missing holds what a run may lack, and how one sees that it does not.
var missing = []struct {
	there    func(*ran) bool
	sentence string
}{
	{fired("cut-reply"), "No reply was cut after its commit, so nothing was ever applied that the sender could not know of."},
	{fired("page", "status"), "Salesforce never answered with a server error or an error page."},
	{fired("row-error"), "No single record was refused, for example because its row was locked."},
	{fired("expire-token"), "No session expired in the middle of the work."},
	{fired("kill"), "The integration was never killed."},
	{fired("pause"), "The integration never stalled (a long pause, as in a suspended machine)."},
	{fired("stop"), "The integration was never asked to stop (SIGTERM) while it worked."},
	{fired("refuse"), "Connections were never refused."},
	{fired("blackhole"), "The network never fell silent (black hole)."},
	{fired("reset", "refuse"), "No open connection was reset."},
	{fired("latency", "bandwidth", "toxic"), "The network was never slow."},
	{(*ran).hitLimit, "No API limit was reached (403 or 429)."},
	{(*ran).refusedForGood, "Salesforce refused no record for good, so dead letters were not tested."},
	{func(r *ran) bool { return r.units > 0 }, "No transaction held more than one record."},
	{func(r *ran) bool { return r.deletes > 0 }, "No record was deleted."},
	{func(r *ran) bool { return len(r.jobs) > 0 }, "No bulk job was created."},
	{fired("restore"), "The org was never restored from a backup, so acknowledged data never vanished there."},
	{firedOnJobs("bulk-fail"), "No bulk job failed or was aborted, with rows left unprocessed."},
	{firedOnJobs("bulk-rows"), "No bulk job completed with some of its rows refused."},
	{firedOnJobs("bulk-slow"), "No bulk job took longer than a client may care to wait."},
	{(*ran).bulkDisturbed, "No fault was at work while a bulk job was open."},
	{(*ran).bulkCrashed, "The integration was not killed while a bulk job was open."},
	{fired("late"), "No request landed after its sender had given it up."},
}

// ran is what a run had, as far as missing asks for it.
type ran struct {
	fired, unfired []history.Window
	units, deletes int
	jobs           map[string]stretch // bulk jobs: first to last call
	requests       []commitlog.Request
}

type stretch struct{ from, to time.Duration }

func look(d Data) *ran {
	r := &ran{jobs: map[string]stretch{}, requests: d.Requests}
	if d.History != nil {
		r.lookAt(d.History)
	}
	for i := range d.Requests {
		if q := &d.Requests[i]; q.Job != "" {
			job, known := r.jobs[q.Job]
			if !known {
				job.from = q.At
			}
			job.to = max(job.to, q.At+q.Took)
			r.jobs[q.Job] = job
		}
	}
	return r
}

func (r *ran) lookAt(h *history.History) {
	for _, w := range h.Windows {
		if w.Hits > 0 {
			r.fired = append(r.fired, w)
		} else {
			r.unfired = append(r.unfired, w)
		}
	}
	for _, op := range h.Operations {
		if len(op.Records) > 1 {
			r.units++
		}
		if slices.ContainsFunc(op.Records, func(rec history.Record) bool { return rec.Op == "delete" }) {
			r.deletes++
		}
	}
}

// fired tells whether a fault of one of the kinds did something.
func fired(kinds ...string) func(*ran) bool {
	return func(r *ran) bool {
		return slices.ContainsFunc(r.fired, func(w history.Window) bool { return slices.Contains(kinds, w.Kind) })
	}
}

// firedOnJobs is not missed beside the bulk jobs themselves.
func firedOnJobs(kind string) func(*ran) bool {
	return func(r *ran) bool { return len(r.jobs) == 0 || fired(kind)(r) }
}

func (r *ran) hitLimit() bool {
	return fired("limit")(r) || slices.ContainsFunc(r.requests, func(q commitlog.Request) bool { return q.Status == 403 || q.Status == 429 })
}

// refusedForGood tells whether a record was refused that no fault had a part in.
func (r *ran) refusedForGood() bool {
	return slices.ContainsFunc(r.requests, func(q commitlog.Request) bool {
		return q.Fault == "" && q.Records > 0 && (q.Failed > 0 || q.Status == 400)
	})
}

func (r *ran) bulkDisturbed() bool {
	return len(r.jobs) == 0 || slices.ContainsFunc(r.fired, r.duringJob)
}

func (r *ran) bulkCrashed() bool {
	return len(r.jobs) == 0 || slices.ContainsFunc(r.fired, func(w history.Window) bool {
		return w.Kind == "kill" && r.duringJob(w)
	})
}

func (r *ran) duringJob(w history.Window) bool {
	for _, job := range r.jobs {
		if w.From <= job.to && (w.To == 0 || w.To >= job.from) {
			return true
		}
	}
	return false
}

// outageKinds make Salesforce unreachable for everybody.
var outageKinds = []string{"page", "status", "refuse", "blackhole"}

// breath is a gap between two outages that nobody can make use of.
const breath = time.Second

// longestOutage says how long Salesforce was away at most without a break.
func (r *ran) longestOutage() string {
	longest, from, to := time.Duration(0), time.Duration(0), -2*breath
	for _, w := range sortedByStart(r.fired) {
		if !slices.Contains(outageKinds, w.Kind) {
			continue
		}
		if w.From > to+breath {
			from = w.From
		}
		to = max(to, w.To)
		longest = max(longest, to-from)
	}
	if longest == 0 {
		return "Salesforce was never away as a whole."
	}
	return "Salesforce was away for " + seconds(longest) + " at most: retry limits, sessions and queues that run out over hours were not tested."
}

func sortedByStart(windows []history.Window) []history.Window {
	sorted := slices.Clone(windows)
	slices.SortStableFunc(sorted, func(a, b history.Window) int { return int(a.From - b.From) })
	return sorted
}
