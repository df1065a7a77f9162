package verify

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/squall-harness/squall/mocksf/commitlog"
)

// Limits is what an integration may ask of Salesforce. Zero values limit
// nothing.
type Limits struct {
	Calls  float64 // requests for each record written, over the whole run
	Logins int     // logins within any minute
}

// overload judges NoOverload: requests and logins stay within the limits of
// the scenario. Whether a request succeeded makes no difference: it was work
// for Salesforce, and counts against the day's allowance.
type overload struct{}

func (overload) guarantee() Guarantee { return NoOverload }

func (overload) judge(l *ledger) *finding {
	f := &finding{}
	if l.Settings.Limits == (Limits{}) {
		return f
	}
	all, logins := l.arrivals()
	calls, written := len(all)+l.Rest.Requests, l.recordsWritten()
	allowed := int(l.Settings.Limits.Calls * float64(written))
	if excess := calls - allowed; l.Settings.Limits.Calls > 0 && excess > 0 {
		f.anomalies.tallyMany(TooManyCalls, excess)
		f.anomalies.keep(TooManyCalls, l.tooManyCalls(all, written))
	}
	from, most := busiest(logins, time.Minute)
	if excess := most - l.Settings.Limits.Logins; l.Settings.Limits.Logins > 0 && excess > 0 {
		f.anomalies.tallyMany(TooManyLogins, excess)
		f.anomalies.keep(TooManyLogins, l.tooManyLogins(all, logins[from:from+most]))
	}
	f.count(figRequests, calls)
	f.count("of these, logins", len(logins))
	f.count("most logins within a minute", most)
	f.count(figWritten, written)
	f.holds = fmt.Sprintf("%s for %s written, %s within the busiest minute.",
		plural(calls, "request"), plural(written, "record"), plural(most, "login"))
	return f
}

// arrival is a request, by its place in the log.
type arrival struct {
	at      time.Duration
	request int
}

// arrivals lists all requests and the logins among them, by time: the log has
// them by their ends.
func (l *ledger) arrivals() (all, logins []arrival) {
	all = make([]arrival, len(l.Requests))
	for i := range l.Requests {
		all[i] = arrival{l.Requests[i].At, i}
	}
	slices.SortStableFunc(all, func(a, b arrival) int { return cmp.Compare(a.at, b.at) })
	for _, a := range all {
		if isLogin(&l.Requests[a.request]) {
			logins = append(logins, a)
		}
	}
	return all, logins
}

func isLogin(r *commitlog.Request) bool {
	return r.API == commitlog.APIAuth && r.Method == "POST" &&
		(strings.HasSuffix(r.Path, "/oauth2/token") || strings.Contains(r.Path, "/services/soap/"))
}

// recordsWritten counts what the integration changed.
func (l *ledger) recordsWritten() int {
	n := l.Rest.Writes
	for i := range l.effects {
		if l.effects[i].intent != direct {
			n++
		}
	}
	return n
}

// busiest finds the window of that width with the most arrivals: where it
// begins in the list, and how many it holds.
func busiest(all []arrival, width time.Duration) (from, most int) {
	start := 0
	for i := range all {
		for all[i].at-all[start].at >= width {
			start++
		}
		if n := i - start + 1; n > most {
			from, most = start, n
		}
	}
	return from, most
}

func (l *ledger) tooManyCalls(all []arrival, written int) candidate {
	from, most := busiest(all, time.Second)
	peak := all[from : from+most]
	return l.rush(peak, fmt.Sprintf("%s for %s: %.1f for each, and the scenario allows %g. %s of them came within the second from %s on.",
		capital(plural(len(all), "request")), plural(written, "record"), float64(len(all))/float64(max(written, 1)), l.Settings.Limits.Calls,
		thousands(most), seconds(peak[0].at)))
}

func (l *ledger) tooManyLogins(all, minute []arrival) candidate {
	from, most := busiest(minute, time.Second)
	peak := minute[from : from+most]
	c := l.rush(peak, fmt.Sprintf("%s within the minute from %s on, and the scenario allows %s. %s of them came within the second from %s on.",
		capital(plural(len(minute), "login")), seconds(minute[0].at), thousands(l.Settings.Limits.Logins), thousands(most), seconds(peak[0].at)))
	for _, a := range slices.Backward(all) { // the call that began it
		if a.at <= peak[0].at && l.Requests[a.request].Status == unauthorized {
			c.requests = append(c.requests, a.request)
			break
		}
	}
	return c
}

// unauthorized is the status of a session that has ended. This package knows no
// network, and so not the constant of net/http.
const unauthorized = 401

// maxRush is how many requests of a rush its story shows.
const maxRush = 12

// rush is an anomaly that is made of requests alone. What happened within the
// second before may have led to it.
func (l *ledger) rush(peak []arrival, text string) candidate {
	c := candidate{Anomaly: Anomaly{Text: text, From: peak[len(peak)-1].at}}
	c.during = append(c.during, span{peak[0].at - time.Second, c.From})
	for _, a := range peak[:min(len(peak), maxRush)] {
		c.requests = append(c.requests, a.request)
	}
	return c
}
