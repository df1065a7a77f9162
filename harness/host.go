package harness

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os/exec"
	"sync"
	"syscall"
	"time"

	"github.com/squall-harness/squall/harness/subject"
)

// host keeps the subject running as an operations team would: it starts it,
// starts it again when it ends by itself, and gives the nemesis its handles.
type host struct {
	life    context.Context // of every instance; when it ends they are killed
	service context.Context // of the restarts; it ends with Stop
	leave   context.CancelFunc
	network subject.Network
	subject subject.Subject
	env     subject.Env
	log     string
	rules   SubjectRules
	note    func(string) // what a reader of the report must know

	mu       sync.Mutex // held while an instance is started: there is never a second one
	instance subject.Instance
	began    bool // the first instance was ready: from now on a crash leads to a restart
	down     bool // kept down on purpose, until Restart
	over     bool // nothing is started any more
	crashes  int
	failed   chan error // holds the reason when the host gives up
	watchers sync.WaitGroup
	lost     chan struct{} // closed when an instance was given up that does not end
}

// maxCrashes is how often a subject may end by itself before the run is given
// up: a fault may break a program once or twice, a broken program breaks always.
const maxCrashes = 5

// restartDelay is the time that a supervisor takes to notice and start anew.
const restartDelay = 500 * time.Millisecond

func newHost(life context.Context, n subject.Network, s subject.Subject, env subject.Env, log string, rules SubjectRules, note func(string)) *host {
	service, leave := context.WithCancel(life)
	return &host{life: life, service: service, leave: leave, network: n, subject: s, env: env, log: log, rules: rules, note: note, failed: make(chan error, 1), lost: make(chan struct{})}
}

// Start starts the first instance and waits until it is ready.
func (h *host) Start(ctx context.Context) error {
	instance, err := h.launch(func() bool { return true })
	if err != nil {
		return h.notStarted(err, true)
	}
	err = subject.WaitReady(ctx, h.network, instance, h.env.ListenAddr, h.log, h.rules.Ready)
	h.mu.Lock()
	h.began = err == nil
	h.mu.Unlock()
	if err == nil && ended(instance) { // whoever watches it may have looked too early to restart it
		err = fmt.Errorf("it ended as soon as it was ready (%s)", ending(instance.Err()))
	}
	if err != nil {
		return &SubjectError{Text: fmt.Sprintf("the subject %q never became ready: %v", h.subject.Command(), err), Arguments: true}
	}
	return nil
}

// launch starts an instance and has it watched, unless it is not needed by
// then: nil. The answer to needed holds until the instance is there.
func (h *host) launch(needed func() bool) (subject.Instance, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.over || !needed() {
		return nil, nil
	}
	instance, err := h.subject.Start(h.life, h.env, h.log)
	if err != nil {
		return nil, err
	}
	h.instance, h.down = instance, false
	h.watchers.Go(func() { h.watch(instance) })
	return instance, nil
}

func (h *host) notStarted(err error, arguments bool) error {
	return &SubjectError{Text: fmt.Sprintf("the subject %q did not start: %s", h.subject.Command(), whyNotStarted(err)), Arguments: arguments}
}

// whyNotStarted says what to do about the errors that everybody makes.
func whyNotStarted(err error) string {
	var start *fs.PathError
	switch {
	case errors.Is(err, exec.ErrNotFound):
		return "there is no such program in PATH; write a program of this folder as ./program"
	case !errors.As(err, &start) || start.Op != "fork/exec":
	case errors.Is(err, fs.ErrNotExist):
		return "there is no such file, or no interpreter as its first line names it"
	case errors.Is(err, fs.ErrPermission):
		return "it may not be executed"
	case errors.Is(err, syscall.ENOEXEC):
		return "it is no program for this machine; a script needs a first line such as #!/bin/sh"
	}
	return err.Error()
}

// watch has an instance that ends by itself replaced.
func (h *host) watch(instance subject.Instance) {
	select {
	case <-instance.Done():
	case <-h.lost:
		return
	}
	if crashes := h.countCrash(instance); crashes > 0 {
		h.revive(instance, crashes)
	}
}

// countCrash counts an instance that ended by itself; 0 means that somebody
// wanted it, or that another instance has taken its place.
func (h *host) countCrash(instance subject.Instance) int {
	h.mu.Lock()
	defer h.mu.Unlock()
	if !h.began || !h.isMissed(instance) {
		return 0
	}
	h.crashes++
	return h.crashes
}

