package mocksf

import (
	"errors"
	"fmt"
	"log"
	"net/http"
	"runtime/debug"
	"time"

	"github.com/squall-harness/squall/mocksf/commitlog"
	"github.com/squall-harness/squall/mocksf/internal/apierr"
)

// ServeHTTP takes a request through its stages: receive, ask the hook, work,
// reply, and settle the fate of what was committed.
func (o *Org) ServeHTTP(w http.ResponseWriter, hr *http.Request) {
	if o.watch != nil && o.watch.serve(w, hr) {
		return
	}
	x := &exchange{http: hr, call: Call{
		ID: o.nextRequest(), At: o.cfg.Clock(), Method: hr.Method, Path: hr.URL.Path, API: commitlog.APIOther,
		Running: int(o.running.Add(1)),
	}}
	defer o.running.Add(-1)
	defer func() {
		if x.done != nil {
			x.done()
		}
	}()
	entry := commitlog.Request{Fate: commitlog.FateLost}
	defer func() { o.finish(x, entry) }() // also when the connection is aborted by a panic
	r := &request{exchange: x, org: o, route: &leaf{}}
	defer func() {
		if p := recover(); p != nil { // outside of the work, which has its own
			rep := crashed(r, p)
			entry.Status, entry.Fate = rep.status, o.send(w, r, rep)
		}
	}()
	if !o.receive(w, r) {
		cut(w) // whoever broke off, or fell silent, must not take the end of the connection for an answer
		return
	}
	d := o.ask(x)
	entry.Fault = d.Fault
	rep, done := o.work(r, d)
	if !done {
		return
	}
	entry.Status, entry.Failed = rep.status, rep.failed
	x.outer, x.answer = r, rep
	if d.AfterCommit != nil && x.commits > 0 {
		d.AfterCommit()
	}
	if d.AfterWork != nil && d.Reply == nil && rep.status < http.StatusMultipleChoices {
		d.AfterWork()
	}
	if d.Cut {
		entry.Fate = commitlog.FateCut
		o.log.Settle(x.call.ID, entry.Fate) // before the client can notice
		cut(w)
		return
	}
	entry.Fate = o.send(w, r, rep)
}

func (o *Org) nextRequest() string { return fmt.Sprintf("req-%06d", o.requests.Add(1)) }

// ask lets the hook decide.
func (o *Org) ask(x *exchange) Decision {
	x.decided = true
	if o.cfg.Hook == nil {
		return Decision{}
	}
	d := o.cfg.Hook(&x.call)
	if e := d.RowError; e != nil {
		x.row = apierr.Custom(e.Code, e.Message)
	}
	if d.Job != nil {
		x.trouble = d.Job.plain()
	}
	return d
}

// work makes the reply. done is false when the client, or the org, was gone
// before the work began: then nothing was written.
func (o *Org) work(r *request, d Decision) (rep reply, done bool) {
	if d.Reply != nil {
		return d.Reply.reply(), true
	}
	defer func() {
		if p := recover(); p != nil {
			rep, done = crashed(r, p), true
		}
	}()
	held, ok := o.lock(r, d)
	if !ok {
		return reply{}, false
	}
	defer held.Release()
	if d.Hold > 0 && !o.hold(d.Hold) || d.Hold <= 0 && r.bad == nil && !o.serviceTime(r) {
		return reply{}, false
	}
	return r.serve(), true
}

// crashed turns a panic into the reply that a real org gives to trouble of its
// own. The unit of work was rolled back on the way.
func crashed(r *request, p any) reply {
	if err, ok := p.(error); ok && errors.Is(err, http.ErrAbortHandler) {
		panic(p)
	}
	log.Printf("mocksf: %s %s %s: %v\n%s", r.call.ID, r.call.Method, r.call.Path, p, debug.Stack())
	return failure(apierr.Unexpected.New(r.call.ID))
}

// serviceTime waits as long as the org works on such a call. Calls overlap as
// they do in a real org.
func (o *Org) serviceTime(r *request) bool {
	wait := o.cfg.Service.Call
	if r.call.API != commitlog.APIBulk && r.call.API != commitlog.APIClassic { // a bulk job takes its records later, chunk by chunk
		wait += time.Duration(r.call.Records) * o.cfg.Service.Record
		for t, n := range r.writes {
			wait += o.cost(t, n)
		}
	}
	if wait = o.stretch(wait); wait <= 0 {
		return true
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-r.http.Context().Done():
		return false
	case <-o.ctx.Done():
		return false
	}
}

// hold waits whether the client does or not; false when the org is closed.
func (o *Org) hold(d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-o.ctx.Done():
		return false
	}
}

// finish settles the commits of the exchange and writes the request log.
func (o *Org) finish(x *exchange, entry commitlog.Request) {
	if x.commits > 0 {
		o.log.Settle(x.call.ID, entry.Fate)
	}
	o.buffered.Add(-x.held)
	x.tellReads(entry.Fate, o.cfg.OnRead)
	if o.cfg.OnRequest == nil && o.watch == nil {
		return
	}
	entry.ID, entry.At, entry.Took = x.call.ID, x.call.At, o.cfg.Clock()-x.call.At
	entry.Method, entry.Path, entry.API, entry.Identity = x.call.Method, x.call.Path, x.call.API, x.call.Identity
	entry.Records, entry.Traces, entry.Job = x.call.Records, x.call.Traces, x.job
	if o.watch != nil {
		o.watch.saw(x, entry)
	}
	if o.cfg.OnRequest != nil {
		o.cfg.OnRequest(entry)
	}
}

func (h *Reply) reply() reply {
	return reply{status: h.Status, contentType: h.ContentType, header: h.Header, body: []byte(h.Body)}
}
