package workload

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"sync"
	"text/template"
	"time"

	"github.com/squall-harness/squall/harness/history"
)

// Feed is a source that publishes transactions, for the integration to fetch. A
// transaction that is published is acknowledged: the source has done its part,
// and keeps it for the window only, as an event bus does (Salesforce's own keeps
// events for 72 hours). Feed is the handler of
//
//	GET .../transactions?after=CURSOR&limit=100&wait=20s
//
// which answers a page of what comes after a cursor, 410 when some of that has
// left the window.
type Feed struct {
	Window   time.Duration // how long a transaction can be fetched; 0: for ever
	Body     *template.Template
	Recorder Recorder

	mu      sync.Mutex
	kept    []entry       // oldest first
	gone    int           // transactions that have left
	asked   bool          // by anybody
	read    int           // the highest cursor that anybody came back with
	unread  int           // those that left before
	arrival chan struct{} // closed when something is published
}

type entry struct {
	body json.RawMessage
	at   time.Duration
}

// Page is an answer of the feed.
type Page struct {
	Transactions []json.RawMessage `json:"transactions"`
	Cursor       string            `json:"cursor"` // of the last one: what comes after it is asked for next
	Behind       int               `json:"behind"` // transactions that came after it already
}

// The bounds of a request.
const (
	mostPerPage = 1000
	longestWait = time.Minute
)

// Latest is the cursor behind all that was published so far.
const Latest = "latest"

// Offer publishes ops when they are due, until ctx ends. The rate is that of
// their due times.
func (f *Feed) Offer(ctx context.Context, ops []history.Operation, _ float64) {
	for _, op := range ops {
		if !sleep(ctx, op.Due-f.Recorder.Now()) {
			return
		}
		body, err := write(f.Body, op)
		if err == nil && !json.Valid(body) { // it would spoil every page that it is on
			err = errors.New("source.body makes no JSON of it")
		}
		f.Recorder.Offer(op)
		if now := f.Recorder.Now(); err != nil {
			f.Recorder.Answer(op.ID, history.Attempt{At: now, Error: err.Error(), Outcome: history.Fail})
		} else {
			f.Recorder.Answer(op.ID, history.Attempt{At: now, Status: http.StatusCreated, Outcome: history.OK})
			f.publish(entry{body, now})
		}
	}
}

// Answers counts the transactions with that outcome: all that were published
// are acknowledged.
func (f *Feed) Answers(o history.Outcome) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	if o == history.OK {
		return f.gone + len(f.kept)
	}
	return 0
}

// Asked tells whether anybody has asked for a page.
func (f *Feed) Asked() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.asked
}

// Unread counts the transactions that left the window before anybody had asked
// for what comes after them.
func (f *Feed) Unread() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.expire()
	return f.unread
}

func (f *Feed) publish(e entry) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.kept = append(f.kept, e)
	if f.arrival != nil {
		close(f.arrival)
		f.arrival = nil
	}
}

// expire drops what has left the window.
func (f *Feed) expire() {
	if f.Window == 0 {
		return
	}
	for now := f.Recorder.Now(); len(f.kept) > 0 && f.kept[0].at+f.Window <= now; f.gone++ {
		if f.read <= f.gone {
			f.unread++
		}
		f.kept = f.kept[1:]
	}
}

// ServeHTTP answers a page; it waits for one as long as the request says.
func (f *Feed) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet {
		w.Header().Set("Allow", http.MethodGet)
		reply(w, http.StatusMethodNotAllowed, map[string]string{"error": "the feed is read by GET"})
		return
	}
	q, err := readQuery(r)
	if err != nil {
		reply(w, http.StatusBadRequest, map[string]string{"error": err.Error()})
		return
	}
	page, arrival, oldest := f.page(&q)
	if arrival != nil && q.wait > 0 {
		timer := time.NewTimer(q.wait)
		defer timer.Stop()
		select {
		case <-arrival:
		case <-timer.C:
		case <-r.Context().Done():
		}
		page, _, oldest = f.page(&q)
	}
	if oldest != "" {
		reply(w, http.StatusGone, map[string]string{"oldest": oldest,
			"error": fmt.Sprintf("transactions behind the cursor %d have left the feed, which keeps them for %v; the oldest one left comes after %s", q.after, f.Window, oldest)})
		return
	}
	reply(w, http.StatusOK, page)
}

func reply(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) // whoever has gone comes back with the old cursor
}

// page is what comes after a cursor. An empty one comes with a channel that
// tells of the next transaction; a cursor that is too old with the oldest one
// that can be asked for.
func (f *Feed) page(q *query) (p Page, arrival <-chan struct{}, oldest string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.expire()
	f.asked = true
	q.resolve(f.gone, f.gone+len(f.kept))
	f.read = max(f.read, q.after)
	if q.after < f.gone {
		return p, nil, strconv.Itoa(f.gone)
	}
	from := q.after - f.gone
	to := min(from+q.limit, len(f.kept))
	p = Page{Transactions: []json.RawMessage{}, Cursor: strconv.Itoa(f.gone + to), Behind: len(f.kept) - to}
	for _, e := range f.kept[from:to] {
		p.Transactions = append(p.Transactions, e.body)
	}
	if from < to {
		return p, nil, ""
	}
	if f.arrival == nil {
		f.arrival = make(chan struct{})
	}
	return p, f.arrival, ""
}
