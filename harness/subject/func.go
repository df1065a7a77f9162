package subject

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime/debug"
	"time"
)

// ErrKilled is the cause (context.Cause) by which a Func learns that it was
// killed: it should return at once and tidy nothing up.
var ErrKilled = errors.New("killed")

// ErrStopped is the cause by which a Func learns that it was asked to end.
var ErrStopped = errors.New("asked to end")

type function struct {
	name string
	run  func(context.Context, Env) error
	last *call // the instance before; nil at first
}

// Func is a subject that is a Go function of the same process. It serves until
// its context ends. A panic ends the instance and no more.
//
// Kill cancels the context at once. What it cannot promise: no function can be
// ended between two of its instructions, so unlike a process it may still
// finish what it is about, its deferred functions run, and its memory and open
// connections stay. Test durability across crashes with Process.
func Func(name string, run func(ctx context.Context, env Env) error) Subject {
	return &function{name: name, run: run}
}

func (f *function) Name() string { return f.name }

func (f *function) Command() string { return "func " + f.name }

// Start waits until the instance before has returned: two of them would fight
// for LISTEN_ADDR.
func (f *function) Start(ctx context.Context, env Env, logPath string) (Instance, error) {
	if f.last != nil {
		select {
		case <-f.last.done:
		case <-ctx.Done():
			return nil, fmt.Errorf("func %s has not returned from its life before: %w", f.name, ctx.Err())
		}
	}
	log, err := openLog(logPath)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancelCause(ctx)
	c := &call{cancel: cancel, done: make(chan struct{})}
	f.last = c
	go func() {
		defer close(c.done)
		defer func() { _ = log.Close() }()
		defer cancel(nil)
		c.err = guarded(func() error { return f.run(ctx, env) }, log)
		_, _ = fmt.Fprintf(log, "func %s returned: %v\n", f.name, c.err)
	}()
	return c, nil
}

// guarded turns a panic into an error, and writes its stack to the log.
func guarded(run func() error, log *os.File) (err error) {
	defer func() {
		if p := recover(); p != nil {
			_, _ = fmt.Fprintf(log, "panic: %v\n%s", p, debug.Stack())
			err = fmt.Errorf("panic: %v", p)
		}
	}()
	return run()
}

// call is one life of a function.
type call struct {
	cancel context.CancelCauseFunc
	done   chan struct{}
	err    error // before done is closed
}

func (c *call) Done() <-chan struct{} { return c.done }

func (c *call) Err() error {
	select {
	case <-c.done:
		return c.err
	default:
		return nil
	}
}

// Kill does not wait: a function may take its time.
func (c *call) Kill() error {
	c.cancel(ErrKilled)
	return nil
}

func (c *call) Stop(grace time.Duration) error {
	c.cancel(ErrStopped)
	timer := time.NewTimer(grace)
	defer timer.Stop()
	select {
	case <-c.done:
		return nil
	case <-timer.C:
		return fmt.Errorf("it did not return within %v of its context's end, and a function cannot be killed", grace)
	}
}
