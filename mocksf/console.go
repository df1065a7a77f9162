package mocksf

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/squall-harness/squall/mocksf/internal/bulk"
	"github.com/squall-harness/squall/mocksf/internal/console"
	"github.com/squall-harness/squall/mocksf/internal/store"
	"github.com/squall-harness/squall/mocksf/trust"
)

const (
	consoleBase = "/_squall"
	trustBase   = consoleBase + "/trust"
	trustHost   = "api.status.salesforce.com"
)

// serve answers what is no part of a Salesforce org: the page and the status
// site. true when it did.
func (w *watch) serve(rw http.ResponseWriter, hr *http.Request) bool {
	if w.files != nil {
		w.files.write(w.org.cfg.Now()) // a file that is due is there before the request looks for it
	}
	switch path := hr.URL.Path; {
	case w.cfg.Trust != nil && strings.ToLower(hostname(hr.Host)) == trustHost:
		w.cfg.Trust.ServeHTTP(rw, hr)
	case w.cfg.Trust != nil && strings.HasPrefix(path, trustBase+"/"):
		http.StripPrefix(trustBase, w.cfg.Trust).ServeHTTP(rw, hr)
	case w.page != nil && (path == consoleBase || strings.HasPrefix(path, consoleBase+"/")):
		w.page.ServeHTTP(rw, hr)
	default:
		return false
	}
	return true
}

// newPage is the page with its forms.
func (w *watch) newPage() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET "+consoleBase, http.RedirectHandler(consoleBase+"/", http.StatusSeeOther))
	mux.HandleFunc("GET "+consoleBase+"/{$}", func(rw http.ResponseWriter, hr *http.Request) {
		v := w.view()
		v.Paused = hr.URL.Query().Has("pause")
		console.Write(rw, "main", v)
	})
	if s := w.cfg.Trust; s != nil {
		mux.HandleFunc("GET "+consoleBase+"/incidents", func(rw http.ResponseWriter, _ *http.Request) { console.Write(rw, "incidents", w.view()) })
		w.form(mux, "raise", func(hr *http.Request) {
			minor := hr.PostFormValue("kind") == "degradation"
			s.Raise(trust.Incident{Message: hr.PostFormValue("message"), Degraded: minor, Minor: minor})
		})
		w.form(mux, "resolve", func(hr *http.Request) { s.Resolve(hr.PostFormValue("id")) })
		w.form(mux, "green", func(hr *http.Request) { s.SetGreen(hr.PostFormValue("green") == "true") })
	}
	return console.Guard(mux)
}

// maxPageForm bounds what a form may send, in bytes, and formPatience how long
// it may take.
const (
	maxPageForm  = 4096
	formPatience = 5 * time.Second
)

func (w *watch) form(mux *http.ServeMux, name string, do func(*http.Request)) {
	mux.HandleFunc("POST "+consoleBase+"/"+name, func(rw http.ResponseWriter, hr *http.Request) {
		control := http.NewResponseController(rw)
		_ = control.SetReadDeadline(time.Now().Add(formPatience)) // a connection without deadlines is its owner's affair
		hr.Body = http.MaxBytesReader(rw, hr.Body, maxPageForm)
		err := hr.ParseForm()
		_ = control.SetReadDeadline(time.Time{})
		if err != nil {
			http.Error(rw, "the form cannot be read", http.StatusBadRequest)
			return
		}
		do(hr)
		http.Redirect(rw, hr, consoleBase+"/incidents", http.StatusSeeOther)
	})
}

// view is what the page shows now.
func (w *watch) view() console.View {
	o := w.org
	now := o.cfg.Now()
	v := console.View{
		Base: consoleBase, Now: now.Format("2006-01-02 15:04:05"), Up: now.Sub(w.since).Round(time.Second).String(), Status: "OK",
	}
	w.addLimits(&v)
	w.addRecords(&v)
	w.addJobs(&v)
	w.addStatus(&v)
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, t := range w.recent.newest() {
		v.Requests = append(v.Requests, showTrace(t))
	}
	v.Faults, v.Errors = w.faults.list(), w.errors.list()
	v.Figures = []console.Figure{
		{Label: "requests", Value: strconv.FormatUint(o.requests.Load(), 10)},
		{Label: "under way", Value: strconv.FormatInt(o.running.Load(), 10)},
		{Label: "commits", Value: strconv.Itoa(o.log.Len())},
		{Label: "open bulk jobs", Value: strconv.Itoa(o.OpenJobs())},
		{Label: "errors answered", Value: strconv.Itoa(w.errors.sum)},
	}
	return v
}

