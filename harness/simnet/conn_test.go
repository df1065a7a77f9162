package simnet

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

type tcp interface {
	net.Conn
	CloseWrite() error
	SetLinger(sec int) error
}

type network interface {
	Listen(network, addr string) (net.Listener, error)
	DialContext(ctx context.Context, network, addr string) (net.Conn, error)
}

// kernel is the machine's network, which the same tests hold for as well.
type kernel struct{ net.Dialer }

func (kernel) Listen(network, addr string) (net.Listener, error) { return net.Listen(network, addr) }

// pair is a connection whose ends are called a and b.
type pair struct {
	t    *testing.T
	a, b tcp
}

func newTestPair(t *testing.T, n network) *pair {
	l, err := n.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer func() { assert.NoError(t, l.Close()) }()
	a, err := n.DialContext(t.Context(), "tcp", l.Addr().String())
	require.NoError(t, err)
	b, err := l.Accept()
	require.NoError(t, err)
	assert.Equal(t, a.RemoteAddr(), b.LocalAddr())
	assert.Equal(t, b.RemoteAddr(), a.LocalAddr())
	assert.Equal(t, l.Addr(), a.RemoteAddr())
	return &pair{t, a.(tcp), b.(tcp)}
}

// arrives lets what was sent arrive. The kernel does not say when it has taken
// a RST in, so there it is a sleep.
func (p *pair) arrives() {
	time.Sleep(10 * time.Millisecond)
	ours, ok := p.a.(*conn)
	for ok && ours.host.net.busy() {
		time.Sleep(time.Millisecond)
	}
}

func (n *Network) busy() bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	return len(n.wire.queue) > 0
}

func (p *pair) reads(c tcp, want string, wantErr error) {
	p.t.Helper()
	b := make([]byte, 100)
	n, err := c.Read(b)
	assert.Equal(p.t, want, string(b[:n]))
	same(p.t, "read", wantErr, err)
}

func (p *pair) writes(c tcp, wantErr error) {
	p.t.Helper()
	n, err := c.Write([]byte("w"))
	same(p.t, "write", wantErr, err)
	assert.Equal(p.t, wantErr == nil, n == 1)
	p.arrives()
}

// same wants io.EOF bare and all else in a *net.OpError that names the call.
func same(t *testing.T, op string, want, got error) {
	t.Helper()
	if want == nil || errors.Is(want, io.EOF) {
		assert.Equal(t, want, got)
		return
	}
	assert.ErrorIs(t, got, want)
	failed, ok := errors.AsType[*net.OpError](got)
	if assert.True(t, ok, "%T", got) {
		assert.Equal(t, op, failed.Op)
		assert.Equal(t, errors.Is(want, os.ErrDeadlineExceeded), failed.Timeout())
	}
}

// scripts are what happens on one connection; they hold on the kernel's
// network and on ours.
var scripts = map[string]func(p *pair){
	"bytes pass both ways": func(p *pair) {
		p.writes(p.a, nil)
		p.reads(p.b, "w", nil)
		p.writes(p.b, nil)
		p.writes(p.b, nil)
		p.reads(p.a, "ww", nil)
	},
	"FIN comes after the bytes before it": func(p *pair) {
		p.writes(p.b, nil)
		assert.NoError(p.t, p.b.Close())
		p.reads(p.a, "w", nil)
		p.reads(p.a, "", io.EOF)
		p.reads(p.a, "", io.EOF)
	},
	"half close": func(p *pair) {
		assert.NoError(p.t, p.a.CloseWrite())
		assert.NoError(p.t, p.a.CloseWrite())
		p.writes(p.a, syscall.EPIPE)
		p.reads(p.b, "", io.EOF)
		p.writes(p.b, nil)
		p.reads(p.a, "w", nil)
		assert.NoError(p.t, p.b.Close())
		p.reads(p.a, "", io.EOF)
	},
	"RST: a reader hears of it once": func(p *pair) {
		p.writes(p.b, nil)
		assert.NoError(p.t, p.b.SetLinger(0))
		assert.NoError(p.t, p.b.Close())
		p.arrives()
		p.reads(p.a, "w", nil) // Linux keeps what came before
		p.reads(p.a, "", syscall.ECONNRESET)
		p.reads(p.a, "", io.EOF)
		p.writes(p.a, syscall.EPIPE)
		same(p.t, "close", syscall.ENOTCONN, p.a.CloseWrite())
	},
	"RST: a writer hears of it once": func(p *pair) {
		assert.NoError(p.t, p.b.SetLinger(0))
		assert.NoError(p.t, p.b.Close())
		p.arrives()
		p.writes(p.a, syscall.ECONNRESET)
		p.writes(p.a, syscall.EPIPE)
		p.reads(p.a, "", io.EOF)
	},
	"close with unread bytes is RST": func(p *pair) {
		p.writes(p.a, nil)
		assert.NoError(p.t, p.b.Close())
		p.reads(p.a, "", syscall.ECONNRESET)
		p.reads(p.a, "", io.EOF)
		p.writes(p.a, syscall.EPIPE)
	},
	"a write after the peer's close is answered with RST": func(p *pair) {
		p.writes(p.b, nil)
		assert.NoError(p.t, p.b.Close())
		p.arrives()
		p.writes(p.a, nil)
		p.writes(p.a, syscall.EPIPE)
		p.reads(p.a, "w", nil)
		p.reads(p.a, "", io.EOF)
	},
	"a linger that is not 0 is FIN": func(p *pair) {
		assert.NoError(p.t, p.b.SetLinger(0))
		assert.NoError(p.t, p.b.SetLinger(-1))
		assert.NoError(p.t, p.b.Close())
		p.reads(p.a, "", io.EOF)
	},
	"own close": func(p *pair) {
		assert.NoError(p.t, p.a.Close())
		p.reads(p.a, "", net.ErrClosed)
		p.writes(p.a, net.ErrClosed)
		same(p.t, "close", net.ErrClosed, p.a.Close())
		same(p.t, "close", net.ErrClosed, p.a.CloseWrite())
		same(p.t, "set", net.ErrClosed, p.a.SetLinger(0))
		same(p.t, "set", net.ErrClosed, p.a.SetDeadline(time.Now()))
	},
	"close wakes a reader": func(p *pair) {
		time.AfterFunc(10*time.Millisecond, func() { _ = p.a.Close() })
		p.reads(p.a, "", net.ErrClosed)
	},
	"deadlines that are over": func(p *pair) {
		p.writes(p.b, nil)
		assert.NoError(p.t, p.a.SetDeadline(time.Unix(1, 0)))
		p.reads(p.a, "", os.ErrDeadlineExceeded)
		p.writes(p.a, os.ErrDeadlineExceeded)
		n, err := p.a.Read(nil)
		assert.Zero(p.t, n)
		assert.NoError(p.t, err)
		assert.NoError(p.t, p.a.SetDeadline(time.Time{}))
		p.reads(p.a, "w", nil)
		p.writes(p.a, nil)
	},
	"a deadline wakes a reader, a new one lets it wait on": func(p *pair) {
		assert.NoError(p.t, p.a.SetReadDeadline(time.Now().Add(10*time.Millisecond)))
		p.reads(p.a, "", os.ErrDeadlineExceeded)
		assert.NoError(p.t, p.a.SetReadDeadline(time.Now().Add(time.Hour)))
		time.AfterFunc(time.Millisecond, func() { assert.NoError(p.t, p.a.SetReadDeadline(time.Unix(1, 0))) })
		p.reads(p.a, "", os.ErrDeadlineExceeded)
		assert.NoError(p.t, p.a.SetReadDeadline(time.Now().Add(time.Hour)))
		p.writes(p.b, nil)
		p.reads(p.a, "w", nil)
	},
}

