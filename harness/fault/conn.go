package fault

import (
	"context"
	"net"
	"sync"
	"sync/atomic"
)

// conn is one proxied connection: a socket on each side and a pipe for each
// direction between them.
type conn struct {
	link      *Link
	client    net.Conn
	swallowed atomic.Bool
	dead      context.Context // ends when the connection is cut
	kill      context.CancelFunc

	mu     sync.Mutex
	server net.Conn // nil until it is dialled
	pipes  [2]*pipe // by direction; nil until then
	isCut  bool
}

func newConn(l *Link, client net.Conn) *conn {
	c := &conn{link: l, client: client}
	c.dead, c.kill = context.WithCancel(l.ctx)
	return c
}

// serve lives as long as the connection does.
func (c *conn) serve() {
	defer c.cut(false)
	if c.swallowed.Load() {
		discard(c)
		return
	}
	ctx, cancel := context.WithTimeout(c.dead, dialTimeout)
	server, err := c.link.dial(ctx)
	cancel()
	if err != nil {
		c.cut(true) // what a proxy does whose upstream is dead
		return
	}
	if c.attach(server) {
		c.reconcile()
		c.pump()
	}
}

// discard reads what the client sends to nobody.
func discard(c *conn) {
	p := &pipe{conn: c, src: c.client}
	p.run()
}

// attach joins the upstream's side; false when the connection was cut
// meanwhile.
func (c *conn) attach(server net.Conn) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.isCut {
		_ = server.Close()
		return false
	}
	c.server = server
	c.pipes = [2]*pipe{
		up:   {conn: c, direction: up, src: c.client, dst: server},
		down: {conn: c, direction: down, src: server, dst: c.client},
	}
	return true
}

// pump passes bytes both ways until both directions have ended.
func (c *conn) pump() {
	var both sync.WaitGroup
	both.Go(c.pipes[down].run)
	c.pipes[up].run()
	both.Wait()
}

// reconcile makes both directions take over the link's toxics. Before the
// upstream is dialled there is nothing to do: serve comes here afterwards.
func (c *conn) reconcile() {
	c.mu.Lock()
	pipes := c.pipes
	c.mu.Unlock()
	for _, p := range pipes {
		if p != nil {
			p.reconcile()
		}
	}
}

// swallow lets all further bytes of the connection vanish, for ever.
func (c *conn) swallow() {
	if c.swallowed.CompareAndSwap(false, true) {
		c.link.stats.swallowed.Add(1)
	}
}

// reset cuts the connection with RST and counts it; false when it was cut
// already.
func (c *conn) reset() bool {
	if !c.cut(true) {
		return false
	}
	c.link.stats.reset.Add(1)
	return true
}

// cut closes both sockets, with RST or with FIN. The first call decides.
func (c *conn) cut(rst bool) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.isCut {
		return false
	}
	c.isCut = true
	c.kill()
	for _, socket := range []net.Conn{c.client, c.server} {
		if socket != nil {
			shut(socket, rst)
		}
	}
	return true
}

// shut closes a socket. With linger 0 the kernel drops what is unsent and
// sends RST in place of FIN.
func shut(socket net.Conn, rst bool) {
	if tcp, ok := socket.(interface{ SetLinger(sec int) error }); ok && rst {
		_ = tcp.SetLinger(0)
	}
	_ = socket.Close()
}
