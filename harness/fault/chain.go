package fault

import (
	"slices"
	"sync"
	"sync/atomic"

	"github.com/Shopify/toxiproxy/v2/stream"
	"github.com/Shopify/toxiproxy/v2/toxics"
)

// maxBuffer bounds the chunks that one toxic holds. It acts like a TCP window:
// at toxiproxy's 1024 a stalled connection can hold 32 MiB.
const maxBuffer = 64

// chain is a row of toxics on one direction of one connection:
//
//	feed > head > newest toxic > ... > oldest toxic > deliver
//
// The head passes everything on; it is the place where the flow is halted
// while a toxic is put in behind it. A toxic that is taken out leaves a stub
// which passes everything on.
type chain struct {
	pipe  *pipe
	in    chan *stream.StreamChunk
	fed   atomic.Bool    // in was closed by finish: the end of the chain is no cut
	idle  atomic.Bool    // holds no toxic
	stubs []*stub        // the head first
	wg    sync.WaitGroup // all goroutines of the chain
}

func newChain(p *pipe) *chain {
	c := &chain{pipe: p, in: make(chan *stream.StreamChunk)}
	out := make(chan *stream.StreamChunk)
	c.add(newStub(nil, c.in, out, p.conn.dead), pass)
	c.wg.Go(func() { c.deliver(out) })
	return c
}

func (c *chain) add(s *stub, w *toxics.ToxicWrapper) {
	c.stubs = append(c.stubs, s)
	c.wg.Go(func() { s.loop(w) })
}

// deliver writes what comes out. When a toxic ends the stream before the
// source did, that is the end of the connection.
func (c *chain) deliver(out <-chan *stream.StreamChunk) {
	for chunk := range out {
		c.pipe.write(chunk.Data)
	}
	if !c.fed.Load() {
		c.pipe.conn.cut(false)
	}
}

func (c *chain) feed(chunk *stream.StreamChunk) {
	select {
	case c.in <- chunk:
	case <-c.pipe.conn.dead.Done():
	}
}

// finish tells the chain that nothing more comes, and waits until all is
// delivered, or dropped because the connection was cut.
func (c *chain) finish() {
	c.fed.Store(true)
	close(c.in)
	c.wg.Wait()
}

// hold puts in and takes out until the chain holds the wanted toxics.
func (c *chain) hold(want []*toxic) {
	for _, s := range c.stubs {
		if s.toxic != nil && !slices.Contains(want, s.toxic) {
			s.toxic = nil
			if s.halt() {
				s.resume(pass)
			}
		}
	}
	for _, t := range want {
		if !slices.ContainsFunc(c.stubs, func(s *stub) bool { return s.toxic == t }) {
			c.put(t)
		}
	}
	c.idle.Store(len(want) == 0)
}

// put places a toxic behind the head, unless the stream has ended.
func (c *chain) put(t *toxic) {
	head := c.stubs[0]
	if !head.halt() {
		return
	}
	in := make(chan *stream.StreamChunk, min(t.wrapper.BufferSize, maxBuffer))
	s := newStub(t, in, head.Output, c.pipe.conn.dead)
	head.Output = in
	c.add(s, t.on(c.pipe.conn))
	head.resume(pass)
}
