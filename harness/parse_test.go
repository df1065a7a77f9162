package harness

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/squall-harness/squall/harness/history"
	"github.com/squall-harness/squall/harness/verify"
)

const good = `name: small
promise: Nothing is lost.
load:
  rate: 50
  for: 10s
  mix: {upsert: 1}
faults:
  - {name: gone, kind: refuse, at: 2s, for: 3s}
expect:
  drained: 9s
`

func TestParseScenario(t *testing.T) {
	s, err := ParseScenario("small.yaml", []byte(good))
	require.NoError(t, err)
	assert.Equal(t, 9*time.Second, s.Expect.Drained)
	assert.Equal(t, "67.0", s.Org.APIVersion, "a default")
	assert.Equal(t, 3*time.Second, s.Faults[0].For)
}

// Every message names file, line and column, and what to write instead.
func TestParseScenarioSaysWhatIsWrong(t *testing.T) {
	for name, c := range map[string]struct {
		from, to string
		want     []string
	}{
		"unknown key":         {"promise:", "promiss:", []string{"bad.yaml:2:1:", `unknown key "promiss"`, `did you mean "promise"`}},
		"unknown inner key":   {"for: 10s", "fro: 10s", []string{"bad.yaml:5:3:", `unknown key "fro"`, `did you mean "for"`}},
		"wrong type":          {"rate: 50", "rate: fast", []string{"bad.yaml:4:9:", "rate"}},
		"no duration":         {"for: 10s", "for: 10", []string{"bad.yaml:5:8:", "10", "such as 500ms"}},
		"negative duration":   {"drained: 9s", "drained: -9s", []string{"bad.yaml:10:12:", "expect.drained is -9s", "cannot be negative"}},
		"no load":             {"for: 10s", "for: 0s", []string{"bad.yaml:5:8:", "write a positive duration"}},
		"negative load":       {"for: 10s", "for: -1s", []string{"bad.yaml:5:8:", "write a positive duration"}},
		"no name":             {"name: small", "name: ''", []string{"bad.yaml:1:1:", "name is missing"}},
		"unknown kind":        {"kind: refuse", "kind: refues", []string{"bad.yaml:8:", "refuse"}},
		"fault too late":      {"at: 2s", "at: 20s", []string{"bad.yaml:8:", "gone"}},
		"fault without end":   {", for: 3s", "", []string{"bad.yaml:8:", "gone", "for"}},
		"negative fault":      {"for: 3s", "for: -3s", []string{"bad.yaml:8:", "gone"}},
		"fault twice":         {"expect:", "  - {name: gone, kind: refuse, at: 6s, for: 1s}\nexpect:", []string{"bad.yaml:9:", `two faults are named "gone"`}},
		"negative calls":      {"drained: 9s", "calls: -1", []string{"bad.yaml:10:", "expect.calls is -1", "at most 1000000"}},
		"negative logins":     {"drained: 9s", "logins: -1", []string{"bad.yaml:10:", "expect.logins is -1", "within a minute"}},
		"unknown guarantee":   {"drained: 9s", "notClaimed: [no losses]", []string{"bad.yaml:10:", "no losses", "no loss, no duplicates"}},
		"odd invariant":       {"drained: 9s", "invariants: [{name: a, parent: B}]", []string{"bad.yaml:10:", `invariant "a" must say one thing`}},
		"invariant twice":     {"drained: 9s", "invariants: [{name: a, parent: B, field: C, moves: {a: [b]}}, {name: a, parent: B, field: C, moves: {a: [b]}}]", []string{"bad.yaml:10:", `two invariants are called "a"`}},
		"no YAML":             {"load:", "load: [", []string{"bad.yaml:"}},
		"bad template":        {"expect:", "source: {body: '{{.ID'}\nexpect:", []string{"bad.yaml:9:", "source.body is no Go template"}},
		"path without slash":  {"expect:", "source: {path: transactions}\nexpect:", []string{"bad.yaml:9:16:", "must begin with a slash"}},
		"bad env template":    {"expect:", "subject: {env: {A: '{{'}}\nexpect:", []string{"bad.yaml:9:", "subject.env.A"}},
		"a duplicate key":     {"expect:", "name: other\nexpect:", []string{"bad.yaml:9:1:", "name"}},
		"a list for a string": {"name: small", "name: [small]", []string{"bad.yaml:1:7:", "name must be a single value"}},
		"a text for a group":  {"mix: {upsert: 1}", "mix: even", []string{"bad.yaml:6:8:", "mix must be a group of keys"}},
		"a group for a list":  {"  - {name: gone, kind: refuse, at: 2s, for: 3s}", "  name: gone", []string{"bad.yaml:8:3:", "faults must be a list"}},
		"no value":            {"rate: 50", "rate:", []string{"bad.yaml:4:8:", "rate has no value"}},
		"half a transaction":  {"upsert: 1", "upsert: 1.5", []string{"bad.yaml:6:17:", `upsert: "1.5" is not a whole number`}},
		"a negative seed":     {"name: small", "seed: -1", []string{"bad.yaml:1:7:", "a whole number from 0 on"}},
		"an unknown unit":     {"drained: 9s", "drained: 9x", []string{"bad.yaml:10:12:", `drained: "9x" is no duration`}},
		"too many":            {"for: 10s", "for: 100000h", []string{"bad.yaml:5:8:", "a run takes at most 2000000"}},
		"not a number":        {"rate: 50", "rate: .nan", []string{"bad.yaml:4:9:", `rate: ".nan" is not a number`}},
		"a mix out of hand":   {"upsert: 1", "upsert: 9000000000000000000", []string{"bad.yaml:6:8:", "a part from 1 to 1000000"}},
		"no silence":          {"drained: 9s", "quiet: 0s", []string{"bad.yaml:10:10:", "expect.quiet is 0s", "at least 1s"}},
		"no time to start":    {"expect:", "subject: {ready: 0s}\nexpect:", []string{"bad.yaml:9:18:", "subject.ready is 0s"}},
		"a tab":               {"  rate", "\trate", []string{"bad.yaml:4:1:", "there is a tab here"}},
		"two documents":       {"expect:", "---\nexpect:", []string{"bad.yaml:10:1:", "a second document"}},
		"only a comment":      {good, "# nothing\n", []string{"bad.yaml:1:1:", "the scenario is empty"}},
		"empty":               {good, "", []string{"bad.yaml:1:1:", "the scenario is empty"}},
		"binary":              {"small", "\x00\xff", []string{"bad.yaml:1:1:", "no text file"}},
		"a fragment":          {"expect:", "source: {path: '/a#b'}\nexpect:", []string{"bad.yaml:9:16:", "holds no #"}},
		"no token":            {"expect:", "source: {token: ''}\nexpect:", []string{"bad.yaml:9:17:", "source.token is "}},
		"no such variable":    {"expect:", "subject: {env: {A: '{{.NOPE}}'}}\nexpect:", []string{"bad.yaml:9:", "subject.env.A", "NOPE", "SF_LOGIN_URL"}},
		"no such part":        {"expect:", "source: {body: '{{.Nope}}'}\nexpect:", []string{"bad.yaml:9:", "source.body", "Nope", "{{.Records}}"}},
	} {
		text := strings.Replace(good, c.from, c.to, 1)
		require.NotEqual(t, good, text, name)
		_, err := ParseScenario("bad.yaml", []byte(text))
		require.Error(t, err, name)
		for _, want := range c.want {
			assert.Contains(t, err.Error(), want, name)
		}
	}
}

