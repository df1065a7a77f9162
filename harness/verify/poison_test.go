package verify

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/squall-harness/squall/harness/history"
)

// What can never arrive is not lost, late or forgotten in a crash, as long as
// somebody is told which one it is.
func TestPoisonIsNoLossWhenAnAlertNamesIt(t *testing.T) {
	for cause, want := range map[string]Result{
		"2 so far; p-1: REQUIRED_FIELD_MISSING: [LastName]; p-2: STRING_TOO_LONG": Pass,
		"p-1, p-2":                     Pass,
		"2 dead letters":               Fail,
		"p-1: wrong; p-22: wrong too":  Fail,
		"p-1: wrong; xp-2: wrong too ": Fail,
	} {
		s := rehearsed()
		for _, id := range []string{"p-1", "p-2"} {
			s.ack(id, id, upsert("Contact", id, 1)).Class = history.ClassPoison
		}
		s.in.History.Alerts = append(s.in.History.Alerts, history.Alert{Name: "DeadLetters", Status: "firing", Cause: cause})
		verdicts := s.over()
		v := of(verdicts, NoLoss)
		assert.Equal(t, want, v.Result, cause)
		assert.Equal(t, Pass, of(verdicts, Drained).Result)
		assert.Equal(t, Pass, of(verdicts, Durability).Result)
		n, _ := figure(v.Evidence, "operations that Salesforce can never accept")
		assert.Equal(t, 2, n)
		if want == Fail {
			assert.Contains(t, v.Anomalies[0].Text, "Salesforce can never accept it, and no alert names it.")
		}
	}
}
