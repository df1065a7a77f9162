package simnet

import (
	"context"
	"net"
	"net/netip"
	"os"
	"syscall"
)

// Host is one machine's, or one process's, view of the network: what it opens
// ends with it.
type Host struct {
	name string
	net  *Network
	down bool // all of these are guarded by net.mu
	open map[thing]struct{}
}

// thing is what a host has open: connections, listeners and dials.
type thing interface {
	// end closes it at once, with RST or as the kernel does when a process exits.
	end(rst bool)
}

// Host makes a new host. The name takes part in the jitter of what the host
// sends, so hosts that send the same things at the same time need different
// names; a process that is started again needs a new host of the same name.
func (n *Network) Host(name string) *Host {
	return &Host{name: name, net: n, open: map[thing]struct{}{}}
}

// Listen is Network.Listen on this host. It gives ENETDOWN after Crash or Close.
func (h *Host) Listen(network, addr string) (net.Listener, error) {
	at, err := resolve(network, addr)
	if err != nil {
		return nil, opError("listen", netip.AddrPort{}, at, err)
	}
	h.net.mu.Lock()
	defer h.net.mu.Unlock()
	l, err := h.listen(at)
	if err != nil {
		return nil, opError("listen", netip.AddrPort{}, at, err)
	}
	return l, nil
}

func (h *Host) listen(at netip.AddrPort) (*listener, error) {
	if h.down {
		return nil, os.NewSyscallError("bind", syscall.ENETDOWN)
	}
	at, err := h.net.free(at)
	if err != nil {
		return nil, err
	}
	l := newListener(h, at)
	h.net.listeners[at] = l
	h.open[l] = struct{}{}
	return l, nil
}

// free finds a port in place of 0, and says whether one is taken.
func (n *Network) free(at netip.AddrPort) (netip.AddrPort, error) {
	wanted := at.Port() != 0
	for range int(n.server.last-n.server.first) + 1 {
		if !wanted {
			at = netip.AddrPortFrom(at.Addr(), n.server.take())
		}
		if n.listeners[at] == nil {
			return at, nil
		}
		if wanted {
			break
		}
	}
	return at, os.NewSyscallError("bind", syscall.EADDRINUSE)
}

// DialContext is Network.DialContext from this host. It gives ENETDOWN after
// Crash or Close, not before the time of a round trip has passed: who dials
// again and again does not stop the time of a bubble.
func (h *Host) DialContext(ctx context.Context, network, addr string) (net.Conn, error) {
	to, err := resolve(network, addr)
	if err == nil {
		err = ctx.Err()
	}
	if err != nil {
		return nil, opError("dial", netip.AddrPort{}, to, err)
	}
	return newDial(h, to).wait(ctx)
}

// Crash resets all connections of the host (ECONNRESET at their peers), closes
// its listeners and refuses all that still comes from it.
func (h *Host) Crash() { h.stop(true) }

// Close is Crash as a process that exits does it: FIN in place of RST on
// connections without unread bytes.
func (h *Host) Close() { h.stop(false) }

func (h *Host) stop(rst bool) {
	h.net.mu.Lock()
	defer h.net.mu.Unlock()
	h.down = true
	for t := range h.open {
		t.end(rst)
	}
}
