package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/squall-harness/squall/harness"
	"github.com/squall-harness/squall/harness/subject"
	"github.com/squall-harness/squall/reports"
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
	worst := harness.ExitPass
	for i, s := range all {
		worst = worse(worst, rehearse(ctx, c, a, a.scenarios[i], s, sub))
		if worst == harness.ExitHarness {
			break
		}
	}
	return worst, nil
}

// worse is the status of two runs together: a broken promise outranks a
// missing verdict.
func worse(a, b int) int {
	rank := []int{harness.ExitPass, harness.ExitNoVerdict, harness.ExitBroken, harness.ExitHarness}
	return rank[max(slices.Index(rank, a), slices.Index(rank, b))]
}

// rehearse runs one scenario, tells the outcome and returns its exit status.
func rehearse(ctx context.Context, c console, a *runArgs, name string, s *harness.Scenario, sub subject.Subject) int {
	show := newProgress(c.err)
	fmt.Fprintf(c.err, "squall: scenario %s, seed %d, subject %s\n", s.Name, s.Seed, sub.Command())
	result, err := harness.Run(ctx, s, sub, harness.Options{Out: a.out, Repeat: a.repeat(name, s.Seed), Version: version(), Progress: show.status, Control: a.control})
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
	if len(a.command) > 0 {
		return subject.Process(a.command[0], a.command[1:]...), nil
	}
	self, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("cannot find the squall program to start its reference integration: %w", err)
	}
	return builtIn{subject.Process(self, "subject", "reference")}, nil
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
	if a.noFaults {
		words = append(words, "--no-faults")
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
