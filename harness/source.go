package harness

import (
	"context"
	"fmt"
	"text/template"

	"github.com/squall-harness/squall/harness/history"
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
	s, err := serve(r.world.Network, feed)
	if err != nil {
		return "", err
	}
	r.source, r.servers = feed, append(r.servers, s)
	return s.url + q.Path, nil
}

// offerURL is where transactions are pushed to; "" for a feed.
func (r *rig) offerURL() string {
	if p, ok := r.source.(*workload.Push); ok {
		return p.URL
	}
	return ""
}

// noteUnread says how many transactions nobody has fetched in time.
func (r *rig) noteUnread() {
	feed, ok := r.source.(*workload.Feed)
	if !ok {
		return
	}
	if !feed.Asked() {
		r.note("the integration never asked the source's feed for anything: its URL is in SOURCE_URL")
	}
	if n := feed.Unread(); n > 0 {
		r.note(fmt.Sprintf("%d transactions had left the source's feed, which keeps them for %v, before the integration had fetched them", n, feed.Window))
	}
}
