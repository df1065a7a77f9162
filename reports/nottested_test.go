package reports

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/squall-harness/squall/harness/history"
	"github.com/squall-harness/squall/harness/verify"
	"github.com/squall-harness/squall/mocksf/commitlog"
)

func TestAnEmptyRunTestedNothing(t *testing.T) {
	list := NotTested(Summary{}, Data{})
	for _, rule := range missing {
		if rule.there(look(Data{})) {
			continue // what needs a bulk job is not missed beside the job itself
		}
		assert.Contains(t, list, rule.sentence)
	}
	assert.Contains(t, list, "Salesforce was never away as a whole.")
	assert.Contains(t, list, "No bulk job was created.")
}

func TestWhatTheRunHadIsNotListed(t *testing.T) {
	second := time.Second
	everything := Data{
		History: &history.History{
			Windows: []history.Window{
				{Kind: "cut-reply", Hits: 1}, {Kind: "page", From: 1 * second, To: 3 * second, Hits: 1}, {Kind: "row-error", Hits: 1},
				{Kind: "expire-token", Hits: 1}, {Kind: "kill", From: 9 * second, To: 10 * second, Hits: 1}, {Kind: "pause", Hits: 1}, {Kind: "stop", Hits: 1},
				{Kind: "refuse", From: 2 * second, To: 5 * second, Hits: 1}, {Kind: "blackhole", From: 5*second + 30*ms, To: 8 * second, Hits: 1},
				{Kind: "latency", Hits: 1}, {Kind: "late", Hits: 1}, {Kind: "restore", Hits: 1}, {Kind: "bulk-fail", Hits: 1}, {Kind: "bulk-rows", Hits: 1}, {Kind: "bulk-slow", Hits: 1},
			},
			Operations: []*history.Operation{{Records: []history.Record{{}, {Op: "delete"}}}},
		},
		Requests: []commitlog.Request{
			{Status: 429}, {Status: 400, Records: 1}, {Job: "750", At: 8 * second}, {Job: "750", At: 11 * second},
		},
	}
	assert.Equal(t, []string{
		"Salesforce was away for 7.0 s at most: retry limits, sessions and queues that run out over hours were not tested.",
		noInvariant, noReader, noLimit, noAlert, noGauge, oneDirection,
	}, NotTested(Summary{Control: &Control{}}, everything))
	claimed := Summary{Control: &Control{}, Guarantees: []verify.Verdict{
		{Guarantee: verify.Isolation, Result: verify.Pass}, {Guarantee: verify.Consistency, Result: verify.Fail},
		{Guarantee: verify.NoOverload, Result: verify.Pass}, {Guarantee: verify.Alerted, Result: verify.Pass}, {Guarantee: verify.BacklogTold, Result: verify.Pass},
	}}
	assert.Equal(t, oneDirection, NotTested(claimed, everything)[1])
}

func TestAFaultThatNeverFiredTestedNothing(t *testing.T) {
	d := Data{History: &history.History{Windows: []history.Window{{Fault: "page of noon", Kind: "page"}}}}
	list := strings.Join(NotTested(Summary{}, d), "\n")
	assert.Contains(t, list, `Fault "page of noon" (page) never fired.`)
	assert.Contains(t, list, "Salesforce never answered with a server error or an error page.")
}

func TestMissingEvidenceIsListedFirst(t *testing.T) {
	s := Summary{Guarantees: []verify.Verdict{
		{Guarantee: verify.NoLoss, Result: verify.Pass}, {Guarantee: verify.Durability, Result: verify.NoEvidence, Reason: "No crash was injected."},
	}}
	assert.Equal(t, `No evidence for "durability": No crash was injected.`, NotTested(s, Data{})[0])
}

func TestFaultsAndCrashesDuringBulkJobs(t *testing.T) {
	data := func(kind string, from time.Duration) Data {
		return Data{
			History:  &history.History{Windows: []history.Window{{Kind: kind, From: from, To: from + 1, Hits: 1}}},
			Requests: []commitlog.Request{{Job: "750", At: 10}, {Job: "750", At: 20, Took: 5}},
		}
	}
	const fault, crash = "No fault was at work while a bulk job was open.", "The integration was not killed while a bulk job was open."
	list := NotTested(Summary{}, data("kill", 15))
	assert.NotContains(t, list, fault)
	assert.NotContains(t, list, crash)
	list = NotTested(Summary{}, data("page", 24))
	assert.NotContains(t, list, fault)
	assert.Contains(t, list, crash)
	assert.Contains(t, NotTested(Summary{}, data("kill", 26)), fault)
}
