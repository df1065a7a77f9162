package harness

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/squall-harness/squall/harness/history"
	"github.com/squall-harness/squall/harness/subject"
)

var gaugeNames = SubjectRules{Backlog: "integration_backlog", DeadLetters: "integration_dead_letters"}

// What a subject says about itself is a figure or the reason why there is none;
// nothing that it answers ends the run.
func TestGauges(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		answer string
		status int
		want   history.Gauge
	}{
		"both":           {"# TYPE integration_backlog gauge\nintegration_backlog 7\nintegration_dead_letters 2\n", 200, history.Gauge{At: 9, Backlog: 7, DeadLetters: 2}},
		"several queues": {"integration_backlog{q=\"a\"} 3\nintegration_backlog{q=\"b\"} 4\n", 200, history.Gauge{At: 9, Backlog: 7}},
		"none":           {"other 1\n", 200, history.Gauge{At: 9, Error: "no gauge integration_backlog"}},
		"no number":      {"integration_backlog NaN\n", 200, history.Gauge{At: 9, Error: "gauge integration_backlog is NaN"}},
		"endless":        {"integration_backlog +Inf\n", 200, history.Gauge{At: 9, Error: "gauge integration_backlog is +Inf"}},
		"elsewhere":      {"", 302, history.Gauge{At: 9, Error: "GET /metrics answered 302"}},
	} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Location", "http://192.0.2.1/") // nobody may go there
			w.WriteHeader(c.status)
			_, _ = w.Write([]byte(c.answer))
		}))
		got := readGauge(t.Context(), gaugeClient(subject.Machine()), strings.TrimPrefix(server.URL, "http://"), gaugeNames, 9)
		server.Close()
		assert.Equal(t, c.want, got, name)
	}
}

func TestAlertsAreTakenAsAlertmanagerSendsThem(t *testing.T) {
	t.Parallel()
	r := history.NewRecorder(func() time.Duration { return 5 })
	s, err := newAlertSink(subject.Machine(), r)
	require.NoError(t, err)
	defer s.Close()
	for body, want := range map[string]int{
		`{"alerts":[{"status":"firing","labels":{"alertname":"Down"},"annotations":{"summary":"no answer"}}]}`: 200,
		`{"text":"Salesforce is down"}`: 400, `[`: 400, `{"alerts":[]}`: 400,
	} {
		resp, err := http.Post(s.url, "application/json", strings.NewReader(body))
		require.NoError(t, err)
		require.NoError(t, resp.Body.Close())
		assert.Equal(t, want, resp.StatusCode, body)
	}
	http.DefaultClient.CloseIdleConnections()
	assert.Equal(t, []history.Alert{{At: 5, Name: "Down", Status: "firing", Cause: "no answer"}}, history.Fold(r.Since(0)).Alerts)
}
