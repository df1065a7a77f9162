package reports

import (
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/squall-harness/squall/harness/history"
	"github.com/squall-harness/squall/harness/verify"
	"github.com/squall-harness/squall/mocksf/commitlog"
)

func TestFaultLabelsNeverOverlap(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		f := frame{left: 50, right: rapid.SampledFrom([]float64{346, 1016}).Draw(rt, "right"), to: time.Minute}
		var windows []history.Window
		for i := range rapid.IntRange(0, 20).Draw(rt, "faults") {
			from := time.Duration(rapid.IntRange(0, 60_000).Draw(rt, "from")) * ms
			windows = append(windows, history.Window{
				Fault: rapid.StringN(1, 60, -1).Draw(rt, "name"), From: from, To: from + time.Duration(i)*time.Second, Hits: i,
			})
		}
		for _, lane := range faultLanes(windows, f) {
			for i, a := range lane {
				assert.LessOrEqual(rt, a.start, a.from)
				assert.GreaterOrEqual(rt, a.end, a.to)
				for _, b := range lane[:i] {
					assert.True(rt, a.start >= b.end || b.start >= a.end, "%v and %v", a, b)
				}
			}
		}
	})
}

func TestStepsAreRoundAndFew(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		highest := rapid.Float64Range(0.001, 1e9).Draw(rt, "highest")
		step := niceStep(highest, 3)
		leading := step / math.Pow(10, math.Floor(math.Log10(step)+1e-9))
		assert.Contains(rt, []int{1, 2, 5}, int(math.Round(leading)))
		assert.InDelta(rt, math.Round(leading), leading, 1e-6)
		assert.LessOrEqual(rt, highest/step, 3.0001)
		p := newPanel(frame{}, 0, 100, highest)
		assert.GreaterOrEqual(rt, p.max*(1+1e-9), highest)
	})
}

func TestTimeTicksLeaveRoom(t *testing.T) {
	for _, span := range []time.Duration{time.Millisecond, time.Second, 44 * time.Second, time.Hour, 30 * time.Hour, 900 * time.Hour} {
		f := frame{left: 44, right: 346, to: span}
		assert.LessOrEqual(t, int(span/f.timeStep()), 5, span)
	}
	assert.Equal(t, "5 s", tickTime(5*time.Second, time.Second))
	assert.Equal(t, "0.2 s", tickTime(200*ms, 200*ms))
	assert.Equal(t, "90 min", tickTime(90*time.Minute, 30*time.Minute))
	assert.Equal(t, "24 h", tickTime(24*time.Hour, 6*time.Hour))
}

func TestShadeCoversOverlappingFaultsOnce(t *testing.T) {
	var c canvas
	f := frame{left: 0, right: 100, to: 100}
	shade(&c, []history.Window{{From: 20, To: 40}, {From: 10, To: 30}, {From: 15, To: 18}, {From: 60}}, f, 0, 10)
	assert.Equal(t, `<rect class="band" x="10.0" y="0.0" width="20.0" height="10.0"/>`+
		`<rect class="band" x="30.0" y="0.0" width="10.0" height="10.0"/>`+
		`<rect class="band" x="60.0" y="0.0" width="40.0" height="10.0"/>`, c.b.String())
}

func TestThinKeepsWhatTheEyeCanSee(t *testing.T) {
	points := []point{{0.1, 9}, {0.2, 3}, {0.3, 8}, {0.4, 7}, {1, 5}}
	assert.Equal(t, []point{{0.1, 9}, {0.2, 3}, {0.4, 7}, {1, 5}}, thin(points))
	var many []point
	for i := range 100_000 {
		many = append(many, point{float64(i) / 1000, float64(i % 7)})
	}
	assert.LessOrEqual(t, len(thin(many)), 300)
}

func TestBinsCountEveryRecordOnce(t *testing.T) {
	f := frame{left: 56, right: 1016, to: 44 * time.Second}
	commits := []commitlog.Commit{
		{At: 0, API: commitlog.APIRow, Changes: make([]commitlog.Change, 1)},
		{At: f.to, API: commitlog.APIBulk, Changes: make([]commitlog.Change, 200)},
		{At: f.to + 1, API: commitlog.APIRow, Changes: make([]commitlog.Change, 1)},
		{At: 1, API: commitlog.APIDirect, Changes: make([]commitlog.Change, 1)},
	}
	b := binsOf(f, commits)
	sum := 0
	for _, bin := range b.counts {
		for _, n := range bin {
			sum += n
		}
	}
	assert.Equal(t, 201, sum)
	assert.Len(t, b.keys(), 2)
}

func TestNumbersAsPeopleReadThem(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0: "0.0 ms", 880 * time.Microsecond: "0.9 ms", 48 * ms: "48 ms", 12400 * ms: "12.4 s", 125 * time.Second: "2 min 5 s",
		26 * time.Hour: "26 h 0 min", -3 * time.Second: "-3.0 s",
	} {
		assert.Equal(t, want, seconds(d))
	}
	for n, want := range map[int]string{0: "0", 999: "999", 1000: "1,000", -1234567: "-1,234,567"} {
		assert.Equal(t, want, thousands(n))
	}
	assert.Equal(t, "130/s", rate(129.98))
	assert.Equal(t, "2.5/s", rate(2.5))
	assert.Equal(t, "99.98 %", percent(0.9998))
	assert.Equal(t, "100 %", percent(1))
	assert.Equal(t, "1.5 M", axisNumber(1.5e6))
	assert.Equal(t, "0.5", axisNumber(0.5))
}

func TestToldInWords(t *testing.T) {
	assert.Equal(t, []fact{{"First alert", "none", "after the first fault"}, {"Backlog gauge", "never read", ""}}, toldFacts(Summary{}))
	s := Summary{Alerts: Alerts{Told: true, Delay: 1500 * time.Millisecond}, Telling: verify.Telling{Looks: 40, Failed: 2, Off: 120, Peak: 1000}}
	assert.Equal(t, []fact{{"First alert", "1.5 s", "after the first fault"},
		{"Backlog gauge", "off by 120 at most, 12 % of the peak", "read 40 times, 2 of them without an answer"}}, toldFacts(s))
}

func TestVisibleSpellsOutWhatTricksTheEye(t *testing.T) {
	for in, want := range map[string]string{
		"plain ünïcode 日本": "plain ünïcode 日本", "a\x00b": `a\u0000b`, "\u202eabc": `\u202eabc`, "\xff": "\uFFFD", "a\tb\nc": "a\tb\nc", "\u200b\ufeff": `\u200b\ufeff`,
	} {
		assert.Equal(t, want, visible(in))
	}
	require.Equal(t, "xxx… (5 characters)", shorten("xxxxx", 3))
	assert.Equal(t, "ééé", shorten("ééé", 3))
}

func TestScrubLeavesTheOriginalAlone(t *testing.T) {
	s := Summary{Notes: []string{"\x1b"}, Windows: []history.Window{{Fault: "\x1b"}}}
	out := scrub(s)
	assert.Equal(t, []string{`\u001b`}, out.Notes)
	assert.Equal(t, `\u001b`, out.Windows[0].Fault)
	assert.Equal(t, "\x1b", s.Notes[0])
	assert.Equal(t, "\x1b", s.Windows[0].Fault)
	assert.Equal(t, fmt.Sprint(Summary{}), fmt.Sprint(scrub(Summary{})))
}
