package mocksf

// T is what RunT needs of a *testing.T or *testing.B.
type T interface {
	Helper()
	Cleanup(func())
	Fatalf(format string, args ...any)
}

// RunT starts an org for a test, on a free port of 127.0.0.1 unless Serving
// says otherwise, and closes it at the test's end. Options change its Config.
func RunT(t T, options ...func(*Config)) *Server {
	t.Helper()
	var cfg Config
	for _, option := range options {
		option(&cfg)
	}
	s, err := Serve(cfg)
	if err != nil {
		t.Fatalf("mocksf: %v", err)
	}
	t.Cleanup(s.Close)
	return s
}
