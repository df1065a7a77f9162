package subject

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/moby/moby/api/pkg/stdcopy"
	containertypes "github.com/moby/moby/api/types/container"
	"github.com/moby/moby/client"
	"github.com/testcontainers/testcontainers-go"
)

type container struct {
	image   string
	options []testcontainers.ContainerCustomizer
}

// Container is a subject that is an image, run by testcontainers. The options
// are those of testcontainers.Run; with testcontainers.WithDockerfile the image
// is built and its name may be "". The container shares the host's network, so
// that loopback is the same inside and outside (engines on Linux only), and
// has STATE_DIR at the same path. Give an option with a user if what it writes
// there should not belong to root.
func Container(image string, options ...testcontainers.ContainerCustomizer) Subject {
	return container{image, options}
}

func (c container) Name() string {
	if c.image == "" {
		return "container"
	}
	return c.image
}

func (c container) Command() string { return "docker run --network host " + quote([]string{c.Name()}) }

func (c container) Start(ctx context.Context, env Env, logPath string) (Instance, error) {
	engine, err := testcontainers.NewDockerClientWithOpts(ctx)
	if err != nil {
		return nil, fmt.Errorf("docker: %w", err)
	}
	made, err := testcontainers.Run(ctx, c.image, append(c.contract(env), c.options...)...)
	b := &box{engine: engine, made: made, done: make(chan struct{})}
	if err == nil {
		err = b.start(ctx, logPath)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("container %s: %w", c.Name(), err), b.remove())
	}
	stop := context.AfterFunc(ctx, func() { _ = b.Kill() })
	go func() { <-b.done; stop() }()
	return b, nil
}

// contract is what every container is given, before the caller's options.
func (c container) contract(env Env) []testcontainers.ContainerCustomizer {
	vars := map[string]string{}
	for _, v := range env.Vars() {
		name, value, _ := strings.Cut(v, "=")
		vars[name] = value
	}
	return []testcontainers.ContainerCustomizer{
		testcontainers.WithLogger(silent{}),
		testcontainers.WithNoStart(),
		testcontainers.WithEnv(vars),
		testcontainers.WithHostConfigModifier(func(host *containertypes.HostConfig) {
			host.NetworkMode = "host"
			if env.StateDir != "" {
				host.Binds = append(host.Binds, env.StateDir+":"+env.StateDir)
			}
		}),
	}
}

// silent keeps testcontainers' progress out of the terminal.
type silent struct{}

func (silent) Printf(string, ...any) {}

// box is one life of a container.
type box struct {
	engine *testcontainers.DockerClient
	made   *testcontainers.DockerContainer // nil when it could not be made
	done   chan struct{}
	err    error // before done is closed
}

// start starts the container and follows its output and its end.
func (b *box) start(ctx context.Context, logPath string) error {
	log, err := openLog(logPath)
	if err != nil {
		return err
	}
	life := context.WithoutCancel(ctx)
	exit := b.engine.ContainerWait(life, b.made.ID, client.ContainerWaitOptions{Condition: containertypes.WaitConditionNextExit})
	if err := b.made.Start(ctx); err != nil {
		return errors.Join(err, log.Close())
	}
	output, err := b.engine.ContainerLogs(life, b.made.ID, client.ContainerLogsOptions{ShowStdout: true, ShowStderr: true, Follow: true})
	if err != nil {
		return errors.Join(err, log.Close())
	}
	go func() {
		defer close(b.done)
		_, copied := stdcopy.StdCopy(log, log, output) // ends with the container
		b.err = errors.Join(exited(exit), copied, output.Close(), log.Close(), b.remove())
	}()
	return nil
}

// exited waits for the end and words it as for a process.
func exited(exit client.ContainerWaitResult) error {
	select {
	case response := <-exit.Result:
		if response.StatusCode != 0 {
			return fmt.Errorf("exit status %d", response.StatusCode)
		}
		return nil
	case err := <-exit.Error:
		return err
	}
}

// remove leaves nothing behind at the engine, running or not.
func (b *box) remove() error {
	ctx, cancel := context.WithTimeout(context.Background(), deathTimeout)
	defer cancel()
	return errors.Join(b.made.Terminate(ctx, testcontainers.StopTimeout(0)), b.engine.Close())
}

func (b *box) Done() <-chan struct{} { return b.done }

func (b *box) Err() error {
	select {
	case <-b.done:
		return b.err
	default:
		return nil
	}
}

func (b *box) Kill() error {
	failed := b.signal("SIGKILL")
	select {
	case <-b.done:
		return nil
	case <-time.After(deathTimeout):
		return errors.Join(failed, fmt.Errorf("container %s is still there %v after SIGKILL", b.made.ID, deathTimeout))
	}
}

func (b *box) Stop(grace time.Duration) error {
	_ = b.Resume() // it must run to hear the signal
	failed := b.signal("SIGTERM")
	timer := time.NewTimer(grace)
	defer timer.Stop()
	select {
	case <-b.done:
		return nil
	case <-timer.C:
		return errors.Join(failed, fmt.Errorf("it did not end within %v of SIGTERM and was killed", grace), b.Kill())
	}
}

// Pause implements Pausable by the engine's freezer.
func (b *box) Pause() error {
	return b.ask(func(ctx context.Context) error {
		_, err := b.engine.ContainerPause(ctx, b.made.ID, client.ContainerPauseOptions{})
		return err
	})
}

// Resume implements Pausable.
func (b *box) Resume() error {
	return b.ask(func(ctx context.Context) error {
		_, err := b.engine.ContainerUnpause(ctx, b.made.ID, client.ContainerUnpauseOptions{})
		return err
	})
}

func (b *box) signal(name string) error {
	return b.ask(func(ctx context.Context) error {
		_, err := b.engine.ContainerKill(ctx, b.made.ID, client.ContainerKillOptions{Signal: name})
		return err
	})
}

// ask asks the engine for something, unless the container has ended.
func (b *box) ask(do func(context.Context) error) error {
	select {
	case <-b.done:
		return nil
	default:
	}
	ctx, cancel := context.WithTimeout(context.Background(), deathTimeout)
	defer cancel()
	return do(ctx)
}
