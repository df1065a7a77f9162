package reference

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"sync"
	"sync/atomic"
	"time"
)

// Feed fetches transactions from a source that publishes them and keeps them
// for some time only. It reads on whether Salesforce is there or not: what
// waits, waits in the outbox, which forgets nothing. A page is stored together
// with the cursor behind it, so that a crash neither skips nor repeats any of it.
type Feed struct {
	URL    string
	HTTP   *http.Client
	Outbox Outbox
	Decode func([]byte) (*Transaction, error)
	Log    *slog.Logger
	Pause  Backoff // after a page that could not be had

	behind  atomic.Int64 // transactions that the source has and we have not
	mu      sync.Mutex
	failing string // why the feed cannot be read at present
	lost    string // what left it unread
}

func newFeed(env Env, outbox Outbox, log *slog.Logger) *Feed {
	return &Feed{URL: env.SourceURL, Outbox: outbox, Decode: Decode, Log: log, Pause: Backoff{100 * time.Millisecond, 10 * time.Second},
		HTTP: &http.Client{Timeout: 2 * feedWait, Transport: &http.Transport{DialContext: env.Dial}}}
}

// feedWait is how long the source may hold a request when there is nothing new.
const feedWait = 30 * time.Second

// mostOfPage bounds what is read of one page.
const mostOfPage = 64 << 20

// page is an answer of the feed.
type page struct {
	Transactions []json.RawMessage `json:"transactions"`
	Cursor       string            `json:"cursor"`
	Behind       int64             `json:"behind"`
	// Oldest is the cursor to go on with when what comes after ours has left.
	Oldest string `json:"oldest"`
	Error  string `json:"error"`

	status int
}

// Run reads the feed until ctx ends. Without a URL there is none.
func (f *Feed) Run(ctx context.Context) {
	if f.URL == "" {
		return
	}
	defer f.HTTP.CloseIdleConnections()
	for failures := 0; ; {
		err := f.next(ctx)
		if ctx.Err() != nil {
			return
		}
		f.note(&f.failing, err)
		if err == nil {
			failures = 0
			continue
		}
		failures++
		f.Log.Warn("the source's feed cannot be read", "cause", err)
		if !sleep(ctx, f.Pause.Delay(f.URL, failures)) {
			return
		}
	}
}

// next fetches and stores one page.
func (f *Feed) next(ctx context.Context) error {
	cursor, err := f.Outbox.Cursor()
	if err != nil {
		return err
	}
	p, err := f.fetch(ctx, cursor)
	if err != nil {
		return err
	}
	if p.status == http.StatusGone && p.Oldest != "" {
		// Nobody can fetch them any more. People must hear of it, and what is
		// left must not get lost as well.
		f.Log.Error("transactions have left the source's feed unread", "cause", p.Error)
		f.note(&f.lost, errors.New(p.Error))
		return f.Outbox.Fetched(p.Oldest, nil)
	}
	if p.status != http.StatusOK {
		return fmt.Errorf("the source answers %d: %s", p.status, p.Error)
	}
	return f.store(cursor, p)
}

// store keeps a page. What cannot be read is not skipped: somebody has to look.
func (f *Feed) store(last string, p page) error {
	txs := make([]*Transaction, len(p.Transactions))
	for i, body := range p.Transactions {
		tx, err := f.Decode(body)
		if err != nil {
			return fmt.Errorf("transaction %d before the cursor %s: %w", len(txs)-i, p.Cursor, err)
		}
		txs[i] = tx
	}
	if p.Cursor != last {
		if err := f.Outbox.Fetched(p.Cursor, txs); err != nil {
			return err
		}
	}
	f.behind.Store(p.Behind) // not before: what is being stored is not delivered
	return nil
}

func (f *Feed) fetch(ctx context.Context, cursor string) (p page, err error) {
	query := url.Values{"limit": {"200"}, "wait": {feedWait.String()}}
	if cursor != "" {
		query.Set("after", cursor)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, f.URL+"?"+query.Encode(), nil)
	if err != nil {
		return p, err
	}
	resp, err := f.HTTP.Do(req)
	if err != nil {
		return p, err
	}
	defer resp.Body.Close() // nothing was written
	p.status = resp.StatusCode
	err = json.NewDecoder(io.LimitReader(resp.Body, mostOfPage)).Decode(&p)
	if p.status == http.StatusOK && (err != nil || p.Cursor == "") {
		return p, errors.Join(errors.New("the source's answer is no page"), err)
	}
	return p, nil
}

// Behind is how many transactions the source has and we have not, as far as we
// know.
func (f *Feed) Behind() int { return int(f.behind.Load()) }

// Trouble says what is wrong with the feed, "" when nothing is. What it has
// lost stays wrong.
func (f *Feed) Trouble() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return cmp.Or(f.lost, f.failing)
}

func (f *Feed) note(what *string, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	*what = ""
	if err != nil {
		*what = err.Error()
	}
}
