package mocksf

import "net"

// T is what RunT needs of a *testing.T or *testing.B.
type T interface {
	Helper()
	Cleanup(func())
	Fatalf(format string, args ...any)
}

// Server is an org that listens on a port of its own on 127.0.0.1.
type Server struct {
	*Org
	URL string // such as http://127.0.0.1:40123, without a slash at the end
}

// RunT starts an org for a test and closes it at the test's end. Options
// change its Config.
func RunT(t T, options ...func(*Config)) *Server {
	t.Helper()
	var cfg Config
	for _, option := range options {
		option(&cfg)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatalf("mocksf: no port to listen on: %v", err)
	}
	s := &Server{Org: New(cfg), URL: "http://" + listener.Addr().String()}
	hs := cfg.Guard.Server(s.Org)
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = hs.Serve(listener) // ends with ErrServerClosed
	}()
	t.Cleanup(func() {
		_ = hs.Close()
		<-done
		s.Close()
	})
	return s
}
