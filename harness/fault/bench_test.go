package fault

import (
	"io"
	"net/http"
	"sync"
	"testing"
	"time"
)

// BenchmarkLink measures requests per second directly and through the link
// without toxics, in turns, and reports the ratio. Keep-alive, 16 at a time.
func BenchmarkLink(b *testing.B) {
	w := newWorld(b)
	direct, proxied := "http://"+w.server.Listener.Addr().String(), "http://"+w.Addr()
	w.load(b, direct, 500)
	w.load(b, proxied, 500)
	var took [2]time.Duration
	requests := 0
	for b.Loop() {
		const batch = 2000
		took[0] += w.load(b, direct, batch)
		took[1] += w.load(b, proxied, batch)
		requests += batch
	}
	b.ReportMetric(float64(requests)/took[0].Seconds(), "direct-req/s")
	b.ReportMetric(float64(requests)/took[1].Seconds(), "link-req/s")
	b.ReportMetric(took[0].Seconds()/took[1].Seconds(), "ratio")
}

// load sends n requests from 16 clients and returns the time that it took.
func (w *world) load(b *testing.B, url string, n int) time.Duration {
	b.Helper()
	const clients = 16
	start := time.Now()
	var all sync.WaitGroup
	for range clients {
		all.Go(func() {
			for range n / clients {
				response, err := w.client.Get(url)
				if err != nil {
					b.Error(err)
					return
				}
				_, _ = io.Copy(io.Discard, response.Body)
				_ = response.Body.Close()
				if response.StatusCode != http.StatusOK {
					b.Error(response.Status)
				}
			}
		})
	}
	all.Wait()
	return time.Since(start)
}
