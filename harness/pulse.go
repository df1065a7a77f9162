package harness

import (
	"cmp"
	"errors"
	"fmt"
	"regexp"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// pulse is felt from outside a bubble: it beats while virtual time goes on. A
// function that waits for something that is not in the bubble (a real socket, a
// mutex) or computes for ever stops virtual time, and a test would hang without
// a word.
type pulse struct {
	beats  atomic.Int64
	bubble atomic.Value  // its name in the list of goroutines, a string
	every  time.Duration // of real time, between two looks; 0: a second
}

// patience is after how many looks without a beat the bubble is given up.
// Looks are counted, not time: while the process is stopped, nobody looks.
const patience = 30

// through is a progress by which the pulse beats.
func (p *pulse) through(tell func(Status)) func(Status) {
	return func(s Status) {
		p.beats.Add(1)
		if tell != nil {
			tell(s)
		}
	}
}

// live runs f in a bubble. The error says which rule of virtual time was
// broken; a bubble that stands still is left behind as it is.
func (p *pulse) live(t *testing.T, f func(t *testing.T)) error {
	t.Helper()
	over := make(chan error, 1)
	go func() {
		var err error
		defer func() { over <- err }() // after FailNow too
		err = p.enter(t, f)
	}()
	look := time.NewTicker(cmp.Or(p.every, time.Second))
	defer look.Stop()
	for still, last := 0, int64(-1); still < patience; still++ {
		select {
		case err := <-over:
			return err
		case <-look.C:
		}
		if now := p.beats.Load(); now != last {
			still, last = 0, now
		}
	}
	return p.stuck()
}

// enter turns the panic of a bubble that cannot end into an error.
func (p *pulse) enter(t *testing.T, f func(t *testing.T)) (err error) {
	t.Helper()
	defer func() {
		switch what := recover(); {
		case what == nil:
		case strings.HasPrefix(fmt.Sprint(what), "deadlock:"):
			err = p.unended(fmt.Sprint(what))
		default:
			panic(what)
		}
	}()
	synctest.Test(t, func(t *testing.T) {
		p.bubble.Store(inBrackets.FindString(stacks(false)))
		f(t)
	})
	return nil
}

const whereRules = `harness/README.md has the rules ("Virtual time"); harness.RealTime() rehearses the function in real time.`

func (p *pulse) stuck() error {
	return errors.New("virtual time stands still: the function waits for something outside of it, or computes without end.\n" +
		"It must listen by env.Listen(), dial by env.DialContext or env.Transport(), and hold no mutex while it waits.\n" +
		whereRules + p.goroutines(func(state string) bool { return !strings.Contains(state, "(durable)") }))
}

// unended explains the two panics of testing/synctest.
func (p *pulse) unended(what string) error {
	text := "everything in virtual time waits for something that never comes (" + what + ").\n"
	if strings.Contains(what, "has exited") {
		text = "the function left goroutines behind: when its context ends it must return, with all that it started.\n"
	}
	return errors.New(text + whereRules + p.goroutines(func(string) bool { return true }))
}

// inBrackets finds the bubble in the state of a goroutine.
var inBrackets = regexp.MustCompile(`synctest bubble \d+`)

const (
	mostGoroutines = 5
	mostLines      = 25 // twelve calls
)

// goroutines are those of the bubble, as Go prints them, whose state is asked
// for; the first few calls of the first few.
func (p *pulse) goroutines(asked func(state string) bool) string {
	bubble, _ := p.bubble.Load().(string)
	var found []string
	for g := range strings.SplitSeq(stacks(true), "\n\n") {
		lines := strings.Split(strings.TrimSpace(g), "\n")
		if state := lines[0]; bubble != "" && strings.Contains(state, bubble+"]") && asked(state) && !isOurs(g) {
			found = append(found, strings.Join(lines[:min(len(lines), mostLines)], "\n"))
		}
	}
	if len(found) == 0 {
		return ""
	}
	more := ""
	if n := len(found) - mostGoroutines; n > 0 {
		more = fmt.Sprintf("\n\nand %d more", n)
	}
	return "\nThey are:\n\n" + strings.Join(found[:min(len(found), mostGoroutines)], "\n\n") + more
}

// isOurs is true for what only waits for the others.
func isOurs(goroutine string) bool {
	return strings.Contains(goroutine, "[synctest.Run") || strings.Contains(goroutine, "subject.(*call).Stop.func")
}

// stacks is what Go says of this goroutine, or of all of them.
func stacks(all bool) string {
	buffer := make([]byte, 1<<20)
	return string(buffer[:runtime.Stack(buffer, all)])
}
