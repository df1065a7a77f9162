package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net"
	"net/http"
	"os"
	"runtime/debug"
	"time"

	"github.com/squall-harness/squall/harness"
	"github.com/squall-harness/squall/mocksf"
	"github.com/squall-harness/squall/scenarios"
	"github.com/squall-harness/squall/scenarios/mutants"
	"github.com/squall-harness/squall/scenarios/reference"
)

func checkVerb(_ context.Context, c console, args []string) (int, error) {
	if len(args) != 1 {
		return harness.ExitHarness, errors.New("which run? For example: squall check runs/latest")
	}
	result, err := harness.Check(args[0])
	if err != nil {
		return harness.ExitHarness, err
	}
	return result.Summary.Exit, conclude(c, result)
}

func reportVerb(_ context.Context, c console, args []string) (int, error) {
	if len(args) != 1 {
		return harness.ExitHarness, errors.New("which run? For example: squall report runs/latest")
	}
	result, err := harness.Report(args[0])
	if err != nil {
		return harness.ExitHarness, err
	}
	fmt.Fprintln(c.out, display(result.Dir+"/report.html"))
	return harness.ExitPass, nil
}

func listVerb(_ context.Context, c console, _ []string) (int, error) {
	for _, name := range scenarios.Names() {
		fmt.Fprintf(c.out, "%-10s %s\n", name, scenarios.Load(name).Promise)
	}
	fmt.Fprintln(c.out, "\nBroken copies of the reference integration, to see a scenario fail (squall run outage -- squall subject NAME):")
	for _, m := range mutants.All {
		fmt.Fprintf(c.out, "%-26s %s\n", m.Name, m.Defect)
	}
	return harness.ExitPass, nil
}

// initVerb writes a copy of the scenario `outage`, which explains itself.
func initVerb(_ context.Context, c console, args []string) (int, error) {
	path := "squall.yaml"
	if len(args) > 0 {
		path = args[0]
	}
	text, err := scenarios.Text("outage")
	if err != nil {
		return harness.ExitHarness, err
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return harness.ExitHarness, fmt.Errorf("%w; an existing file is never overwritten", err)
	}
	_, err = f.Write(text)
	if err := errors.Join(err, f.Close()); err != nil {
		return harness.ExitHarness, err
	}
	fmt.Fprintf(c.out, "%s written. Change it, then: %s run %s -- YOUR COMMAND\n", path, self(), path)
	return harness.ExitPass, nil
}

// subjectVerb is the reference integration, or a mutant of it, as a program of
// its own. It is configured by the variables of the contract.
func subjectVerb(ctx context.Context, _ console, args []string) (int, error) {
	if len(args) != 1 {
		return harness.ExitHarness, errors.New("which one? `squall subject reference`, or a name from `squall list`")
	}
	run := reference.Run
	if args[0] != "reference" {
		m, ok := mutants.Find(args[0])
		if !ok {
			return harness.ExitHarness, fmt.Errorf("no integration %q: `squall list` names them", args[0])
		}
		run = m.Run
	}
	env, err := reference.EnvFromOS(os.Getenv)
	if err == nil {
		err = run(ctx, env)
	}
	if err != nil {
		return harness.ExitHarness, err
	}
	return harness.ExitPass, nil
}

func serveVerb(ctx context.Context, c console, args []string) (int, error) {
	f := flag.NewFlagSet("squall serve", flag.ContinueOnError)
	f.SetOutput(c.err)
	addr := f.String("addr", "127.0.0.1:8080", "where to listen; another host than loopback must be asked for by name")
	if err := f.Parse(args); err != nil {
		return harness.ExitHarness, err
	}
	l, err := net.Listen("tcp", *addr)
	if err != nil {
		return harness.ExitHarness, err
	}
	org := mocksf.New(mocksf.Config{})
	defer org.Close()
	server := &http.Server{Handler: org, ReadHeaderTimeout: 10 * time.Second}
	defer context.AfterFunc(ctx, func() { _ = server.Close() })() // ends Serve
	fmt.Fprintf(c.out, "A Salesforce org listens on http://%s\nLog in at http://%s/services/oauth2/token with any client id and secret. Ctrl-C ends it.\n", l.Addr(), l.Addr())
	if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
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
