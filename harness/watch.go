package harness

import (
	"cmp"
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/squall-harness/squall/harness/history"
)

// Status is what a person who watches a run wants to know now.
type Status struct {
	At        time.Duration
	Phase     string
	Offered   int
	Accepted  int
	Refused   int
	Committed int
	Backlog   int
	Planned   int
	Faults    []string      // active now
	Left      time.Duration // at most, until the verdict
	News      []string      // what happened since the last status
}

// watchInterval is how often the ledgers are read for a Status.
const watchInterval = 100 * time.Millisecond

// watch reads both ledgers while the run goes on and tells the progress.
type watch struct {
	rig      *rig
	tell     func(Status)
	tracker  *tracker
	events   int
	active   map[string]bool
	order    []string // names of faults in the order of their first window
	mu       sync.Mutex
	name     string
	stopping context.CancelFunc
	done     sync.WaitGroup
}

func (r *rig) startWatch(tell func(Status)) *watch {
	ctx, cancel := context.WithCancel(r.ctx)
	w := &watch{rig: r, tell: tell, tracker: newTracker(r.scenario.names().Tokens()), active: map[string]bool{}, stopping: cancel}
	if tell == nil {
		w.tell = func(Status) {}
	}
	w.done.Go(func() { w.loop(ctx) })
	w.done.Go(func() {
		readGauges(ctx, gaugeClient(r.world.Network), r.beat(gaugeInterval), r.host.env.ListenAddr, r.scenario.Subject, r.recorder)
	})
	return w
}

func (w *watch) stop() {
	w.stopping()
	w.done.Wait()
}

func (w *watch) phase(name string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.name = name
}

func (w *watch) loop(ctx context.Context) {
	tick := time.NewTicker(w.rig.beat(watchInterval))
	defer tick.Stop()
	for {
		w.tell(w.status())
		select {
		case <-tick.C:
		case <-ctx.Done():
			w.tell(w.status())
			return
		}
	}
}

func (w *watch) status() Status {
	t := w.tracker
	t.take(w.rig.recorder, w.rig.org.Log())
	s := Status{At: w.rig.recorder.Now(), Offered: t.offered, Accepted: t.accepted, Refused: t.refused, Committed: t.committed,
		Backlog: t.backlog(), Planned: w.rig.scenario.Load.Count()}
	w.mu.Lock()
	s.Phase = w.name
	w.mu.Unlock()
	s.News = w.news()
	for _, name := range w.order {
		if w.active[name] {
			s.Faults = append(s.Faults, name)
		}
	}
	s.Left = max(0, w.rig.longest()-s.At)
	return s
}

// news reads the fault windows and alerts that were recorded since last time.
func (w *watch) news() (lines []string) {
	events := w.rig.recorder.Since(w.events)
	w.events += len(events)
	for _, e := range events {
		switch {
		case e.Window != nil:
			lines = append(lines, w.window(*e.Window))
		case e.Alert != nil:
			lines = append(lines, "alert "+e.Alert.Status+": "+e.Alert.Name)
		case e.Mark != nil && e.Mark.Name == history.MarkHealed:
			lines = append(lines, "healed: all faults are over")
		}
	}
	return lines
}

func (w *watch) window(f history.Window) string {
	if _, known := w.active[f.Fault]; !known {
		w.order = append(w.order, f.Fault)
	}
	w.active[f.Fault] = f.To == 0
	if f.To == 0 {
		return "fault begins: " + f.Fault
	}
	return "fault over: " + f.Fault + firedText(f)
}

// longest is the time on the run's clock at which the run ends at the latest.
func (r *rig) longest() time.Duration {
	end := r.scenario.Load.For
	for _, f := range r.schedule.Faults {
		end = max(end, f.End)
	}
	return end + r.scenario.Expect.Drained + afterBudget
}

// firedText says what a fault did: its hits, and what they count.
func firedText(f history.Window) string {
	if f.Hits == 0 {
		return ": it never fired"
	}
	return fmt.Sprintf(": %d %s", f.Hits, cmp.Or(f.Note, "hits"))
}

// beat is the time between two looks at something: usual, or longer in a run of
// hours, of which nobody could read so many.
func (r *rig) beat(usual time.Duration) time.Duration {
	const mostLooks = 5_000
	return max(usual, r.longest()/mostLooks)
}
