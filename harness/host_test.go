package harness

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/squall-harness/squall/harness/subject"
)

// puppet is a subject whose instances end when a test wants it.
type puppet struct {
	mu     sync.Mutex
	lives  []*life
	births chan *life
	most   int  // alive at once
	frail  bool // whatever starts ends by itself
}

// life is one instance of it.
type life struct {
	done chan struct{}
	once sync.Once
	err  error

	stubborn error // what Stop says
}

func (p *puppet) Name() string    { return "puppet" }
func (p *puppet) Command() string { return "./puppet" }

func (p *puppet) Start(context.Context, subject.Env, string) (subject.Instance, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	l := &life{done: make(chan struct{})}
	p.lives = append(p.lives, l)
	alive := 0
	for _, l := range p.lives {
		if !ended(l) {
			alive++
		}
	}
	p.most = max(p.most, alive)
	if p.frail {
		l.end(errors.New("exit status 1"))
	}
	p.births <- l
	return l, nil
}

func (l *life) end(err error)              { l.once.Do(func() { l.err = err; close(l.done) }) }
func (l *life) Done() <-chan struct{}      { return l.done }
func (l *life) Err() error                 { return l.err }
func (l *life) Kill() error                { l.end(errors.New("killed")); return nil }
func (l *life) Stop(_ time.Duration) error { l.end(nil); return l.stubborn }

// stage starts a host whose subject is always ready, and stops it at the end.
func stage(t *testing.T, p *puppet) (h *host, notes func() string) {
	t.Helper()
	p.births = make(chan *life, 20)
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	t.Cleanup(server.Close)
	var mu sync.Mutex
	var all []string
	note := func(text string) { mu.Lock(); defer mu.Unlock(); all = append(all, text) }
	env := subject.Env{ListenAddr: strings.TrimPrefix(server.URL, "http://")}
	h = newHost(t.Context(), subject.Machine(), p, env, t.TempDir()+"/log", SubjectRules{Ready: 5 * time.Second}, note)
	t.Cleanup(h.Stop)
	return h, func() string { mu.Lock(); defer mu.Unlock(); return strings.Join(all, "\n") }
}

func next(t *testing.T, p *puppet) *life {
	t.Helper()
	select {
	case l := <-p.births:
		return l
	case <-time.After(10 * time.Second):
		require.Fail(t, "nothing was started")
		return nil
	}
}

func TestASubjectThatEndsWhileTheRunEndsStaysDown(t *testing.T) {
	t.Parallel()
	p := &puppet{}
	h, notes := stage(t, p)
	require.NoError(t, h.Start(t.Context()))
	next(t, p).end(errors.New("exit status 3"))
	require.Eventually(t, func() bool { return strings.Contains(notes(), "exit status 3") }, 5*time.Second, time.Millisecond)
	h.Stop() // within the delay before the restart: it returns, and nothing comes after it
	assert.Len(t, p.lives, 1)
}

func TestASubjectThatIsNotReadyAtFirstIsNotStartedAgain(t *testing.T) {
	t.Parallel()
	p := &puppet{frail: true}
	h, _ := stage(t, p)
	h.env.ListenAddr = "127.0.0.1:1" // nobody is there
	err := h.Start(t.Context())
	require.ErrorContains(t, err, "never became ready")
	assert.Equal(t, ExitHarness, ExitCode(err))
	h.Stop()
	assert.Len(t, p.lives, 1)
}

// A subject that has just ended by itself cannot be killed: the fault did not
// strike, and the supervisor's restart is the only one.
func TestAKillThatComesTooLate(t *testing.T) {
	t.Parallel()
	p := &puppet{}
	h, _ := stage(t, p)
	require.NoError(t, h.Start(t.Context()))
	next(t, p).end(nil)
	require.ErrorContains(t, h.Kill(), "had ended by itself")
	second := next(t, p)
	h.Stop()
	assert.True(t, ended(second))
	assert.Equal(t, 1, p.most)
	assert.Len(t, p.lives, 2)
}

// However kills, restarts and crashes fall together, there is never a second
// instance, and none is left over.
func TestKillsAndCrashesAtTheSameTime(t *testing.T) {
	t.Parallel()
	p := &puppet{}
	h, _ := stage(t, p)
	require.NoError(t, h.Start(t.Context()))
	l := next(t, p)
	for range 4 {
		crash := make(chan struct{})
		go func() { defer close(crash); l.end(errors.New("exit status 1")) }()
		if h.Kill() == nil {
			require.NoError(t, h.Restart(t.Context()))
		}
		<-crash
		l = next(t, p)
	}
	h.Stop()
	assert.True(t, ended(l))
	assert.Equal(t, 1, p.most)
	assert.Len(t, p.lives, 5)
}

// Who is asked to stop is not missed, however it takes the request.
func TestTerminateKeepsTheSubjectDownUntilRestart(t *testing.T) {
	t.Parallel()
	p := &puppet{}
	h, notes := stage(t, p)
	require.NoError(t, h.Start(t.Context()))
	first := next(t, p)
	first.stubborn = errors.New("it did not end in time")
	require.NoError(t, h.Terminate())
	assert.True(t, ended(first))
	assert.Contains(t, notes(), "asked to stop by a fault: it did not end in time")
	assert.ErrorContains(t, h.Terminate(), "had ended by itself")
	require.NoError(t, h.Restart(t.Context()))
	second := next(t, p)
	h.Stop()
	assert.True(t, ended(second))
	assert.Len(t, p.lives, 2)
}

func TestASubjectThatAlwaysEndsIsGivenUpWithoutVerdict(t *testing.T) {
	t.Parallel()
	p := &puppet{}
	h, notes := stage(t, p)
	require.NoError(t, h.Start(t.Context()))
	p.mu.Lock()
	p.frail = true
	p.mu.Unlock()
	next(t, p).end(errors.New("exit status 1"))
	err := <-h.failed
	assert.ErrorContains(t, err, "ended by itself 6 times, the last time with exit status 1; it printed nothing")
	assert.Equal(t, ExitNoVerdict, ExitCode(err))
	assert.Equal(t, maxCrashes, strings.Count(notes(), "was restarted"))
	h.Stop()
	assert.Len(t, p.lives, 6)
}