func (w *watch) addRecords(v *console.View) {
	w.org.store.View(func(state *store.View) {
		for _, t := range w.org.store.Tables() {
			if n := state.Count(t); n > 0 {
				v.Objects = append(v.Objects, console.Count{Name: t.Name, N: n})
			} else {
				v.Empty++
			}
		}
	})
}

func (w *watch) addLimits(v *console.View) {
	o := w.org
	add := func(name string, used, most int) {
		v.Limits = append(v.Limits, console.Limit{Name: name, Used: used, Max: most})
	}
	add("DailyApiRequests", o.used(), o.cfg.DailyRequests)
	most := o.jobs.Limits()
	batches, queries := o.jobs.Left()
	add("DailyBulkApiBatches", most.DailyBatches-batches, most.DailyBatches)
	add("DailyBulkV2QueryJobs", most.DailyQueries-queries, most.DailyQueries)
	o.store.View(func(state *store.View) {
		add("DataStorageMB", state.Live()/recordsPerMB, o.storageMB())
	})
	if o.readOnly.Load() {
		v.Notices = append(v.Notices, "The org is in read-only mode")
	}
}

// shownJobs is how many bulk jobs the page lists.
const shownJobs = 10

func (w *watch) addJobs(v *console.View) {
	jobs := w.org.jobs.List(0)
	slices.Reverse(jobs)
	for _, open := range []bool{true, false} {
		for _, j := range jobs {
			if (j.State.Done() || j.State == bulk.Closed) != open && len(v.Jobs) < shownJobs {
				v.Jobs = append(v.Jobs, console.Job{ID: j.ID, Operation: j.Spec.Operation, Object: j.Spec.Object, State: string(j.State),
					Processed: j.Processed, Failed: j.Failed})
			}
		}
	}
}

func (w *watch) addStatus(v *console.View) {
	w.usage.mu.Lock()
	for _, n := range slices.Backward(w.usage.last) {
		v.Notices = append(v.Notices, n.At.Format("15:04:05")+" API usage notification: "+n.Subject()+" ("+strconv.Itoa(n.Used)+" of "+strconv.Itoa(n.Max)+")")
	}
	w.usage.mu.Unlock()
	s := w.cfg.Trust
	if s == nil {
		return
	}
	v.Trust, v.Status, v.Green = true, s.Word(), s.Green()
	for _, i := range slices.Backward(s.Incidents()) {
		kind := "disruption"
		if i.Degraded {
			kind = "degradation"
		}
		v.Incidents = append(v.Incidents, console.Incident{ID: i.ID, Kind: kind, Since: i.Raised.Format("15:04:05"), Message: i.Message, Active: i.Resolved.IsZero()})
	}
}

func showTrace(t Trace) console.Request {
	r := console.Request{
		Time: t.Time.Format("15:04:05.000"), Method: t.Method, Path: strings.TrimPrefix(printable(t.Path), "/services/data"), API: string(t.API), Status: strconv.Itoa(t.Status),
		Millis: strconv.FormatFloat(float64(t.Took)/1e6, 'f', 1, 64), Code: t.Code, Identity: printable(t.Identity), Class: "s" + strconv.Itoa(t.Status/100),
	}
	if t.Records > 0 {
		r.Records = strconv.Itoa(t.Records)
	}
	if t.Status == 0 {
		r.Status, r.Class = "none", "s5"
	}
	var notes []string
	if t.Failed > 0 {
		notes = append(notes, strconv.Itoa(t.Failed)+" failed")
	}
	if t.Fault != "" {
		notes = append(notes, "fault "+printable(t.Fault))
	}
	if t.Fate.ReplyLost() {
		notes = append(notes, "reply "+string(t.Fate))
	}
	r.Note = strings.Join(notes, ", ")
	return r
}
