package harness

import (
	"context"
	"fmt"
	"net/http"
	"text/template"

	"github.com/squall-harness/squall/harness/history"
	"github.com/squall-harness/squall/harness/subject"
	"github.com/squall-harness/squall/harness/workload"
)

// source offers transactions to the subject, in one way or another.
type source interface {
	// Offer offers each transaction when it is due, and ends with ctx.
	Offer(ctx context.Context, ops []history.Operation, rate float64)
	// Answers counts the answers of one kind so far.
	Answers(history.Outcome) int
}

// setUpSource makes the source, and returns what the subject is told of it: the
// URL of a feed, "" for a source that pushes.
func (r *rig) setUpSource(listen string) (url string, err error) {
	q := r.scenario.Source
	var body *template.Template
	if q.Body != "" {
		if body, err = workload.Body(q.Body); err != nil {
			return "", err
		}
	}
	if q.Kind == SourcePush {
		r.source = &workload.Push{URL: "http://" + listen + q.Path, Body: body, Accepted: q.Accepted,
			Timeout: q.Timeout, Dial: r.world.Network.DialContext, Recorder: r.recorder}
		return "", nil
	}
	feed := &workload.Feed{Window: q.Window, Body: body, Recorder: r.recorder}
	r.source = feed
	if r.feed, err = serveFeed(r.world.Network, feed, q.Path); err != nil {
		return "", err
	}
	return r.feed.url, nil
}

// offerURL is where transactions are pushed to; "" for a feed.
func (r *rig) offerURL() string {
	if p, ok := r.source.(*workload.Push); ok {
		return p.URL
	}
	return ""
}

// feedServer serves a feed.
type feedServer struct {
	feed   *workload.Feed
	server *http.Server
	url    string
}

func serveFeed(n subject.Network, f *workload.Feed, path string) (*feedServer, error) {
	server, base, err := serve(n, f)
	if err != nil {
		return nil, err
	}
	return &feedServer{feed: f, url: base + path, server: server}, nil
}

// noteUnread says how many transactions nobody has fetched in time.
func (r *rig) noteUnread() {
	if r.feed == nil {
		return
	}
	if !r.feed.feed.Asked() {
		r.note("the integration never asked the source's feed for anything: its URL is in SOURCE_URL")
	}
	if n := r.feed.feed.Unread(); n > 0 {
		r.note(fmt.Sprintf("%d transactions had left the source's feed, which keeps them for %v, before the integration had fetched them", n, r.feed.feed.Window))
	}
}

// Close stops listening.
func (s *feedServer) Close() { _ = s.server.Close() }
