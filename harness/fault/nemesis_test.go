package fault

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/squall-harness/squall/harness/history"
)

func TestScheduleInOrderOnTheRunsClock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		base := time.Now()
		org, tape := &play{}, &tape{}
		n := &Nemesis{Clock: func() time.Duration { return time.Since(base) }, Recorder: tape, Org: org, Process: org}
		time.Sleep(3 * time.Second) // the load starts later than the clock
		plan := Plan([]Fault{
			{Name: "slow", Kind: "pause", At: 2 * time.Second, For: 5 * time.Second},
			{Name: "page", Kind: "page", At: 7 * time.Second, For: time.Second},
			{Name: "login", Kind: "expire-token", At: 7 * time.Second},
			{Name: "dead", Kind: "kill", At: 9 * time.Second, Delay: 500 * time.Millisecond},
			{Name: "aimed", Kind: "kill", At: 10 * time.Second, For: time.Second, Delay: time.Second, When: WriteInFlight},
		}, 1)
		go func() {
			time.Sleep(10*time.Second + 900*time.Millisecond)
			n.Decide(single).AfterCommit() // 200 ms before the aim is over
		}()
		require.NoError(t, n.Run(t.Context(), n.Clock(), plan))
		assert.Equal(t, []string{"pause", "resume", "expire", "kill", "restart", "kill", "restart"}, org.seen())

		ms := func(v int) time.Duration { return time.Duration(v) * time.Millisecond }
		for _, want := range []history.Window{
			{Fault: "slow", From: ms(5000), To: ms(10000)}, {Fault: "page", From: ms(10000), To: ms(11000)},
			{Fault: "login", From: ms(10000), To: ms(10000)}, {Fault: "dead", From: ms(12000), To: ms(12500)},
			{Fault: "aimed", From: ms(13900), To: ms(14900)},
		} {
			got := tape.last(want.Fault)
			assert.Equal(t, want.From, got.From, want.Fault)
			assert.Equal(t, want.To, got.To, want.Fault)
		}
	})
}

// A process that is being ended acknowledges to its last moment, and what it
// acknowledged is to survive: the ledger says when that was.
func TestHowLongTheIntegrationTakesToEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		base := time.Now()
		org, tape := &play{dies: 40 * time.Millisecond}, &tape{}
		n := &Nemesis{Clock: func() time.Duration { return time.Since(base) }, Recorder: tape, Org: org, Process: org}
		require.NoError(t, n.Run(t.Context(), 0, Plan([]Fault{
			{Name: "killed", Kind: "kill", At: time.Second, Delay: 500 * time.Millisecond},
			{Name: "stopped", Kind: "stop", At: 2 * time.Second, Delay: 500 * time.Millisecond},
		}, 1)))
		for _, name := range []string{"killed", "stopped"} {
			w := tape.last(name)
			assert.Equal(t, 1, w.Hits, name)
			assert.Equal(t, 40*time.Millisecond, w.Took, name)
			assert.Equal(t, 540*time.Millisecond, w.To-w.From, name)
		}
	})
}

func TestWindowsOpenAndClose(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		s := newStageOn(w)
		faults := []Fault{{Name: "a", Kind: "refuse", For: 5 * time.Millisecond}, {Name: "b", Kind: "blackhole", At: 5 * time.Millisecond, For: 5 * time.Millisecond}}
		require.NoError(t, s.Run(t.Context(), s.Clock(), Plan(faults, 1)))
		var story []string
		for _, w := range s.tape.windows {
			at := " opens"
			if w.To > 0 {
				at = " closes"
			}
			story = append(story, w.Fault+at)
		}
		assert.Equal(t, []string{"a opens", "a closes", "b opens", "b closes"}, story, "what is over ends before the next begins")
		s.works(t)
	})
}

func TestHealAll(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		s := newStageOn(w)
		var faults []Fault
		for _, f := range []Fault{{Kind: "refuse"}, {Kind: "blackhole"}, {Kind: "latency", Delay: time.Hour}, {Kind: "page"}, {Kind: "pause"}} {
			f.Name, f.For = f.Kind, time.Hour
			faults = append(faults, f)
		}
		faults = append(faults, Fault{Name: "kill", Kind: "kill", Delay: time.Hour}, Fault{Name: "late", Kind: "reset", At: time.Hour})
		done := make(chan error)
		go func() { done <- s.Run(t.Context(), s.Clock(), Plan(faults, 1)) }()
		require.Eventually(t, func() bool { return len(s.windows()) == 6 }, 5*time.Second, time.Millisecond)
		s.HealAll()
		s.HealAll()
		require.NoError(t, <-done, "Run ends too")
		s.works(t)
		assert.Zero(t, s.Decide(read))
		assert.ElementsMatch(t, []string{"pause", "kill", "restart", "resume"}, s.seen())
		for _, f := range faults[:6] {
			assert.NotZero(t, s.tape.last(f.Name).To, "%s is closed", f.Name)
		}
		assert.Zero(t, s.tape.last("late"), "nothing begins after the heal")
		(&Nemesis{}).HealAll() // nothing to heal
	})
}

