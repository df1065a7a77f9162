package harness

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"time"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"

	"github.com/squall-harness/squall/harness/history"
	"github.com/squall-harness/squall/harness/subject"
)

// gaugeInterval is how often the subject is asked about itself.
const gaugeInterval = 500 * time.Millisecond

// readGauges asks the subject for its backlog and dead letters until ctx ends.
func readGauges(ctx context.Context, client *http.Client, every time.Duration, addr string, rules SubjectRules, r *history.Recorder) {
	defer client.CloseIdleConnections()
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			g := readGauge(ctx, client, addr, rules, r.Now())
			if ctx.Err() == nil { // else it says no more than that nobody waited for it
				r.Gauge(g)
			}
		case <-ctx.Done():
			return
		}
	}
}

// gaugeClient follows no redirect: nothing leads off this machine.
func gaugeClient(n subject.Network) *http.Client {
	return &http.Client{Timeout: 2 * time.Second, Transport: &http.Transport{DialContext: n.DialContext},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

func readGauge(ctx context.Context, client *http.Client, addr string, rules SubjectRules, now time.Duration) history.Gauge {
	g := history.Gauge{At: now}
	families, err := scrape(ctx, client, "http://"+addr+"/metrics")
	if err == nil {
		g.Backlog, err = gaugeValue(families, rules.Backlog)
	}
	if err != nil {
		g.Error = err.Error()
		return g
	}
	g.DeadLetters, _ = gaugeValue(families, rules.DeadLetters) // a subject without dead letters need not have the gauge
	return g
}

func scrape(ctx context.Context, client *http.Client, url string) (map[string]*dto.MetricFamily, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, err
	}
	resp, err := client.Do(req)
	if err != nil {
		return nil, errors.Unwrap(err) // without the URL, which every sample would repeat
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("GET /metrics answered %d", resp.StatusCode)
	}
	parser := expfmt.NewTextParser(model.UTF8Validation)
	return parser.TextToMetricFamilies(io.LimitReader(resp.Body, 4<<20))
}

func gaugeValue(families map[string]*dto.MetricFamily, name string) (float64, error) {
	f, ok := families[name]
	if !ok || len(f.GetMetric()) == 0 {
		return 0, fmt.Errorf("no gauge %s", name)
	}
	sum := 0.0
	for _, m := range f.GetMetric() {
		sum += m.GetGauge().GetValue() + m.GetUntyped().GetValue()
	}
	if math.IsNaN(sum) || math.IsInf(sum, 0) {
		return 0, fmt.Errorf("gauge %s is %v", name, sum)
	}
	return sum, nil
}
