package mutants

import (
	"net/http"
	"time"

	"github.com/squall-harness/squall/scenarios/reference"
)

var cursorFirst = Mutant{
	Name:     "cursor-first",
	Defect:   "It stores the cursor when a page of the feed has come, and the page itself is in memory until it is delivered.",
	Source:   "seen in consumers of event streams that commit the offset on receipt",
	Scenario: feedShort,
	Breaks:   []string{durability},
	Run: with(func(p *reference.Parts) {
		p.Feed.Outbox = &cursorOnly{Outbox: p.Outbox, queue: p.Queue}
	}),
}

type cursorOnly struct {
	reference.Outbox
	queue *reference.Queue
}

func (o *cursorOnly) Fetched(cursor string, txs []*reference.Transaction) error {
	for _, tx := range txs {
		o.queue.Add(tx)
	}
	return o.Outbox.Fetched(cursor, nil)
}

var cursorInMemory = Mutant{
	Name:     "cursor-in-memory",
	Defect:   "It keeps the cursor in memory, and after a restart goes on with what the source publishes from then on.",
	Source:   "seen in connectors that subscribe with the preset for new events at every start",
	Scenario: feedShort,
	Breaks:   []string{noLoss},
	Run: with(func(p *reference.Parts) {
		p.Feed.Outbox = &cursorLost{Outbox: p.Outbox, cursor: "latest"}
	}),
}

type cursorLost struct {
	reference.Outbox
	cursor string
}

func (o *cursorLost) Cursor() (string, error) { return o.cursor, nil }

func (o *cursorLost) Fetched(cursor string, txs []*reference.Transaction) error {
	err := o.Outbox.Fetched(cursor, txs)
	if err == nil {
		o.cursor = cursor
	}
	return err
}

var readsWhenDelivered = Mutant{
	Name:     "reads-when-delivered",
	Defect:   "It fetches the next page of the feed when it has delivered the last one: while Salesforce is away the source has to keep everything, and does not.",
	Source:   "seen in consumers that let a slow target hold up the reader of an event stream",
	Scenario: feedShort,
	Breaks:   []string{noLoss},
	Run: with(func(p *reference.Parts) {
		p.Feed.HTTP.Transport = &heldBack{RoundTripper: p.Feed.HTTP.Transport, outbox: p.Outbox}
		p.Feed.HTTP.Timeout = 0
	}),
}

// heldBack makes no request while something waits for delivery.
type heldBack struct {
	http.RoundTripper
	outbox reference.Outbox
}

func (h *heldBack) RoundTrip(r *http.Request) (*http.Response, error) {
	for {
		if waiting, _ := h.outbox.Counts(); waiting == 0 {
			return h.RoundTripper.RoundTrip(r)
		}
		if !pause(r.Context(), time.Second) {
			return nil, r.Context().Err()
		}
	}
}
