package fault

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/squall-harness/squall/harness/simnet"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// world is a client, a link and a server that answers "hello, " and the body.
type world struct {
	*Link
	server *httptest.Server
	client *http.Client
}

// newWorld is on the kernel's network.
func newWorld(t testing.TB) *world { return newWorldOn(t, new(kernel)) }

func newWorldOn(t testing.TB, n Network, prepare ...func(*http.Server)) *world {
	t.Helper()
	listener, err := n.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	hello := func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		_, _ = w.Write(append([]byte("hello, "), body...))
	}
	server := &httptest.Server{Listener: listener, Config: &http.Server{Handler: http.HandlerFunc(hello)}}
	for _, do := range prepare {
		do(server.Config)
	}
	server.Start()
	w := &world{Link: listenOn(t, n, listener.Addr().String()), server: server,
		client: &http.Client{Transport: &http.Transport{DialContext: n.DialContext, MaxIdleConnsPerHost: 64}, Timeout: 5 * time.Second}}
	t.Cleanup(func() {
		w.client.CloseIdleConnections()
		assert.NoError(t, w.Close())
		server.CloseClientConnections()
		server.Close()
	})
	return w
}

func listenOn(t testing.TB, n Network, upstream string) *Link {
	listen := func() (*Link, error) { return ListenOn(n, upstream) }
	if _, ok := n.(*kernel); ok {
		listen = func() (*Link, error) { return Listen(upstream) }
	}
	link, err := listen()
	require.NoError(t, err)
	return link
}

// onBoth runs a test on the kernel's network and in a bubble on one in memory.
func onBoth(t *testing.T, test func(t *testing.T, w *world)) {
	t.Run("kernel", func(t *testing.T) { test(t, newWorld(t)) })
	t.Run("bubble", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) { test(t, newWorldOn(t, simnet.New(1, time.Millisecond))) })
	})
}

func (w *world) post(body string) (string, error) {
	response, err := w.client.Post("http://"+w.Addr(), "text/plain", strings.NewReader(body))
	if err != nil {
		return "", err
	}
	defer func() { _ = response.Body.Close() }()
	reply, err := io.ReadAll(response.Body)
	return string(reply), err
}

func (w *world) works(t testing.TB) {
	t.Helper()
	reply, err := w.post("Ada")
	require.NoError(t, err)
	require.Equal(t, "hello, Ada", reply)
}

// dial opens a connection of its own, with a request under way whose reply is
// there: the whole path is open.
func (w *world) dial(t testing.TB) net.Conn {
	t.Helper()
	c, err := w.network.DialContext(t.Context(), "tcp", w.Addr())
	require.NoError(t, err)
	t.Cleanup(func() { _ = c.Close() })
	require.NoError(t, c.SetDeadline(time.Now().Add(5*time.Second)))
	exchange(t, c)
	return c
}

func exchange(t testing.TB, c net.Conn) {
	t.Helper()
	_, err := io.WriteString(c, "GET / HTTP/1.1\r\nHost: x\r\n\r\n")
	require.NoError(t, err)
	response, err := http.ReadResponse(bufio.NewReader(c), nil)
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())
}

func isTimeout(err error) bool {
	var timeout net.Error
	return errors.As(err, &timeout) && timeout.Timeout()
}

func TestPassesBytes(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		w.works(t)
		big := strings.Repeat("0123456789abcdef", 1<<16)
		reply, err := w.post(big)
		require.NoError(t, err)
		assert.Equal(t, "hello, "+big, reply)
		s := w.Stats()
		assert.EqualValues(t, 1, s.Accepted, "keep-alive is kept")
		assert.Greater(t, s.BytesUp, uint64(1<<20))
		assert.Greater(t, s.BytesDown, uint64(1<<20))
	})
}

func TestHalfCloseIsKept(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		server, err := w.network.Listen("tcp", "127.0.0.1:0")
		require.NoError(t, err)
		defer func() { _ = server.Close() }()
		go func() {
			c, err := server.Accept()
			if err != nil {
				return
			}
			all, _ := io.ReadAll(c)
			_, _ = c.Write(append([]byte("got "), all...))
			_ = c.Close()
		}()
		link := listenOn(t, w.network, server.Addr().String())
		defer func() { assert.NoError(t, link.Close()) }()

		c, err := w.network.DialContext(t.Context(), "tcp", link.Addr())
		require.NoError(t, err)
		defer func() { _ = c.Close() }()
		_, err = io.WriteString(c, "ping")
		require.NoError(t, err)
		require.NoError(t, c.(interface{ CloseWrite() error }).CloseWrite())
		reply, err := io.ReadAll(c)
		require.NoError(t, err)
		assert.Equal(t, "got ping", string(reply))
	})
}

func TestUpstreamDead(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		w.server.CloseClientConnections()
		w.server.Close()
		_, err := w.post("x")
		assert.Error(t, err, "reset or EOF")
		assert.NotErrorIs(t, err, syscall.ECONNREFUSED, "the proxy is there")
	})
}

