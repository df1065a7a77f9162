package main

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/squall-harness/squall/harness"
	"github.com/squall-harness/squall/reports"
)

// checkVerb judges a saved run again.
func checkVerb(_ context.Context, c console, args []string) (int, error) {
	byIndex := slices.Contains(args, "--index")
	args = slices.DeleteFunc(slices.Clone(args), func(arg string) bool { return arg == "--index" })
	path, err := only(args, "which run? For example: squall check runs/latest")
	if err != nil {
		return harness.ExitHarness, err
	}
	if byIndex {
		code, err := checkIndex(c, path)
		if !errors.Is(err, harness.ErrWhole) {
			return code, err
		}
		fmt.Fprintln(c.err, "squall check: the index cannot answer for this run, or too much of it is suspicious; all of it is read")
	}
	result, err := harness.Check(path)
	if err != nil {
		return harness.ExitHarness, err
	}
	return result.Summary.Exit, conclude(c, result)
}

// checkIndex judges a run by its index and prints the verdict.
func checkIndex(c console, path string) (int, error) {
	result, err := harness.CheckIndex(path)
	if err != nil {
		return harness.ExitHarness, err
	}
	width, colour := terminal(c.out)
	return result.Summary.Exit, reports.Verdict(c.out, result.Summary, reports.TextOptions{Color: colour, Width: width})
}