func TestConnectionsBehaveAsOnLinux(t *testing.T) {
	for what, script := range scripts {
		t.Run("kernel/"+what, func(t *testing.T) { play(t, &kernel{}, script) })
		t.Run("real time/"+what, func(t *testing.T) { play(t, New(1, time.Millisecond), script) })
		t.Run("virtual time/"+what, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { play(t, New(1, time.Millisecond), script) })
		})
	}
}

func play(t *testing.T, n network, script func(p *pair)) {
	p := newTestPair(t, n)
	script(p)
	_, _ = p.a.Close(), p.b.Close()
}

func TestListenersBehaveAsOnLinux(t *testing.T) {
	for what, n := range map[string]network{"kernel": &kernel{}, "simnet": New(1, 0)} {
		t.Run(what, func(t *testing.T) {
			l, err := n.Listen("tcp", "127.0.0.1:0")
			require.NoError(t, err)
			_, err = n.Listen("tcp", l.Addr().String())
			same(t, "listen", syscall.EADDRINUSE, err)
			c, err := n.DialContext(t.Context(), "tcp", l.Addr().String())
			require.NoError(t, err, "nobody has accepted it yet")
			require.NoError(t, l.Close())
			_, err = c.Read(make([]byte, 1))
			same(t, "read", syscall.ECONNRESET, err)
			same(t, "close", net.ErrClosed, l.Close())
			_, err = l.Accept()
			same(t, "accept", net.ErrClosed, err)
			_, err = n.DialContext(t.Context(), "tcp", l.Addr().String())
			same(t, "dial", syscall.ECONNREFUSED, err)
			assert.Equal(t, fmt.Sprintf("dial tcp %s: connect: connection refused", l.Addr()), err.Error())
			again, err := n.Listen("tcp", l.Addr().String())
			require.NoError(t, err, "a port can be had again")
			require.NoError(t, again.Close())
			_ = c.Close()
		})
	}
}

func TestAddressesThatAreWrong(t *testing.T) {
	for what, n := range map[string]network{"kernel": &kernel{}, "simnet": New(1, 0)} {
		for _, addr := range []string{"127.0.0.1", "127.0.0.1:99999"} {
			_, err := n.DialContext(t.Context(), "tcp", addr)
			assert.Error(t, err, "%s: %s", what, addr)
		}
		_, err := n.DialContext(t.Context(), "carrier pigeon", "127.0.0.1:80")
		assert.ErrorIs(t, err, net.UnknownNetworkError("carrier pigeon"), what)
		gone, cancel := context.WithCancel(t.Context())
		cancel()
		_, err = n.DialContext(gone, "tcp", "127.0.0.1:1")
		assert.Error(t, err, what)
	}
	_, err := New(1, 0).DialContext(t.Context(), "tcp", "no.such.invalid:80")
	dns, ok := errors.AsType[*net.DNSError](err)
	require.True(t, ok)
	assert.True(t, dns.IsNotFound)
}
