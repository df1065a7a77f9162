package reference

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"io"
	"net/http"
	"time"
)

// webhook is the message that Alertmanager sends to its receivers (Prometheus
// documentation, Alertmanager configuration, webhook_config, version 4).
type webhook struct {
	Version           string            `json:"version"`
	GroupKey          string            `json:"groupKey"`
	TruncatedAlerts   int               `json:"truncatedAlerts"`
	Status            string            `json:"status"` // firing or resolved
	Receiver          string            `json:"receiver"`
	GroupLabels       map[string]string `json:"groupLabels"`
	CommonLabels      map[string]string `json:"commonLabels"`
	CommonAnnotations map[string]string `json:"commonAnnotations"`
	ExternalURL       string            `json:"externalURL"`
	Alerts            []webhookAlert    `json:"alerts"`
}

type webhookAlert struct {
	Status       string            `json:"status"`
	Labels       map[string]string `json:"labels"`
	Annotations  map[string]string `json:"annotations"`
	StartsAt     time.Time         `json:"startsAt"`
	EndsAt       time.Time         `json:"endsAt"` // zero while it fires
	GeneratorURL string            `json:"generatorURL"`
	Fingerprint  string            `json:"fingerprint"`
}

func message(status string, c condition, f firing, now time.Time) webhook {
	labels := map[string]string{"alertname": c.name, "severity": "critical"}
	annotations := map[string]string{"summary": c.summary, "cause": f.cause}
	hash := fnv.New64a()
	_, _ = hash.Write([]byte(c.name))
	alert := webhookAlert{Status: status, Labels: labels, Annotations: annotations,
		StartsAt: f.since, Fingerprint: fmt.Sprintf("%016x", hash.Sum64())}
	if status == "resolved" {
		alert.EndsAt = now
	}
	return webhook{
		Version: "4", GroupKey: fmt.Sprintf("{}:{alertname=%q}", c.name), Status: status, Receiver: "integration",
		GroupLabels: map[string]string{"alertname": c.name}, CommonLabels: labels, CommonAnnotations: annotations,
		Alerts: []webhookAlert{alert},
	}
}

func (a *Alerts) post(ctx context.Context, m webhook) error {
	body, err := json.Marshal(m)
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, a.URL, bytes.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := a.HTTP.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close() // nothing was written
	if _, err := io.Copy(io.Discard, io.LimitReader(resp.Body, 1<<20)); err != nil {
		return err
	}
	if resp.StatusCode >= 300 {
		return fmt.Errorf("alert receiver answers %s", resp.Status)
	}
	return nil
}
