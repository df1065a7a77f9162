package harness

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/squall-harness/squall/harness/fault"
	"github.com/squall-harness/squall/harness/history"
	"github.com/squall-harness/squall/harness/verify"
	"github.com/squall-harness/squall/mocksf/commitlog"
	"github.com/squall-harness/squall/reports"
)

// What a run did not test speaks of every kind of fault: with it the list is
// shorter by a sentence at least.
func TestEveryKindOfFaultIsMissedWhereItDidNothing(t *testing.T) {
	job := []commitlog.Request{{Job: "750", At: time.Second, Took: 8 * time.Second}}
	without := reports.NotTested(reports.Summary{Control: &reports.Control{}}, reports.Data{Requests: job})
	for _, k := range fault.Kinds {
		h := &history.History{Windows: []history.Window{{Fault: "f", Kind: k.Name, From: 2 * time.Second, To: 3 * time.Second, Hits: 1}}}
		with := reports.NotTested(reports.Summary{Control: &reports.Control{}}, reports.Data{Requests: job, History: h})
		missed := 0
		for _, sentence := range without {
			if !contains(with, sentence) {
				missed++
			}
		}
		least := 2 // that no fault was at work while a bulk job was open goes with each of them
		assert.GreaterOrEqual(t, missed, least, k.Name)
	}
}

// So it does of every guarantee that a scenario need not claim, or that lacks
// evidence.
func TestEveryGuaranteeIsMissedWhereItWasNotJudged(t *testing.T) {
	optional := map[verify.Guarantee]bool{}
	for _, v := range verify.Judge(verify.Input{}) {
		optional[v.Guarantee] = v.Result == verify.NotClaimed
	}
	for _, g := range verify.Guarantees {
		judged := func(r verify.Result) []string {
			s := reports.Summary{Guarantees: []verify.Verdict{{Guarantee: g, Result: r, Reason: "why."}}}
			return reports.NotTested(s, reports.Data{})
		}
		pass, none, waived := judged(verify.Pass), judged(verify.NoEvidence), judged(verify.NotClaimed)
		assert.Len(t, none, len(pass)+1, g)
		if optional[g] {
			assert.Len(t, waived, len(pass)+1, g)
		}
	}
}

func contains(all []string, one string) bool {
	for _, s := range all {
		if s == one {
			return true
		}
	}
	return false
}
