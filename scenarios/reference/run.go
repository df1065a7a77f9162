package reference

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net"
	"net/http"
	"slices"
	"sync"
	"time"
)

// Run serves the source and delivers to Salesforce until ctx ends. Then new
// transactions are refused, calls under way are given eight seconds, and what
// is left waits in StateDir for the next start. It returns nil after that.
func Run(ctx context.Context, env Env) error {
	parts, err := Assemble(env)
	if err != nil {
		return err
	}
	return RunParts(ctx, parts)
}

// RunParts runs parts made by Assemble until ctx ends, and closes the outbox.
func RunParts(ctx context.Context, p *Parts) (err error) {
	defer func() { err = errors.Join(err, p.Outbox.Close()) }()
	waiting, err := p.Outbox.Waiting()
	if err != nil {
		return fmt.Errorf("reading the outbox: %w", err)
	}
	listener, err := p.Env.Listen("tcp", p.Env.ListenAddr)
	if err != nil {
		return fmt.Errorf("LISTEN_ADDR: %w", err)
	}
	stop, cancel := context.WithCancel(ctx)
	defer cancel()
	calls, cancelCalls := afterwards(stop, p.Grace)
	defer cancelCalls()

	var all sync.WaitGroup
	p.resume(&all, stop, calls, waiting)
	p.start(&all, stop, calls)
	return p.serve(stop, cancel, listener, &all)
}

// resume puts what the last run left into the queue, in its old order, and
// follows the Bulk jobs that were under way. Transactions accepted from now on
// come behind them.
func (p *Parts) resume(all *sync.WaitGroup, stop, calls context.Context, waiting []*Transaction) {
	jobs := map[string][]*Transaction{}
	for _, tx := range waiting {
		p.Queue.Add(tx)
		if tx.job != "" {
			p.Queue.Claim(tx)
			jobs[tx.job] = append(jobs[tx.job], tx)
		}
	}
	for i, id := range slices.Sorted(maps.Keys(jobs)) {
		txs := jobs[id]
		p.Log.Info("bulk job resumed", "job", id, "rows", len(txs))
		all.Go(func() {
			inTurn(stop, i, jobTurn)
			p.Bulk.Watch(stop, calls, id, txs, false)
		})
	}
	p.Outbox.OnStored(p.Queue.Add)
}

// start starts the workers and what is beside them. Every fourth worker serves
// the newest transactions first, so that fresh ones do not wait for a backlog.
func (p *Parts) start(all *sync.WaitGroup, stop, calls context.Context) {
	all.Go(func() { p.Client.Gate.Run(stop, p.ProbePause, p.Reconcile.Probe) })
	all.Go(func() { p.forget(stop) })
	all.Go(func() { p.Bulk.Run(stop, calls) })
	all.Go(func() { p.Alerts.Run(stop) })
	all.Go(func() { p.Feed.Run(stop) })
	for i := range p.Queue.Plan.Workers {
		all.Go(func() { p.work(stop, calls, i) })
	}
}

// forget drops what was delivered long ago, once an hour.
func (p *Parts) forget(stop context.Context) {
	for sleep(stop, time.Hour) {
		if err := p.Outbox.Forget(time.Now().Add(-p.Reconcile.Keep)); err != nil {
			p.Log.Warn("the outbox keeps what it could forget", "cause", err)
		}
	}
}

// serve answers the source until stop ends or the server fails, and returns
// when all have finished.
func (p *Parts) serve(stop context.Context, cancel func(), listener net.Listener, all *sync.WaitGroup) error {
	server := (&sourceAPI{stop: stop, decode: p.Decode, outbox: p.Outbox, feed: p.Feed}).server()
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	var err error
	select {
	case <-stop.Done():
	case err = <-failed:
		cancel()
	}
	all.Wait()
	end, done := context.WithTimeout(context.WithoutCancel(stop), time.Second)
	defer done()
	if server.Shutdown(end) != nil {
		_ = server.Close()
	}
	p.Client.HTTP.CloseIdleConnections()
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return err
}

// afterwards returns a context that ends some time after ctx.
func afterwards(ctx context.Context, grace time.Duration) (context.Context, context.CancelFunc) {
	later, cancel := context.WithCancel(context.WithoutCancel(ctx))
	context.AfterFunc(ctx, func() { time.AfterFunc(grace, cancel) })
	return later, cancel
}
