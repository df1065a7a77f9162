package history

import (
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func recorder() *Recorder {
	now := time.Duration(0)
	return NewRecorder(func() time.Duration { now += time.Second; return now })
}

func TestFoldJoinsAttemptsToTheirOperation(t *testing.T) {
	r := recorder()
	r.Offer(Operation{ID: "t-1", Key: "k"})
	r.Answer("t-1", Attempt{At: 2 * time.Second, Took: time.Second})
	r.Answer("t-1", Attempt{At: 5 * time.Second, Took: time.Second, Status: 202, Outcome: OK})
	r.Answer("unknown", Attempt{Outcome: OK})
	h := Fold(r.Since(0))
	require.Len(t, h.Operations, 1)
	op := h.Operations[0]
	assert.Equal(t, OK, op.Outcome)
	assert.Equal(t, time.Second, op.Offered)
	assert.Equal(t, 2*time.Second, op.Invoked())
	at, ok := op.Resolved()
	assert.True(t, ok)
	assert.Equal(t, 6*time.Second, at)
}

func TestOutcomeOfAllAttempts(t *testing.T) {
	for name, c := range map[string]struct {
		attempts []Outcome
		want     Outcome
	}{
		"never offered":                    {nil, Info},
		"unknown":                          {[]Outcome{Info}, Info},
		"unknown, then refused":            {[]Outcome{Info, Fail}, Fail},
		"refused, then unknown":            {[]Outcome{Fail, Info}, Fail},
		"an acknowledgement settles it":    {[]Outcome{OK, Info, Fail}, OK},
		"refused, then acknowledged after": {[]Outcome{Fail, OK}, OK},
	} {
		r := recorder()
		r.Offer(Operation{ID: "t-1"})
		for _, o := range c.attempts {
			r.Answer("t-1", Attempt{Outcome: o})
		}
		assert.Equal(t, c.want, Fold(r.Since(0)).Operations[0].Outcome, name)
	}
}

func TestFoldKeepsTheLastWordOnAWindow(t *testing.T) {
	r := recorder()
	r.Fault(Window{Fault: "a", From: 1})
	r.Fault(Window{Fault: "b", From: 2})
	r.Fault(Window{Fault: "a", From: 1, To: 9, Hits: 3})
	h := Fold(r.Since(0))
	assert.Equal(t, []Window{{Fault: "a", From: 1, To: 9, Hits: 3}, {Fault: "b", From: 2}}, h.Windows)
}

func TestRecorderNumbersEventsInTheOrderOfTime(t *testing.T) {
	start := time.Now()
	r := NewRecorder(func() time.Duration { return time.Since(start) })
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 200 {
				r.Gauge(Gauge{})
			}
		})
	}
	wg.Wait()
	events := r.Since(0)
	require.Len(t, events, 1600)
	for i, e := range events {
		assert.Equal(t, uint64(i+1), e.Seq)
		assert.True(t, i == 0 || events[i-1].At <= e.At)
	}
	assert.Len(t, r.Since(1590), 10)
	assert.Empty(t, r.Since(5000))
}

func TestMarks(t *testing.T) {
	r := recorder()
	r.Mark(MarkHealed, "")
	r.Alert(Alert{Name: "x"})
	h := Fold(r.Since(0))
	_, ok := h.Mark(MarkQuiet)
	assert.False(t, ok)
	m, ok := h.Mark(MarkHealed)
	assert.True(t, ok)
	assert.Positive(t, m.At)
	assert.Len(t, h.Alerts, 1)
	assert.Equal(t, []string{"info", "ok", "fail"}, []string{Info.String(), OK.String(), Fail.String()})
}
