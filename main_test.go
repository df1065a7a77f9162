package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/squall-harness/squall/harness"
	"github.com/squall-harness/squall/scenarios"
)

// squall runs a command line within a moment: no run, no server.
func squall(t *testing.T, args ...string) (code int, out, err string) {
	t.Helper()
	var o, e bytes.Buffer
	code = dispatch(t.Context(), console{&o, &e}, args)
	return code, o.String(), e.String()
}

// Bad input ends with status 3 and one sentence that says what to do.
func TestBadInputIsToldInOneSentence(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer taken.Close()
	for line, want := range map[string]string{
		"bogus":                                  "squall: there is no command \"bogus\"; `squall help` lists them",
		"run":                                    "squall run: which scenario? There are: " + strings.Join(scenarios.Names(), ", "),
		"run outtage":                            `no scenario "outtage"; there are: ` + strings.Join(scenarios.Names(), ", ") + `; a file of your own must end in .yaml`,
		"run outage outtage":                     `no scenario "outtage"`, // before the first one starts
		"run outage ./app":                       "a command comes after --",
		"run outage --bogus":                     "squall run: there is no flag --bogus",
		"run outage --out":                       "a value must follow --out",
		"run outage --seed x":                    `invalid value "x" for --seed: a seed is a whole number`,
		"run outage --seed -1":                   `invalid value "-1" for --seed`,
		"run outage --speed NaN":                 `invalid value "NaN" for --speed: write a positive factor`,
		"run outage --speed 0x":                  `invalid value "0x" for --speed`,
		"run outage --speed Inf":                 `invalid value "Inf" for --speed`,
		"run outage --speed 1000000x":            "1e+06 times faster: outage.yaml:15:9: rate times for is less than one transaction",
		"run outage --set load.rate":             `invalid value "load.rate" for --set: write it as key=value`,
		"run outage --set =1":                    "write it as key=value",
		"run outage --set load.rat=1":            `--set load.rat=1: unknown key "rat"; did you mean "rate"?`,
		"run outage --set load.for=10s":          "with --set: outage.yaml:",
		"run outage --":                          "nothing follows --",
		"run nowhere.yaml":                       "cannot read the scenario nowhere.yaml: no such file or directory",
		"run outage --out " + file:               "cannot make the output directory " + file + ": not a directory",
		"run outage --out " + dir + " -- ./nope": `the subject "./nope" did not start: there is no such file`,
		"run outage --out " + dir + " -- nope-x": `the subject "nope-x" did not start: there is no such program in PATH`,
		"run outage --out " + dir + " -- " + dir: "did not start: it may not be executed",
		"check":                                  "squall check: which run?",
		"check nowhere":                          "squall check: no run at nowhere: no such file or directory",
		"check a b":                              `what is "b" for?`,
		"check -x":                               "there is no flag -x",
		"check " + dir:                           "is no run directory",
		"check " + file:                          "it is a file, not a run directory",
		"report":                                 "squall report: which run?",
		"report nowhere":                         "no run at nowhere: no such file or directory",
		"export":                                 "squall export: which format? Add --format and one of csv, ndjson, parquet",
		"export --format csv":                    "squall export: which run?",
		"export " + dir + " --format csv":        "is no run directory",
		"export " + dir + " --format xlsx":       `there is no format "xlsx"`,
		"list x":                                 "squall list: it takes no arguments",
		"init x":                                 "x: a scenario file must end in .yaml",
		"init " + dir + "/nowhere/x.yaml":        "nowhere/x.yaml: no such file or directory",
		"subject":                                "squall subject: which one?",
		"subject nope":                           "no integration \"nope\": `squall list` names them",
		"serve x":                                "The address goes after --addr",
		"serve --profile x":                      "there is no profile \"x\": there are automation-heavy, calm,",
		"serve --describe go.mod":                "go.mod: this is not JSON",
		"serve --describe nowhere":               "nowhere: no such file or directory",
		"serve --jwt-key x":                      "Write the client id after --client-id",
		"serve --jwt-key x --client-id a":        "x: no such file or directory",
		"serve --jwt-key go.mod --client-id a":   "connected app a: ",
		"serve --ca-file x":                      "there is no certificate authority without them",
		"serve --addr 127.0.0.1:0 --base-url x":  "is no base such as",
		"serve --addr 127.0.0.1:0 --connect-proxy " + taken.Addr().String(): "write another host:port after --connect-proxy",
		"serve --addr 8080":                     "--addr 8080 is no host:port",
		"serve --addr " + taken.Addr().String(): "address already in use; write another host:port after --addr",
	} {
		code, out, stderr := squall(t, strings.Fields(line)...)
		assert.Equal(t, harness.ExitHarness, code, line)
		assert.Empty(t, out, line)
		assert.Contains(t, stderr, want, line)
		assert.NotContains(t, stderr, "goroutine", line)
	}
}

