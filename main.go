// Command squall rehearses Salesforce outages. See README.md.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/squall-harness/squall/harness"
)

// verb is one word of the command line.
type verb struct {
	name, use, does string
	run             func(ctx context.Context, c console, args []string) (int, error)
}

// console is where a verb writes: what was asked for to out, all else to err.
type console struct{ out, err io.Writer }

func verbs() []verb {
	return []verb{
		{"run", "run SCENARIO... [--seed N] [--out DIR] [--speed 2x] [--set key=value] [--control] [-- COMMAND ARG...]", "rehearse an outage and judge the integration", runVerb},
		{"check", "check RUN_DIR", "judge a saved run again", checkVerb},
		{"report", "report RUN_DIR", "write the report of a saved run again", reportVerb},
		{"serve", "serve [--addr 127.0.0.1:8080]", "the mock Salesforce org alone, to develop against", serveVerb},
		{"list", "list", "the scenarios, with the promise each makes", listVerb},
		{"init", "init [FILE]", "write a scenario for an integration of your own", initVerb},
		{"subject", "subject NAME", "run the reference integration, or a broken copy of it, as a program", subjectVerb},
	}
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := dispatch(ctx, console{os.Stdout, os.Stderr}, os.Args[1:])
	stop()
	os.Exit(code)
}

// dispatch runs the verb that args name and returns the exit status.
func dispatch(ctx context.Context, c console, args []string) int {
	if len(args) == 0 || args[0] == "help" || args[0] == "-h" || args[0] == "--help" {
		usage(c.out)
		return harness.ExitPass
	}
	for _, v := range verbs() {
		if v.name == args[0] {
			code, err := v.run(ctx, c, args[1:])
			if err != nil {
				fmt.Fprintf(c.err, "squall %s: %v\n", v.name, err)
			}
			return code
		}
	}
	fmt.Fprintf(c.err, "squall: unknown command %q\n\n", args[0])
	usage(c.err)
	return harness.ExitHarness
}

func usage(w io.Writer) {
	fmt.Fprint(w, "Squall rehearses Salesforce outages and judges the integration.\n\n")
	for _, v := range verbs() {
		fmt.Fprintf(w, "  squall %s\n        %s\n", v.use, v.does)
	}
	fmt.Fprint(w, "\nExit status: 0 every promise held, 1 a promise is broken, 2 no verdict, 3 the harness or its arguments failed.\n")
}
