package fault

import (
	"fmt"
	"strings"
	"sync"
)

var kill = Kind{
	Name:   "kill",
	Does:   "The integration is killed (SIGKILL) and started again after the delay: at once, or when a write has committed, or one of match.steps is done, and its reply is not sent.",
	Takes:  []string{"delay", "when", "for", "match"},
	Hits:   "kills",
	writes: true,
	check:  checkKill,
	begin: func(n *Nemesis, w *window) (effect, error) {
		if n.Process == nil {
			return nil, errNoProcess
		}
		k := &killing{window: w, process: n.Process}
		if w.planned.When == "" {
			k.strike()
		}
		return k, nil
	},
}

func checkKill(f Fault) error {
	switch {
	case f.When != "" && f.When != WriteInFlight:
		return fmt.Errorf("when is %q: write %s, or leave it out to kill at the time given by at", f.When, WriteInFlight)
	case f.When == WriteInFlight && f.For == 0:
		return fmt.Errorf("for is missing: say how long to wait for a write, or it would never fire")
	case f.When == "" && f.For != 0:
		return fmt.Errorf("for is %v, and the kill waits for nothing: delay is the time until the restart", f.For)
	case f.When == "" && !isZeroMatch(f.Match):
		return fmt.Errorf("match is set, and the kill waits for no request: add when: %s", WriteInFlight)
	}
	return nil
}

func isZeroMatch(m Match) bool {
	return m.Writes == "" && len(m.APIs)+len(m.Methods)+len(m.Objects)+len(m.Steps) == 0
}

// killing waits for its moment, kills, and closes its window with the restart.
type killing struct {
	window  *window
	process Process

	mu     sync.Mutex
	over   bool // struck, or too late to strike
	struck bool
	hits   int
	err    error
}

// decide aims at every matching write until one of them commits. Cut makes
// sure that the reply is lost even if the dying process still holds its socket.
func (k *killing) decide(c Call) (Decision, bool) {
	if k.window.planned.When == "" || !k.window.aim.takes(c) {
		return Decision{}, false
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.window.aim.match.done(Decision{Cut: true}, k.strike), !k.over
}

// strike kills, once. When it returns the process is dead, and the reply to
// the write that called it is not sent yet.
func (k *killing) strike() {
	if !k.mayStrike() {
		return
	}
	defer k.window.nemesis.background.Done()
	if k.window.planned.When != "" {
		k.window.struck()
	}
	err := k.process.Kill() // without the lock: in virtual time it waits until everybody else does
	k.window.ended()
	k.mu.Lock()
	if k.err = err; err == nil {
		k.hits++
	}
	k.mu.Unlock()
	k.window.closeAfter(k.window.planned.Delay)
}

// mayStrike is true once.
func (k *killing) mayStrike() bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.over {
		return false
	}
	k.over, k.struck = true, true
	k.window.nemesis.background.Add(1) // Run does not end before the blow is struck
	return true
}

// stay keeps the window open until the restart; without a strike it is over.
func (k *killing) stay() bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.over = true
	return k.struck
}

func (k *killing) end() (hits int, note string, err error) {
	if !k.stay() {
		return 0, "kills: no write committed in time", nil
	}
	note = "kills " + k.moment()
	if k.err != nil {
		return k.hits, note, k.err
	}
	if k.window.ctx.Err() != nil {
		return k.hits, note + "; not started again, the run was over", nil
	}
	return k.hits, note, k.process.Restart(k.window.ctx)
}

func (k *killing) moment() string {
	if steps := k.window.planned.Match.Steps; len(steps) > 0 {
		return "between a step and its reply: " + strings.Join(steps, ", ")
	}
	if k.window.planned.When == WriteInFlight {
		return "between the commit of a write and its reply"
	}
	return "at the planned time"
}
