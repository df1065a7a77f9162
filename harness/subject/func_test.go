package subject

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func untilDone(ctx context.Context, _ Env) error {
	<-ctx.Done()
	return context.Cause(ctx)
}

func TestFuncStopAndKill(t *testing.T) {
	s := Func("mine", untilDone)
	assert.Equal(t, "mine", s.Name())
	assert.Equal(t, "func mine", s.Command())
	i, log := start(t, s, Env{})
	assert.NoError(t, i.Err(), "not before it has ended")
	require.NoError(t, i.Stop(10*time.Second))
	assert.ErrorIs(t, i.Err(), ErrStopped)

	i, err := s.Start(t.Context(), Env{}, log)
	require.NoError(t, err)
	require.NoError(t, i.Kill())
	assert.ErrorIs(t, ended(t, i), ErrKilled)
	assert.Equal(t, "func mine returned: asked to end\nfunc mine returned: killed", Tail(log, 5))
}

func TestFuncPanic(t *testing.T) {
	i, log := start(t, Func("mine", func(context.Context, Env) error { panic("oh no") }), Env{})
	assert.EqualError(t, ended(t, i), "panic: oh no")
	assert.Contains(t, Tail(log, 100), "func_test.go", "the stack is in the log")
}

func TestFuncThatDoesNotListen(t *testing.T) {
	release := make(chan struct{})
	s := Func("deaf", func(context.Context, Env) error { <-release; return errors.New("at last") })
	i, log := start(t, s, Env{})
	assert.ErrorContains(t, i.Stop(time.Millisecond), "did not return within 1ms")

	ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	_, err := s.Start(ctx, Env{}, log)
	assert.ErrorContains(t, err, "has not returned from its life before")
	close(release)
	assert.EqualError(t, ended(t, i), "at last")
}

func TestFuncSeesItsEnv(t *testing.T) {
	seen := make(chan Env, 1)
	i, _ := start(t, Func("mine", func(_ context.Context, e Env) error { seen <- e; return nil }), Env{ListenAddr: "here"})
	assert.NoError(t, ended(t, i))
	assert.Equal(t, "here", (<-seen).ListenAddr)
}
