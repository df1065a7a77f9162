package subject

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"runtime/debug"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// ErrKilled is the cause (context.Cause) by which a Func learns that it was
// killed: it should return at once and tidy nothing up.
var ErrKilled = errors.New("killed")

// ErrStopped is the cause by which a Func learns that it was asked to end.
var ErrStopped = errors.New("asked to end")

type function struct {
	name  string
	run   func(context.Context, Env) error
	world World
	last  *call          // the life before; nil at first
	lives int            // so far
	state string         // STATE_DIR of the next life, if not the Env's own
	dying sync.WaitGroup // lives that have not returned
}

// Func is a subject that is a Go function of the same process. It serves until
// its context ends, listens by Env.Listen and dials by Env.DialContext or
// Env.Transport. A panic ends the instance and no more.
//
// In virtual time Kill does to it what SIGKILL does to a process: in one
// instant its connections are reset, its context ends, and what it has written
// to STATE_DIR is taken over into the next life, which gets a directory of its
// own with the same content. Whatever the killed function does later, to its
// open files too, takes no effect.
//
// In real time no function can be ended between two of its instructions: its
// connections are reset, but it may still finish what it is about and write to
// its files. Test durability in real time with Process.
func Func(name string, run func(ctx context.Context, env Env) error) Subject {
	return &function{name: name, run: run}
}

func (f *function) Name() string { return f.name }

func (f *function) Command() string { return "func " + f.name }

func (f *function) settleIn(w World) {
	f.world, f.last, f.state, f.lives = w, nil, "", 0
}

// Start waits until the instance before has ended: two of them would fight for
// LISTEN_ADDR.
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
	f.lives++
	env.StateDir, env.log = cmp.Or(f.state, env.StateDir), log
	c := &call{function: f, env: env, net: newFence(f.network(env)), settled: make(chan struct{}), done: make(chan struct{})}
	c.env.net = c.net
	f.last = c
	ctx, c.cancel = context.WithCancelCause(ctx)
	f.dying.Go(func() { c.live(ctx, log) })
	return c, nil
}

// network is the world's; a function that another one starts shares its.
func (f *function) network(env Env) Network {
	if f.world.Network != nil {
		return f.world.Network
	}
	return env.network()
}

// call is one life of a function.
type call struct {
	function *function
	env      Env
	net      *fence
	cancel   context.CancelCauseFunc
	once     sync.Once
	struck   atomic.Bool   // by Kill
	settled  chan struct{} // closed when that is done
	unkilled error         // why it is not; before settled is closed
	done     chan struct{} // closed when it has ended, as the world sees it
	err      error         // before done is closed
}

func (c *call) live(ctx context.Context, log *os.File) {
	defer func() { _ = log.Close() }()
	defer c.cancel(nil)
	err := guarded(func() error { return c.function.run(ctx, c.env) }, log)
	c.net.close()
	_, _ = fmt.Fprintf(log, "func %s returned: %v\n", c.function.name, err)
	c.end(err)
}

func (c *call) end(err error) { c.once.Do(func() { c.err = err; close(c.done) }) }

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

func (c *call) Done() <-chan struct{} { return c.done }

func (c *call) Err() error {
	select {
	case <-c.done:
		return c.err
	default:
		return nil
	}
}

// Kill does not wait for the function to return. See Func.
func (c *call) Kill() error {
	if c.function.world.Settle == nil {
		c.net.crash()
		c.cancel(ErrKilled)
		return nil
	}
	if !c.struck.Swap(true) { // two at this very moment could not both wait until all others stand still
		c.unkilled = c.strike()
		close(c.settled)
	}
	<-c.settled
	return c.unkilled
}

// strike kills as SIGKILL does.
func (c *call) strike() error {
	c.function.world.Settle()
	state, err := c.function.takeOver(c.env.StateDir)
	if err != nil {
		return err
	}
	c.function.state = state
	c.net.crash()
	c.end(ErrKilled) // before the function can return and say otherwise
	c.cancel(ErrKilled)
	return nil
}

// takeOver copies what a killed life has written to where its files cannot
// follow.
func (f *function) takeOver(dir string) (string, error) {
	if dir == "" {
		return "", nil
	}
	next := fmt.Sprintf("%s-%d", strings.TrimSuffix(dir, fmt.Sprintf("-%d", f.lives)), f.lives+1)
	if err := os.CopyFS(next, os.DirFS(dir)); err != nil {
		return "", fmt.Errorf("func %s: STATE_DIR cannot be taken over: %w", f.name, err)
	}
	return next, nil
}

// Pause holds up all that the function sends and receives. Its timers go on,
// unlike a stopped process's.
func (c *call) Pause() error { c.net.pause(); return nil }

// Resume lets it through again.
func (c *call) Resume() error { c.net.resume(); return nil }

func (c *call) Stop(grace time.Duration) error {
	c.cancel(ErrStopped)
	timer := time.NewTimer(grace)
	defer timer.Stop()
	all := make(chan struct{})
	go func() { c.function.dying.Wait(); close(all) }()
	select {
	case <-all:
		return nil
	case <-timer.C:
		return fmt.Errorf("it did not return within %v of its context's end, and a function cannot be killed", grace)
	}
}
