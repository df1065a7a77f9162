package harness

import (
	"net/http"

	"github.com/squall-harness/squall/harness/subject"
	"github.com/squall-harness/squall/mocksf"
)

// guarded bounds what a broken subject may hold of our servers. Whether a
// connection hangs is for the faults to say.
var guarded = mocksf.Guard{Patience: -1}

// serve lets a handler answer at an address of its own until the server is
// closed.
func serve(n subject.Network, h http.Handler) (server *http.Server, url string, err error) {
	l, err := n.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, "", err
	}
	server = guarded.Server(h)
	go func() { _ = server.Serve(l) }()
	return server, "http://" + l.Addr().String(), nil
}
