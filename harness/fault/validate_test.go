package fault

import (
	"strings"
	"testing"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const (
	second  = time.Second
	loadEnd = 40 * second
)

func TestValidate(t *testing.T) {
	for _, c := range []struct {
		name  string
		fault Fault
		want  string // "" is good
	}{
		{"refuse", Fault{Kind: "refuse", At: 14 * second, For: 8 * second}, ""},
		{"past the end of the load", Fault{Kind: "blackhole", At: 39 * second, For: 8 * second}, ""},
		{"cut", Fault{Kind: "cut-reply", For: second, Count: 6, Among: 60, Match: Match{Writes: "single"}}, ""},
		{"row error", Fault{Kind: "row-error", For: second, Code: "UNABLE_TO_LOCK_ROW", Count: 3}, ""},
		{"page", Fault{Kind: "page", For: second}, ""},
		{"status", Fault{Kind: "status", For: second, Status: 503, Code: "SERVER_UNAVAILABLE"}, ""},
		{"token", Fault{Kind: "expire-token", At: second}, ""},
		{"kill", Fault{Kind: "kill", At: second, Delay: second}, ""},
		{"aimed kill", Fault{Kind: "kill", At: second, For: second, When: WriteInFlight, Match: Match{APIs: []string{"composite"}}}, ""},
		{"latency", Fault{Kind: "latency", For: second, Delay: 20 * time.Millisecond, Stream: "upstream"}, ""},

		{"steps", Fault{Kind: "cut-reply", For: second, Match: Match{Steps: []string{"create", "Close"}}}, ""},
		{"bulk-fail", Fault{Kind: "bulk-fail", For: second, End: "Failed", Match: Match{Objects: []string{"Account"}}}, ""},
		{"bulk-rows", Fault{Kind: "bulk-rows", For: second, Code: "X", Percent: 30, Match: Match{APIs: []string{"bulk1"}}}, ""},

		{"limit", Fault{Kind: "limit", For: second, Limit: "concurrent", Most: 5}, ""},
		{"what limit", Fault{Kind: "limit", For: second, Limit: "sky"}, `limit is "sky": write requests, concurrent or jobs`},
		{"less than nothing", Fault{Kind: "limit", For: second, Limit: "jobs", Most: -1}, "most is -1"},
		{"restore", Fault{Kind: "restore", At: 9 * second, Back: 5 * second}, ""},
		{"older than anything", Fault{Kind: "restore", At: second, Back: 2 * second}, "no backup from before the first transaction"},
		{"optional", Fault{Kind: "reset", At: second, Optional: true}, ""},
		{"step", Fault{Kind: "cut-reply", For: second, Match: Match{Steps: []string{"open"}}}, `match.steps: "open" is unknown; write one of: token, create`},
		{"steps and writes", Fault{Kind: "cut-reply", For: second, Match: Match{Steps: []string{"upload"}, Writes: "multi"}}, "leave one out"},
		{"steps elsewhere", Fault{Kind: "page", For: second, Match: Match{Steps: []string{"close"}, APIs: []string{"row"}}}, "row has no steps"},
		{"objects of a login", Fault{Kind: "page", For: second, Match: Match{Steps: []string{"token"}, Objects: []string{"Account"}}}, "a login is about no object"},
		{"site", Fault{Kind: "page", For: second, Site: "red"}, `site is "red": write one of: disruption, degradation, green`},
		{"site of the process", Fault{Kind: "pause", For: second, Site: "green"}, "tells of no trouble of the integration's own"},
		{"site of a moment", Fault{Kind: "reset", Site: "disruption"}, "is over at once; leave it out"},
		{"end", Fault{Kind: "bulk-fail", For: second, End: "Open"}, `end is "Open": write Failed or Aborted`},
		{"percent", Fault{Kind: "bulk-rows", For: second, Code: "X", Percent: 101}, "percent is 101: write a number from 1 to 100"},
		{"steps of a job", Fault{Kind: "bulk-slow", For: second, Delay: second, Match: Match{Steps: []string{"close"}}}, "chosen by match.objects and match.apis alone"},
		{"jobs of rows", Fault{Kind: "bulk-slow", For: second, Delay: second, Match: Match{APIs: []string{"row"}}}, "row has no bulk jobs"},
		{"no name", Fault{Name: " ", Kind: "reset"}, "name is missing"},
		{"no kind", Fault{}, `kind "" is unknown; the kinds are: cut-reply, page`},
		{"kind", Fault{Kind: "flood"}, `kind "flood" is unknown`},
		{"no window", Fault{Kind: "refuse"}, "a fault of the kind refuse needs for"},
		{"window too many", Fault{Kind: "reset", For: second}, "a fault of the kind reset takes no for; it takes: name, kind, at, jitter, optional"},
		{"foreign field", Fault{Kind: "refuse", For: second, Count: 3}, "takes no count"},
		{"negative", Fault{Kind: "reset", At: -second}, "at is -1s"},
		{"absurd", Fault{Kind: "reset", At: 1 << 62}, "at is "},
		{"after the load", Fault{Kind: "reset", At: loadEnd}, "it would never fire"},
		{"perhaps after the load", Fault{Kind: "reset", At: 39 * second, Jitter: second}, "it begins at 40s, and the load ends at 40s"},
		{"count above among", Fault{Kind: "cut-reply", For: second, Count: 9, Among: 5}, "count 9 is more than among 5"},
		{"among alone", Fault{Kind: "cut-reply", For: second, Among: 5}, "among is 5 and there is no count"},
		{"negative count", Fault{Kind: "cut-reply", For: second, Count: -1}, "count is -1"},
		{"absurd among", Fault{Kind: "cut-reply", For: second, Count: 1, Among: 1 << 40}, "among is "},
		{"api", Fault{Kind: "page", For: second, Match: Match{APIs: []string{"bulk"}}}, `match.apis: "bulk" is unknown; write one of: row, collections, composite, graph, bulk2, bulk1, query, auth, other`},
		{"method", Fault{Kind: "page", For: second, Match: Match{Methods: []string{"BREW"}}}, `match.methods: "BREW" is unknown`},
		{"writes", Fault{Kind: "page", For: second, Match: Match{Writes: "some"}}, `match.writes: "some" is unknown; write one of: single, multi, any`},
		{"writes of reads", Fault{Kind: "cut-reply", For: second, Match: Match{APIs: []string{"query"}}}, "query never writes records: it would never fire"},
		{"writes by GET", Fault{Kind: "row-error", For: second, Code: "X", Match: Match{Methods: []string{"get"}}}, "get never writes records"},
		{"objects of reads", Fault{Kind: "page", For: second, Match: Match{APIs: []string{"auth"}, Objects: []string{"Account"}}}, "auth never writes"},
		{"many rows in one row", Fault{Kind: "cut-reply", For: second, Match: Match{APIs: []string{"row"}, Writes: "multi"}}, "multi would never fire"},
		{"status", Fault{Kind: "status", For: second, Status: 99, Code: "X"}, "status is 99"},
		{"page status", Fault{Kind: "page", For: second, Status: 1000}, "status is 1000"},
		{"no code", Fault{Kind: "status", For: second, Status: 503}, "needs code"},
		{"when", Fault{Kind: "kill", When: "full-moon"}, `when is "full-moon": write write-in-flight`},
		{"when without for", Fault{Kind: "kill", When: WriteInFlight}, "say how long to wait"},
		{"for without when", Fault{Kind: "kill", For: second}, "delay is the time until the restart"},
		{"match without when", Fault{Kind: "kill", Match: Match{Writes: "any"}}, "add when: write-in-flight"},
		{"stream", Fault{Kind: "latency", For: second, Delay: second, Stream: "sideways"}, "write upstream or downstream"},
		{"no delay", Fault{Kind: "latency", For: second}, "needs delay"},
		{"delay too fine", Fault{Kind: "latency", For: second, Delay: time.Microsecond}, "write whole milliseconds"},
		{"rate", Fault{Kind: "bandwidth", For: second, Rate: -1}, "rate is -1"},
		{"toxic", Fault{Kind: "toxic", For: second, Toxic: &Toxic{Type: "bandwidth"}}, "rate is 0"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.fault.Name == "" {
				c.fault.Name = "mine"
			}
			err := Validate(c.fault, loadEnd)
			if c.want == "" {
				assert.NoError(t, err)
				return
			}
			assert.ErrorContains(t, err, c.want)
			assert.ErrorContains(t, err, `fault "`+c.fault.Name+`": `)
			assert.NotContains(t, err.Error(), "\n")
		})
	}
	assert.NoError(t, Validate(Fault{Name: "x", Kind: "reset", At: time.Hour}, 0), "no end is known")
}

