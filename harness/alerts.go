package harness

import (
	"encoding/json"
	"net/http"

	"github.com/squall-harness/squall/harness/history"
	"github.com/squall-harness/squall/harness/subject"
)

// alertSink receives what the subject tells its operators, as Alertmanager
// would send it (webhook format, version 4: prometheus.io, Alertmanager,
// webhook_config).
type alertSink struct {
	server
	recorder *history.Recorder
}

type webhook struct {
	Alerts []struct {
		Status      string            `json:"status"`
		Labels      map[string]string `json:"labels"`
		Annotations map[string]string `json:"annotations"`
	} `json:"alerts"`
}

func newAlertSink(n subject.Network, r *history.Recorder) (s *alertSink, err error) {
	s = &alertSink{recorder: r}
	s.server, err = serve(n, http.HandlerFunc(s.receive))
	s.url += "/alerts"
	return s, err
}

func (s *alertSink) receive(w http.ResponseWriter, r *http.Request) {
	var hook webhook
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<20)).Decode(&hook); err != nil {
		http.Error(w, "expected an Alertmanager webhook (version 4): "+err.Error(), http.StatusBadRequest)
		return
	}
	if len(hook.Alerts) == 0 {
		http.Error(w, "expected an Alertmanager webhook (version 4): it holds no alerts", http.StatusBadRequest)
		return
	}
	for _, a := range hook.Alerts {
		s.recorder.Alert(history.Alert{At: s.recorder.Now(), Name: a.Labels["alertname"], Status: a.Status, Cause: cause(a.Labels, a.Annotations)})
	}
}

// cause is the sentence that says why, wherever the sender put it.
func cause(labels, annotations map[string]string) string {
	for _, text := range []string{annotations["cause"], labels["cause"], annotations["summary"], annotations["description"]} {
		if text != "" {
			return text
		}
	}
	return ""
}
