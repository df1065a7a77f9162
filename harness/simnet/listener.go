package simnet

import (
	"net"
	"net/netip"
	"sync"
)

type listener struct {
	host    *Host
	at      netip.AddrPort
	wake    sync.Cond // with the network's lock, which guards what follows
	backlog []*conn   // not among what the host has open: they end with the listener
	closed  bool
}

func newListener(h *Host, at netip.AddrPort) *listener {
	return &listener{host: h, at: at, wake: sync.Cond{L: &h.net.mu}}
}

// Accept waits for a connection; net.ErrClosed after Close.
func (l *listener) Accept() (net.Conn, error) {
	l.wake.L.Lock()
	defer l.wake.L.Unlock()
	for len(l.backlog) == 0 && !l.closed {
		l.wake.Wait()
	}
	if l.closed {
		return nil, opError("accept", netip.AddrPort{}, l.at, net.ErrClosed)
	}
	c := l.backlog[0]
	l.backlog = l.backlog[1:]
	l.host.open[c] = struct{}{}
	return c, nil
}

// Close resets the connections that nobody accepted.
func (l *listener) Close() error {
	l.wake.L.Lock()
	defer l.wake.L.Unlock()
	if l.closed {
		return opError("close", netip.AddrPort{}, l.at, net.ErrClosed)
	}
	l.end(true)
	return nil
}

// Addr is a *net.TCPAddr.
func (l *listener) Addr() net.Addr { return tcpAddr(l.at) }

func (l *listener) end(bool) {
	l.closed = true
	delete(l.host.open, l)
	delete(l.host.net.listeners, l.at)
	for _, c := range l.backlog {
		c.end(true)
	}
	l.backlog = nil
	l.wake.Broadcast()
}

func (l *listener) take(c *conn) {
	l.backlog = append(l.backlog, c)
	l.wake.Signal()
}
