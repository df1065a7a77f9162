package fault

import (
	"bytes"
	"errors"
	"io"
	"net"
	"sync/atomic"
	"time"

	"github.com/Shopify/toxiproxy/v2/stream"
)

// The directions, as toxiproxy names them.
const (
	up   = stream.Upstream   // client to upstream
	down = stream.Downstream // upstream to client
)

const chunkSize = 32 << 10 // bytes read at once

// pipe is one direction of a connection. Without toxics it is a read and a
// write; with them every chunk goes through the chain. Only run reads, feeds
// the chain and writes beside it, so that bytes never change their order when
// the toxics change.
type pipe struct {
	conn      *conn
	direction stream.Direction
	src, dst  net.Conn
	chain     atomic.Pointer[chain] // nil without toxics

	mu    gate // held while the chain is made, changed or taken away
	ended bool // src has ended: the chain changes no more
}

// run copies until the source ends.
func (p *pipe) run() {
	buf := make([]byte, chunkSize)
	for {
		n, err := p.src.Read(buf)
		if n > 0 {
			p.forward(buf[:n])
		}
		if err != nil {
			p.end(err)
			return
		}
	}
}

func (p *pipe) forward(b []byte) {
	c := p.chain.Load()
	if c != nil && c.idle.Load() {
		p.dropChain()
		c = p.chain.Load()
	}
	if c == nil {
		p.write(b)
		return
	}
	p.conn.link.stats.toxic[p.direction].Add(1)
	c.feed(&stream.StreamChunk{Data: bytes.Clone(b), Timestamp: time.Now()})
}

// write delivers b, unless the connection is swallowed, or cut: toxics let go of
// what they hold then. After a failed write the connection is dead in both
// directions: the other side learns it as it would without a proxy.
func (p *pipe) write(b []byte) {
	stats := &p.conn.link.stats
	if p.conn.dead.Err() != nil {
		return
	}
	if p.conn.swallowed.Load() {
		stats.swallowedBytes.Add(uint64(len(b)))
		return
	}
	n, err := p.dst.Write(b)
	stats.bytes[p.direction].Add(uint64(n))
	if err != nil {
		p.conn.cut(true)
	}
}

// end passes the end of the source on: FIN as FIN, once all that came before
// it is through, anything else as RST. A swallowed connection passes nothing.
func (p *pipe) end(err error) {
	swallowed := p.conn.swallowed.Load()
	if !errors.Is(err, io.EOF) && !swallowed {
		p.conn.cut(true)
	}
	p.mu.Lock()
	p.ended = true
	p.mu.Unlock()
	if c := p.chain.Load(); c != nil {
		c.finish()
	}
	if p.conn.swallowed.Load() {
		_ = p.src.Close()
		return
	}
	if half, ok := p.dst.(interface{ CloseWrite() error }); ok {
		_ = half.CloseWrite()
		return
	}
	p.conn.cut(false)
}

// reconcile makes the chain hold what the link has in this direction.
func (p *pipe) reconcile() {
	p.mu.Lock()
	defer p.mu.Unlock()
	var want []*toxic
	for _, t := range p.conn.link.active() {
		if t.direction == p.direction {
			want = append(want, t)
		}
	}
	c := p.chain.Load()
	if p.ended || c == nil && len(want) == 0 {
		return
	}
	if c == nil {
		c = newChain(p)
		defer p.chain.Store(c)
	}
	c.hold(want)
}

// dropChain goes back to the short path, once all that is in the chain is
// delivered.
func (p *pipe) dropChain() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if c := p.chain.Load(); c.idle.Load() {
		c.finish()
		p.chain.Store(nil)
	}
}
