package harness

import (
	"fmt"
	"io"
	"runtime/pprof"
	"time"

	"github.com/squall-harness/squall/harness/history"
	"github.com/squall-harness/squall/harness/rundir"
	"github.com/squall-harness/squall/harness/subject"
	"github.com/squall-harness/squall/reports"
)

// Frozen is a run that was stopped at its first broken promise, with the
// integration still as it was at that moment.
type Frozen struct {
	Result *Result
	Stop   reports.Stop
}

// stopAtFirst sets the sentry up.
func (r *rig) stopAtFirst(sub subject.Subject, dir *rundir.Dir) {
	r.sentry = newSentry(r.recorder, r.org.Log(), func() { r.freeze(sub, dir) })
	r.background.Go(func() { r.sentry.watch(r.ctx) })
}

// freeze stops the integration: a program by SIGSTOP; what a Go function was
// about is written down, and it gets no answer any more.
func (r *rig) freeze(sub subject.Subject, dir *rundir.Dir) {
	r.halt() // no fault may let it go on, and nothing more is offered
	if subject.Inhabit(sub, subject.World{}) {
		if err := dir.Write(rundir.DumpFile, func(w io.Writer) error { return pprof.Lookup("goroutine").WriteTo(w, 2) }); err != nil {
			r.note(err.Error())
		}
		return
	}
	if err := r.host.Pause(); err != nil {
		r.note("stopping the integration in its tracks: " + err.Error())
	}
}

// mostHold is how long requests that were under way may take to end.
const mostHold = time.Second

// hold comes after the freeze. Somebody who waits for it gets the report while
// the integration is still there to be looked at.
func (r *rig) hold(dir *rundir.Dir, run *rehearsal, o Options) error {
	for until := r.recorder.Now() + mostHold; r.activity.working() && r.recorder.Now() < until; {
		time.Sleep(time.Millisecond)
	}
	r.recorder.Mark(history.MarkEnd, errFrozen.Error())
	run.Stopped = &reports.Stop{Breach: r.sentry.found(), PID: r.host.PID(), Dump: dir.Has(rundir.DumpFile)}
	if o.Hold == nil {
		return nil
	}
	if err := r.ledgers.Close(); err != nil {
		return err
	}
	run.end(nil, r.notes())
	if err := dir.WriteJSON(rundir.RunFile, run); err != nil {
		return err
	}
	result, err := Check(dir.Path())
	if err == nil {
		o.Hold(r.ctx, Frozen{result, *run.Stopped})
	}
	return err
}

// stopNote says where a run was stopped.
func stopNote(s *reports.Stop) string {
	text := fmt.Sprintf("the run was stopped at the first broken promise, commit %d at %.2f s", s.LSN, s.At.Seconds())
	if s.Request != "" {
		text += ", request " + s.Request
	}
	if s.Operation != "" {
		text += ", operation " + s.Operation
	}
	return text
}
