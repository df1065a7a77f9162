package harness

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/squall-harness/squall/harness/subject"
)

// host keeps the subject running as an operations team would: it starts it,
// restarts it when it ends by itself, and gives the nemesis its handles.
type host struct {
	life    context.Context // of every instance; when it ends they are killed
	subject subject.Subject
	env     subject.Env
	log     string
	rules   SubjectRules
	note    func(string) // what a reader of the report must know

	mu       sync.Mutex
	instance subject.Instance
	wanted   bool // false while somebody keeps it down on purpose
	crashes  int
	failed   chan error // holds the reason when the host gives up
	watchers sync.WaitGroup
}

// maxCrashes is how often a subject may end by itself before the run is given
// up: a fault may break a program once or twice, a broken program breaks always.
const maxCrashes = 5

// restartDelay is the time that a supervisor takes to notice and start anew.
const restartDelay = 500 * time.Millisecond

func newHost(life context.Context, s subject.Subject, env subject.Env, log string, rules SubjectRules, note func(string)) *host {
	return &host{life: life, subject: s, env: env, log: log, rules: rules, note: note, failed: make(chan error, 1)}
}

// Start starts an instance and waits until it is ready.
func (h *host) Start(ctx context.Context) error {
	instance, err := h.subject.Start(h.life, h.env, h.log)
	if err != nil {
		return &SubjectError{Text: fmt.Sprintf("the subject %q did not start: %v", h.subject.Command(), err), Arguments: true}
	}
	h.mu.Lock()
	h.instance, h.wanted = instance, true
	h.mu.Unlock()
	h.watchers.Go(func() { h.watch(instance) })
	if err := subject.WaitReady(ctx, instance, h.env.ListenAddr, h.log, h.rules.Ready); err != nil {
		return &SubjectError{Text: fmt.Sprintf("the subject %q never became ready: %v", h.subject.Command(), err), Arguments: true}
	}
	return nil
}

// watch restarts an instance that ended by itself.
func (h *host) watch(instance subject.Instance) {
	<-instance.Done()
	h.mu.Lock()
	unwanted := !h.wanted || h.instance != instance
	if !unwanted {
		h.crashes++
	}
	crashes := h.crashes
	h.mu.Unlock()
	if unwanted || h.life.Err() != nil {
		return
	}
	h.note(fmt.Sprintf("the subject ended by itself (%s) and was restarted", ending(instance.Err())))
	h.restartAfterCrash(crashes, instance.Err())
}

func (h *host) restartAfterCrash(crashes int, cause error) {
	if crashes > maxCrashes {
		h.giveUp(&SubjectError{Text: fmt.Sprintf("the subject ended by itself %d times, the last time with %s; its last lines:\n%s",
			crashes, ending(cause), subject.Tail(h.log, 15))})
		return
	}
	select {
	case <-time.After(restartDelay):
	case <-h.life.Done():
		return
	}
	if err := h.Start(h.life); err != nil && h.life.Err() == nil {
		h.giveUp(err)
	}
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

// Kill ends the subject without warning, for the nemesis.
func (h *host) Kill() error {
	h.mu.Lock()
	h.wanted = false
	instance := h.instance
	h.mu.Unlock()
	return instance.Kill()
}

// Restart starts the subject again after Kill.
func (h *host) Restart(ctx context.Context) error {
	h.mu.Lock()
	instance := h.instance
	h.mu.Unlock()
	select {
	case <-instance.Done():
	case <-ctx.Done():
		return ctx.Err()
	}
	err := h.Start(ctx)
	if err != nil && ctx.Err() == nil {
		h.giveUp(err)
	}
	return err
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

// Stop ends the subject for good and waits until nothing of it is left.
func (h *host) Stop() {
	h.mu.Lock()
	h.wanted = false
	instance := h.instance
	h.mu.Unlock()
	if instance != nil {
		if err := instance.Stop(h.rules.Grace); err != nil {
			h.note("stopping the subject: " + err.Error())
		}
	}
	h.watchers.Wait()
}