func TestRefuse(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		live := w.dial(t)
		assert.Equal(t, 1, w.Refuse())

		_, err := live.Read(make([]byte, 1))
		assert.ErrorIs(t, err, syscall.ECONNRESET, "live connections are reset")
		for range 3 {
			_, err = w.post("x")
			assert.ErrorIs(t, err, syscall.ECONNREFUSED)
		}
		assert.Zero(t, w.Refuse(), "nothing left to reset")

		require.NoError(t, w.Accept())
		require.NoError(t, w.Accept(), "again does nothing")
		w.works(t)
	})
}

func TestPortIsKeptWhileRefusing(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		w.Refuse()
		other := listenOn(t, w.network, w.server.Listener.Addr().String())
		defer func() { assert.NoError(t, other.Close()) }()
		assert.NotEqual(t, w.Addr(), other.Addr())
		require.NoError(t, w.Accept())
		w.works(t)
	})
}

func TestReset(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		live := w.dial(t)
		w.works(t) // leaves an idle connection
		assert.Equal(t, 2, w.Reset())
		_, err := live.Read(make([]byte, 1))
		assert.ErrorIs(t, err, syscall.ECONNRESET)
		assert.EqualValues(t, 2, w.Stats().Reset)
		w.client.CloseIdleConnections() // the RST may still be under way
		w.works(t)
	})
}

func TestBlackhole(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		live := w.dial(t)
		w.Blackhole(true)

		fresh, err := w.network.DialContext(t.Context(), "tcp", w.Addr())
		require.NoError(t, err, "connects succeed")
		defer func() { _ = fresh.Close() }()
		for name, c := range map[string]net.Conn{"live": live, "fresh": fresh} {
			silent(t, c, name)
		}
		w.client.Timeout = 50 * time.Millisecond
		_, err = w.post("x")
		assert.True(t, isTimeout(err), "silence until the client gives up, got %v", err)

		w.Blackhole(false)
		silent(t, live, "swallowed stays silent")
		silent(t, fresh, "swallowed stays silent")
		w.client.Timeout = 5 * time.Second
		w.works(t)
		s := w.Stats()
		assert.EqualValues(t, 3, s.Swallowed)
		assert.Greater(t, s.SwallowedBytes, uint64(100))
	})
}

func silent(t *testing.T, c net.Conn, what string) {
	t.Helper()
	require.NoError(t, c.SetDeadline(time.Now().Add(5*time.Second)))
	_, err := io.WriteString(c, "GET / HTTP/1.1\r\nHost: x\r\n\r\n")
	require.NoError(t, err, what)
	require.NoError(t, c.SetReadDeadline(time.Now().Add(30*time.Millisecond)))
	_, err = c.Read(make([]byte, 1))
	assert.True(t, isTimeout(err), "%s: got %v", what, err)
}

// endlessServer sends for as long as somebody takes it.
func endlessServer(t *testing.T) string {
	endless := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for chunk := make([]byte, 32<<10); r.Context().Err() == nil; {
			if _, err := w.Write(chunk); err != nil {
				return
			}
		}
	}))
	t.Cleanup(endless.Close)
	return endless.Listener.Addr().String()
}

func TestAbortedDownloadsLeaveNothing(t *testing.T) {
	link, err := Listen(endlessServer(t))
	require.NoError(t, err)
	require.NoError(t, link.AddToxic(Toxic{Name: "slow", Type: "latency", Attributes: map[string]any{"latency": 600_000}}))

	ctx, abort := context.WithCancel(t.Context())
	defer abort()
	for range 20 {
		c, err := net.Dial("tcp", link.Addr())
		require.NoError(t, err)
		_, err = io.WriteString(c, "GET / HTTP/1.1\r\nHost: x\r\n\r\n")
		require.NoError(t, err)
		context.AfterFunc(ctx, func() { _ = c.Close() })
	}
	require.Eventually(t, func() bool { return link.Stats().ToxicDown >= 20*maxBuffer }, 5*time.Second, time.Millisecond)
	abort()
	require.NoError(t, link.Close(), "waits for every goroutine, ten minutes of latency or not")
	require.NoError(t, link.Close(), "again does nothing")
	assert.ErrorIs(t, link.Accept(), errClosed)
}

func TestClientThatDoesNotReadHoldsNobodyUp(t *testing.T) {
	link, err := Listen(endlessServer(t))
	require.NoError(t, err)
	c, err := net.Dial("tcp", link.Addr())
	require.NoError(t, err)
	defer func() { _ = c.Close() }()
	_, err = io.WriteString(c, "GET / HTTP/1.1\r\nHost: x\r\n\r\n")
	require.NoError(t, err)
	stalled := func() bool {
		before := link.Stats().BytesDown
		time.Sleep(20 * time.Millisecond) // what moves is measured over a time
		return before > 0 && link.Stats().BytesDown == before
	}
	require.Eventually(t, stalled, 10*time.Second, time.Millisecond)
	for range 2 { // on the short path, and with a chain that is full
		require.NoError(t, link.AddToxic(Toxic{Name: "it", Type: "bandwidth", Attributes: map[string]any{"rate": 1}}))
		link.RemoveToxic("it")
	}
	assert.Equal(t, 1, link.Reset())
	require.NoError(t, link.Close())
}
