package simnet

import (
	"context"
	"net"
	"net/netip"
	"sync"
	"time"
)

// Network is a network in memory. Hosts reach each other by address alone; all
// of them share 127.0.0.1.
type Network struct {
	seed    uint64
	latency time.Duration
	own     *Host

	mu        sync.Mutex // guards all that follows, and every connection; never held while waiting
	wire      wire
	listeners map[netip.AddrPort]*listener
	dark      map[netip.AddrPort]bool
	server    ports
	client    ports
}

// New makes a network on which every chunk takes the latency one way, and a
// jitter below 1 ms on top that the seed and the chunk's bytes decide.
func New(seed uint64, latency time.Duration) *Network {
	n := &Network{seed: seed, latency: latency, listeners: map[netip.AddrPort]*listener{}, dark: map[netip.AddrPort]bool{},
		server: ports{first: 20000, last: 32767}, client: ports{first: 32768, last: 60999}}
	n.wire = wire{base: time.Now(), lock: &n.mu}
	n.own = n.Host("")
	return n
}

// Listen listens on an address like "127.0.0.1:8080". Port 0 is the next free
// one above the last that was given out: a port that was closed does not come
// back soon. A port that is taken gives EADDRINUSE.
func (n *Network) Listen(network, addr string) (net.Listener, error) {
	return n.own.Listen(network, addr)
}

// DialContext connects to an address. Nobody there gives ECONNREFUSED, a black
// hole ETIMEDOUT after the 127 seconds that Linux tries, unless ctx ends first.
func (n *Network) DialContext(ctx context.Context, network, addr string) (net.Conn, error) {
	return n.own.DialContext(ctx, network, addr)
}

// Blackhole lets connects to an address vanish from now on, or no more. What
// is connected already stays so.
func (n *Network) Blackhole(addr string, on bool) error {
	to, err := resolve("tcp", addr)
	if err != nil {
		return err
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.dark[to] = on
	return nil
}

// ports gives out port numbers, counting upwards and round.
type ports struct{ first, last, next uint16 }

func (p *ports) take() uint16 {
	port := max(p.next, p.first)
	p.next = port + 1
	if port == p.last {
		p.next = p.first
	}
	return port
}
