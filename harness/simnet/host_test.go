package simnet

import (
	"io"
	"net"
	"net/http"
	"syscall"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// meeting is a host with a listener, a connection to a friend on each side, one
// that waits to be accepted, and a dial under way into a black hole.
type meeting struct {
	net               *Network
	host              *Host
	listener          net.Listener
	dialled, accepted net.Conn // the host's ends
	friend1, friend2  net.Conn // and their peers
	waiting           net.Conn
	dialError         chan error
}

func meet(t *testing.T) *meeting {
	n := New(1, latency)
	m := &meeting{net: n, host: n.Host("subject"), dialError: make(chan error, 1)}
	friends, err := n.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer func() { assert.NoError(t, friends.Close()) }()
	m.dialled, m.friend1 = connect(t, m.host, friends)
	m.listener, err = m.host.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	m.friend2, m.accepted = connect(t, n, m.listener)
	m.waiting, err = n.DialContext(t.Context(), "tcp", m.listener.Addr().String())
	require.NoError(t, err)
	require.NoError(t, n.Blackhole("127.0.0.1:9", true))
	go func() {
		_, err := m.host.DialContext(t.Context(), "tcp", "127.0.0.1:9")
		m.dialError <- err
	}()
	synctest.Wait()
	return m
}

func connect(t *testing.T, from network, to net.Listener) (net.Conn, net.Conn) {
	a, err := from.DialContext(t.Context(), "tcp", to.Addr().String())
	require.NoError(t, err)
	b, err := to.Accept()
	require.NoError(t, err)
	return a, b
}

func TestHostsEnd(t *testing.T) {
	for _, c := range []struct {
		what string
		end  func(*Host)
		want error
	}{
		{"crash", (*Host).Crash, syscall.ECONNRESET},
		{"close", (*Host).Close, io.EOF},
	} {
		t.Run(c.what, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				m := meet(t)
				c.end(m.host)
				c.end(m.host)
				m.isZombie(t)
				for _, friend := range []net.Conn{m.friend1, m.friend2} {
					_, err := friend.Read(make([]byte, 1))
					assert.ErrorIs(t, err, c.want)
					assert.NoError(t, friend.Close())
				}
				_, err := m.waiting.Read(make([]byte, 1))
				assert.ErrorIs(t, err, syscall.ECONNRESET, "nobody had accepted it")
				assert.NoError(t, m.waiting.Close())
				assert.Empty(t, m.host.open)
				assert.Empty(t, m.net.own.open)
			})
		})
	}
}

// isZombie sees that nothing comes from the host any more.
func (m *meeting) isZombie(t *testing.T) {
	for _, own := range []net.Conn{m.dialled, m.accepted} {
		_, err := own.Write([]byte("a last word"))
		assert.ErrorIs(t, err, net.ErrClosed)
		_, err = own.Read(make([]byte, 1))
		assert.ErrorIs(t, err, net.ErrClosed)
		assert.ErrorIs(t, own.Close(), net.ErrClosed)
	}
	_, err := m.listener.Accept()
	assert.ErrorIs(t, err, net.ErrClosed)
	assert.ErrorIs(t, <-m.dialError, syscall.ENETDOWN)
	_, err = m.host.Listen("tcp", "127.0.0.1:0")
	assert.ErrorIs(t, err, syscall.ENETDOWN)
	_, err = m.host.DialContext(t.Context(), "tcp", m.listener.Addr().String())
	assert.ErrorIs(t, err, syscall.ENETDOWN)
	_, err = m.net.DialContext(t.Context(), "tcp", m.listener.Addr().String())
	assert.ErrorIs(t, err, syscall.ECONNREFUSED)
}

func TestHostComesBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := New(1, latency)
		first := n.Host("subject")
		l, err := first.Listen("tcp", "127.0.0.1:8080")
		require.NoError(t, err)
		first.Crash()
		second := n.Host("subject")
		again, err := second.Listen("tcp", "127.0.0.1:8080")
		require.NoError(t, err, "on the same port")
		assert.Equal(t, l.Addr(), again.Addr())
		first.Crash()
		a, b := connect(t, n, again)
		second.Close()
		assert.ErrorIs(t, b.Close(), net.ErrClosed)
		assert.NoError(t, a.Close())
	})
}

func TestCrashUnderARequest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := New(1, latency)
		org := n.Host("org")
		addr := serve(t, org, func(w http.ResponseWriter, r *http.Request) {
			org.Crash()
			_, err := io.WriteString(w, "too late")
			assert.NoError(t, err, "it stands in a buffer")
			assert.Error(t, http.NewResponseController(w).Flush())
		})
		_, err := get(client(t, n), addr)
		assert.ErrorIs(t, err, syscall.ECONNRESET)
	})
}
