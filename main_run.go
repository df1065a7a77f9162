package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/term"

	"github.com/squall-harness/squall/harness"
	"github.com/squall-harness/squall/harness/subject"
	"github.com/squall-harness/squall/reports"
	"github.com/squall-harness/squall/scenarios"
)

// runArgs is the command line of `squall run`, parsed.
type runArgs struct {
	scenarios []string
	seed      string
	out       string
	speed     float64
	control   bool
	set       settings
	command   []string // after --
}

// settings collects --set key=value.
type settings []harness.Setting

// String is part of flag.Value.
func (s *settings) String() string { return "" }

// Set is part of flag.Value.
func (s *settings) Set(text string) error {
	key, value, ok := strings.Cut(text, "=")
	if !ok || key == "" {
		return errors.New("write it as key=value, for example load.rate=50")
	}
	*s = append(*s, harness.Setting{Key: key, Value: value})
	return nil
}

func parseRun(args []string, stderr io.Writer) (a runArgs, err error) {
	if i := slices.Index(args, "--"); i >= 0 {
		args, a.command = args[:i], args[i+1:]
		if len(a.command) == 0 {
			return a, errors.New("nothing follows --: write the command that starts your integration, for example -- ./my-integration --port-from-env")
		}
	}
	f := flag.NewFlagSet("squall run", flag.ContinueOnError)
	f.SetOutput(stderr)
	speed := f.String("speed", "1x", "play the scenario's times so much faster")
	f.StringVar(&a.seed, "seed", "", "seed of the transactions and the fault plan; the scenario's own when absent")
	f.StringVar(&a.out, "out", "runs", "folder for run directories")
	f.BoolVar(&a.control, "control", false, "leave the faults out: the control run")
	f.Var(&a.set, "set", "override one key of the scenario, for example load.rate=50")
	if err := parseMixed(f, args, &a.scenarios); err != nil {
		return a, err
	}
	if len(a.scenarios) == 0 {
		return a, fmt.Errorf("which scenario? There are: %s; or give a .yaml file of your own", strings.Join(scenarios.Names(), ", "))
	}
	a.speed, err = strconv.ParseFloat(strings.TrimSuffix(*speed, "x"), 64)
	if err != nil || a.speed <= 0 {
		return a, fmt.Errorf("--speed %s: write a positive factor such as 2x", *speed)
	}
	return a, nil
}

// parseMixed lets flags stand before and after the other arguments.
func parseMixed(f *flag.FlagSet, args []string, rest *[]string) error {
	for {
		if err := f.Parse(args); err != nil {
			return err
		}
		if f.NArg() == 0 {
			return nil
		}
		*rest = append(*rest, f.Arg(0))
		args = f.Args()[1:]
	}
}

func runVerb(ctx context.Context, c console, args []string) (int, error) {
	a, err := parseRun(args, c.err)
	if errors.Is(err, flag.ErrHelp) {
		return harness.ExitPass, nil
	}
	if err != nil {
		return harness.ExitHarness, err
	}
	worst := harness.ExitPass
	for _, name := range a.scenarios {
		code, err := runOne(ctx, c, a, name)
		if err != nil {
			return code, err
		}
		worst = worse(worst, code)
	}
	return worst, nil
}

// worse is the status of two runs together: a broken promise outranks a
// missing verdict.
func worse(a, b int) int {
	rank := []int{harness.ExitPass, harness.ExitNoVerdict, harness.ExitBroken, harness.ExitHarness}
	return rank[max(slices.Index(rank, a), slices.Index(rank, b))]
}

func runOne(ctx context.Context, c console, a runArgs, name string) (int, error) {
	s, err := a.scenario(name)
	if err != nil {
		return harness.ExitHarness, err
	}
	sub, err := a.subject()
	if err != nil {
		return harness.ExitHarness, err
	}
	show := newProgress(c.err)
	fmt.Fprintf(c.err, "squall: scenario %s, seed %d, subject %s\n", s.Name, s.Seed, sub.Command())
	result, err := harness.Run(ctx, s, sub, harness.Options{Out: a.out, Repeat: a.repeat(name, s.Seed), Version: version(), Progress: show.status})
	show.done()
	if err != nil {
		return harness.ExitCode(err), err
	}
	return result.Summary.Exit, conclude(c, result)
}

// conclude prints the verdict.
func conclude(c console, r *harness.Result) error {
	width, colour := terminal(c.out)
	return reports.Text(c.out, r.Summary, reports.TextOptions{Report: display(filepath.Join(r.Dir, "report.html")), Color: colour, Width: width})
}

func (a runArgs) scenario(name string) (*harness.Scenario, error) {
	s := scenarios.Load(name, a.set...)
	if s.Err() != nil {
		return nil, s.Err()
	}
	if a.seed != "" {
		seed, err := strconv.ParseUint(a.seed, 10, 64)
		if err != nil {
			return nil, fmt.Errorf("--seed %s: a seed is a whole number from 0 to 18446744073709551615", a.seed)
		}
		s.Seed = seed
	}
	if a.speed != 1 {
		s = s.Faster(a.speed)
	}
	if a.control {
		s = s.WithoutFaults()
	}
	return s, nil
}

// subject is the command after --, or the built-in reference integration as a
// process of its own.
func (a runArgs) subject() (subject.Subject, error) {
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
func (a runArgs) repeat(name string, seed uint64) string {
	words := []string{self(), "run", name, "--seed", strconv.FormatUint(seed, 10)}
	if a.speed != 1 {
		words = append(words, "--speed", strconv.FormatFloat(a.speed, 'g', -1, 64)+"x")
	}
	for _, s := range a.set {
		words = append(words, "--set", quoted(s.Key+"="+s.Value))
	}
	if a.control {
		words = append(words, "--control")
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

// display shortens a path to what the user would type.
func display(path string) string {
	here, err := os.Getwd()
	if err != nil {
		return path
	}
	if rel, err := filepath.Rel(here, path); err == nil && !strings.HasPrefix(rel, "..") {
		return rel
	}
	return path
}

// terminal tells the width of w and whether it takes colours; 100 and false
// when it is no terminal.
func terminal(w io.Writer) (width int, colour bool) {
	f, ok := w.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return 100, false
	}
	width, _, err := term.GetSize(int(f.Fd()))
	if err != nil {
		width = 100
	}
	return width, os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"
}
