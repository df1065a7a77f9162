package reports

import (
	"github.com/squall-harness/squall/harness/recovery"
	"github.com/squall-harness/squall/harness/verify"
)

// Control is what the control run showed: the same transactions through the
// same proxy, without any fault.
type Control struct {
	Broken  []verify.Verdict `json:"broken,omitempty"` // promises that it broke
	Pace    recovery.Pace    `json:"pace"`
	Load    Load             `json:"load"`
	Wanting string           `json:"wanting,omitempty"` // why it proves nothing
}

// Word says in a few words what the control run showed.
func (c *Control) Word() string {
	switch {
	case len(c.Broken) > 0:
		return "broke promises without any fault"
	case c.Wanting != "":
		return "proves nothing: " + c.Wanting
	}
	return "broke no promise"
}

// paceRow sets a figure of the run beside that of the control run.
type paceRow struct{ Label, Run, Control string }

// paceRows compares the two runs; none without a control run.
func paceRows(s Summary) []paceRow {
	if s.Control == nil {
		return nil
	}
	run, control := s.Recovery.Pace, s.Control.Pace
	return []paceRow{
		{"Accepted, p50", orUnknown(run.Acceptance, run.Acceptance.P50), orUnknown(control.Acceptance, control.Acceptance.P50)},
		{"Accepted, p99", orUnknown(run.Acceptance, run.Acceptance.P99), orUnknown(control.Acceptance, control.Acceptance.P99)},
		{"Delivered, p50", orUnknown(run.Delivery, run.Delivery.P50), orUnknown(control.Delivery, control.Delivery.P50)},
		{"Delivered, p99", orUnknown(run.Delivery, run.Delivery.P99), orUnknown(control.Delivery, control.Delivery.P99)},
		{"Throughput", orDash(run.Throughput), orDash(control.Throughput)},
		{"Calls", thousands(run.Calls), thousands(control.Calls)},
	}
}

// controlFacts is the comparison for outputs of text.
func controlFacts(s Summary) []fact {
	if s.Control == nil {
		return nil
	}
	facts := []fact{{"Control run", s.Control.Word(), "the same transactions, and nothing goes wrong"}}
	for _, r := range paceRows(s) {
		facts = append(facts, fact{r.Label, r.Run, "control run " + r.Control})
	}
	return facts
}
