package subject

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/squall-harness/squall/harness/simnet"
)

// village is a bubble's world for a function that writes down what it is doing.
type village struct {
	net  *simnet.Network
	sub  Subject
	env  Env
	dirs chan string // STATE_DIR of each life
}

func newVillage(t *testing.T, live func(ctx context.Context, env Env) error) *village {
	v := &village{net: simnet.New(1, time.Millisecond), env: Env{ListenAddr: "127.0.0.1:8080", StateDir: filepath.Join(t.TempDir(), "state")}, dirs: make(chan string, 9)}
	require.NoError(t, os.Mkdir(v.env.StateDir, 0o700))
	v.sub = Func("villager", func(ctx context.Context, env Env) error {
		v.dirs <- env.StateDir
		return live(ctx, env)
	})
	require.True(t, Inhabit(v.sub, World{Network: v.net, Settle: synctest.Wait}))
	return v
}

func (v *village) start(t *testing.T) (Instance, string) {
	i, err := v.sub.Start(t.Context(), v.env, filepath.Join(filepath.Dir(v.env.StateDir), "log"))
	require.NoError(t, err)
	return i, <-v.dirs
}

// What a killed function writes afterwards, to the file that it holds open or
// to another, is not there in the next life; what it wrote before is.
func TestAKilledFunctionsFilesAreFencedOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := newVillage(t, func(ctx context.Context, env Env) error {
			journal, err := os.OpenFile(filepath.Join(env.StateDir, "journal"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
			if err != nil {
				return err
			}
			_, _ = journal.WriteString("before;")
			<-ctx.Done()
			_, _ = journal.WriteString("after;")
			return errors.Join(journal.Close(), os.WriteFile(filepath.Join(env.StateDir, "late"), nil, 0o600))
		})
		first, home := v.start(t)
		require.NoError(t, first.Kill())
		assert.ErrorIs(t, first.Err(), ErrKilled, "it is dead at once, whatever it still does")
		second, next := v.start(t)
		assert.NotEqual(t, home, next)
		synctest.Wait() // the first has written its last words by now
		text, err := os.ReadFile(filepath.Join(next, "journal"))
		require.NoError(t, err)
		assert.Equal(t, "before;before;", string(text))
		assert.NoFileExists(t, filepath.Join(next, "late"))
		assert.FileExists(t, filepath.Join(home, "late"))
		require.NoError(t, second.Stop(time.Second))
	})
}

// Two faults may kill in the same instant.
func TestAFunctionCanBeKilledTwiceAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := newVillage(t, func(ctx context.Context, _ Env) error {
			<-ctx.Done()
			return nil
		})
		i, _ := v.start(t)
		var both sync.WaitGroup
		for range 2 {
			both.Go(func() { assert.NoError(t, i.Kill()) })
		}
		both.Wait()
		assert.ErrorIs(t, i.Err(), ErrKilled)
		require.NoError(t, i.Stop(time.Second))
	})
}

// Peers of a killed function see resets, and it can neither listen nor dial any
// more.
func TestAKilledFunctionsNetworkIsFencedOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var dialled, listened, read error
		v := newVillage(t, func(ctx context.Context, env Env) error {
			l, err := env.Listen()
			if err != nil {
				return err
			}
			c, err := l.Accept()
			if err != nil {
				return err
			}
			<-ctx.Done()
			_, read = c.Read(make([]byte, 1))
			_, dialled = env.DialContext(context.Background(), "tcp", env.ListenAddr)
			_, listened = env.Listen()
			return nil
		})
		i, _ := v.start(t)
		synctest.Wait()
		peer, err := v.net.DialContext(t.Context(), "tcp", v.env.ListenAddr)
		require.NoError(t, err)
		time.Sleep(time.Second) // it is accepted
		require.NoError(t, i.Kill())
		_, err = peer.Read(make([]byte, 1))
		assert.ErrorIs(t, err, syscall.ECONNRESET)
		require.NoError(t, i.Stop(time.Second), "it waits until nothing of it is left")
		assert.ErrorIs(t, read, net.ErrClosed)
		assert.ErrorIs(t, dialled, syscall.ESHUTDOWN)
		assert.ErrorIs(t, listened, syscall.ESHUTDOWN)
		_, err = v.net.DialContext(t.Context(), "tcp", v.env.ListenAddr)
		assert.ErrorIs(t, err, syscall.ECONNREFUSED)
		require.NoError(t, peer.Close())
	})
}

// What comes in a pause waits until its end.
func TestAPausedFunctionNeitherHearsNorSpeaks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := newVillage(t, func(ctx context.Context, env Env) error {
			l, err := env.Listen()
			if err != nil {
				return err
			}
			c, err := l.Accept()
			if err != nil {
				return err
			}
			_, err = io.Copy(c, c)
			return err
		})
		i, _ := v.start(t)
		synctest.Wait()
		peer, err := v.net.DialContext(t.Context(), "tcp", v.env.ListenAddr)
		require.NoError(t, err)
		p, ok := i.(Pausable)
		require.True(t, ok)
		time.Sleep(time.Second)
		require.NoError(t, p.Pause())
		time.AfterFunc(time.Hour, func() { _ = p.Resume() })
		start := time.Now()
		_, err = peer.Write([]byte("hello"))
		require.NoError(t, err)
		answer := make([]byte, 5)
		_, err = io.ReadFull(peer, answer)
		require.NoError(t, err)
		assert.Equal(t, "hello", string(answer))
		assert.Equal(t, time.Hour, time.Since(start).Truncate(time.Second))
		require.NoError(t, peer.Close())
		require.NoError(t, i.Stop(time.Second))
	})
}

func TestAProgramStaysOnItsMachine(t *testing.T) {
	assert.False(t, Inhabit(Process("true"), World{}))
}
