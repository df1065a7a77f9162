package fault

import (
	"context"
	"errors"
	"fmt"
	"net"
)

// Network is where a link listens and dials. Both of its methods return at
// once or end with ctx; neither may hold a lock while it waits, or a bubble of
// testing/synctest stands still.
type Network interface {
	Listen(network, addr string) (net.Listener, error)
	DialContext(ctx context.Context, network, addr string) (net.Conn, error)
}

// kernel is the network of the machine.
type kernel struct{ net.Dialer }

// Listen is net.Listen.
func (*kernel) Listen(network, addr string) (net.Listener, error) { return net.Listen(network, addr) }

// Listen starts a link to upstream ("host:port") on a free port of 127.0.0.1,
// which is kept while the link refuses.
func Listen(upstream string) (*Link, error) {
	addr, release, err := reservePort()
	if err != nil {
		return nil, fmt.Errorf("fault proxy: reserve a port: %w", err)
	}
	return start(&Link{network: new(kernel), addr: addr, upstream: upstream, release: release})
}

// ListenOn starts a link to upstream on another network, which must not give
// the port of the link to anybody else while the link refuses. In a bubble of
// testing/synctest everything that a link does takes exactly its virtual time.
func ListenOn(n Network, upstream string) (*Link, error) {
	nothing := func() error { return nil }
	return start(&Link{network: n, addr: "127.0.0.1:0", upstream: upstream, release: nothing})
}

func start(l *Link) (*Link, error) {
	silenceToxics()
	l.conns = map[*conn]struct{}{}
	l.ctx, l.cancel = context.WithCancel(context.Background())
	if err := l.Accept(); err != nil {
		return nil, errors.Join(err, l.release())
	}
	l.addr = l.listener.Addr().String() // with a port in place of 0
	return l, nil
}

// dial connects to the upstream.
func (l *Link) dial(ctx context.Context) (net.Conn, error) {
	return l.network.DialContext(ctx, "tcp", l.upstream)
}

// knock connects to the link itself as a client does, and says how that ended.
func (l *Link) knock() error {
	ctx, cancel := context.WithTimeout(l.ctx, dialTimeout)
	defer cancel()
	c, err := l.network.DialContext(ctx, "tcp", l.addr)
	if err == nil {
		_ = c.Close()
	}
	return err
}
