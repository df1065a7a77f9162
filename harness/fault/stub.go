package fault

import (
	"context"

	"github.com/Shopify/toxiproxy/v2/stream"
	"github.com/Shopify/toxiproxy/v2/toxics"
)

// pass is the toxic that does nothing.
var pass = &toxics.ToxicWrapper{Toxic: new(toxics.NoopToxic), Toxicity: 1}

// stub is one place in a chain: toxiproxy's stub and the goroutine that runs
// toxics on it. Only that goroutine closes it. When the connection is cut it
// ends by itself, however long its toxic meant to wait.
type stub struct {
	*toxics.ToxicStub
	toxic  *toxic // nil when it passes everything on
	dead   context.Context
	halted chan struct{}             // the toxic has left, the loop waits for the next one
	next   chan *toxics.ToxicWrapper // which is handed over here
	ended  chan struct{}             // closed when no toxic will run any more
}

func newStub(t *toxic, in <-chan *stream.StreamChunk, out chan<- *stream.StreamChunk, dead context.Context) *stub {
	s := &stub{ToxicStub: toxics.NewToxicStub(in, out), toxic: t, dead: dead,
		halted: make(chan struct{}), next: make(chan *toxics.ToxicWrapper), ended: make(chan struct{})}
	if t == nil {
		return s
	}
	if stateful, ok := t.wrapper.Toxic.(toxics.StatefulToxic); ok {
		s.State = stateful.NewState()
	}
	return s
}

// halt interrupts the toxic at work; resume must follow. It is false when the
// stream has ended. Only one goroutine at a time may halt a stub.
func (s *stub) halt() bool {
	select {
	case s.Interrupt <- struct{}{}:
	case <-s.ended:
		return false
	}
	select {
	case <-s.halted:
		return true
	case <-s.ended:
		return false
	}
}

// resume lets a toxic take the place of the one that was halted.
func (s *stub) resume(w *toxics.ToxicWrapper) {
	select {
	case s.next <- w:
	case <-s.ended:
	}
}

// loop runs one toxic after the other until the stream ends. What still comes
// in then is drained, or whoever sends it would wait for ever.
func (s *stub) loop(w *toxics.ToxicWrapper) {
	stop := context.AfterFunc(s.dead, s.interrupt)
	defer stop()
	for w != nil {
		s.Run(w)
		w = s.successor(w)
	}
	close(s.ended)
	s.Close()
	for range s.Input {
	}
}

// interrupt is how a cut reaches the toxic at work.
func (s *stub) interrupt() {
	select {
	case s.Interrupt <- struct{}{}:
	case <-s.ended:
	}
}

// successor waits for the toxic that comes after w; nil when the stream has
// ended.
func (s *stub) successor(w *toxics.ToxicWrapper) *toxics.ToxicWrapper {
	if s.Closed() {
		return nil
	}
	select {
	case s.halted <- struct{}{}:
	case <-s.dead.Done():
		return nil
	}
	select {
	case next := <-s.next:
		return s.after(w, next)
	case <-s.dead.Done():
		return nil
	}
}

// after lets w clean up. The timeout toxic closes the stream when it goes.
func (s *stub) after(w, next *toxics.ToxicWrapper) *toxics.ToxicWrapper {
	if cleanup, ok := w.Toxic.(toxics.CleanupToxic); ok {
		cleanup.Cleanup(s.ToxicStub)
	}
	if s.Closed() {
		return nil
	}
	return next
}
