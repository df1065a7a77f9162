package fault

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/squall-harness/squall/harness/history"
)

// tape records windows as a run does.
type tape struct {
	mu      sync.Mutex
	windows []history.Window
}

func (r *tape) Fault(w history.Window) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.windows = append(r.windows, w)
}

// last is the newest state of a window.
func (r *tape) last(name string) history.Window {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, w := range slices.Backward(r.windows) {
		if w.Fault == name {
			return w
		}
	}
	return history.Window{}
}

// play is a process and an org that note what is done to them.
type play struct {
	mu   sync.Mutex
	acts []string
	fail error
	dies time.Duration // how long it takes to die
}

func (p *play) act(what string) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.acts = append(p.acts, what)
	return p.fail
}

func (p *play) Kill() error                   { time.Sleep(p.dies); return p.act("kill") }
func (p *play) Terminate() error              { time.Sleep(p.dies); return p.act("terminate") }
func (p *play) Restart(context.Context) error { return p.act("restart") }
func (p *play) Pause() error                  { return p.act("pause") }
func (p *play) Resume() error                 { return p.act("resume") }
func (p *play) Backup() func() int {
	_ = p.act("backup")
	return func() int { _ = p.act("restore"); return 7 }
}
func (p *play) Raise(degraded bool) func() {
	_ = p.act(fmt.Sprint("raise ", degraded))
	return func() { _ = p.act("resolve") }
}
func (p *play) ExpireTokens() int { _ = p.act("expire"); return 3 }

func (p *play) seen() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.acts)
}

// stage is a nemesis with all it can act on.
type stage struct {
	*Nemesis
	*world
	*play
	tape *tape
}

func newStage(t testing.TB) *stage { return newStageOn(newWorld(t)) }

func newStageOn(w *world) *stage {
	s := &stage{world: w, play: &play{}, tape: &tape{}}
	base := time.Now()
	s.Nemesis = &Nemesis{Clock: func() time.Duration { return time.Since(base) + time.Second }, Recorder: s.tape,
		Link: s.world.Link, Org: s.play, Process: s.play, Site: s.play}
	return s
}

// during runs do while the fault is at work, and returns its closed window.
func (s *stage) during(t *testing.T, f Fault, do func()) history.Window {
	t.Helper()
	f.Name = "it"
	if slices.Contains(mustKind(t, f.Kind).Needs, "for") || f.When != "" {
		f.For = time.Hour
	}
	require.NoError(t, Validate(f, time.Minute))
	var running sync.WaitGroup
	running.Go(func() { assert.NoError(t, s.Run(t.Context(), s.Clock(), Plan([]Fault{f}, 1))) })
	require.Eventually(t, func() bool { return len(s.windows()) > 0 || s.tape.last("it").To > 0 }, 5*time.Second, time.Millisecond)
	do()
	s.HealAll()
	running.Wait()
	w := s.tape.last("it")
	assert.Equal(t, f.Kind, w.Kind)
	assert.GreaterOrEqual(t, w.To, w.From)
	assert.NotEmpty(t, w.Note)
	return w
}

func mustKind(t *testing.T, name string) Kind {
	t.Helper()
	k, err := kindNamed(name)
	require.NoError(t, err)
	return k
}

// ask asks the nemesis about a request as the org does, and commits if nothing
// speaks against it.
func (s *stage) ask(c Call) Decision {
	d := s.Decide(c)
	if d.AfterCommit != nil && c.Write {
		d.AfterCommit()
	}
	if d.AfterWork != nil {
		d.AfterWork()
	}
	return d
}

var (
	read    = Call{Method: "GET", API: "query"}
	single  = Call{Method: "PATCH", API: "row", Write: true, Records: 1, Objects: []string{"Account"}}
	multi   = Call{Method: "POST", API: "composite", Write: true, Records: 3, Objects: []string{"Account", "Order__c"}}
	token   = Call{Method: "POST", API: "auth", Step: "token"}
	crowded = Call{Method: "GET", API: "query", Running: 6}
	create  = Call{Method: "POST", API: "bulk2", Step: "create", Objects: []string{"Account"}}
	upload  = Call{Method: "PUT", API: "bulk2", Step: "upload", Objects: []string{"Account"}, Write: true, Records: 3}
	batch   = Call{Method: "POST", API: "bulk1", Step: "upload", Objects: []string{"Account"}, Write: true, Records: 3}
	asks    = Call{Method: "POST", API: "bulk1", Step: "upload"} // the SOQL of a query job
	ends    = Call{Method: "POST", API: "bulk1", Step: "close"}
	closes  = Call{Method: "PATCH", API: "bulk2", Step: "close", Objects: []string{"Account"}}
)
