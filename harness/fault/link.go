package fault

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync"
	"time"
)

const (
	dialTimeout = 5 * time.Second
	// settle is how long a change of toxics waits for connections that are
	// stuck, because their reader does not read, to take it over. They do so
	// later, before the next byte of theirs moves.
	settle = time.Second
)

var errClosed = errors.New("the fault proxy is closed")

// Link is a fault proxy: it accepts connections on a port of its own and
// passes bytes to one upstream address and back, until a fault says otherwise.
// Faults reach connections that are already open.
type Link struct {
	network  Network
	addr     string
	upstream string
	release  func() error // gives the port back
	stats    counters
	ctx      context.Context // ends with Close; bounds the dials
	cancel   context.CancelFunc
	wg       sync.WaitGroup // connections, and changes under way

	mu        sync.Mutex
	listener  net.Listener  // nil while refusing
	accepting chan struct{} // closed when its accept loop has ended
	conns     map[*conn]struct{}
	toxics    []*toxic // at work, in the order in which they were added
	dark      bool     // a black hole: new connections are swallowed
	closed    bool
}

// Addr is the address to connect to, "127.0.0.1:port".
func (l *Link) Addr() string { return l.addr }

// Accept lets connections in, again on the same port after Refuse. It does
// nothing while they are let in already.
func (l *Link) Accept() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return errClosed
	}
	if l.listener != nil {
		return nil
	}
	listener, err := l.network.Listen("tcp4", l.addr)
	if err != nil {
		return fmt.Errorf("fault proxy: listen on %s: %w", l.addr, err)
	}
	l.listener, l.accepting = listener, make(chan struct{})
	go l.acceptLoop(listener, l.accepting)
	return nil
}

func (l *Link) acceptLoop(listener net.Listener, done chan struct{}) {
	defer close(done)
	for {
		client, err := listener.Accept()
		switch {
		case err == nil:
			l.admit(client)
		case errors.Is(err, net.ErrClosed):
			return
		default: // out of file descriptors, for one: give others time to close some
			time.Sleep(10 * time.Millisecond)
		}
	}
}

// admit makes a connection known, so that faults find it, and serves it.
func (l *Link) admit(client net.Conn) {
	l.mu.Lock()
	defer l.mu.Unlock()
	c := newConn(l, client)
	l.stats.accepted.Add(1)
	if l.listener == nil { // refused since
		c.reset()
		return
	}
	if l.dark {
		c.swallow()
	}
	l.conns[c] = struct{}{}
	l.wg.Go(func() {
		c.serve()
		l.mu.Lock()
		defer l.mu.Unlock()
		delete(l.conns, c)
	})
}

// Refuse closes the listener, so that the kernel refuses connects
// (ECONNREFUSED), and resets all live connections. It returns their number.
func (l *Link) Refuse() int {
	l.stopListening()
	return l.Reset()
}

func (l *Link) stopListening() {
	l.mu.Lock()
	listener, accepting := l.listener, l.accepting
	l.listener = nil
	l.mu.Unlock()
	if listener != nil {
		_ = listener.Close()
		<-accepting // only now is the socket really gone
	}
}

// Reset resets all live connections (RST, ECONNRESET) and returns their number.
func (l *Link) Reset() int {
	n := 0
	for _, c := range l.live() {
		if c.reset() {
			n++
		}
	}
	return n
}

// Blackhole switches the black hole on or off. While it is on, connects
// succeed and then bytes vanish in both directions; open connections go silent
// too. A connection that was swallowed stays silent for ever, whatever comes
// after, until an end closes it.
func (l *Link) Blackhole(on bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.dark = on
	if !on {
		return
	}
	for c := range l.conns {
		c.swallow()
	}
}

// AddToxic puts a toxic into the path, on open connections too.
func (l *Link) AddToxic(definition Toxic) error {
	t, err := newToxic(definition)
	if err != nil {
		return err
	}
	l.mu.Lock()
	for _, other := range l.toxics {
		if other.Name == t.Name {
			l.mu.Unlock()
			return fmt.Errorf("toxic %q is there already", t.Name)
		}
	}
	l.toxics = append(l.toxics, t)
	l.mu.Unlock()
	l.reconcile()
	return nil
}

// RemoveToxic takes a toxic out of the path, on open connections too. It does
// nothing when there is none of that name.
func (l *Link) RemoveToxic(name string) {
	l.mu.Lock()
	var rest []*toxic // a new slice: connections hold on to the old one
	for _, t := range l.toxics {
		if t.Name != name {
			rest = append(rest, t)
		}
	}
	l.toxics = rest
	l.mu.Unlock()
	l.reconcile()
}

// reconcile makes every connection take over the link's toxics.
func (l *Link) reconcile() {
	var all sync.WaitGroup
	for _, c := range l.live() {
		all.Add(1)
		l.wg.Go(func() { defer all.Done(); c.reconcile() })
	}
	done := make(chan struct{})
	l.wg.Go(func() { all.Wait(); close(done) })
	timer := time.NewTimer(settle)
	defer timer.Stop()
	select {
	case <-done:
	case <-timer.C:
	}
}

func (l *Link) live() []*conn {
	l.mu.Lock()
	defer l.mu.Unlock()
	conns := make([]*conn, 0, len(l.conns))
	for c := range l.conns {
		conns = append(conns, c)
	}
	return conns
}

func (l *Link) active() []*toxic {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.toxics
}

// Close ends the link and its connections and waits until nothing of it is
// left.
func (l *Link) Close() error {
	l.mu.Lock()
	again := l.closed
	l.closed = true
	l.mu.Unlock()
	if again {
		return nil
	}
	l.cancel()
	l.stopListening()
	for _, c := range l.live() {
		c.cut(false)
	}
	l.wg.Wait()
	return l.release()
}
