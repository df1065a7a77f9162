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
	"github.com/squall-harness/squall/harness/workload"
	"github.com/squall-harness/squall/reports"
)

// Options are the choices of a run that are no part of the scenario.
type Options struct {
	Out      string       // directory for run directories; "" is "runs"
	Repeat   string       // the command that repeats the run
	Version  string       // of the harness, for the report
	Progress func(Status) // called about ten times a second; nil for silence
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
	if s.Err() != nil {
		return nil, s.Err()
	}
	dir, err := rundir.Create(cmp.Or(o.Out, "runs"), s.Name)
	if err != nil {
		return nil, err
	}
	rehearsal, err := rehearse(ctx, s, sub, dir, o)
	if err != nil {
		return &Result{Dir: dir.Path()}, fmt.Errorf("%w\nthe run directory is %s", err, dir.Path())
	}
	if err := dir.WriteJSON(rundir.RunFile, rehearsal); err != nil {
		return nil, err
	}
	return Check(dir.Path())
}

// Result is a judged run.
type Result struct {
	Dir     string
	Summary reports.Summary
}

// rehearsal is what a judge must know about a run beside scenario and ledgers.
type rehearsal struct {
	Seed    uint64          `json:"seed"`
	Subject reports.Subject `json:"subject"`
	Repeat  string          `json:"repeat"`
	Planned int             `json:"planned"` // transactions that the scenario asks for
	Version string          `json:"version"`
	Started time.Time       `json:"started"`
	Took    time.Duration   `json:"took"`
	Notes   []string        `json:"notes"`

	Incomplete string `json:"-"` // why only a part of the run can be judged
}

// rehearse is steps 2 to 7.
func rehearse(ctx context.Context, s *Scenario, sub subject.Subject, dir *rundir.Dir, o Options) (*rehearsal, error) {
	started := time.Now()
	if err := dir.WriteScenario(s.effective()); err != nil {
		return nil, err
	}
	r, err := setUp(ctx, s, sub, dir)
	if err != nil {
		return nil, err
	}
	defer r.close()
	if err := r.play(o.Progress); err != nil {
		return nil, err
	}
	if err := r.close(); err != nil {
		return nil, err
	}
	return &rehearsal{Seed: s.Seed, Subject: reports.Subject{Name: sub.Name(), Command: sub.Command()}, Repeat: o.Repeat,
		Planned: s.Load.Count(), Version: o.Version, Started: started, Took: time.Since(started), Notes: r.notes()}, nil
}

// play is the plot of a run: steps 3 to 6.
func (r *rig) play(progress func(Status)) error {
	watch := r.startWatch(progress)
	defer watch.stop()
	watch.phase("starting the subject")
	if err := r.host.Start(r.ctx); err != nil {
		return err
	}
	load := r.startLoad()
	nemesis := r.startNemesis()
	watch.phase("load and faults")
	if err := r.await(nemesis); err != nil {
		return err
	}
	r.nemesis.HealAll()
	r.recorder.Mark(history.MarkHealed, "")
	watch.phase("healed, draining")
	if err := r.await(load); err != nil {
		return err
	}
	watch.phase("waiting until nothing more comes")
	return r.awaitQuiet()
}

// startLoad offers the transactions; the channel is closed when the last one
// was due.
func (r *rig) startLoad() <-chan struct{} {
	ops := workload.Generate(r.scenario.Seed, r.scenario.Load, r.scenario.Source.Token)
	r.recorder.Mark(history.MarkStarted, "")
	shift(ops, r.recorder.Now())
	due := ops[len(ops)-1].Due
	r.background.Go(func() { r.push.Offer(r.ctx, ops, r.scenario.Load.Rate) })
	done := make(chan struct{})
	r.background.Go(func() {
		defer close(done)
		if sleepUntil(r.ctx, r.recorder.Now, due) {
			r.recorder.Mark(history.MarkLoadDone, "")
		}
	})
	return done
}

// shift moves the due times from "since the first one" to the run's clock.
func shift(ops []history.Operation, start time.Duration) {
	for i := range ops {
		ops[i].Due += start
	}
}

// await waits for all of the channels, or until something ends the run early.
func (r *rig) await(all ...<-chan struct{}) error {
	for _, c := range all {
		for waiting := true; waiting; {
			select {
			case <-c:
				waiting = false
			case err := <-r.host.failed:
				return err
			case err := <-r.ledgers.Failed():
				return err
			case <-time.After(time.Second):
				if err := r.refusedAll(); err != nil {
					return err
				}
			case <-r.ctx.Done():
				return errors.New("interrupted: the run was stopped before it came to a verdict")
			}
		}
	}
	return nil
}

// refusedAll ends a run early whose subject refuses everything: it speaks
// another protocol than the scenario thinks.
func (r *rig) refusedAll() error {
	if r.push.Acknowledged() > 0 || r.push.Refused() < 100 {
		return nil
	}
	last := history.Attempt{}
	for _, e := range r.recorder.Since(0) {
		if e.Attempt != nil {
			last = *e.Attempt
		}
	}
	return &SubjectError{Text: fmt.Sprintf("the subject refused all of the first %d transactions: POST %s answered %d; "+
		"its contract is in the README, and source.path, source.body and source.accepted in the scenario change it; its last lines:\n%s",
		r.push.Refused(), r.push.URL, last.Status, subject.Tail(r.host.log, 10))}
}
