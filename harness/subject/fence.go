package subject

import (
	"context"
	"hash/fnv"
	"net"
	"sync"
	"syscall"
	"time"
)

// fence is the network of one life of a function. When the life is over, all
// that it opened is closed, and nothing can be opened any more: whatever of the
// function is still running has no way out.
type fence struct {
	Network
	mu    sync.Mutex
	over  bool
	still chan struct{} // closed at the end of a pause; nil when there is none
	conns map[*fencedConn]struct{}
	doors map[*fencedListener]struct{}
}

func newFence(n Network) *fence {
	return &fence{Network: n, conns: map[*fencedConn]struct{}{}, doors: map[*fencedListener]struct{}{}}
}

// errOver is what a life is told that is over.
var errOver = &net.OpError{Op: "use", Net: "tcp", Err: syscall.ESHUTDOWN}

// Listen listens on the network within.
func (f *fence) Listen(network, addr string) (net.Listener, error) {
	if f.isOver() {
		return nil, errOver
	}
	l, err := f.Network.Listen(network, addr)
	if err != nil {
		return nil, err
	}
	fenced := &fencedListener{Listener: l, fence: f}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.over {
		_ = l.Close()
		return nil, errOver
	}
	f.doors[fenced] = struct{}{}
	return fenced, nil
}

// DialContext dials on the network within.
func (f *fence) DialContext(ctx context.Context, network, addr string) (net.Conn, error) {
	if f.isOver() {
		time.Sleep(time.Millisecond) // who dials again without a pause must not stop virtual time
		return nil, errOver
	}
	f.pass([]byte(addr))
	conn, err := f.Network.DialContext(ctx, network, addr)
	if err != nil {
		return nil, err
	}
	return f.admit(conn)
}

func (f *fence) isOver() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.over
}

func (f *fence) admit(conn net.Conn) (net.Conn, error) {
	fenced := &fencedConn{Conn: conn, fence: f}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.over {
		reset(conn)
		return nil, errOver
	}
	f.conns[fenced] = struct{}{}
	return fenced, nil
}

// crash ends the life's network as a kernel does for a process that was killed:
// peers see resets.
func (f *fence) crash() { f.end(reset) }

// close ends it as a kernel does for a process that has ended.
func (f *fence) close() { f.end(func(c net.Conn) { _ = c.Close() }) }

func (f *fence) end(cut func(net.Conn)) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.over = true
	for l := range f.doors {
		_ = l.Listener.Close()
	}
	for c := range f.conns {
		cut(c.Conn)
	}
	f.doors, f.conns = nil, nil
	f.release()
}

// pause holds up whatever would pass, until resume.
func (f *fence) pause() {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.still == nil && !f.over {
		f.still = make(chan struct{})
	}
}

func (f *fence) resume() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.release()
}

func (f *fence) release() {
	if f.still != nil {
		close(f.still)
		f.still = nil
	}
}

// pass waits while the life is paused. What was held up does not go on in one
// instant: when it does is drawn from the bytes, so that a run in virtual time
// can be repeated.
func (f *fence) pass(b []byte) {
	f.mu.Lock()
	still := f.still
	f.mu.Unlock()
	if still == nil {
		return
	}
	<-still
	h := fnv.New32a()
	_, _ = h.Write(b)
	time.Sleep(time.Duration(h.Sum32() % uint32(time.Millisecond)))
}

// reset closes with RST in place of FIN.
func reset(conn net.Conn) {
	if c, ok := conn.(interface{ SetLinger(seconds int) error }); ok {
		_ = c.SetLinger(0)
	}
	_ = conn.Close()
}

type fencedListener struct {
	net.Listener
	fence *fence
}

// Accept hands out fenced connections, one at a time: those that have waited
// through a pause do not all come in one instant.
func (l *fencedListener) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	l.fence.pass(nil)
	time.Sleep(time.Microsecond)
	return l.fence.admit(conn)
}

// Close takes the listener off the fence's list.
func (l *fencedListener) Close() error {
	l.fence.mu.Lock()
	delete(l.fence.doors, l)
	l.fence.mu.Unlock()
	return l.Listener.Close()
}

type fencedConn struct {
	net.Conn
	fence *fence
}

// Read holds back, in a pause, what has arrived.
func (c *fencedConn) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	c.fence.pass(b[:n])
	return n, err
}

// Write sends nothing in a pause.
func (c *fencedConn) Write(b []byte) (int, error) {
	c.fence.pass(b)
	return c.Conn.Write(b)
}

// Close takes the connection off the fence's list.
func (c *fencedConn) Close() error {
	c.fence.mu.Lock()
	delete(c.fence.conns, c)
	c.fence.mu.Unlock()
	return c.Conn.Close()
}

// CloseWrite is the half close that servers use.
func (c *fencedConn) CloseWrite() error {
	if half, ok := c.Conn.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return nil
}
