package main

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/squall-harness/squall/harness"
	"github.com/squall-harness/squall/harness/verify"
	"github.com/squall-harness/squall/reports"
)

func TestAFrozenRunSaysHowToGoOn(t *testing.T) {
	f := harness.Frozen{Result: &harness.Result{Dir: "runs/x"}, Stop: reports.Stop{
		Breach: verify.Breach{LSN: 7, Guarantee: verify.Order, Text: "Operation t-1 came early."}, PID: 4711}}
	text := heldText(f)
	for _, want := range []string{`frozen at commit 7, which broke "order": Operation t-1 came early.`, "runs/x/report.html", "kill -CONT 4711", "Enter ends the run"} {
		assert.Contains(t, text, want)
	}
	f.Stop.PID = 0
	assert.NotContains(t, heldText(f), "kill")
}

func TestOnlyARunThatStopsAtFirstIsHeld(t *testing.T) {
	assert.Nil(t, (&runArgs{}).hold(console{}, nil))
}