func TestSetOverridesOneKey(t *testing.T) {
	s, err := ParseScenario("small.yaml", []byte(good), Setting{"load.rate", "75"}, Setting{"expect.drained", "4s"}, Setting{"seed", "9"})
	require.NoError(t, err)
	assert.Equal(t, 75.0, s.Load.Rate)
	assert.Equal(t, 10*time.Second, s.Load.For, "its neighbours stay")
	assert.Equal(t, 4*time.Second, s.Expect.Drained)
	assert.Equal(t, uint64(9), s.Seed)

	s, err = ParseScenario("small.yaml", []byte(good+"subject: {env: {A: x}}\n"), Setting{"subject.env.B", "y"}, Setting{"expect.minima.no loss", "3"})
	require.NoError(t, err)
	assert.Equal(t, map[string]string{"A": "x", "B": "y"}, s.Subject.Env)
	assert.Equal(t, map[string]int{"no loss": 3}, s.Expect.Minima)
}

func TestSetSaysWhatIsWrong(t *testing.T) {
	for _, c := range []struct{ key, value, want string }{
		{"load.rat", "75", `--set load.rat=75: unknown key "rat"; did you mean "rate"?`},
		{"load.rate", "fast", `--set load.rate=fast: rate: "fast" is not a number`},
		{"load.rate", "", "--set load.rate=: rate has no value"},
		{"load", "5", "--set load=5: load must be a group of keys"},
		{"faults.0.at", "1s", "--set faults.0.at=1s: faults must be a list"},
		{"load.rate", "-5", "with --set: small.yaml:4:9: rate is -5"},
		{"load.for", "1s", `with --set: small.yaml:8:5: fault "gone": it begins at 2s, and the load ends at 1s`},
	} {
		_, err := ParseScenario("small.yaml", []byte(good), Setting{c.key, c.value})
		assert.ErrorContains(t, err, c.want)
	}
}

