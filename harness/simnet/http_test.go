package simnet

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const latency = 10 * time.Millisecond

// serve runs an HTTP server on the host until the test ends.
func serve(t testing.TB, h *Host, handler http.HandlerFunc) string {
	l, err := h.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	server := &http.Server{Handler: handler}
	go func() { _ = server.Serve(l) }()
	t.Cleanup(func() { _ = server.Close() })
	return l.Addr().String()
}

func client(t testing.TB, n network) *http.Client {
	transport := &http.Transport{DialContext: n.DialContext, MaxIdleConnsPerHost: 100}
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport}
}

func get(c *http.Client, addr string) (string, error) {
	response, err := c.Get("http://" + addr)
	if err != nil {
		return "", err
	}
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(response.Body)
	return string(body), err
}

// between is a time with its jitter: each way has up to 1 ms of it.
func between(t *testing.T, least time.Duration, ways int, took time.Duration) {
	t.Helper()
	assert.GreaterOrEqual(t, took, least)
	assert.LessOrEqual(t, took, least+time.Duration(ways)*time.Millisecond)
}

func TestHTTPTakesItsTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := New(1, latency)
		addr := serve(t, n.Host("org"), func(w http.ResponseWriter, r *http.Request) {
			time.Sleep(time.Hour)
			_, _ = io.WriteString(w, "hello")
		})
		c := client(t, n)
		for range 2 { // a connect takes no time
			start := time.Now()
			body, err := get(c, addr)
			require.NoError(t, err)
			assert.Equal(t, "hello", body)
			between(t, time.Hour+2*latency, 2, time.Since(start))
		}
	})
}

func TestWhatHTTPSees(t *testing.T) {
	hijacked := func(end func(c tcp)) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			c, _, err := http.NewResponseController(w).Hijack()
			if err == nil {
				end(c.(tcp))
				_ = c.Close()
			}
		}
	}
	part := func(c tcp) { _, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhell") }
	for _, c := range []struct {
		what    string
		handler http.HandlerFunc
		want    error
	}{
		{"RST", hijacked(func(c tcp) { _ = c.SetLinger(0) }), syscall.ECONNRESET},
		{"FIN", hijacked(func(c tcp) {}), io.EOF},
		{"FIN in the body", hijacked(part), io.ErrUnexpectedEOF},
		{"RST in the body", hijacked(func(c tcp) { part(c); _ = c.SetLinger(0) }), syscall.ECONNRESET},
	} {
		t.Run(c.what, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				n := New(1, latency)
				addr := serve(t, n.Host("org"), c.handler)
				start := time.Now()
				_, err := get(client(t, n), addr)
				assert.ErrorIs(t, err, c.want)
				between(t, 2*latency, 2, time.Since(start))
			})
		})
	}
}

func TestRefusedDial(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := New(1, latency)
		start := time.Now()
		_, err := get(client(t, n), "127.0.0.1:80")
		assert.ErrorIs(t, err, syscall.ECONNREFUSED)
		between(t, latency, 1, time.Since(start))
	})
}

func TestBlackhole(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := New(1, latency)
		addr := serve(t, n.Host("org"), func(w http.ResponseWriter, r *http.Request) {})
		require.NoError(t, n.Blackhole(addr, true))
		require.Error(t, n.Blackhole("nowhere", true))

		start := time.Now()
		_, err := get(client(t, n), addr)
		assert.ErrorIs(t, err, syscall.ETIMEDOUT)
		assert.Equal(t, 127*time.Second, time.Since(start).Round(50*time.Millisecond), "as long as Linux tries")

		c := client(t, n)
		c.Timeout = 5 * time.Second
		start = time.Now()
		_, err = get(c, addr)
		assert.ErrorIs(t, err, context.DeadlineExceeded)
		assert.Equal(t, 5*time.Second, time.Since(start))

		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
		defer cancel()
		_, err = n.DialContext(ctx, "tcp", addr)
		assert.ErrorIs(t, err, context.DeadlineExceeded)
		failed, ok := errors.AsType[net.Error](err)
		require.True(t, ok)
		assert.True(t, failed.Timeout())
		assert.Equal(t, "dial tcp "+addr+": i/o timeout", err.Error())
		time.Sleep(127 * time.Second) // what was given up comes to its end
	})
}

func TestConnectAfterTheBlackHole(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := New(1, latency)
		addr := serve(t, n.Host("org"), func(w http.ResponseWriter, r *http.Request) {})
		require.NoError(t, n.Blackhole(addr, true))
		time.AfterFunc(10*time.Second, func() { assert.NoError(t, n.Blackhole(addr, false)) })
		start := time.Now()
		c, err := n.DialContext(t.Context(), "tcp", addr)
		require.NoError(t, err)
		assert.Equal(t, 15*time.Second, time.Since(start))
		require.NoError(t, c.Close())
	})
}

func TestThousandConnections(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := New(1, latency)
		addr := serve(t, n.Host("org"), func(w http.ResponseWriter, r *http.Request) {
			body, err := io.ReadAll(r.Body)
			assert.NoError(t, err)
			_, _ = w.Write(body)
		})
		c := client(t, n)
		var all sync.WaitGroup
		for i := range 1000 {
			all.Go(func() {
				text := strings.Repeat(fmt.Sprint(i), 5000)
				response, err := c.Post("http://"+addr, "text/plain", strings.NewReader(text))
				if assert.NoError(t, err) {
					body, err := io.ReadAll(response.Body)
					assert.NoError(t, err)
					assert.True(t, text == string(body), "client %d", i)
					assert.NoError(t, response.Body.Close())
				}
			})
		}
		all.Wait()
	})
}

// exchange is 64 clients, each with its own pace, on one pool of connections.
// It returns when each request arrived, in the order of arrival.
func exchange(t *testing.T, seed uint64) []string {
	var arrivals []string
	synctest.Test(t, func(t *testing.T) {
		n := New(seed, latency)
		start := time.Now()
		var mu sync.Mutex
		addr := serve(t, n.Host("org"), func(w http.ResponseWriter, r *http.Request) {
			mu.Lock()
			arrivals = append(arrivals, r.URL.Path+time.Since(start).String())
			mu.Unlock()
			time.Sleep(20 * time.Millisecond)
			_, _ = io.WriteString(w, "reply to "+r.URL.Path)
		})
		c := client(t, n)
		var all sync.WaitGroup
		for i := range 64 {
			all.Go(func() {
				for k := range 20 {
					disturb()
					_, err := get(c, fmt.Sprintf("%s/%d/%d,", addr, i, k))
					assert.NoError(t, err)
				}
			})
		}
		all.Wait()
	})
	return arrivals
}

// disturb lets goroutines of one instant run in another order each time.
func disturb() {
	for range rand.IntN(100) {
		runtime.Gosched()
	}
}

func TestRunsRepeat(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	first := exchange(t, 1)
	require.Len(t, first, 64*20)
	for procs := range 4 {
		runtime.GOMAXPROCS(1 + procs%2)
		require.Equal(t, first, exchange(t, 1), "%d processors", 1+procs%2)
	}
	assert.NotEqual(t, first, exchange(t, 2), "the seed decides")
}
