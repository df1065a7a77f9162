package simnet

import (
	"bytes"
	"io"
	"net"
	"net/netip"
	"os"
	"sync"
	"syscall"
	"time"
)

// conn is one end of a connection. The network's lock guards all of it that
// changes.
type conn struct {
	host          *Host
	peer          *conn
	local, remote netip.AddrPort
	seed          uint64    // of the jitter of what this end sends
	wake          sync.Cond // what a reader waits for may have changed

	arrived  [][]byte // not read yet
	eof      bool     // FIN has arrived
	failure  error    // what RST has brought: the next call gets it, once
	reset    bool     // RST has arrived
	sent     int64    // when the newest thing that was sent arrives
	last     uint64   // hash of the newest chunk that was sent
	finished bool     // FIN was sent
	closed   bool
	abortive bool // Close sends RST
	read     deadline
	write    deadline
}

// newPair makes the two ends of a connection between hosts.
func newPair(from, to *Host, client, server netip.AddrPort) (*conn, *conn) {
	a := &conn{host: from, local: client, remote: server, seed: mix(from.net.seed, name(from.name), address(server), 0)}
	b := &conn{host: to, local: server, remote: client, seed: mix(from.net.seed, name(to.name), address(server), 1)}
	a.peer, b.peer = b, a
	a.wake.L, b.wake.L = &from.net.mu, &from.net.mu
	return a, b
}

// Read waits for bytes, for the end (io.EOF after FIN), for ECONNRESET or for
// the deadline. As on Linux, bytes that came before RST can still be read.
func (c *conn) Read(b []byte) (int, error) {
	if len(b) == 0 {
		return 0, nil
	}
	c.wake.L.Lock()
	defer c.wake.L.Unlock()
	for {
		switch {
		case c.closed:
			return 0, c.error("read", net.ErrClosed)
		case c.read.over():
			return 0, c.error("read", os.ErrDeadlineExceeded)
		case len(c.arrived) > 0:
			return c.take(b), nil
		case c.eof:
			return 0, io.EOF
		case c.failure != nil:
			return 0, c.failed("read")
		case c.reset:
			return 0, io.EOF
		}
		c.wake.Wait()
	}
}

func (c *conn) take(b []byte) (n int) {
	for n < len(b) && len(c.arrived) > 0 {
		m := copy(b[n:], c.arrived[0])
		n += m
		c.arrived[0] = c.arrived[0][m:]
		if len(c.arrived[0]) == 0 {
			c.arrived[0] = nil
			c.arrived = c.arrived[1:]
		}
	}
	return n
}

// Write sends b as one chunk and never waits.
func (c *conn) Write(b []byte) (int, error) {
	chunk := bytes.Clone(b)
	hash := digest(c.seed, chunk)
	c.wake.L.Lock()
	defer c.wake.L.Unlock()
	switch {
	case c.closed:
		return 0, c.error("write", net.ErrClosed)
	case c.write.over():
		return 0, c.error("write", os.ErrDeadlineExceeded)
	case c.failure != nil:
		return 0, c.failed("write")
	case c.finished || c.reset:
		return 0, c.error("write", os.NewSyscallError("write", syscall.EPIPE))
	case len(b) > 0:
		c.last = hash
		c.send(hash, func() { c.peer.onChunk(chunk) })
	}
	return len(b), nil
}

// CloseWrite sends FIN: the peer reads io.EOF, and can still write.
func (c *conn) CloseWrite() error {
	c.wake.L.Lock()
	defer c.wake.L.Unlock()
	if c.closed {
		return c.error("close", net.ErrClosed)
	}
	if c.reset {
		return c.error("close", os.NewSyscallError("shutdown", syscall.ENOTCONN))
	}
	c.finish()
	return nil
}

// Close sends FIN, or RST when bytes are unread or SetLinger(0) was called.
func (c *conn) Close() error {
	c.wake.L.Lock()
	defer c.wake.L.Unlock()
	if c.closed {
		return c.error("close", net.ErrClosed)
	}
	c.end(c.abortive)
	return nil
}

// SetLinger makes Close send RST when sec is 0. Other values change nothing.
func (c *conn) SetLinger(sec int) error {
	c.wake.L.Lock()
	defer c.wake.L.Unlock()
	if c.closed {
		return c.error("set", net.ErrClosed)
	}
	c.abortive = sec == 0
	return nil
}

// LocalAddr is a *net.TCPAddr.
func (c *conn) LocalAddr() net.Addr { return tcpAddr(c.local) }

// RemoteAddr is a *net.TCPAddr.
func (c *conn) RemoteAddr() net.Addr { return tcpAddr(c.remote) }

// SetDeadline sets both deadlines.
func (c *conn) SetDeadline(t time.Time) error { return c.setDeadlines(t, &c.read, &c.write) }

// SetReadDeadline lets Read give os.ErrDeadlineExceeded from t on.
func (c *conn) SetReadDeadline(t time.Time) error { return c.setDeadlines(t, &c.read) }

// SetWriteDeadline lets Write give os.ErrDeadlineExceeded from t on.
func (c *conn) SetWriteDeadline(t time.Time) error { return c.setDeadlines(t, &c.write) }

func (c *conn) error(op string, err error) error { return opError(op, c.local, c.remote, err) }

func (c *conn) failed(op string) error {
	err := c.failure
	c.failure = nil
	return c.error(op, os.NewSyscallError(op, err))
}
