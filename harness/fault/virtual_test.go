package fault

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"net/http"
	"runtime"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/squall-harness/squall/harness/simnet"
)

// inBubble runs a test on a network in memory without latency, whose jitter is
// all that passes beside the times of the faults.
func inBubble(t *testing.T, test func(t *testing.T, w *world), prepare ...func(*http.Server)) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorldOn(t, simnet.New(1, 0), prepare...)
		w.client.Timeout = 0
		test(t, w)
	})
}

// lasts is a time to the jitter: below 1 ms on each of the eight ways that a
// connect and a request take through a link.
func lasts(t *testing.T, want, took time.Duration) {
	t.Helper()
	assert.GreaterOrEqual(t, took, want)
	assert.Less(t, took, want+8*time.Millisecond)
}

// replySize is the reply to 8,000 bytes with its header.
const replySize = 8145

func TestToxicsTakeExactlyTheirTime(t *testing.T) {
	attributes := func(pairs ...any) map[string]any { return map[string]any{pairs[0].(string): pairs[1]} }
	for _, c := range []struct {
		toxic Toxic
		takes time.Duration
		fails error
	}{
		{Toxic{Type: "latency", Attributes: attributes("latency", 60_000)}, time.Minute, nil},
		{Toxic{Type: "latency", Stream: "upstream", Attributes: attributes("latency", dayMS)}, 24 * time.Hour, nil},
		{Toxic{Type: "bandwidth", Attributes: attributes("rate", 1)}, replySize * time.Millisecond, nil},
		{Toxic{Type: "slicer", Attributes: map[string]any{"average_size": 5000, "delay": 1_000_000}}, time.Second, nil}, // two pieces
		{Toxic{Type: "timeout", Attributes: attributes("timeout", 3_600_000)}, time.Hour, io.EOF},
		{Toxic{Type: "limit_data", Attributes: attributes("bytes", 1000)}, 0, io.ErrUnexpectedEOF},
		{Toxic{Type: "reset_peer", Attributes: attributes("timeout", 3_600_000)}, time.Hour, syscall.ECONNRESET},
		{Toxic{Type: "slow_close", Attributes: attributes("delay", 3_600_000)}, 0, nil},
	} {
		t.Run(c.toxic.Type+c.toxic.Stream, func(t *testing.T) {
			inBubble(t, func(t *testing.T, w *world) {
				require.NoError(t, w.AddToxic(c.toxic))
				start := time.Now()
				reply, err := w.post(strings.Repeat("x", 8000))
				lasts(t, c.takes, time.Since(start))
				assert.ErrorIs(t, err, c.fails)
				if c.fails == nil {
					assert.Len(t, reply, 8007)
					assert.EqualValues(t, replySize, w.Stats().BytesDown)
				}
			})
		})
	}
}

func TestSlowCloseHoldsTheEndBack(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world) {
		require.NoError(t, w.AddToxic(Toxic{Type: "slow_close", Attributes: map[string]any{"delay": 3_600_000}}))
		c, err := w.network.DialContext(t.Context(), "tcp", w.Addr())
		require.NoError(t, err)
		start := time.Now()
		_, err = io.WriteString(c, "GET / HTTP/1.0\r\n\r\n")
		require.NoError(t, err)
		_, err = io.ReadAll(c)
		require.NoError(t, err)
		lasts(t, time.Hour, time.Since(start))
		require.NoError(t, c.Close())
	})
}

func TestToxicGoesWhileItWaits(t *testing.T) {
	for _, toxic := range []Toxic{
		{Type: "latency", Attributes: map[string]any{"latency": dayMS}},
		{Type: "bandwidth", Attributes: map[string]any{"rate": 1}},
		{Type: "slicer", Attributes: map[string]any{"average_size": 50, "delay": int64(dayMS) * 1000}},
		{Type: "reset_peer", Attributes: map[string]any{"timeout": dayMS}},
	} {
		t.Run(toxic.Type, func(t *testing.T) {
			inBubble(t, func(t *testing.T, w *world) {
				toxic.Name = "it"
				require.NoError(t, w.AddToxic(toxic))
				time.AfterFunc(time.Second, func() { w.RemoveToxic("it") })
				start := time.Now()
				reply, err := w.post(strings.Repeat("x", 8000))
				require.NoError(t, err)
				assert.Len(t, reply, 8007)
				lasts(t, time.Second, time.Since(start))
			})
		})
	}
}

