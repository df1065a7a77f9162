package workload

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"sync/atomic"
	"text/template"
	"time"

	vegeta "github.com/tsenart/vegeta/v12/lib"

	"github.com/squall-harness/squall/harness/history"
)

// Recorder takes the source's side of the history. history.Recorder is one.
type Recorder interface {
	Now() time.Duration
	Offer(history.Operation)
	Answer(id string, a history.Attempt)
}

// Push is a source that offers each transaction by a POST to the integration,
// as an open model: at the time when it is due, however slow the answers are.
//
// It behaves as a careful sender does. An unknown outcome (5xx, a timeout, a
// cut connection) is offered again, the same id and body, until the answer is
// definite. A transaction waits until the earlier one of its key is definite,
// so that the order of acknowledgements is the order of the source.
type Push struct {
	URL      string                                                            // where to POST
	Body     *template.Template                                                // nil: the default JSON of a transaction
	Accepted []int                                                             // statuses that acknowledge; none: every 2xx
	Timeout  time.Duration                                                     // of one attempt; 0: 10 s
	Dial     func(ctx context.Context, network, addr string) (net.Conn, error) // nil: the machine's network
	Recorder Recorder

	ops  []history.Operation
	prev []int           // the earlier transaction of the same key, -1 for none
	done []chan struct{} // closed when the outcome is definite or given up

	client *http.Client
	tally  [3]atomic.Int64 // attempts by outcome
}

// Offer offers ops, the first one now, and returns when every outcome is
// definite or ctx ends. What is unknown then stays unknown in the history.
func (p *Push) Offer(ctx context.Context, ops []history.Operation, rate float64) {
	p.prepare(ops)
	defer p.client.CloseIdleConnections()
	attacker := vegeta.NewAttacker(vegeta.Client(&http.Client{Transport: offering{p, ctx}}))
	stop := context.AfterFunc(ctx, func() { attacker.Stop() })
	defer stop()
	for range attacker.Attack(p.targeter(), timetable{ops, rate}, 0, "") {
		// Every outcome is in the history already; the results only have to be
		// taken, or the attacker would stop offering.
	}
}

// timetable is vegeta's pacer for transactions that know when they are due.
type timetable struct {
	ops  []history.Operation
	rate float64
}

// Pace is the time until the next transaction is due.
func (t timetable) Pace(elapsed time.Duration, hits uint64) (wait time.Duration, stop bool) {
	if hits >= uint64(len(t.ops)) {
		return 0, true
	}
	return max(0, t.ops[hits].Due-t.ops[0].Due-elapsed), false
}

// Rate is how many transactions come per second.
func (t timetable) Rate(time.Duration) float64 { return t.rate }

// Answers counts the attempts that ended with that outcome so far.
func (p *Push) Answers(o history.Outcome) int { return int(p.tally[o].Load()) }

