package harness

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/squall-harness/squall/harness/history"
	"github.com/squall-harness/squall/harness/rundir"
	"github.com/squall-harness/squall/harness/subject"
	"github.com/squall-harness/squall/reports"
)

// Options are the choices of a run that are no part of the scenario.
type Options struct {
	Out         string       // directory for run directories; "" is "runs"
	Repeat      string       // the command that repeats the run
	Version     string       // of the harness, for the report
	Progress    func(Status) // called about ten times a second; nil for silence
	StopAtFirst bool         // freeze the run at the commit that breaks the first promise
	// Hold is called when a run is frozen and its report is written, with the
	// integration still there; the run ends when it returns. nil ends it at once.
	Hold    func(context.Context, Frozen)
	Control bool   // play the control run, too: the same without faults
	Scratch string // RunVirtual: folder for what lives while the run does; "" is one in memory

	realTime bool // Test: also for a function
}

// Run rehearses a scenario on a subject, judges and reports:
//
//  1. make the run directory, so that a full disk shows now;
//  2. set up the org, the fault proxy and the alert sink;
//  3. start the subject and wait until it is ready;
//  4. offer the load while the nemesis works through the fault plan;
//  5. heal everything;
//  6. wait until nothing more will come, or the budget is over;
//  7. stop the subject and close the ledgers;
//  8. judge the two ledgers and write the report.
//
// The error is nil when there is a verdict, whatever it says; ExitCode gives
// its exit status otherwise.
func Run(ctx context.Context, s *Scenario, sub subject.Subject, o Options) (*Result, error) {
	if s.Err() == nil && s.Virtual {
		return nil, fmt.Errorf("scenario %s lasts %v and is for virtual time: add --virtual, rehearse a Go function by harness.Test, or shorten it by --set load.for and set virtual to false", s.Name, s.Load.For)
	}
	return run(s, o, func(s *Scenario, dir *rundir.Dir, o Options) error {
		return rehearse(ctx, s, sub, dir, o, realWorld())
	})
}

// run is a run in whatever world its rehearser has.
func run(s *Scenario, o Options, play rehearser) (*Result, error) {
	if s.Err() != nil {
		return nil, s.Err()
	}
	dir, err := rundir.Create(cmp.Or(o.Out, "runs"), s.Name)
	if err != nil {
		return nil, err
	}
	if err := play(s, dir, o); err != nil {
		return &Result{Dir: dir.Path()}, fmt.Errorf("%w\nthe run directory is %s", err, Relative(dir.Path()))
	}
	if o.Control {
		if err := playControl(s, dir, o, play); err != nil {
			return &Result{Dir: dir.Path()}, err
		}
	}
	return Check(dir.Path())
}

// Result is a judged run.
type Result struct {
	Dir     string
	Summary reports.Summary
}

// rehearse is steps 2 to 7. What a judge must know beside scenario and ledgers
// is written before anything starts and again at the end: a killed run can
// still say what it was.
func rehearse(ctx context.Context, s *Scenario, sub subject.Subject, dir *rundir.Dir, o Options, w *world) error {
	run := newRehearsal(s, sub, o)
	run.Run = dir.ID()
	if err := errors.Join(dir.WriteScenario(s.effective()), dir.WriteJSON(rundir.RunFile, run)); err != nil {
		return err
	}
	r, err := setUp(ctx, s, sub, dir, w)
	if err == nil && o.StopAtFirst {
		r.stopAtFirst(sub, dir)
	}
	if err == nil {
		err = r.play(o.Progress)
	}
	if errors.Is(err, errFrozen) {
		err = r.hold(dir, run, o)
	}
	if lost := r.close(); lost != nil { // whatever else went wrong, it has left no trace
		err = first(lost)
	}
	run.end(err, r.notes())
	if unwritten := dir.WriteJSON(rundir.RunFile, run); err == nil {
		err = unwritten
	}
	return err
}

// first is the first of the errors that one cause brought about: a full disk
// hits every ledger.
func first(err error) error {
	if many, ok := err.(interface{ Unwrap() []error }); ok {
		return first(many.Unwrap()[0])
	}
	return err
}

