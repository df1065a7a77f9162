package mocksf

import (
	"bytes"
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"sync"

	"github.com/squall-harness/squall/mocksf/internal/authority"
)

// connectProxy is an HTTP proxy that leads to the org and to nothing else.
type connectProxy struct {
	feed   *feed
	tls    *tls.Config
	own    string // where the org itself listens
	ownTLS bool
}

func (p *connectProxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	host, port, err := net.SplitHostPort(r.Host)
	own := r.Host == p.own
	switch {
	case r.Method != http.MethodConnect:
		http.Error(w, "This proxy takes CONNECT only.", http.StatusMethodNotAllowed)
		return
	case !own && (err != nil || port != "443" || !isSalesforceHost(host)):
		http.Error(w, "This proxy leads to Salesforce's hosts at port 443 only.", http.StatusForbidden)
		return
	}
	conn, buffered, err := http.NewResponseController(w).Hijack()
	if err != nil {
		http.Error(w, "HTTP/1.1 is needed.", http.StatusHTTPVersionNotSupported)
		return
	}
	if _, err := io.WriteString(conn, "HTTP/1.1 200 Connection established\r\n\r\n"); err != nil {
		_ = conn.Close()
		return
	}
	early, _ := buffered.Peek(buffered.Reader.Buffered()) // what is there can be looked at
	inner := net.Conn(&tunnel{Conn: conn, reader: io.MultiReader(bytes.NewReader(bytes.Clone(early)), conn), host: host})
	if !own || p.ownTLS {
		inner = tls.Server(inner, p.tls)
	}
	p.feed.push(inner)
}

// tunnel is a connection that came through the proxy.
type tunnel struct {
	net.Conn
	reader io.Reader // the connection, after what was read of it too early
	host   string    // where the client means to be
}

func (t *tunnel) Read(b []byte) (int, error) { return t.reader.Read(b) }

// SetLinger is what a fault needs that resets the connection.
func (t *tunnel) SetLinger(sec int) error {
	if tcp, ok := t.Conn.(*net.TCPConn); ok {
		return tcp.SetLinger(sec)
	}
	return nil
}

// certificates finds the certificate for a client: by the name that it asks
// for, that of its tunnel, or the address that it came to.
func certificates(ca *authority.Authority) func(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	return func(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
		name := hello.ServerName
		if t, ok := hello.Conn.(*tunnel); ok && name == "" {
			name = t.host
		}
		if name == "" {
			name = hostname(hello.Conn.LocalAddr().String())
		}
		return ca.Leaf(name)
	}
}

// feed is a listener whose connections somebody else accepted.
type feed struct {
	addr  net.Addr
	conns chan net.Conn
	done  chan struct{}
	close sync.Once
}

func newFeed(addr net.Addr) *feed {
	return &feed{addr: addr, conns: make(chan net.Conn), done: make(chan struct{})}
}

func (f *feed) push(c net.Conn) {
	select {
	case f.conns <- c:
	case <-f.done:
		_ = c.Close()
	}
}

// Accept waits for the next connection.
func (f *feed) Accept() (net.Conn, error) {
	select {
	case c := <-f.conns:
		return c, nil
	case <-f.done:
		return nil, net.ErrClosed
	}
}

// Close ends Accept.
func (f *feed) Close() error {
	f.close.Do(func() { close(f.done) })
	return nil
}

// Addr is where the connections were accepted.
func (f *feed) Addr() net.Addr { return f.addr }