func (p *Push) prepare(ops []history.Operation) {
	p.ops, p.prev, p.done = ops, make([]int, len(ops)), make([]chan struct{}, len(ops))
	last := map[string]int{}
	for i, op := range ops {
		p.prev[i], p.done[i] = -1, make(chan struct{})
		if j, ok := last[op.Key]; ok {
			p.prev[i] = j
		}
		last[op.Key] = i
	}
	p.client = &http.Client{
		Timeout:   cmp.Or(p.Timeout, 10*time.Second),
		Transport: &http.Transport{DialContext: p.Dial, MaxIdleConnsPerHost: 256, IdleConnTimeout: 5 * time.Second},
		// A redirect would turn the POST into a GET; it is an answer like any other.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// targeter hands out the transactions in turn. The place of a transaction
// travels in the URL's fragment, which is never sent.
func (p *Push) targeter() vegeta.Targeter {
	var next atomic.Int64
	return func(t *vegeta.Target) error {
		i := int(next.Add(1)) - 1
		if i >= len(p.ops) {
			return vegeta.ErrNoTargets
		}
		t.Method, t.URL = http.MethodPost, p.URL+"#"+strconv.Itoa(i)
		return nil
	}
}

// offering is the client's transport: one call of it is the whole life of one
// transaction at the source.
type offering struct {
	push *Push
	ctx  context.Context
}

func (o offering) RoundTrip(r *http.Request) (*http.Response, error) {
	i, err := strconv.Atoi(r.URL.Fragment)
	if err != nil {
		return nil, err
	}
	o.push.offer(o.ctx, i)
	return &http.Response{StatusCode: http.StatusNoContent, Body: http.NoBody, Request: r}, nil
}

func (p *Push) offer(ctx context.Context, i int) {
	op := p.ops[i]
	defer close(p.done[i])
	p.Recorder.Offer(op)
	if !p.awaitTurn(ctx, i) {
		return
	}
	body, err := write(p.Body, op)
	if err != nil {
		p.Recorder.Answer(op.ID, history.Attempt{At: p.Recorder.Now(), Error: err.Error(), Outcome: history.Fail})
		return
	}
	for wait := 100 * time.Millisecond; ; wait = min(2*wait, time.Second) {
		a := p.attempt(ctx, body)
		p.Recorder.Answer(op.ID, a)
		p.tally[a.Outcome].Add(1)
		if a.Outcome != history.Info || !sleep(ctx, wait+jitter(i, wait)) {
			return
		}
	}
}

// jitter is up to a tenth of a wait. It is drawn from what waits, and never
// lets two transactions come at the same instant but by chance.
func jitter(i int, wait time.Duration) time.Duration {
	rng := rand.New(rand.NewPCG(uint64(i), uint64(wait)))
	return time.Duration(rng.Int64N(int64(wait / 10)))
}

// awaitTurn waits for the earlier transaction of the key.
func (p *Push) awaitTurn(ctx context.Context, i int) bool {
	if p.prev[i] < 0 {
		return true
	}
	select {
	case <-p.done[p.prev[i]]:
		return ctx.Err() == nil
	case <-ctx.Done():
		return false
	}
}

// transaction is the shape that the integration is offered, as JSON or through
// a template.
type transaction struct {
	ID      string           `json:"id"`
	Key     string           `json:"key"`
	Records []history.Record `json:"records"`
}

// write is a transaction as the integration is offered it; nil is the default
// JSON.
func write(t *template.Template, op history.Operation) ([]byte, error) {
	if t == nil {
		return json.Marshal(transaction{op.ID, op.Key, op.Records})
	}
	return Fill(t, op)
}

// Body is the template of a body. Beside what text/template has, json writes
// any part as JSON: {{json .Key}}, {{json .Records}}.
func Body(text string) (*template.Template, error) {
	return template.New("source.body").Funcs(template.FuncMap{"json": toJSON}).Parse(text)
}

func toJSON(part any) (string, error) {
	text, err := json.Marshal(part)
	return string(text), err
}

// Fill is the body that a template makes of a transaction.
func Fill(t *template.Template, op history.Operation) ([]byte, error) {
	var b bytes.Buffer
	if err := t.Execute(&b, transaction{op.ID, op.Key, op.Records}); err != nil {
		return nil, fmt.Errorf("source.body: %w", err)
	}
	return b.Bytes(), nil
}

func (p *Push) attempt(ctx context.Context, body []byte) history.Attempt {
	a := history.Attempt{At: p.Recorder.Now()}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, p.URL, bytes.NewReader(body))
	if err != nil {
		a.Error = err.Error()
		return a
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := p.client.Do(req)
	if err == nil {
		// Whoever cuts the body short has still sent the status: that is the answer.
		_, _ = io.Copy(io.Discard, io.LimitReader(resp.Body, 1<<20))
		_ = resp.Body.Close()
		a.Status, a.Outcome = resp.StatusCode, p.outcome(resp.StatusCode)
	} else {
		a.Error = p.reason(ctx, err)
	}
	a.Took = p.Recorder.Now() - a.At
	return a
}

// outcome reads a status: an acknowledgement, a definite refusal, or unknown.
func (p *Push) outcome(status int) history.Outcome {
	switch {
	case slices.Contains(p.Accepted, status), len(p.Accepted) == 0 && status >= 200 && status < 300:
		return history.OK
	case status >= 400 && status < 500:
		return history.Fail
	}
	return history.Info
}

// reason says why there was no answer, without the URL, which every line would
// repeat.
func (p *Push) reason(ctx context.Context, err error) string {
	var outer *url.Error
	switch {
	case ctx.Err() != nil:
		return "the run ended"
	case !errors.As(err, &outer):
		return err.Error()
	case outer.Timeout():
		return fmt.Sprintf("timeout after %v", p.client.Timeout)
	}
	return outer.Err.Error()
}

func sleep(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}
