package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/squall-harness/squall/harness"
	"github.com/squall-harness/squall/harness/subject"
	"github.com/squall-harness/squall/reports"
	"github.com/squall-harness/squall/scenarios"
)

// runVerb rehearses one scenario after the other. All of them are read before
// the first one starts: a mistake in the last is told now.
func runVerb(ctx context.Context, c console, args []string) (int, error) {
	a, err := parseRun(args)
	if err != nil {
		return harness.ExitHarness, err
	}
	all, err := a.load()
	if err != nil {
		return harness.ExitHarness, err
	}
	sub, err := a.subject()
	if err != nil {
		return harness.ExitHarness, err
	}
	if !a.virtual {
		return rehearseAll(c, a, all, sub, func(s *harness.Scenario, o harness.Options) (*harness.Result, error) {
			return harness.Run(ctx, s, sub, o)
		}), nil
	}
	if os.Getenv(inBubble) == "" {
		return runInChild(ctx, c)
	}
	worst := harness.ExitHarness
	asTest(func(t *testing.T) {
		t.Helper()
		worst = rehearseAll(c, a, all, sub, func(s *harness.Scenario, o harness.Options) (*harness.Result, error) {
			o.Scratch = os.Getenv(inBubble)
			return harness.RunVirtual(t, s, sub, o)
		})
	})
	return childBase + worst, nil
}

// runner is how a scenario is run: in real time, or in virtual time.
type runner func(*harness.Scenario, harness.Options) (*harness.Result, error)

func rehearseAll(c console, a *runArgs, all []*harness.Scenario, sub subject.Subject, run runner) int {
	worst := harness.ExitPass
	for i, s := range all {
		worst = worse(worst, rehearse(c, a, a.scenarios[i], s, sub, run))
		if worst == harness.ExitHarness {
			break
		}
	}
	return worst
}

// worse is the status of two runs together: a broken promise outranks a
// missing verdict.
func worse(a, b int) int {
	rank := []int{harness.ExitPass, harness.ExitNoVerdict, harness.ExitBroken, harness.ExitHarness}
	return rank[max(slices.Index(rank, a), slices.Index(rank, b))]
}

// rehearse runs one scenario, tells the outcome and returns its exit status.
func rehearse(c console, a *runArgs, name string, s *harness.Scenario, sub subject.Subject, run runner) int {
	show := newProgress(c.err, a.virtual)
	fmt.Fprintf(c.err, "squall: scenario %s, seed %d, subject %s\n", s.Name, s.Seed, sub.Command())
	result, err := run(s, harness.Options{Out: a.out, Repeat: a.repeat(name, s.Seed), Version: version(), Progress: show.status, Control: a.control || a.virtual && !a.noFaults,
		StopAtFirst: a.stopAtFirst, Hold: a.hold(c, show)})
	show.done()
	if err != nil {
		return c.fail("run", harness.ExitCode(err), err)
	}
	if err := conclude(c, result); err != nil {
		return c.fail("run", harness.ExitHarness, err)
	}
	return result.Summary.Exit
}

// conclude prints the verdict.
func conclude(c console, r *harness.Result) error {
	width, colour := terminal(c.out)
	return reports.Text(c.out, r.Summary, reports.TextOptions{Report: harness.Relative(filepath.Join(r.Dir, "report.html")), Color: colour, Width: width})
}

// subject is the command after --, or the built-in reference integration as a
// process of its own.
func (a *runArgs) subject() (subject.Subject, error) {
	if a.virtual {
		return a.function()
	}
	if len(a.command) > 0 {
		return subject.Process(a.command[0], a.command[1:]...), nil
	}
	self, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("cannot find the squall program to start its reference integration: %w", err)
	}
	return builtIn{subject.Process(self, "subject", "reference")}, nil
}

// function is the built-in integration that a command line means, as a Go
// function: only that can live in virtual time.
func (a *runArgs) function() (subject.Subject, error) {
	switch {
	case len(a.command) == 0:
		return scenarios.Func(scenarios.Reference)
	case len(a.command) == 3 && a.command[1] == "subject":
		return scenarios.Func(a.command[2])
	}
	return nil, errors.New("--virtual rehearses the built-in integrations (-- squall subject NAME): a program has the machine's clock; " +
		"a Go function of yours lives in virtual time too, by harness.Test")
}

// builtIn is the reference integration under its own name.
type builtIn struct{ subject.Subject }

// Name is what reports call it.
func (builtIn) Name() string { return "the reference integration" }

// Command is how a person would start it, wherever this program lies.
func (builtIn) Command() string { return "squall subject reference" }

// repeat is the command that repeats a run: the same seed and settings.
func (a *runArgs) repeat(name string, seed uint64) string {
	words := []string{self(), "run", quoted(name), "--seed", strconv.FormatUint(seed, 10)}
	if a.speed != 1 {
		words = append(words, "--speed", strconv.FormatFloat(a.speed, 'g', -1, 64)+"x")
	}
	for _, s := range a.set {
		words = append(words, "--set", quoted(s.Key+"="+s.Value))
	}
	if a.control {
		words = append(words, "--control")
	}
	if a.stopAtFirst {
		words = append(words, "--stop-at-first")
	}
	if a.noFaults {
		words = append(words, "--no-faults")
	}
	if a.virtual {
		words = append(words, "--virtual")
	}
	if len(a.command) > 0 {
		words = append(words, "--", subject.Process(a.command[0], a.command[1:]...).Command())
	}
	return strings.Join(words, " ")
}

// quoted is a word as a shell takes it.
func quoted(word string) string { return subject.Process(word).Command() }

// self is how the user called this program: go run builds it somewhere else.
func self() string {
	if strings.Contains(os.Args[0], "go-build") {
		return "go run ."
	}
	return os.Args[0]
}
