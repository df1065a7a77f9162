package simnet

import (
	"context"
	"net"
	"net/netip"
	"os"
	"syscall"
	"time"
)

// lastSYN is the number of the last SYN that Linux sends into a silence; it
// waits 1, 2, 4 ... 64 seconds after them, 127 in all.
const lastSYN = 6

// dial is a connect under way.
type dial struct {
	host     *Host
	from, to netip.AddrPort
	done     chan result // buffered for one
	over     bool        // guarded by the network's lock
}

type result struct {
	conn *conn
	err  error
}

func newDial(h *Host, to netip.AddrPort) *dial {
	h.net.mu.Lock()
	defer h.net.mu.Unlock()
	d := &dial{host: h, to: to, done: make(chan result, 1), from: netip.AddrPortFrom(loopback, h.net.client.take())}
	if h.down {
		d.refuse(syscall.ENETDOWN)
		return d
	}
	h.open[d] = struct{}{}
	d.syn(0)
	return d
}

// syn sends SYN number try. It arrives at once, or never; a refusal takes the
// latency.
func (d *dial) syn(try int) {
	n := d.host.net
	if !n.dark[d.to] {
		d.arrive()
		return
	}
	again := n.wire.now() + int64(time.Second)<<try
	n.wire.send(again, mix(n.seed, name(d.host.name), address(d.to)), func() {
		switch {
		case d.over:
		case try == lastSYN:
			d.finish(nil, syscall.ETIMEDOUT)
		default:
			d.syn(try + 1)
		}
	})
}

// arrive is the SYN at its goal.
func (d *dial) arrive() {
	n := d.host.net
	l := n.listeners[d.to]
	if l == nil {
		d.refuse(syscall.ECONNREFUSED)
		return
	}
	client, server := newPair(d.host, l.host, d.from, d.to)
	d.host.open[client] = struct{}{}
	d.finish(client, nil)
	l.take(server)
}

// refuse takes its time: who dials again without a pause must not stop it.
func (d *dial) refuse(why syscall.Errno) {
	n := d.host.net
	n.wire.send(n.wire.now()+int64(n.latency)+1, mix(n.seed, name(d.host.name), address(d.to)), func() { d.finish(nil, why) })
}

// finish ends the dial. Who gave up meanwhile resets what it gets.
func (d *dial) finish(c *conn, errno error) {
	delete(d.host.open, d)
	switch {
	case d.over && c != nil:
		c.end(true)
	case !d.over && c != nil:
		d.done <- result{conn: c}
	case !d.over:
		d.done <- result{err: os.NewSyscallError("connect", errno)}
	}
	d.over = true
}

// end is the end of its host.
func (d *dial) end(bool) { d.finish(nil, syscall.ENETDOWN) }

func (d *dial) wait(ctx context.Context) (net.Conn, error) {
	var r result
	select {
	case r = <-d.done:
	case <-ctx.Done():
		r = d.giveUp(ctx.Err())
	}
	if r.err != nil {
		return nil, opError("dial", netip.AddrPort{}, d.to, r.err)
	}
	return r.conn, nil
}

func (d *dial) giveUp(why error) result {
	d.host.net.mu.Lock()
	defer d.host.net.mu.Unlock()
	if d.over { // it came to an end at the same instant
		return <-d.done
	}
	d.over = true
	delete(d.host.open, d)
	return result{err: why}
}