func TestCheckAll(t *testing.T) {
	a := Fault{Name: "a", Kind: "refuse", At: 2 * second, For: 4 * second, Jitter: second}
	at := func(name, kind string, at time.Duration) Fault {
		return Fault{Name: name, Kind: kind, At: at, For: second}
	}
	assert.NoError(t, CheckAll([]Fault{a, at("b", "refuse", 7*second), at("c", "refuse", second), at("d", "blackhole", 3*second)}, loadEnd))
	assert.ErrorContains(t, CheckAll([]Fault{a, at("b", "refuse", 6*second)}, loadEnd), `faults "a" and "b" may be at work at the same time`)
	assert.ErrorContains(t, CheckAll([]Fault{a, at("a", "pause", 0)}, loadEnd), `two faults are named "a"`)
	assert.ErrorContains(t, CheckAll([]Fault{a, at("b", "flood", 0)}, loadEnd), "flood")
}

// The table is the documentation: it must hold what it says.
func TestKindsTable(t *testing.T) {
	fields := fieldKeys()
	seen := map[string]bool{}
	for _, k := range Kinds {
		assert.False(t, seen[k.Name], k.Name)
		seen[k.Name] = true
		assert.True(t, strings.HasSuffix(k.Does, "."), "%s: a sentence", k.Name)
		assert.NotEmpty(t, k.Hits, k.Name)
		assert.NotNil(t, k.begin, k.Name)
		assert.Subset(t, fields, k.Needs, k.Name)
		assert.Subset(t, fields, k.Takes, k.Name)
	}
}

