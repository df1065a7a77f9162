package harness

import (
	"net/http"

	"github.com/squall-harness/squall/harness/subject"
	"github.com/squall-harness/squall/mocksf"
)

// guarded bounds what a broken subject may hold of our servers. Whether a
// connection hangs is for the faults to say.
var guarded = mocksf.Guard{Patience: -1}

// server answers at an address of its own until it is closed.
type server struct {
	http *http.Server
	url  string
}

func serve(n subject.Network, h http.Handler) (server, error) {
	l, err := n.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return server{}, err
	}
	s := server{guarded.Server(h), "http://" + l.Addr().String()}
	go func() { _ = s.http.Serve(l) }() // ends with Close
	return s, nil
}

// Close stops listening.
func (s server) Close() { _ = s.http.Close() }
