package fault

import (
	"io"
	"math"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestToxicsOnLiveConnections(t *testing.T) {
	for _, c := range []struct {
		toxic Toxic
		check func(t *testing.T, took time.Duration, reply string, err error)
	}{
		{Toxic{Type: "latency", Attributes: map[string]any{"latency": 40}}, delayed},
		{Toxic{Type: "latency", Stream: "upstream", Attributes: map[string]any{"latency": 40}}, delayed},
		{Toxic{Type: "bandwidth", Stream: "upstream", Attributes: map[string]any{"rate": 100}}, delayed},
		{Toxic{Type: "slicer", Attributes: map[string]any{"average_size": 100, "delay": 1000}}, delayed},
		{Toxic{Type: "slow_close", Attributes: map[string]any{"delay": 1}}, unharmed},
		{Toxic{Type: "limit_data", Attributes: map[string]any{"bytes": 1000}}, failsWith(io.ErrUnexpectedEOF)},
		{Toxic{Type: "limit_data", Attributes: map[string]any{"bytes": 0}}, failsWith(io.EOF)},
		{Toxic{Type: "timeout", Attributes: map[string]any{"timeout": 500}}, failsWith(io.EOF)},
		{Toxic{Type: "reset_peer"}, failsWith(syscall.ECONNRESET)},
		{Toxic{Type: "reset_peer", Stream: "upstream", Attributes: map[string]any{"timeout": 10}}, failsWith(syscall.ECONNRESET)},
	} {
		t.Run(c.toxic.Type+"/"+c.toxic.Stream, func(t *testing.T) {
			onBoth(t, func(t *testing.T, w *world) {
				w.works(t)
				c.toxic.Name = "it"
				require.NoError(t, w.AddToxic(c.toxic))
				start := time.Now()
				reply, err := w.post(strings.Repeat("x", 8000))
				c.check(t, time.Since(start), reply, err)
				assert.LessOrEqual(t, w.Stats().Accepted, uint64(2), "it met the connection that was open")
				assert.Positive(t, w.Stats().ToxicUp+w.Stats().ToxicDown)

				w.RemoveToxic("it")
				w.RemoveToxic("it")
				w.works(t)
			})
		})
	}
}

func delayed(t *testing.T, took time.Duration, reply string, err error) {
	unharmed(t, took, reply, err)
	assert.Greater(t, took, 35*time.Millisecond, "a lower bound that the toxic guarantees")
}

func unharmed(t *testing.T, _ time.Duration, reply string, err error) {
	require.NoError(t, err)
	assert.Len(t, reply, 8007)
}

func failsWith(want error) func(*testing.T, time.Duration, string, error) {
	return func(t *testing.T, _ time.Duration, _ string, err error) { assert.ErrorIs(t, err, want) }
}

func TestToxicsComeAndGoUnderTraffic(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		stop := make(chan struct{})
		var traffic sync.WaitGroup
		for range 4 {
			traffic.Go(func() {
				body := strings.Repeat("0123456789", 20_000)
				for {
					select {
					case <-stop:
						return
					default:
					}
					reply, err := w.post(body)
					if !assert.NoError(t, err) || !assert.True(t, reply == "hello, "+body, "bytes kept their order") {
						return
					}
				}
			})
		}
		for range 60 {
			require.NoError(t, w.AddToxic(Toxic{Name: "a", Type: "latency", Stream: "upstream", Attributes: map[string]any{"latency": 1}}))
			require.NoError(t, w.AddToxic(Toxic{Name: "b", Type: "bandwidth", Attributes: map[string]any{"rate": 100_000}}))
			w.RemoveToxic("a")
			require.NoError(t, w.AddToxic(Toxic{Name: "c", Type: "slicer", Attributes: map[string]any{"average_size": 4000}}))
			w.RemoveToxic("b")
			w.RemoveToxic("c")
		}
		close(stop)
		traffic.Wait()
	})
}

func TestRemoveDoesNotWaitForTheToxic(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		require.NoError(t, w.AddToxic(Toxic{Name: "it", Type: "reset_peer", Attributes: map[string]any{"timeout": 600_000}}))
		done := make(chan error)
		go func() { _, err := w.post("x"); done <- err }()
		require.Eventually(t, func() bool { return w.Stats().ToxicDown > 0 }, 5*time.Second, time.Millisecond)
		w.RemoveToxic("it")
		assert.NoError(t, <-done, "the reply that it held back arrives")
	})
}

func TestTimeoutToxicClosesWhenItGoes(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		require.NoError(t, w.AddToxic(Toxic{Name: "it", Type: "timeout", Attributes: map[string]any{"timeout": 0}}))
		done := make(chan error)
		go func() { _, err := w.post("x"); done <- err }()
		require.Eventually(t, func() bool { return w.Stats().ToxicDown > 0 }, 5*time.Second, time.Millisecond)
		w.RemoveToxic("it")
		assert.ErrorIs(t, <-done, io.EOF)
	})
}

func TestToxicDefinitions(t *testing.T) {
	for _, c := range []struct {
		name  string
		toxic Toxic
		want  string
	}{
		{"type", Toxic{Type: "nope"}, `toxic type "nope" is unknown`},
		{"noop", Toxic{Type: "noop"}, "unknown"},
		{"stream", Toxic{Type: "latency", Stream: "left"}, "write upstream or downstream"},
		{"attribute", Toxic{Type: "latency", Attributes: map[string]any{"delay": 5}}, `unknown attribute "delay"`},
		{"kind of value", Toxic{Type: "latency", Attributes: map[string]any{"latency": "5s"}}, "attribute latency is a string: write a whole number"},
		{"fraction", Toxic{Type: "latency", Attributes: map[string]any{"latency": 1.5}}, "write a whole number"},
		{"not a number", Toxic{Type: "latency", Attributes: map[string]any{"latency": math.NaN()}}, "NaN"},
		{"negative", Toxic{Type: "latency", Attributes: map[string]any{"latency": -1}}, "latency is -1"},
		{"jitter", Toxic{Type: "latency", Attributes: map[string]any{"latency": 1, "jitter": 1}}, "jitter is random"},
		{"rate 0", Toxic{Type: "bandwidth"}, "rate is 0"},
		{"size 0", Toxic{Type: "slicer"}, "average_size is 0"},
		{"variation", Toxic{Type: "slicer", Attributes: map[string]any{"average_size": 9, "size_variation": 2}}, "size_variation is random"},
		{"bytes", Toxic{Type: "limit_data", Attributes: map[string]any{"bytes": -1}}, "bytes is -1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := newToxic(c.toxic)
			assert.ErrorContains(t, err, c.want)
		})
	}
}

func TestToxicNamesAreUnique(t *testing.T) {
	w := newWorld(t)
	it := Toxic{Name: "it", Type: "latency"}
	require.NoError(t, w.AddToxic(it))
	assert.ErrorContains(t, w.AddToxic(it), `"it" is there already`)
}