// isMissed is true for the latest instance, unless it is kept down on purpose.
func (h *host) isMissed(instance subject.Instance) bool {
	return h.instance == instance && !h.down && !h.over && h.life.Err() == nil
}

// revive starts the subject anew, as a supervisor does.
func (h *host) revive(dead subject.Instance, crashes int) {
	if crashes > maxCrashes {
		h.giveUp(&SubjectError{Text: fmt.Sprintf("the subject ended by itself %d times, the last time with %s; %s",
			crashes, ending(dead.Err()), lastLines(h.log))})
		return
	}
	h.note(fmt.Sprintf("the subject ended by itself (%s) and was restarted", ending(dead.Err())))
	select {
	case <-time.After(restartDelay):
	case <-h.service.Done():
		return
	}
	h.startAgain(h.service, func() bool { return h.isMissed(dead) })
}

// startAgain starts an instance in the place of one that has ended, and waits
// until it is ready. One that ends before is a crash like any other; one that
// is alive and not ready in time is left alone: it is judged by what it
// delivers.
func (h *host) startAgain(ctx context.Context, needed func() bool) {
	next, err := h.launch(needed)
	if err != nil && h.service.Err() == nil {
		h.giveUp(h.notStarted(err, false))
	}
	if next == nil {
		return
	}
	err = subject.WaitReady(ctx, h.network, next, h.env.ListenAddr, h.log, h.rules.Ready)
	if err != nil && ctx.Err() == nil && !ended(next) {
		h.note(fmt.Sprintf("%v after it was started again the subject was not ready yet", h.rules.Ready))
	}
}

func ended(instance subject.Instance) bool {
	select {
	case <-instance.Done():
		return true
	default:
		return false
	}
}

func lastLines(log string) string {
	if tail := subject.Tail(log, 15); tail != "" {
		return "its last lines:\n" + tail
	}
	return "it printed nothing"
}

func ending(err error) string {
	if err == nil {
		return "exit status 0"
	}
	return err.Error()
}

func (h *host) giveUp(err error) {
	select {
	case h.failed <- err:
	default:
	}
}

// Kill ends the subject without warning, for the nemesis, and keeps it down
// until Restart.
func (h *host) Kill() error {
	instance, err := h.takeDown()
	if err != nil {
		return err
	}
	return instance.Kill()
}

// Terminate asks the subject to end, kills it after its grace, and keeps it
// down until Restart.
func (h *host) Terminate() error {
	instance, err := h.takeDown()
	if err != nil {
		return err
	}
	if err := instance.Stop(h.rules.Grace); err != nil {
		h.note("asked to stop by a fault: " + err.Error())
	}
	return nil
}

// takeDown lets nobody else replace the instance. A subject that has just
// ended by itself cannot be taken down: then the fault did not strike, and the
// restart is not the nemesis's.
func (h *host) takeDown() (subject.Instance, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if ended(h.instance) {
		return nil, errors.New("the subject had ended by itself")
	}
	h.down = true
	return h.instance, nil
}

// Restart starts the subject again after Kill or Terminate.
func (h *host) Restart(ctx context.Context) error {
	h.mu.Lock()
	instance := h.instance
	h.mu.Unlock()
	select { // a function takes its time to return
	case <-instance.Done():
	case <-ctx.Done():
		return ctx.Err()
	}
	h.startAgain(ctx, func() bool { return h.down })
	return nil
}

// Pause stops the subject's clock, if its kind can be paused.
func (h *host) Pause() error { return h.pausable(func(p subject.Pausable) error { return p.Pause() }) }

// Resume is the end of Pause.
func (h *host) Resume() error {
	return h.pausable(func(p subject.Pausable) error { return p.Resume() })
}

func (h *host) pausable(do func(subject.Pausable) error) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	p, ok := h.instance.(subject.Pausable)
	if !ok {
		return fmt.Errorf("subject %q cannot be paused", h.subject.Name())
	}
	return do(p)
}

// PID is the process id of the subject, 0 when it is no process of its own.
func (h *host) PID() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	if p, ok := h.instance.(interface{ PID() int }); ok {
		return p.PID()
	}
	return 0
}

// Stop ends the subject for good and waits until nothing of it is left, unless
// it is a function that does not return.
func (h *host) Stop() {
	h.mu.Lock()
	h.over = true
	instance := h.instance
	h.mu.Unlock()
	h.leave()
	if instance != nil {
		if err := instance.Stop(h.rules.Grace); err != nil {
			h.note("stopping the subject: " + err.Error())
			close(h.lost)
		}
	}
	h.watchers.Wait()
}
