package mocksf

import (
	"maps"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/squall-harness/squall/mocksf/commitlog"
	"github.com/squall-harness/squall/mocksf/internal/console"
	"github.com/squall-harness/squall/mocksf/trust"
)

// Monitoring is what the org tells about itself beside its answers. The zero
// value is nothing, and costs nothing; DefaultMonitoring is all of it.
type Monitoring struct {
	EventLog EventLog // files of the events, as the object EventLogFile

	// LoginHistory is the number of logins, the newest, that the object of that
	// name holds. 0: there is no such object.
	LoginHistory int

	Usage UsageNotices // of requests, against the daily allocation

	// Recent is the number of requests, the newest, that the page at /_squall/
	// shows. 0: there is no page.
	Recent int

	// Trust is the status API of Salesforce. It is served at the host
	// api.status.salesforce.com, and below /_squall/trust at any other. nil:
	// there is none.
	Trust *trust.Status

	OnTrace func(Trace) // called at the end of each request, from its goroutine; nil: none
}

// DefaultMonitoring is all that there is, in a size that suits one developer
// and some millions of requests: it holds at most about 100 MB.
func DefaultMonitoring() Monitoring {
	return Monitoring{
		EventLog: EventLog{Events: 20_000}, LoginHistory: 1000, Recent: 200, Trust: trust.New(trust.Config{}),
		Usage: UsageNotices{Percents: []int{50, 75, 90, 100}},
	}
}

// watch is the part of an org that monitors. Without it no request pays for
// anything.
type watch struct {
	org    *Org
	cfg    Monitoring
	files  *logFiles
	logins *loginHistory
	usage  usageWatch
	since  time.Time
	page   http.Handler // at /_squall/

	mu     sync.Mutex
	recent recentTraces
	faults tally
	errors tally // by code, or status where there is no code
}

// startWatch makes what the config asks for; the store is there.
func (o *Org) startWatch() {
	m := o.cfg.Monitoring
	if m.EventLog.Events <= 0 && m.LoginHistory <= 0 && m.Recent <= 0 && m.Trust == nil && m.OnTrace == nil && len(m.Usage.Percents) == 0 {
		return
	}
	w := &watch{org: o, cfg: m, since: o.cfg.Now(), recent: recentTraces{most: m.Recent}}
	if t, ok := o.store.Table(eventLogFile); ok && m.EventLog.Events > 0 {
		w.files = newLogFiles(o.store, t, m.EventLog)
		o.router.add(logFileRoutes)
	}
	if t, ok := o.store.Table(loginHistoryObject); ok && m.LoginHistory > 0 {
		w.logins = &loginHistory{store: o.store, table: t, most: m.LoginHistory}
	}
	if m.Trust != nil {
		m.Trust.Follow(o.cfg.Now)
	}
	if m.Recent > 0 {
		w.page = w.newPage()
	}
	o.watch = w
}

// saw takes note of a request that is over.
func (w *watch) saw(x *exchange, entry commitlog.Request) {
	t := w.trace(x, entry)
	if w.files != nil {
		w.files.note(x, t)
	}
	if who, ok := loginOf(x); ok {
		w.noteLogin(who, x, t)
	}
	w.usage.look(w.cfg.Usage, w.org)
	if w.cfg.Recent > 0 {
		w.mu.Lock()
		kept := t
		kept.Traces = nil // they are parts of the body
		w.recent.add(kept)
		w.faults.add(printable(t.Fault))
		w.errors.add(t.errorName())
		w.mu.Unlock()
	}
	if w.cfg.OnTrace != nil {
		w.cfg.OnTrace(t)
	}
}

// tally counts by name; names beyond its bound are counted together.
type tally struct {
	n   map[string]int
	sum int
}

// maxNames bounds the names of a tally.
const maxNames = 100

func (t *tally) add(name string) {
	if name == "" {
		return
	}
	if t.n == nil {
		t.n = map[string]int{}
	}
	if _, known := t.n[name]; !known && len(t.n) >= maxNames {
		name = "others"
	}
	t.n[name]++
	t.sum++
}

// list is in the order of the names.
func (t *tally) list() (all []console.Count) {
	for _, name := range slices.Sorted(maps.Keys(t.n)) {
		all = append(all, console.Count{Name: name, N: t.n[name]})
	}
	return all
}
