package main

import (
	"context"
	"flag"
	"fmt"
	"strings"

	"github.com/squall-harness/squall/harness"
	"github.com/squall-harness/squall/harness/export"
)

var exportFlags = []string{
	"--format F       " + strings.Join(export.Formats(), ", "),
	"--out DIR        where the files go, the run directory when absent",
	"--force          replaces files that are there",
	"                 status 2 means that a ledger is cut off or damaged, and what is sound of it was written",
}

// exportVerb writes the ledgers of a saved run for other tools. A part of a
// ledger is never passed off as the whole.
func exportVerb(_ context.Context, c console, args []string) (int, error) {
	var o export.Options
	f := flag.NewFlagSet("export", flag.ContinueOnError)
	f.StringVar(&o.Format, "format", "", "")
	f.StringVar(&o.Out, "out", "", "")
	f.BoolVar(&o.Force, "force", false, "")
	rest, err := parseMixed(f, args)
	if err == nil && o.Format == "" {
		err = fmt.Errorf("which format? Add --format and one of %s", strings.Join(export.Formats(), ", "))
	}
	if err != nil {
		return harness.ExitHarness, err
	}
	path, err := only(rest, "which run? For example: squall export runs/latest --format parquet")
	if err != nil {
		return harness.ExitHarness, err
	}
	result, err := export.Run(path, o)
	if err != nil {
		return harness.ExitHarness, err
	}
	return tellExport(c, result), nil
}

func tellExport(c console, result export.Result) int {
	for _, file := range result.Files {
		fmt.Fprintln(c.out, harness.Relative(file))
	}
	for _, note := range result.Notes {
		fmt.Fprintf(c.err, "squall export: only a part was written: %s\n", note)
	}
	if len(result.Notes) > 0 {
		return harness.ExitNoVerdict
	}
	return harness.ExitPass
}
