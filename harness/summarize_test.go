package harness

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/squall-harness/squall/harness/history"
	"github.com/squall-harness/squall/harness/verify"
	"github.com/squall-harness/squall/reports"
)

func verdicts(loss, drained verify.Result) []verify.Verdict {
	return []verify.Verdict{
		{Guarantee: verify.NoLoss, Result: loss, Found: 1, Classes: []verify.Count{{Name: "lost", N: 1}}},
		{Guarantee: verify.Drained, Result: drained, Found: 1, Classes: []verify.Count{{Name: "shortfall", N: 1}}},
	}
}

// On a machine that is busy a run may pass. What did not happen may have been too
// late, and what was late is excused; what is lost is lost.
func TestConcludeOnABusyMachine(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		loss, drained verify.Result
		unfired       bool
		exit          int
		again         bool
		sentence      string
	}{
		"pass":                {verify.Pass, verify.Pass, false, ExitPass, false, "SAFE: "},
		"late":                {verify.Pass, verify.Fail, false, ExitNoVerdict, true, "NO VERDICT: the harness offered up to 300 ms late, the machine is too busy"},
		"a fault never fired": {verify.Pass, verify.Pass, true, ExitNoVerdict, true, "300 ms late"},
		"lost":                {verify.Fail, verify.Fail, false, ExitBroken, false, "NOT SAFE: 1 operation lost."},
	} {
		out := reports.Summary{Load: reports.Load{LagP99: 300 * time.Millisecond}}
		if c.unfired {
			out.Windows = []history.Window{{Fault: "gone"}}
		}
		conclude(&out, verdicts(c.loss, c.drained), "")
		assert.Equal(t, c.exit, out.Exit, name)
		assert.Contains(t, out.Sentence, c.sentence, name)
		assert.Equal(t, c.again, foundBusy(out), name)
	}
}

// A run that was itself wanting passes nobody, and blames nobody for being late;
// what is lost is lost all the same.
func TestConclude(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		loss, drained verify.Result
		why           string
		windows       []history.Window
		exit          int
		sentence      string
	}{
		"pass":                {verify.Pass, verify.Pass, "", nil, ExitPass, "SAFE: "},
		"pass, wanting":       {verify.Pass, verify.Pass, "the machine is too busy", nil, ExitNoVerdict, "NO VERDICT: the machine is too busy."},
		"late":                {verify.Pass, verify.Fail, "", nil, ExitBroken, "NOT SAFE: 1 operation not delivered in time."},
		"late, wanting":       {verify.Pass, verify.Fail, "the machine is too busy", nil, ExitNoVerdict, "NO VERDICT: the machine is too busy."},
		"lost, wanting":       {verify.Fail, verify.Fail, "the machine is too busy", nil, ExitBroken, "NOT SAFE: 1 operation lost."},
		"not claimed":         {verify.Pass, verify.NotClaimed, "", nil, ExitPass, "SAFE: "},
		"a fault never fired": {verify.Pass, verify.Pass, "", []history.Window{{Fault: "gone"}}, ExitNoVerdict, "never fired: gone"},
	} {
		out := reports.Summary{Windows: c.windows}
		conclude(&out, verdicts(c.loss, c.drained), c.why)
		assert.Equal(t, c.exit, out.Exit, name)
		assert.Contains(t, out.Sentence, c.sentence, name)
	}
}

func TestWhyNoVerdict(t *testing.T) {
	t.Parallel()
	good := reports.Summary{Operations: reports.Operations{Offered: 100, Accepted: 100}}
	h := &history.History{Operations: []*history.Operation{{Attempts: []history.Attempt{{Status: 500}}}}}
	assert.Empty(t, whyNoVerdict(good, rehearsal{Planned: 100}, h))
	assert.Empty(t, whyNoVerdict(good, rehearsal{Planned: 102}, h))
	assert.Equal(t, "only 100 of 103 transactions were offered", whyNoVerdict(good, rehearsal{Planned: 103}, h))
	assert.Equal(t, "cut off", whyNoVerdict(good, rehearsal{incomplete: "cut off"}, h))
	late := good
	late.Load.LagP99 = 3 * time.Second
	assert.Contains(t, whyNoVerdict(late, rehearsal{}, h), "3000 ms late")
	none := good
	none.Operations.Accepted = 0
	assert.Equal(t, "the subject accepted nothing, the source last got the answer 500", whyNoVerdict(none, rehearsal{}, h))
}

func TestDeadLettersIsTheLastFigureThatTheSubjectGave(t *testing.T) {
	t.Parallel()
	assert.Equal(t, 3, deadLetters([]history.Gauge{{DeadLetters: 1}, {DeadLetters: 3}, {Error: "connection refused"}}))
	assert.Zero(t, deadLetters(nil))
}
