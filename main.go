// Command squall rehearses Salesforce outages. See README.md.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/signal"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
	"syscall"

	"github.com/squall-harness/squall/harness"
)

// verb is one word of the command line.
type verb struct {
	name, use, does string
	flags           []string // what each does
	run             func(ctx context.Context, c console, args []string) (int, error)
}

// console is where a verb writes: what was asked for to out, all else to err.
type console struct{ out, err io.Writer }

func verbs() []verb {
	return []verb{
		{"run", "run SCENARIO... [--seed N] [--out DIR] [--speed 2x] [--set key=value] [--control] [--no-faults] [--stop-at-first] [--virtual] [-- COMMAND ARG...]",
			"rehearse an outage and judge the integration: the reference, or the one that COMMAND starts", runFlags, runVerb},
		{"check", "check RUN_DIR [--index]", "judge a saved run again", checkFlags, checkVerb},
		{"report", "report RUN_DIR", "write the report of a saved run again", nil, reportVerb},
		{"export", "export RUN_DIR --format FORMAT [--out DIR] [--force]", "write the ledgers of a saved run as files that other tools read", exportFlags, exportVerb},
		{"serve", "serve [--addr 127.0.0.1:8080] [--profile calm] [--trace] [--tls] [--connect-proxy 127.0.0.1:8081] [--base-url URL]", "the mock Salesforce org alone, to develop against", serveFlags, serveVerb},
		{"list", "list", "the scenarios, with the promise each makes", nil, listVerb},
		{"init", "init [FILE.yaml]", "write a scenario for an integration of your own", nil, initVerb},
		{"subject", "subject NAME", "run the reference integration, or a broken copy of it, as a program", nil, subjectVerb},
	}
}

var checkFlags = []string{
	"--index          judges a large run by its index: the verdict alone, without recovery and report",
}

var runFlags = []string{
	"--seed N         draws the transactions and the fault plan; the scenario's own when absent",
	"--out DIR        where run directories go, runs when absent",
	"--speed 2x       plays the scenario's times so much faster",
	"--set key=value  overrides a key of the scenario, for example load.rate=50; may come again",
	"--control        plays the control run too: the same without faults, for the report",
	"--no-faults      leaves the faults out",
	"--stop-at-first  freezes the run at the commit that breaks the first promise",
	"--virtual        in virtual time, a minute in a second or so: the built-in integrations only; with the control run",
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	context.AfterFunc(ctx, stop) // a second Ctrl-C ends the program at once
	os.Exit(dispatch(ctx, console{os.Stdout, os.Stderr}, os.Args[1:]))
}

// dispatch runs the verb that args name and returns the exit status.
func dispatch(ctx context.Context, c console, args []string) (code int) {
	if len(args) == 0 || isHelp(args[0]) {
		usage(c.out)
		return harness.ExitPass
	}
	for _, v := range verbs() {
		if v.name == args[0] {
			return v.dispatch(ctx, c, args[1:])
		}
	}
	fmt.Fprintf(c.err, "squall: there is no command %q; `squall help` lists them\n", args[0])
	return harness.ExitHarness
}

func (v verb) dispatch(ctx context.Context, c console, args []string) (code int) {
	defer func() { // a mistake in this program must not look like a verdict
		if p := recover(); p != nil {
			code = c.fail(v.name, harness.ExitHarness, fmt.Errorf("a mistake in squall itself, please report it: %v\n%s", p, debug.Stack()))
		}
	}()
	if before, _, _ := cutAt(args, "--"); slices.ContainsFunc(before, isHelp) {
		v.help(c.out)
		return harness.ExitPass
	}
	code, err := v.run(ctx, c, args)
	if err != nil {
		return c.fail(v.name, code, err)
	}
	return code
}

func isHelp(word string) bool {
	return slices.Contains([]string{"help", "-h", "-help", "--help"}, word)
}

// cutAt divides words at the first one that is sep.
func cutAt(words []string, sep string) (before, after []string, found bool) {
	i := slices.Index(words, sep)
	if i < 0 {
		return words, nil, false
	}
	return words[:i], words[i+1:], true
}

// fail tells an error and returns the exit status that goes with it.
func (c console) fail(verb string, code int, err error) int {
	fmt.Fprintf(c.err, "squall %s: %s\n", verb, plain(err))
	return code
}

// plain is an error without the names of system calls, and with the file that
// it is about named once.
func plain(err error) string {
	text := err.Error()
	var file *fs.PathError
	if !errors.As(err, &file) {
		return text
	}
	text = strings.ReplaceAll(text, file.Error(), file.Err.Error())
	dir := filepath.Dir(file.Path)
	if strings.Contains(text, file.Path) || dir != "." && strings.Contains(text, dir) {
		return text
	}
	return file.Path + ": " + text
}

func usage(w io.Writer) {
	fmt.Fprint(w, "Squall rehearses Salesforce outages and judges the integration.\n\n")
	for _, v := range verbs() {
		v.help(w)
	}
	fmt.Fprint(w, "\nExit status: 0 every promise held, 1 a promise is broken, 2 no verdict, 3 the harness or its arguments failed.\n")
}

func (v verb) help(w io.Writer) {
	fmt.Fprintf(w, "  squall %s\n        %s\n", v.use, v.does)
	for _, flag := range v.flags {
		fmt.Fprintf(w, "        %s\n", flag)
	}
}