// Whoever closes the link does not wait for what it holds back.
func TestCloseDoesNotWaitForTheToxic(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world) {
		for _, name := range []string{"a", "b", "c"} {
			require.NoError(t, w.AddToxic(Toxic{Name: name, Type: "latency", Attributes: map[string]any{"latency": dayMS}}))
		}
		var all sync.WaitGroup
		for i := range 100 {
			all.Go(func() { _, err := w.post(fmt.Sprint(i)); assert.Error(t, err) })
		}
		time.Sleep(time.Second)
		start := time.Now()
		require.NoError(t, w.Close())
		assert.Zero(t, time.Since(start))
		all.Wait()
	})
}

func TestBlackholeUntilTheClientGivesUp(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world) {
		w.Blackhole(true)
		w.client.Timeout = time.Hour
		start := time.Now()
		_, err := w.post("x")
		assert.ErrorIs(t, err, context.DeadlineExceeded)
		assert.Equal(t, time.Hour, time.Since(start))
	})
}

// story is 32 clients that retry through all that a nemesis does to their link,
// and when each of their requests ended, and how.
func story(t *testing.T) map[string]string {
	told := map[string]string{}
	inBubble(t, func(t *testing.T, w *world) {
		start, s := time.Now(), newStageOn(w)
		w.client.Timeout = 8 * time.Second
		var mu sync.Mutex
		var all sync.WaitGroup
		for i := range 32 {
			all.Go(func() {
				for k := 0; time.Since(start) < time.Minute; k++ {
					for range rand.IntN(50) { // goroutines of one instant run in another order each time
						runtime.Gosched()
					}
					_, err := w.post(fmt.Sprint(i, " ", k))
					mu.Lock()
					told[fmt.Sprint(time.Since(start), " ", i, " ", k)] = kindOf(err)
					mu.Unlock()
					time.Sleep(time.Duration(100+i) * time.Millisecond)
				}
			})
		}
		faults := []Fault{{Name: "a", Kind: "refuse", At: 5 * time.Second, For: 5 * time.Second},
			{Name: "b", Kind: "blackhole", At: 15 * time.Second, For: 5 * time.Second}, {Name: "c", Kind: "reset", At: 25 * time.Second},
			{Name: "d", Kind: "latency", At: 35 * time.Second, For: 5 * time.Second, Delay: time.Second},
			{Name: "e", Kind: "bandwidth", At: 45 * time.Second, For: 5 * time.Second, Rate: 1}}
		assert.NoError(t, s.Run(t.Context(), s.Clock(), Plan(faults, 1)))
		all.Wait()
	})
	return told
}

// kindOf leaves out the client's port, which depends on who dials first.
func kindOf(err error) string {
	for _, kind := range []error{syscall.ECONNREFUSED, syscall.ECONNRESET, context.DeadlineExceeded} {
		if errors.Is(err, kind) {
			return kind.Error()
		}
	}
	return fmt.Sprint(err)
}

func TestFaultsRepeat(t *testing.T) {
	first := story(t)
	require.Greater(t, len(first), 32*100)
	for range 2 {
		require.Equal(t, first, story(t))
	}
	for _, kind := range []error{nil, syscall.ECONNREFUSED, syscall.ECONNRESET, context.DeadlineExceeded} {
		assert.Contains(t, slices.Collect(maps.Values(first)), kindOf(kind))
	}
}

// HTTP/2 holds locks while it writes: a Write that waits would stop the bubble.
func TestHTTP2ThroughASlowLink(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world) {
		transport := &http.Transport{DialContext: w.network.DialContext, Protocols: w.server.Config.Protocols}
		defer transport.CloseIdleConnections()
		w.client = &http.Client{Transport: transport}
		w.works(t)
		for _, stream := range []string{"upstream", "downstream"} {
			require.NoError(t, w.AddToxic(Toxic{Name: stream, Type: "bandwidth", Stream: stream, Attributes: map[string]any{"rate": 100}}))
		}
		start := time.Now()
		var all sync.WaitGroup
		for i := range 50 {
			all.Go(func() {
				body := strings.Repeat(fmt.Sprint(i), 50_000)
				reply, err := w.post(body)
				assert.NoError(t, err)
				assert.True(t, reply == "hello, "+body)
			})
		}
		all.Wait()
		assert.EqualValues(t, 1, w.Stats().Accepted)
		assert.Greater(t, time.Since(start), 45*time.Second, "4.5 MB at 100 kB/s")
	}, func(server *http.Server) {
		server.Protocols = new(http.Protocols)
		server.Protocols.SetUnencryptedHTTP2(true)
	})
}
