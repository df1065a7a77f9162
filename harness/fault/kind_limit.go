package fault

import (
	"fmt"
	"net/http"
)

// The limits of an org that a fault may set.
const (
	LimitRequests   = "requests"   // of all within the window: the daily allocation
	LimitConcurrent = "concurrent" // at one time
	LimitJobs       = "jobs"       // bulk jobs created within the window
)

// allowances says how the org words each limit (REST API guide, API Request
// Limits; Bulk API 2.0 guide, Limits). There is no 429 and no Retry-After.
var allowances = map[string]Fault{
	LimitRequests:   {Status: http.StatusForbidden, Code: "REQUEST_LIMIT_EXCEEDED", Message: "TotalRequests Limit exceeded."},
	LimitConcurrent: {Status: http.StatusForbidden, Code: "REQUEST_LIMIT_EXCEEDED", Message: "ConcurrentRequests (Concurrent API Requests) Limit exceeded."},
	LimitJobs:       {Status: http.StatusBadRequest, Code: "EXCEEDEDQUOTA", Message: "The allocation of bulk jobs is used up."},
}

var limit = Kind{
	Name:  "limit",
	Does:  "The org refuses what is beyond a limit: more than most requests in the window, more than most at once, or more than most bulk jobs. Logins do not count.",
	Needs: []string{"for", "limit"},
	Takes: []string{"most", "message"},
	Hits:  "requests beyond the limit",
	check: func(f Fault) error {
		_, known := allowances[f.Limit]
		switch {
		case !known:
			return fmt.Errorf("limit is %q: write %s, %s or %s", f.Limit, LimitRequests, LimitConcurrent, LimitJobs)
		case f.Most < 0:
			return fmt.Errorf("most is %d: write how many pass, or leave it out for none", f.Most)
		}
		return nil
	},
	begin: func(_ *Nemesis, w *window) (effect, error) {
		answer := allowances[w.planned.Limit]
		answer.Message = orDefault(w.planned.Message, answer.Message)
		return &limiting{aim: w.aim, fault: w.planned.Fault, answer: answer}, nil
	},
}

// limiting lets the first ones pass, or as many as fit at one time.
type limiting struct {
	*aim
	fault, answer Fault
}

func (l *limiting) decide(c Call) (Decision, bool) {
	if c.API == apiAuth || l.fault.Limit == LimitJobs && c.Step != stepCreate || !l.exceeded(c) {
		return Decision{}, false
	}
	l.hit()
	return Decision{Reply: &Reply{Status: l.answer.Status, ContentType: jsonType, Body: errorBody(c, l.answer)}}, true
}

func (l *limiting) exceeded(c Call) bool {
	if l.fault.Limit == LimitConcurrent {
		return c.Running > l.fault.Most
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.met++
	return l.met > l.fault.Most
}

func (l *limiting) end() (hits int, note string, err error) {
	return l.told(fmt.Sprintf("requests beyond %d %s", l.fault.Most, l.fault.Limit))
}
