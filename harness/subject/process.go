package subject

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"sync"
	"time"
)

// deathTimeout is how long a killed program may take to be gone.
const deathTimeout = 10 * time.Second

type process struct {
	command string
	args    []string
}

// Process is a subject that is a program. It runs in the caller's directory,
// in a process group of its own, and is given the contract's variables and
// those of the caller that a program needs to start (PATH, HOME and the like).
// On Linux it dies with the harness; its own children do not, so give it the
// program itself and no wrapper such as go run.
func Process(command string, args ...string) Subject { return process{command, args} }

func (p process) Name() string { return filepath.Base(p.command) }

func (p process) Command() string { return quote(append([]string{p.command}, p.args...)) }

func (p process) Start(ctx context.Context, env Env, logPath string) (Instance, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	log, err := openLog(logPath)
	if err != nil {
		return nil, err
	}
	defer func() { _ = log.Close() }() // the program has its own handle
	cmd := exec.Command(p.command, p.args...)
	cmd.Env = append(inherited(), env.Vars()...)
	cmd.Stdout, cmd.Stderr = log, log
	cmd.SysProcAttr = ownGroup()
	i := &running{cmd: cmd, done: make(chan struct{})}
	started := make(chan error)
	go i.live(started)
	if err := <-started; err != nil {
		return nil, err
	}
	stop := context.AfterFunc(ctx, func() { _ = i.Kill() })
	go func() { <-i.done; stop() }()
	return i, nil
}

func openLog(path string) (*os.File, error) {
	return os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
}

// running is one life of a program.
type running struct {
	cmd  *exec.Cmd
	done chan struct{}

	mu   sync.Mutex // held while signals are sent: never to a process id that is free again
	gone bool
	err  error
}

// live starts the program and stays with it until it has ended. It keeps its
// OS thread all the while: the kernel kills the program when the thread that
// started it ends (prctl(2), PR_SET_PDEATHSIG), and Go may end threads.
func (i *running) live(started chan<- error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	err := i.cmd.Start()
	started <- err
	if err != nil {
		return
	}
	reaped, err := awaitExit(i.cmd)
	i.mu.Lock()
	killLeftovers(i.cmd.Process.Pid)
	if !reaped {
		err = i.cmd.Wait()
	}
	i.err, i.gone = err, true
	i.mu.Unlock()
	close(i.done)
}

func (i *running) Done() <-chan struct{} { return i.done }

func (i *running) Err() error {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.err
}

func (i *running) Kill() error {
	if err := i.signal(sigKill); err != nil {
		return err
	}
	select {
	case <-i.done:
		return nil
	case <-time.After(deathTimeout):
		return fmt.Errorf("process %d is still there %v after SIGKILL", i.cmd.Process.Pid, deathTimeout)
	}
}

func (i *running) Stop(grace time.Duration) error {
	if err := errors.Join(i.signal(sigTerm), i.signal(sigCont)); err != nil {
		return errors.Join(err, i.Kill())
	}
	timer := time.NewTimer(grace)
	defer timer.Stop()
	select {
	case <-i.done:
		return nil
	case <-timer.C:
		return errors.Join(fmt.Errorf("it did not end within %v of SIGTERM and was killed", grace), i.Kill())
	}
}

// PID is its process id.
func (i *running) PID() int { return i.cmd.Process.Pid }

// Pause implements Pausable by SIGSTOP.
func (i *running) Pause() error { return i.signal(sigStop) }

// Resume implements Pausable by SIGCONT.
func (i *running) Resume() error { return i.signal(sigCont) }

// signal reaches the program and its children, unless it has ended.
func (i *running) signal(s signal) error {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.gone {
		return nil
	}
	return signalGroup(i.cmd.Process.Pid, s)
}