func TestTheEffectiveScenarioReadsBackTheSame(t *testing.T) {
	s, err := ParseScenario("small.yaml", []byte(good), Setting{"load.rate", "75"})
	require.NoError(t, err)
	again, err := ParseScenario("again.yaml", s.effective())
	require.NoError(t, err)
	assert.Equal(t, string(s.effective()), string(again.effective()))
	assert.Equal(t, 75.0, again.Load.Rate)
	assert.Equal(t, s.Faults, again.Faults)
}

func TestFasterAndWithoutFaults(t *testing.T) {
	s, err := ParseScenario("small.yaml", []byte(good))
	require.NoError(t, err)
	f := s.Faster(2)
	assert.Equal(t, 5*time.Second, f.Load.For)
	assert.Equal(t, time.Second, f.Faults[0].At)
	assert.Equal(t, 2*time.Second, s.Faults[0].At, "the original stays")
	assert.Empty(t, s.WithoutFaults().Faults)
	assert.NoError(t, f.Err())
	assert.ErrorContains(t, s.Faster(1e6).Err(), "1e+06 times faster: small.yaml:4:9: rate times for is less than one transaction")
	assert.Error(t, s.Faster(math.NaN()).Err())
	assert.Equal(t, assert.AnError, Invalid(assert.AnError).Faster(2).Err())
	assert.Equal(t, verify.Settings{TokenField: "Token__c", Budget: 9 * time.Second, Minima: map[verify.Guarantee]int{}}, s.settings())
}

func FuzzParseScenario(f *testing.F) {
	f.Add([]byte(good))
	f.Add([]byte("name: [\n"))
	f.Add([]byte("faults: [{}]"))
	f.Add([]byte("load: {for: 1h, rate: 1e9}"))
	f.Fuzz(func(t *testing.T, text []byte) {
		if s, err := ParseScenario("x.yaml", text); err != nil {
			assert.True(t, strings.HasPrefix(err.Error(), "x.yaml"), err)
		} else {
			assert.NoError(t, s.Err())
		}
	})
}

func TestTheJudgeKnowsWhichFaultsAreOptional(t *testing.T) {
	s, err := ParseScenario("x.yaml", []byte("{name: x, load: {rate: 1, for: 5s, mix: {upsert: 1}}, faults: [{name: a, kind: reset, optional: true}, {name: b, kind: reset}]}"))
	require.NoError(t, err)
	h := &history.History{Windows: []history.Window{{Fault: "a"}, {Fault: "b"}}}
	s.markOptional(h)
	assert.Equal(t, []history.Window{{Fault: "a", Optional: true}, {Fault: "b"}}, h.Windows)
}

// What a run directory says of a scenario can be read again.
func TestAnInvariantSurvivesTheRunDirectory(t *testing.T) {
	s, err := ParseScenario("x.yaml", []byte("{name: x, load: {rate: 1, for: 5s, mix: {upsert: 1}}, expect: {invariants: [{name: t, parent: P, field: F, children: C, lookup: L, sum: S}]}}"))
	require.NoError(t, err)
	again, err := ParseScenario("y.yaml", s.effective())
	require.NoError(t, err)
	assert.Equal(t, s.Expect.Invariants, again.Expect.Invariants)
}

func TestASourceIsOfOneKind(t *testing.T) {
	const rest = "name: x\nload: {rate: 1, for: 5s, mix: {insert: 1}}\nsource: "
	for source, want := range map[string]string{
		"{kind: pull}":                  `source.kind is "pull": write push, or feed for transactions that the subject fetches`,
		"{window: 72h}":                 "source.window is for a feed, which keeps transactions for a while: add kind: feed, or leave it out",
		"{kind: feed, accepted: [201]}": "source.accepted is for a push: what a feed has published is acknowledged",
		"{kind: feed, path: '/a?b=c'}":  `source.path is "/a?b=c": the subject adds the query of a feed itself, leave it out`,
		"{kind: feed, window: -1s}":     "source.window is -1s: a duration cannot be negative",
		`{kind: feed, body: "<x/>"}`:    "source.body makes no JSON of transaction t-000001, and the pages of a feed are JSON; {{json .Key}} writes any part as JSON",
	} {
		_, err := ParseScenario("x.yaml", []byte(rest+source))
		assert.ErrorContains(t, err, want, source)
	}
	_, err := ParseScenario("x.yaml", []byte(rest+`{kind: feed, window: 72h, body: '{"no": {{json .ID}}}'}`))
	assert.NoError(t, err)
}
