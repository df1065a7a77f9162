package reference

import (
	"context"
	"log/slog"
	"time"
)

// Parts is the integration, put together and not yet running. Each part can be
// looked at, and replaced, on its own.
type Parts struct {
	Env Env
	Log *slog.Logger
	// Decode reads what the source offers, and refuses what will never be taken.
	Decode func([]byte) (*Transaction, error)
	Outbox Outbox
	// Feed fetches what a source publishes, where there is one.
	Feed   *Feed
	Queue  *Queue
	Client *Client
	Sender *Sender
	// Send makes one attempt to deliver a batch: Sender.Send.
	Send   func(context.Context, Batch) []Result
	Bulk   *Bulk
	Alerts *Alerts
	// Reconcile looks whether an org that is back is the one that was left.
	Reconcile *Reconcile
	// GiveUp decides whether a transaction becomes a dead letter.
	GiveUp func(class Class, attempts, rejections int) bool
	// Pause is the time before a transaction's next attempt.
	Pause Backoff
	// Again gives a transaction back to the queue after a pause: Queue.Retry.
	Again func(tx *Transaction, pause time.Duration)
	// ProbePause is the time between two probes of an org that does not answer.
	ProbePause Backoff
	// Grace is how long calls under way may take after the stop.
	Grace time.Duration
}

// mostDoubts is how often the org may refuse a transaction for a reason that
// could pass by itself: half a minute or so.
const mostDoubts = 30

// GiveUp is the rule for dead letters. What is hopeless is one at once, what
// is doubtful after a while. Attempts do not count: in an outage they all fail,
// and none of that is the transaction's fault.
func GiveUp(class Class, _, rejections int) bool {
	return class == Permanent || class == Doubtful && rejections >= mostDoubts
}

// Assemble opens the outbox and puts the parts together. Nothing runs yet;
// RunParts closes what was opened.
func Assemble(env Env) (*Parts, error) {
	env = env.orMachine()
	outbox, err := OpenOutbox(env.StateDir)
	if err != nil {
		return nil, err
	}
	log := slog.New(slog.NewTextHandler(env.Output, nil))
	queue := NewQueue(DefaultPlan.startingBulkAt(env.BulkFrom))
	client := newClient(env)
	sender := &Sender{Client: client, Path: Path, Writes: Writes, Read: Read}
	bulk := newBulk(client, queue, outbox, log)
	feed := newFeed(env, outbox, log)
	p := &Parts{
		Env: env, Log: log, Decode: Decode, Outbox: outbox, Feed: feed, Queue: queue, Client: client, Sender: sender, Send: sender.Send, Bulk: bulk,
		Alerts: newAlerts(env, outbox, client.Gate, feed), GiveUp: GiveUp,
		Pause: Backoff{50 * time.Millisecond, 2 * time.Second}, ProbePause: Backoff{50 * time.Millisecond, time.Second},
		Again: queue.Retry, Grace: 8 * time.Second,
		Reconcile: &Reconcile{Client: client, Outbox: outbox, Queue: queue, Log: log, Keep: 48 * time.Hour, Page: 100},
	}
	bulk.Settle = p.settle
	return p, nil
}

func newClient(env Env) *Client {
	env = env.orMachine()
	const calls = 24 // the workers, and Bulk beside them
	web := newHTTPClient(NewTransport(env.Dial, calls))
	timeout := 4 * time.Second
	return &Client{
		HTTP: web, Tokens: &Login{HTTP: web, Env: env, Timeout: timeout}, Gate: NewGate(calls), Classify: Classify,
		Version: env.APIVersion, Timeout: timeout, ProbeTimeout: timeout / 2,
	}
}
