package fault

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/squall-harness/squall/harness/history"
)

// Recorder takes the fault windows down.
type Recorder interface {
	Fault(history.Window)
}

// Org is the org, as far as a fault can touch it beside its requests.
type Org interface {
	// ExpireTokens makes every access token invalid and returns their number.
	ExpireTokens() int
	// Backup takes a backup; restore puts the org back to it and returns how
	// many commits have no effect any more.
	Backup() (restore func() int)
}

// Process is the subject, as far as a fault can touch it.
type Process interface {
	Kill() error                       // SIGKILL; returns when it is dead
	Terminate() error                  // SIGTERM, and SIGKILL after its grace; returns when it has ended
	Restart(ctx context.Context) error // starts it again after Kill or Terminate
	Pause() error                      // SIGSTOP
	Resume() error                     // SIGCONT
}

// Site is the status site of Salesforce.
type Site interface {
	// Raise tells of a trouble until it is resolved.
	Raise(degraded bool) (resolve func())
}

// Nemesis runs a schedule of faults. Set the exported fields and do not change
// them; a part that no fault of the schedule touches may be nil. It serves one
// run.
type Nemesis struct {
	Clock    func() time.Duration // the run's clock
	Recorder Recorder
	Link     *Link
	Org      Org
	Process  Process
	Site     Site

	turn     gate // held while a fault begins, and while HealAll forbids it
	makeHeal sync.Once
	heal     chan struct{} // closed by HealAll; see healing
	healOnce sync.Once

	mu   sync.RWMutex
	open []*window // in the order in which they opened
	errs []error

	background sync.WaitGroup // faults that end by themselves
}

// effect is one fault at work. The begin function of its kind makes it.
type effect interface {
	// end takes the disturbance away and says what it did: hits is how often,
	// note says in words what was counted. It is called once.
	end() (hits int, note string, err error)
}

// decider is an effect that takes part in requests.
type decider interface {
	decide(Call) (Decision, bool)
}

// lingerer is an effect that closes its window itself. Its stay function is
// called when the planned time is over and says whether it does so.
type lingerer interface {
	stay() bool
}

// Run executes the schedule; base is the time on the run's clock at which the
// load started. It returns when all windows are closed, with the errors of the
// faults that could not begin or end. If ctx ends first, everything is healed,
// but a process that is down is not started again.
func (n *Nemesis) Run(ctx context.Context, base time.Duration, s Schedule) error {
	for _, step := range s.steps() {
		if !n.sleepUntil(ctx, base+step.at) {
			break
		}
		if step.phase == phaseBegin {
			n.begin(ctx, step.fault)
		} else {
			n.finish(step.fault.Name)
		}
	}
	if ctx.Err() != nil {
		n.HealAll()
	}
	n.background.Wait()
	n.mu.RLock()
	defer n.mu.RUnlock()
	return errors.Join(append(slices.Clone(n.errs), ctx.Err())...)
}

// sleepUntil is false when the nemesis was told to stop meanwhile.
func (n *Nemesis) sleepUntil(ctx context.Context, at time.Duration) bool {
	for {
		wait := at - n.Clock()
		if wait <= 0 {
			return ctx.Err() == nil
		}
		timer := time.NewTimer(wait)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return false
		case <-n.healing():
			timer.Stop()
			return false
		}
	}
}

// healing is closed by HealAll.
func (n *Nemesis) healing() chan struct{} {
	n.makeHeal.Do(func() { n.heal = make(chan struct{}) })
	return n.heal
}

func (n *Nemesis) isHealed() bool {
	select {
	case <-n.healing():
		return true
	default:
		return false
	}
}

// begin opens a window and sets the fault off. A fault that cannot begin has a
// window too, without hits and with the reason.
func (n *Nemesis) begin(ctx context.Context, p Planned) {
	n.turn.Lock()
	defer n.turn.Unlock()
	if n.isHealed() {
		return
	}
	w := &window{nemesis: n, ctx: ctx, planned: p, seen: history.Window{Fault: p.Name, Kind: p.Kind, From: n.Clock()}}
	if !p.waits() { // a fault that waits for its moment opens its window then
		n.Recorder.Fault(w.seen)
	}
	w.effect, w.resolve = set(n, w), n.tell(p.Site)
	n.mu.Lock()
	defer n.mu.Unlock()
	n.open = append(n.open, w)
}

// tell has the status site tell of a fault, and returns what ends that.
func (n *Nemesis) tell(site string) (resolve func()) {
	if site == "" || site == SiteGreen {
		return func() {}
	}
	return n.Site.Raise(site == SiteDegradation)
}

// set lets the kind begin.
func set(n *Nemesis, w *window) effect {
	k, err := kindNamed(w.planned.Kind)
	if err != nil {
		return failed{err}
	}
	w.aim = &aim{match: k.matching(w.planned.Match), picks: w.planned.Picks}
	e, err := k.begin(n, w)
	if err != nil {
		return failed{err}
	}
	return e
}

// failed is the effect of a fault that could not begin.
type failed struct{ err error }

func (f failed) end() (hits int, note string, err error) { return 0, "did not begin", f.err }

// finish closes the window of that name, unless its effect stays to do so.
func (n *Nemesis) finish(name string) {
	for _, w := range n.windows() {
		if w.planned.Name != name {
			continue
		}
		if l, ok := w.effect.(lingerer); ok && l.stay() {
			continue
		}
		w.close()
	}
}

func (n *Nemesis) windows() []*window {
	n.mu.RLock()
	defer n.mu.RUnlock()
	return slices.Clone(n.open)
}

// HealAll ends every fault and lets no further one begin: toxics gone, the
// listener back, the process running, all windows closed. It may be called
// again, and without Run.
func (n *Nemesis) HealAll() {
	n.turn.Lock()
	n.healOnce.Do(func() { close(n.healing()) })
	n.turn.Unlock()
	var all sync.WaitGroup // at once: a process that starts may need the network
	for _, w := range n.windows() {
		all.Go(w.close)
	}
	all.Wait()
}

// Decide is asked about every request to the org, and answers with what the
// first fault does that takes it. It may be called from many goroutines.
func (n *Nemesis) Decide(c Call) Decision {
	n.mu.RLock()
	defer n.mu.RUnlock()
	for _, w := range n.open {
		d, ok := w.effect.(decider)
		if !ok {
			continue
		}
		if decision, takes := d.decide(c); takes {
			decision.Fault = w.planned.Name
			return decision
		}
	}
	return Decision{}
}

func (n *Nemesis) note(err error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.errs = append(n.errs, err)
}
