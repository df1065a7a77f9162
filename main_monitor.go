package main

import (
	"fmt"
	"io"
	"sync"

	"github.com/squall-harness/squall/mocksf"
)

// monitored is everything that the org can tell about itself; with trace also
// a line for each request.
func monitored(out io.Writer, trace bool) mocksf.Monitoring {
	m := mocksf.DefaultMonitoring()
	var mu sync.Mutex // one line at a time
	line := func(format string, args ...any) {
		mu.Lock()
		defer mu.Unlock()
		fmt.Fprintf(out, format, args...)
	}
	m.Usage.OnNotice = func(n mocksf.UsageNotice) {
		line("API usage notification: %s (%d of %d)\n", n.Subject(), n.Used, n.Max)
	}
	if trace {
		m.OnTrace = func(t mocksf.Trace) { line("%s\n", t) }
	}
	return m
}
