package subject

import (
	"context"
	"io"
	"net"
	"net/http"
	"os"
)

// Network is where a subject that is a Go function listens and dials.
type Network interface {
	Listen(network, addr string) (net.Listener, error)
	DialContext(ctx context.Context, network, addr string) (net.Conn, error)
}

// World is what a function lives in. The zero World is this machine.
type World struct {
	Network Network // nil: the machine's own
	// Settle returns when everything but its caller stands still. With it the
	// function can be killed as a process can: see Func. nil in real time,
	// where nobody can say when that is.
	Settle func()
}

// Inhabit moves a subject into a world, where it begins anew. It is false for
// a program, which lives on this machine whatever we wish.
func Inhabit(s Subject, w World) bool {
	f, ok := s.(*function)
	if ok {
		f.settleIn(w)
	}
	return ok
}

// Machine is the network of this machine.
func Machine() Network { return &machine{} }

type machine struct{ net.Dialer }

// Listen is net.Listen.
func (*machine) Listen(network, addr string) (net.Listener, error) { return net.Listen(network, addr) }

// Listen opens the listener of the source-facing API, on ListenAddr. A
// function must use it: in virtual time there is no other network.
func (e Env) Listen() (net.Listener, error) { return e.ListenOn("tcp", e.ListenAddr) }

// ListenOn is Listen on another address of the same world.
func (e Env) ListenOn(network, addr string) (net.Listener, error) {
	return e.network().Listen(network, addr)
}

// DialContext connects to an address. A function must use it, or Transport,
// for all that it calls: in virtual time there is no other network.
func (e Env) DialContext(ctx context.Context, network, addr string) (net.Conn, error) {
	return e.network().DialContext(ctx, network, addr)
}

// Transport is a new http.RoundTripper over DialContext. Close its idle
// connections before the function returns, or do not: they die with it.
func (e Env) Transport() *http.Transport { return &http.Transport{DialContext: e.DialContext} }

// Log is where a function writes what a program would print; the standard
// error for anybody else.
func (e Env) Log() io.Writer {
	if e.log == nil {
		return os.Stderr
	}
	return e.log
}

func (e Env) network() Network {
	if e.net == nil {
		return Machine()
	}
	return e.net
}
