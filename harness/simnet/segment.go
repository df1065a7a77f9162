package simnet

import "syscall"

// send lets something arrive at the peer: after the latency and the jitter, and
// after all that was sent before it.
func (c *conn) send(hash uint64, arrive func()) {
	w := &c.host.net.wire
	c.sent = max(w.now()+int64(c.host.net.latency)+jitter(hash), c.sent+1)
	w.send(c.sent, hash, arrive)
}

// tag is the hash of a FIN or RST. What was said on the connection tells it
// from others that leave at the same instant.
func (c *conn) tag() uint64 { return mix(c.seed, c.last, c.peer.last) }

func (c *conn) finish() {
	if !c.finished {
		c.finished = true
		c.send(c.tag(), c.peer.onFIN)
	}
}

// end closes this end.
func (c *conn) end(rst bool) {
	if c.closed {
		return
	}
	c.closed = true
	delete(c.host.open, c)
	c.read.stop()
	switch {
	case c.reset: // the peer is gone
	case rst || len(c.arrived) > 0:
		c.send(c.tag(), c.peer.onRST)
	default:
		c.finish()
	}
	c.arrived = nil
	c.wake.Broadcast()
}

// onChunk is a chunk's arrival. Who has closed answers with RST.
func (c *conn) onChunk(b []byte) {
	switch {
	case c.closed:
		c.send(c.tag(), c.peer.onRST)
	case !c.reset:
		c.arrived = append(c.arrived, b)
		c.wake.Broadcast()
	}
}

func (c *conn) onFIN() {
	c.eof = true
	c.wake.Broadcast()
}

// onRST ends both directions. After FIN no more is read than the end, and only
// a writer hears of it.
func (c *conn) onRST() {
	if c.reset {
		return
	}
	c.reset, c.failure = true, syscall.ECONNRESET
	if c.eof {
		c.failure = syscall.EPIPE
	}
	c.wake.Broadcast()
}