// play is the plot of a run: steps 3 to 6.
func (r *rig) play(progress func(Status)) error {
	watch := r.startWatch(progress)
	defer watch.stop()
	watch.phase("starting the subject")
	if err := r.host.Start(r.ctx); r.ctx.Err() != nil {
		return errInterrupted
	} else if err != nil {
		return err
	}
	load := r.startLoad()
	nemesis := r.startNemesis()
	watch.phase("load and faults")
	if err := r.await(nemesis); err != nil {
		return err
	}
	r.nemesis.HealAll()
	r.markAfter(history.MarkHealed, r.recorder.Now())
	watch.phase("healed, draining")
	if err := r.await(load); err != nil {
		return err
	}
	watch.phase("waiting until nothing more comes")
	err := r.awaitQuiet()
	r.noteUnread()
	return err
}

// startLoad offers the transactions; the channel is closed when the last one
// was due.
func (r *rig) startLoad() <-chan struct{} {
	ops := r.scenario.transactions(r.scenario.Load)
	r.recorder.Mark(history.MarkStarted, "")
	shift(ops, r.recorder.Now())
	due := ops[len(ops)-1].Due
	r.sentry.begin(ops, r.scenario.settings())
	r.background.Go(func() { r.source.Offer(r.running, ops, r.scenario.Load.Rate) })
	r.startCrowd(ops)
	done := make(chan struct{})
	r.background.Go(func() {
		defer close(done)
		r.markAfter(history.MarkLoadDone, due)
	})
	return done
}

// markAfter sets a mark behind what happens at an instant, such as a
// transaction that is due then: in virtual time it would be chance which of the
// two the history has first. A run that is interrupted before has no such mark.
func (r *rig) markAfter(name string, at time.Duration) {
	if sleepUntil(r.ctx, r.recorder.Now, at+time.Nanosecond) {
		r.recorder.Mark(name, "")
	}
}

// shift moves the due times from "since the first one" to the run's clock.
func shift(ops []history.Operation, start time.Duration) {
	for i := range ops {
		ops[i].Due += start
	}
}

var errInterrupted = errors.New("interrupted: the run was stopped before it came to a verdict")

// await waits for a channel, or until something ends the run early.
func (r *rig) await(done <-chan struct{}) error {
	for {
		select {
		case <-done:
			if r.ctx.Err() != nil { // then everything ends, and this means nothing
				return errInterrupted
			}
			return nil
		case <-r.sentry.stopped():
			return errFrozen
		case err := <-r.host.failed:
			return err
		case err := <-r.ledgers.Failed():
			return err
		case <-time.After(r.beat(time.Second)):
			if err := r.hopeless(); err != nil {
				return err
			}
		case <-r.ctx.Done():
			return errInterrupted
		}
	}
}

// hopeless ends a run early whose subject speaks another protocol than the
// scenario thinks: it refuses everything, or acknowledges nothing for seconds
// although no fault has begun.
func (r *rig) hopeless() error {
	refused, unknown := r.source.Answers(history.Fail), r.source.Answers(history.Info)
	if r.source.Answers(history.OK) > 0 || refused < enoughAnswers && unknown < enoughAnswers {
		return nil
	}
	h := history.Fold(r.recorder.Since(0))
	started, _ := h.Mark(history.MarkStarted)
	if refused < enoughAnswers && (len(h.Windows) > 0 || r.recorder.Now()-started.At < enoughTime) {
		return nil
	}
	return &SubjectError{Text: fmt.Sprintf("the subject acknowledged none of the first %d transactions: POST %s got %s; "+
		"its contract is in the README, and source.path, source.body and source.accepted in the scenario change it; %s",
		len(h.Operations), r.offerURL(), lastAnswer(h), lastLines(r.host.log))}
}

// What is enough to say that a subject will never acknowledge anything.
const (
	enoughAnswers = 100
	enoughTime    = 3 * time.Second
)

// lastAnswer is what the source was told last, in words.
func lastAnswer(h *history.History) string {
	last := history.Attempt{Error: "no answer"}
	for _, op := range h.Operations {
		if n := len(op.Attempts); n > 0 && op.Attempts[n-1].End() >= last.End() {
			last = op.Attempts[n-1]
		}
	}
	if last.Status > 0 {
		return fmt.Sprintf("the answer %d", last.Status)
	}
	return "no answer (" + last.Error + ")"
}