func fieldKeys() []string {
	return []string{"name", "kind", "at", "for", "jitter", "match", "count", "among", "status", "code", "message", "body", "contentType", "delay", "when", "rate", "stream", "toxic", "percent", "end", "limit", "most", "back", "optional"}
}

func TestFaultFromYAML(t *testing.T) {
	var f Fault
	require.NoError(t, yaml.UnmarshalWithOptions([]byte(`
name: flaky
kind: toxic
at: 1.5s
for: 2m
jitter: 300ms
match: {apis: [row], methods: [PATCH], objects: [Account], writes: single}
toxic: {type: latency, stream: upstream, attributes: {latency: 20}}
`), &f, yaml.Strict()))
	assert.Equal(t, 1500*time.Millisecond, f.At)
	assert.Equal(t, 2*time.Minute, f.For)
	assert.Equal(t, Match{APIs: []string{"row"}, Methods: []string{"PATCH"}, Objects: []string{"Account"}, Writes: "single"}, f.Match)
	f.Match = Match{}
	assert.NoError(t, Validate(f, 0))
}

// Whatever a scenario file says: a clear answer and no panic, and a fault that
// was found good can be planned.
func FuzzFault(f *testing.F) {
	for _, text := range []string{
		"{name: a, kind: refuse, at: 1s, for: 2s}", "{name: a, kind: cut-reply, for: 1s, count: 3, among: 9, jitter: 1ms}",
		"{name: a, kind: restore, at: 3s, back: 2s, jitter: 1s}",
		"{name: a, kind: toxic, for: 1s, toxic: {type: slicer, attributes: {average_size: 0}}}",
		"{name: a, kind: toxic, for: 1s, toxic: {type: latency, attributes: {latency: [1]}}}",
		"{name: a, kind: kill, when: write-in-flight, for: 1s}", "{at: -9223372036854775808ns}", "[]", "&a [*a]", "{toxic: {attributes: {? {} : 1}}}",
	} {
		f.Add(text, uint64(1))
	}
	f.Fuzz(func(t *testing.T, text string, seed uint64) {
		var fault Fault
		if yaml.UnmarshalWithOptions([]byte(text), &fault, yaml.Strict()) != nil {
			return
		}
		if err := Validate(fault, loadEnd); err != nil {
			if !strings.HasPrefix(err.Error(), "fault ") {
				t.Fatalf("the message names no fault: %v", err)
			}
			return
		}
		for _, p := range Plan([]Fault{fault}, seed).Faults {
			if p.Start < fault.At-fault.Back || p.Start > fault.At+fault.Jitter || p.End < p.Start || len(p.Picks) != fault.Count {
				t.Fatalf("planned as %+v", p)
			}
		}
	})
}
