package harness

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/squall-harness/squall/harness/history"
	"github.com/squall-harness/squall/harness/verify"
	"github.com/squall-harness/squall/mocksf"
	"github.com/squall-harness/squall/mocksf/commitlog"
)

// errFrozen is how the plot of a run learns that a promise broke.
var errFrozen = errors.New("stopped at the first broken promise")

// sentry judges a run while it goes on, at every commit before its reply, and
// freezes it at the first broken promise: the integration is stopped in its
// tracks, and no request is served any more. A nil sentry lets everything pass.
type sentry struct {
	recorder *history.Recorder
	log      *commitlog.Log
	freeze   func() // stops the integration

	mu      sync.Mutex
	online  *verify.Online // nil until the transactions are known
	events  int            // taken so far
	commits int
	breach  *verify.Breach
	frozen  chan struct{} // closed by the breach
}

func newSentry(r *history.Recorder, l *commitlog.Log, freeze func()) *sentry {
	return &sentry{recorder: r, log: l, freeze: freeze, frozen: make(chan struct{})}
}

// begin tells what the source will offer.
func (s *sentry) begin(ops []history.Operation, rules verify.Settings) {
	if s == nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.online = verify.NewOnline(ops, rules)
}

// stopped is closed when the run is frozen.
func (s *sentry) stopped() <-chan struct{} {
	if s == nil {
		return nil
	}
	return s.frozen
}

// look judges what is new in the ledgers.
func (s *sentry) look() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.online == nil || s.breach != nil {
		return
	}
	if s.breach = s.judge(); s.breach != nil {
		close(s.frozen)
		s.freeze()
	}
}

// found is what froze the run. It waits until the integration stands still.
func (s *sentry) found() verify.Breach {
	s.mu.Lock()
	defer s.mu.Unlock()
	return *s.breach
}

func (s *sentry) judge() *verify.Breach {
	events, commits := s.recorder.Since(s.events), s.log.Since(s.commits)
	s.events += len(events)
	s.commits += len(commits)
	for _, e := range events {
		if e.Attempt != nil {
			if b := s.online.Answer(e.ID, *e.Attempt); b != nil {
				return b
			}
		}
	}
	for _, c := range commits {
		if b := s.online.Commit(c); b != nil {
			return b
		}
	}
	return nil
}

// watch looks now and then: what a bulk job commits has no reply.
func (s *sentry) watch(ctx context.Context) {
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			s.look()
		case <-ctx.Done():
			return
		}
	}
}

// atCommit has a request's commit judged before its reply is sent.
func (s *sentry) atCommit(then func()) func() {
	if s == nil {
		return then
	}
	return func() {
		s.look()
		if then != nil {
			then()
		}
	}
}

// gate lets requests pass until the run is frozen. Then they wait until it is
// over, and change nothing.
func (s *sentry) gate(ctx context.Context) *mocksf.Reply {
	select {
	case <-s.stopped():
		<-ctx.Done()
		return &mocksf.Reply{Status: 503, Body: `[{"errorCode":"SERVER_UNAVAILABLE","message":"the rehearsal was stopped"}]`}
	default:
		return nil
	}
}
