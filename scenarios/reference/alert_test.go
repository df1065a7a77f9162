package reference

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// figures is an outbox of which only the figures matter.
type figures struct {
	Outbox
	waiting, dead int
	fired         map[string]bool
}

func (f *figures) Counts() (int, int) { return f.waiting, f.dead }
func (f *figures) Dead() []string     { return []string{"t-8: too long", "t-9: no such field"} }
func (f *figures) SetFired(alert string, firing bool) error {
	f.fired[alert] = firing
	return nil
}

// look lets the alerts look once and returns what they sent.
func look(t *testing.T, a *Alerts, status int) (sent []webhook) {
	receiver := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var m webhook
		assert.NoError(t, json.NewDecoder(r.Body).Decode(&m))
		sent = append(sent, m)
		w.WriteHeader(status)
	}))
	defer receiver.Close()
	defer a.HTTP.CloseIdleConnections()
	a.URL = receiver.URL
	for _, c := range a.conditions(time.Now()) {
		a.tell(t.Context(), c)
	}
	return sent
}

func TestAlertsFromFiringToResolved(t *testing.T) {
	f := &figures{waiting: highBacklog, fired: map[string]bool{}}
	a := newAlerts(Env{}, f, NewGate(1), &Feed{})
	a.firing = map[string]firing{}
	assert.Len(t, look(t, a, 500), 1)
	sent := look(t, a, 200)
	require.Len(t, sent, 1, "the receiver did not take it: once more")
	assert.Equal(t, "firing", sent[0].Status)
	assert.Equal(t, "4", sent[0].Version)
	assert.Equal(t, "BacklogHigh", sent[0].Alerts[0].Labels["alertname"])
	assert.Zero(t, sent[0].Alerts[0].EndsAt)
	f.waiting = 1
	assert.Empty(t, look(t, a, 200), "neither news nor over")
	assert.True(t, f.fired["BacklogHigh"])
	f.waiting = 0
	sent = look(t, a, 200)
	require.Len(t, sent, 1)
	assert.Equal(t, "resolved", sent[0].Alerts[0].Status)
	assert.NotZero(t, sent[0].Alerts[0].EndsAt)
	assert.False(t, f.fired["BacklogHigh"])
}

func TestUnreachableNeedsToLast(t *testing.T) {
	g := NewGate(1)
	a := newAlerts(Env{}, &figures{waiting: 3}, g, &Feed{})
	at := func(d time.Duration) condition { return a.conditions(time.Now().Add(d))[0] }
	assert.False(t, at(time.Hour).on)
	enter(t, g, Retry)
	assert.False(t, at(patience/2).on)
	assert.True(t, at(patience+time.Second).on)
	assert.Equal(t, "down", at(0).cause)
	enter(t, g, Delivered)
	assert.False(t, at(time.Hour).on)
	assert.False(t, at(0).over, "not before the backlog is gone")
}

func TestEachDeadLetterIsNews(t *testing.T) {
	f := &figures{dead: 2, fired: map[string]bool{}}
	a := newAlerts(Env{}, f, NewGate(1), &Feed{})
	a.firing = map[string]firing{}
	sent := look(t, a, 200)
	require.Len(t, sent, 1)
	assert.Equal(t, "2 so far; t-8: too long; t-9: no such field", sent[0].CommonAnnotations["cause"])
	assert.Empty(t, look(t, a, 200))
	f.dead = 3
	assert.Len(t, look(t, a, 200), 1)
}
