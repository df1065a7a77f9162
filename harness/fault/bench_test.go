package fault

import (
	"fmt"
	"io"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/squall-harness/squall/harness/simnet"
)

// BenchmarkLink measures requests per second of wall time directly and through
// the link without toxics, in turns and on both networks: the kernel's, and the
// one in memory in a bubble. Keep-alive, 16 at a time.
func BenchmarkLink(b *testing.B) {
	const batch = 4000
	var took [4]time.Duration
	requests := 0
	for b.Loop() {
		w := newWorld(b)
		took[0] += w.load(b, w.direct(), batch)
		took[1] += w.load(b, w.proxied(), batch)
		took[2] += inBubbleLoad(b, (*world).direct, batch)
		took[3] += inBubbleLoad(b, (*world).proxied, batch)
		requests += batch
	}
	for i, name := range []string{"kernel-direct-req/s", "kernel-link-req/s", "bubble-direct-req/s", "bubble-link-req/s"} {
		b.ReportMetric(float64(requests)/took[i].Seconds(), name)
	}
	b.ReportMetric(took[0].Seconds()/took[1].Seconds(), "link/direct")
	b.ReportMetric(took[0].Seconds()/took[2].Seconds(), "bubble/kernel")
	b.ReportMetric(took[1].Seconds()/took[3].Seconds(), "bubble-link/kernel-link")
}

func (w *world) direct() string  { return "http://" + w.server.Listener.Addr().String() }
func (w *world) proxied() string { return "http://" + w.Addr() }

// inBubbleLoad is load in a bubble. Bubbles are for tests, so it runs one.
func inBubbleLoad(b *testing.B, url func(*world) string, n int) time.Duration {
	start := time.Now()
	all := func(_, _ string) (bool, error) { return true, nil }
	testing.RunTests(all, []testing.InternalTest{{Name: "load", F: func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			w := newWorldOn(t, simnet.New(1, time.Millisecond))
			w.load(t, url(w), n)
		})
	}}})
	return time.Since(start)
}

// load sends n requests from 16 clients and returns the time that it took.
func (w *world) load(b testing.TB, url string, n int) time.Duration {
	b.Helper()
	const clients = 16
	start := time.Now()
	var all sync.WaitGroup
	for i := range clients {
		all.Go(func() {
			for k := range n / clients {
				response, err := w.client.Get(fmt.Sprintf("%s/%d/%d", url, i, k)) // all different: none arrive together
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
