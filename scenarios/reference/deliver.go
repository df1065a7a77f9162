package reference

import "context"

// work is one worker: it waits until calls may be made, takes a batch, makes
// one attempt and settles what came of it.
func (p *Parts) work(stop, calls context.Context, number int) {
	newest := number%4 == 3
	inTurn(stop, number, workerTurn)
	for p.Client.Gate.Wait(stop) == nil {
		batch, err := p.Queue.Take(stop, newest)
		if err != nil {
			return
		}
		inTurn(calls, number, workerTurn)
		p.settle(p.Send(calls, batch))
	}
}

// settle stores what became of transactions and only then lets the next ones
// of their keys go: were that forgotten in a crash, an old version would be
// sent again after a newer one.
func (p *Parts) settle(results []Result) {
	for i := range results {
		p.judge(&results[i])
	}
	err := p.Outbox.Settle(results)
	if err != nil {
		p.Log.Error("outcome not stored, will be sent again", "transactions", len(results), "cause", err)
	}
	for _, r := range results {
		if err == nil && (r.Class == Delivered || r.Class == Permanent) {
			p.Queue.Done(r.Tx)
		} else {
			p.Again(r.Tx, p.Pause.Delay(r.Tx.ID, r.Tx.attempts))
		}
	}
}

// judge decides between another attempt (Retry) and a dead letter (Permanent).
func (p *Parts) judge(r *Result) {
	if r.Class == Delivered {
		return
	}
	r.Tx.attempts++
	if r.Class == Doubtful {
		r.Tx.rejections++
	}
	if !p.GiveUp(r.Class, r.Tx.attempts, r.Tx.rejections) {
		r.Class = Retry
		return
	}
	r.Class = Permanent
	p.Log.Error("dead letter", "transaction", r.Tx.ID, "cause", r.Cause)
}