func TestHelpIsNoError(t *testing.T) {
	for line, want := range map[string]string{
		"": "squall check RUN_DIR", "help": "squall serve", "--help": "Exit status: 0", "run -h": "--set key=value",
		"check --help": "judge a saved run", "run outage --help": "--control", "serve -h": "squall serve",
	} {
		code, out, stderr := squall(t, strings.Fields(line)...)
		assert.Equal(t, harness.ExitPass, code, line)
		assert.Contains(t, out, want, line)
		assert.Empty(t, stderr, line)
	}
}

func TestListNamesScenariosAndMutants(t *testing.T) {
	code, out, _ := squall(t, "list")
	assert.Equal(t, harness.ExitPass, code)
	assert.Contains(t, out, "outage     An outage of Salesforce")
	assert.Contains(t, out, "ack-before-store")
}

func TestInitWritesAScenarioThatCanBeRunAndOverwritesNothing(t *testing.T) {
	path := filepath.Join(t.TempDir(), "mine.yaml")
	code, out, _ := squall(t, "init", path)
	assert.Equal(t, harness.ExitPass, code)
	assert.Contains(t, out, path+" written")
	_, err := harness.ReadScenario(path)
	require.NoError(t, err)
	code, _, stderr := squall(t, "init", path)
	assert.Equal(t, harness.ExitHarness, code)
	assert.Contains(t, stderr, "is there already, and nothing is overwritten")
}

func TestServeEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	r, w := io.Pipe()
	code := make(chan int)
	go func() { code <- dispatch(ctx, console{w, io.Discard}, []string{"serve", "--addr", "127.0.0.1:0"}) }()
	_, err := r.Read(make([]byte, 1000))
	require.NoError(t, err)
	cancel()
	assert.Equal(t, harness.ExitPass, <-code)
}

func TestServeWritesWhatClientsMustTrust(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ca.pem")
	ctx, cancel := context.WithCancel(t.Context())
	r, w := io.Pipe()
	code := make(chan int)
	go func() {
		args := []string{"serve", "--addr", "127.0.0.1:0", "--tls", "--ca-file", path, "--connect-proxy", "127.0.0.1:0"}
		code <- dispatch(ctx, console{w, io.Discard}, args)
	}()
	lines := bufio.NewScanner(r)
	for _, want := range []string{"listens on https://127.0.0.1:", "Log in at https://", "/_squall/", "Clients must trust " + path, "HTTPS_PROXY=http://127.0.0.1:"} {
		require.True(t, lines.Scan())
		assert.Contains(t, lines.Text(), want)
	}
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.True(t, x509.NewCertPool().AppendCertsFromPEM(text))
	cancel()
	assert.Equal(t, harness.ExitPass, <-code)
}

func TestAPanicIsNoVerdict(t *testing.T) {
	var e bytes.Buffer
	v := verb{name: "x", run: func(context.Context, console, []string) (int, error) { panic("oops") }}
	assert.Equal(t, harness.ExitHarness, v.dispatch(t.Context(), console{io.Discard, &e}, nil))
	assert.Contains(t, e.String(), "a mistake in squall itself, please report it: oops")
}

