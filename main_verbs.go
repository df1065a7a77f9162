package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"

	"github.com/squall-harness/squall/harness"
	"github.com/squall-harness/squall/scenarios"
	"github.com/squall-harness/squall/scenarios/mutants"
	"github.com/squall-harness/squall/scenarios/reference"
)

// only is the one argument of a verb; question is asked when it is missing.
func only(args []string, question string) (string, error) {
	switch {
	case len(args) == 0:
		return "", errors.New(question)
	case strings.HasPrefix(args[0], "-"):
		return "", fmt.Errorf("there is no flag %s", args[0])
	case len(args) > 1:
		return "", fmt.Errorf("one argument is enough: what is %q for?", args[1])
	}
	return args[0], nil
}

func reportVerb(_ context.Context, c console, args []string) (int, error) {
	path, err := only(args, "which run? For example: squall report runs/latest")
	if err != nil {
		return harness.ExitHarness, err
	}
	result, err := harness.Report(path)
	if err != nil {
		return harness.ExitHarness, err
	}
	fmt.Fprintln(c.out, harness.Relative(filepath.Join(result.Dir, "report.html")))
	return harness.ExitPass, nil
}

func listVerb(_ context.Context, c console, args []string) (int, error) {
	if len(args) > 0 {
		return harness.ExitHarness, errors.New("it takes no arguments")
	}
	for _, name := range scenarios.Names() {
		fmt.Fprintf(c.out, "%-10s %s\n", name, scenarios.Load(name).Promise)
	}
	fmt.Fprintf(c.out, "\nBroken copies of the reference integration, to see a scenario fail (%s):\n", showFailing())
	for _, m := range mutants.All {
		fmt.Fprintf(c.out, "%-26s %s\n", m.Name, m.Defect)
	}
	return harness.ExitPass, nil
}

// showFailing is the command that rehearses a broken copy, as it works here: a
// program that go run built has no name to call it by.
func showFailing() string {
	if self() == "go run ." {
		return "go build -o squall . && ./squall run outage -- ./squall subject NAME"
	}
	return self() + " run outage -- " + self() + " subject NAME"
}

// initVerb writes a copy of the scenario `outage`, which explains itself.
func initVerb(_ context.Context, c console, args []string) (int, error) {
	path, err := "squall.yaml", error(nil)
	if len(args) > 0 {
		path, err = only(args, "")
	}
	if ext := filepath.Ext(path); err == nil && ext != ".yaml" && ext != ".yml" {
		err = fmt.Errorf("%s: a scenario file must end in .yaml", path)
	}
	if err == nil {
		err = writeNew(path)
	}
	if err != nil {
		return harness.ExitHarness, err
	}
	fmt.Fprintf(c.out, "%s written. Change it, then: %s run %s -- YOUR COMMAND\n", path, self(), quoted(path))
	return harness.ExitPass, nil
}

// writeNew never overwrites a file, and leaves none behind that it could not
// finish.
func writeNew(path string) error {
	text, err := scenarios.Text("outage")
	if err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("%s is there already, and nothing is overwritten: give another name", path)
	}
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	if err = errors.Join(err, f.Close()); err != nil {
		_ = os.Remove(path)
	}
	return err
}

// subjectVerb is the reference integration, or a mutant of it, as a program of
// its own. It is configured by the variables of the contract.
func subjectVerb(ctx context.Context, _ console, args []string) (int, error) {
	name, err := only(args, "which one? `squall subject reference`, or a name from `squall list`")
	if err != nil {
		return harness.ExitHarness, err
	}
	run, err := scenarios.Integration(name)
	if err != nil {
		return harness.ExitHarness, err
	}
	env, err := reference.EnvFrom(os.Getenv)
	if err == nil {
		err = run(ctx, env)
	}
	if err != nil {
		return harness.ExitHarness, err
	}
	return harness.ExitPass, nil
}

// version is the module version, or the commit that it was built from.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" && len(s.Value) >= 12 {
			return s.Value[:12]
		}
	}
	return info.Main.Version
}