func TestCancelHealsAndDoesNotStartAgain(t *testing.T) {
	s := newStage(t)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	faults := []Fault{{Name: "refuse", Kind: "refuse", For: time.Hour}, {Name: "kill", Kind: "kill", Delay: time.Hour}}
	go func() { done <- s.Run(ctx, s.Clock(), Plan(faults, 1)) }()
	require.Eventually(t, func() bool { return len(s.windows()) == 2 }, 5*time.Second, time.Millisecond)
	cancel()
	assert.ErrorIs(t, <-done, context.Canceled)
	s.works(t)
	assert.Equal(t, []string{"kill"}, s.seen())
	assert.Contains(t, s.tape.last("kill").Note, "not started again, the run was over")
}

func TestFaultThatCannotBegin(t *testing.T) {
	tape := &tape{}
	n := &Nemesis{Clock: func() time.Duration { return time.Second }, Recorder: tape}
	for _, k := range Kinds {
		f := Fault{Name: k.Name, Kind: k.Name, Toxic: &Toxic{Type: "latency"}}
		if asked := []string{"cut-reply", "late", "page", "status", "row-error", "limit", "bulk-fail", "bulk-rows", "bulk-slow"}; slices.Contains(asked, k.Name) {
			continue // they need nothing but the org's questions
		}
		err := n.Run(t.Context(), 0, Plan([]Fault{f}, 1))
		assert.ErrorContains(t, err, k.Name)
		w := tape.last(k.Name)
		assert.Zero(t, w.Hits)
		assert.Contains(t, w.Note, "did not begin: there is no")
	}
	assert.ErrorContains(t, n.Run(t.Context(), 0, Schedule{Faults: []Planned{{Fault: Fault{Name: "x", Kind: "y"}}}}), `kind "y" is unknown`)
}

func TestFirstFaultTakesTheRequest(t *testing.T) {
	s := newStage(t)
	faults := []Fault{{Name: "page", Kind: "page", For: time.Hour, Match: Match{APIs: []string{"row"}}}, {Name: "cut", Kind: "cut-reply", For: time.Hour}}
	done := make(chan error)
	go func() { done <- s.Run(t.Context(), s.Clock(), Plan(faults, 1)) }()
	require.Eventually(t, func() bool { return len(s.windows()) == 2 }, 5*time.Second, time.Millisecond)
	assert.Equal(t, "page", s.ask(single).Fault)
	assert.Equal(t, "cut", s.ask(multi).Fault)
	assert.Empty(t, s.ask(read).Fault)
	s.HealAll()
	require.NoError(t, <-done)
	assert.Contains(t, s.tape.last("cut").Note, "1 matching requests seen", "what another fault took is not seen")
}

func TestScheduleIsReplayedFromJSON(t *testing.T) {
	plan := Plan([]Fault{{Name: "a", Kind: "toxic", Jitter: time.Second, For: time.Second, Toxic: &Toxic{Type: "latency", Attributes: map[string]any{"latency": 5.0}}},
		{Name: "b", Kind: "cut-reply", For: time.Second, Count: 3, Among: 50, Match: Match{Writes: "multi"}}}, 42)
	text, err := json.Marshal(plan)
	require.NoError(t, err)
	var again Schedule
	require.NoError(t, json.Unmarshal(text, &again))
	assert.Equal(t, plan, again)
}

func TestTheStatusSiteTellsAsTheFaultSays(t *testing.T) {
	for site, want := range map[string][]string{"": nil, SiteGreen: nil, SiteDisruption: {"raise false", "resolve"}, SiteDegradation: {"raise true", "resolve"}} {
		s := newStage(t)
		w := s.during(t, Fault{Kind: "page", Site: site}, func() { s.ask(read) })
		assert.Equal(t, want, s.seen())
		assert.Equal(t, site != "", strings.HasSuffix(w.Note, "; the status site showed: "+site))
	}
}

func TestRefuseWindowIsShownByProbes(t *testing.T) {
	s := newStage(t) // nobody is connected
	w := s.during(t, Fault{Kind: "refuse"}, func() {
		_, err := s.post("x")
		assert.ErrorIs(t, err, syscall.ECONNREFUSED)
	})
	assert.Equal(t, 2, w.Hits)
	assert.Equal(t, "open connections reset (0) and probe connects refused (2 of 2)", w.Note)
}