func TestPlainErrors(t *testing.T) {
	missing := &fs.PathError{Op: "lstat", Path: "runs/old", Err: fs.ErrNotExist}
	assert.Equal(t, "no run at runs/old: file does not exist", plain(fmt.Errorf("no run at runs/old: %w", missing)))
	assert.Equal(t, "runs/old: cannot: file does not exist", plain(fmt.Errorf("cannot: %w", missing)))
	assert.Equal(t, "cannot write to runs: file does not exist", plain(fmt.Errorf("cannot write to runs: %w", missing)))
	assert.Equal(t, "other", plain(errors.New("other")))
}

func TestRepeatIsTheWholeCommand(t *testing.T) {
	a, err := parseRun([]string{"my file.yaml", "--set", "promise=a b", "--speed", "2", "--control", "--", "./app", "-x", "it's"})
	require.NoError(t, err)
	assert.Equal(t, self()+` run 'my file.yaml' --seed 7 --speed 2x --set 'promise=a b' --control -- ./app -x 'it'\''s'`, a.repeat(a.scenarios[0], 7))
}

func TestWorse(t *testing.T) {
	order := []int{harness.ExitPass, harness.ExitNoVerdict, harness.ExitBroken, harness.ExitHarness}
	for i, a := range order {
		for j, b := range order {
			assert.Equal(t, order[max(i, j)], worse(a, b))
		}
	}
}

func TestSparkline(t *testing.T) {
	for _, c := range []struct {
		values []int
		width  int
		want   string
	}{
		{nil, 10, ""}, {[]int{1}, 0, ""}, {[]int{1}, -5, ""}, {[]int{0}, 5, "▁"}, {[]int{0, 0}, 5, "▁▁"},
		{[]int{0, 7}, 5, "▁█"}, {[]int{0, 1, 2, 3, 4, 5, 6, 7}, 8, "▁▂▃▄▅▆▇█"},
		{[]int{0, 9, 0, 0}, 2, "█▁"}, // a column shows the highest of its values
		{[]int{1, 2, 3, 4, 5, 6, 7}, 3, "▃▅█"},
	} {
		assert.Equal(t, c.want, sparkline(c.values, c.width), "%v in %d", c.values, c.width)
	}
}

func TestProgressWithoutATerminal(t *testing.T) {
	var b bytes.Buffer
	p := newProgress(&b, false)
	for at := time.Duration(0); at <= 6*time.Second; at += 100 * time.Millisecond {
		s := harness.Status{At: at, Phase: "load and faults", Offered: int(at.Seconds() * 10), Backlog: 3}
		if at == time.Second {
			s.News = []string{"fault begins: gone"}
		}
		p.status(s)
	}
	p.done()
	assert.Equal(t, []string{
		"   0.0 s  load and faults: offered 0, accepted 0, committed 0, backlog 3",
		"   1.0 s  fault begins: gone",
		"   5.0 s  load and faults: offered 50, accepted 0, committed 0, backlog 3",
	}, strings.Split(strings.TrimSuffix(b.String(), "\n"), "\n"))
	assert.NotContains(t, b.String(), "\x1b")
}

// On a terminal the block is drawn over: as many lines are taken off as were
// put on, and nothing is left at the end.
func TestProgressOnATerminal(t *testing.T) {
	var b bytes.Buffer
	p := &progress{w: &b, live: true}
	p.status(harness.Status{Phase: "load and faults", Faults: []string{"a", strings.Repeat("ö", 200)}})
	first := b.String()
	assert.Equal(t, 4, strings.Count(first, "\n"))
	assert.Contains(t, first, "faults  a, ö")
	for line := range strings.Lines(first) {
		assert.LessOrEqual(t, len([]rune(strings.TrimSuffix(line, "\n"))), 100)
	}
	p.status(harness.Status{News: []string{"healed"}})
	assert.True(t, strings.HasPrefix(strings.TrimPrefix(b.String(), first), "\x1b[4A\x1b[J   0.0 s  healed\n"))
	p.done()
	assert.True(t, strings.HasSuffix(b.String(), "\x1b[4A\x1b[J"))
	p.done()
	assert.Equal(t, 2, strings.Count(b.String(), "\x1b[J"), "once is enough")
}
