package harness

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/squall-harness/squall/harness/history"
	"github.com/squall-harness/squall/harness/verify"
	"github.com/squall-harness/squall/mocksf/commitlog"
)

// Requests are held up from the breach on; what the run then tells of itself
// waits for the integration to stand still.
func TestABreachIsToldOfAFrozenIntegration(t *testing.T) {
	t.Parallel()
	c := newScene(t, true)
	held, still := make(chan struct{}), false
	s := newSentry(c.recorder, c.org.Log(), func() { <-held; still = true })
	s.begin([]history.Operation{{ID: "t-1", Records: []history.Record{{Fields: map[string]any{"Token__c": "t-1.0"}}}}}, verify.Settings{})
	c.org.Log().Append(commitlog.Commit{Changes: []commitlog.Change{{Object: "Contact", ID: "003", Op: commitlog.Insert}}}, c.recorder.Now)
	go s.look()
	<-s.stopped()
	close(held)
	assert.Equal(t, verify.Phantom, s.found().Class)
	require.True(t, still)
}
