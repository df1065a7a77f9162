package mocksf

import (
	"net"
	"net/http"
	"sync/atomic"
	"time"
)

// Guard bounds what slow, silent and greedy clients may hold. Fields that are
// zero have their defaults.
type Guard struct {
	// Patience is how long a client may be silent in the middle of a request
	// body, or leave a reply unread, until its connection is reset. A body must
	// come at 1,024 bytes a second, too, once this time is over. 0 is a minute,
	// less than 0 is for ever, for the head of a request and between two as well.
	Patience time.Duration

	// Buffered bounds the request bodies in memory, of all calls together, in
	// bytes. A call above it is answered with SERVER_UNAVAILABLE. 0 is 1 GiB.
	Buffered int64

	// Conns bounds the connections to a Server. One more is closed at once. 0
	// is 10,000.
	Conns int64
}

const (
	minBodyRate    = 1024             // bytes a second
	headerPatience = 10 * time.Second // for the head of a request
	idlePatience   = 3 * time.Minute  // between two requests
	maxHeader      = 64 << 10         // bytes; well above maxURI, so that the org answers itself up to there
	writePiece     = 256 << 10        // bytes of a reply that must go out within Patience
)

func (g Guard) withDefaults() Guard {
	if g.Patience == 0 {
		g.Patience = time.Minute
	}
	if g.Buffered == 0 {
		g.Buffered = 1 << 30
	}
	if g.Conns == 0 {
		g.Conns = 10_000
	}
	return g
}

// Server returns a server for h that clients cannot hold up before h sees a
// request, or between two. The caller gives it a listener.
func (g Guard) Server(h http.Handler) *http.Server {
	g = g.withDefaults()
	most, head, idle := g.Conns, headerPatience, idlePatience
	if g.Patience < 0 {
		head, idle = 0, 0
	}
	var open atomic.Int64
	return &http.Server{
		Handler: g.hurry(h), ReadHeaderTimeout: head, IdleTimeout: idle, MaxHeaderBytes: maxHeader,
		ConnState: func(conn net.Conn, state http.ConnState) {
			switch state {
			case http.StateNew:
				if open.Add(1) > most {
					_ = conn.Close() // the server finds it closed, and forgets it
				}
			case http.StateClosed, http.StateHijacked:
				open.Add(-1)
			}
		},
	}
}

// hurry bounds the wait for a body that h does not read: net/http reads some of
// it before it sends the answer, and a client that says no more would hold the
// connection for ever. It is half of the patience, since the time in which the
// answer must be taken runs meanwhile. Whoever reads a body sets times of its own.
func (g Guard) hurry(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if g.Patience > 0 && r.ContentLength != 0 { // without a body the time would end the call itself
			_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(g.Patience / 2))
		}
		h.ServeHTTP(w, r)
	})
}

// patient sends a reply piece by piece: whoever takes none of it within the
// patience of the guard gets no more.
type patient struct {
	http.ResponseWriter
	control  *http.ResponseController
	patience time.Duration
}

// Write sends a part of the body.
func (p *patient) Write(data []byte) (sent int, err error) {
	for len(data) > 0 && err == nil {
		p.wait()
		var n int
		n, err = p.ResponseWriter.Write(data[:min(writePiece, len(data))])
		sent, data = sent+n, data[n:]
	}
	return sent, err
}

// FlushError sends what is left, and ends the waiting.
func (p *patient) FlushError() error {
	p.wait()
	defer func() {
		if p.patience > 0 {
			_ = p.control.SetWriteDeadline(time.Time{}) // of the next reply
		}
	}()
	return p.control.Flush()
}

// wait sets the time by which the next piece must be taken. Connections know
// the machine's time only; one without deadlines is its owner's affair.
func (p *patient) wait() {
	if p.patience > 0 {
		_ = p.control.SetWriteDeadline(time.Now().Add(p.patience))
	}
}
