package reference

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// maxBody bounds a transaction, in bytes.
const maxBody = 8 << 20

// sourceAPI is the side that the source sees.
type sourceAPI struct {
	stop   context.Context // ended: no new transactions
	decode func([]byte) (*Transaction, error)
	outbox Outbox
	feed   *Feed
}

func (s *sourceAPI) server() *http.Server {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /transactions", s.accept)
	mux.HandleFunc("GET /healthz", s.health)
	mux.Handle("GET /metrics", promhttp.HandlerFor(s.gauges(), promhttp.HandlerOpts{}))
	return &http.Server{Handler: mux, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 30 * time.Second, IdleTimeout: time.Minute}
}

// accept answers 202 when the transaction is on disk, so that the source may
// forget it; 400 when it will never be taken; 503 when it was not taken now.
func (s *sourceAPI) accept(w http.ResponseWriter, r *http.Request) {
	if s.stop.Err() != nil {
		answer(w, http.StatusServiceUnavailable, "the integration is stopping, offer it again")
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		answer(w, http.StatusRequestEntityTooLarge, err.Error())
		return
	case err != nil:
		answer(w, http.StatusBadRequest, "the body could not be read: "+err.Error())
		return
	}
	tx, err := s.decode(body)
	if err != nil {
		answer(w, http.StatusBadRequest, err.Error())
		return
	}
	if err := s.outbox.Accept(tx); err != nil {
		answer(w, http.StatusServiceUnavailable, "not stored, offer it again: "+err.Error())
		return
	}
	answer(w, http.StatusAccepted, "")
}

// answer writes a JSON object that holds the error message, if there is one.
func answer(w http.ResponseWriter, status int, message string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	body := map[string]string{}
	if message != "" {
		body["error"] = message
	}
	_ = json.NewEncoder(w).Encode(body) // the source is gone: it will ask again
}

func (s *sourceAPI) health(w http.ResponseWriter, _ *http.Request) {
	if s.stop.Err() != nil {
		answer(w, http.StatusServiceUnavailable, "stopping")
		return
	}
	answer(w, http.StatusOK, "")
}

// gauges tell the truth about the outbox, not about some page of it: they
// count what is stored, also while Salesforce is away.
func (s *sourceAPI) gauges() *prometheus.Registry {
	registry := prometheus.NewRegistry()
	registry.MustRegister(
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "integration_backlog", Help: "Transactions accepted and not yet delivered, dead letters excluded, and those that the source has published and we have not fetched.",
		}, func() float64 { waiting, _ := s.outbox.Counts(); return float64(waiting + s.feed.Behind()) }),
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "integration_dead_letters", Help: "Transactions that can never be delivered as they are.",
		}, func() float64 { _, dead := s.outbox.Counts(); return float64(dead) }),
	)
	return registry
}
