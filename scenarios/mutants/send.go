package mutants

import (
	"context"
	"encoding/json"
	"net/http"

	"github.com/squall-harness/squall/scenarios/reference"
)

var insertBlindRetry = Mutant{
	Name:   "insert-blind-retry",
	Defect: "It POSTs new records without an external id, and again when the answer is lost.",
	Source: "seen in a public issue: the read timed out, the object had been created, the retry made a second one",
	Breaks: []string{noDuplicates},
	Run: with(func(p *reference.Parts) {
		mayBulk := p.Queue.MayBulk
		p.Queue.MayBulk = func(tx *reference.Transaction) bool { return !isInsert(tx) && mayBulk(tx) }
		p.Send = inserter{p.Client, p.Send}.send
	}),
}

func isInsert(tx *reference.Transaction) bool {
	return len(tx.Records) == 1 && tx.Records[0].ExternalID == ""
}

// inserter takes the inserts out of a batch and sends each on its own.
type inserter struct {
	client *reference.Client
	rest   func(context.Context, reference.Batch) []reference.Result
}

func (s inserter) send(ctx context.Context, b reference.Batch) (results []reference.Result) {
	rest := reference.Batch{Route: b.Route}
	for _, tx := range b.Txs {
		if isInsert(tx) {
			results = append(results, s.insert(ctx, tx))
		} else {
			rest.Txs = append(rest.Txs, tx)
		}
	}
	if len(rest.Txs) > 0 {
		results = append(results, s.rest(ctx, rest)...)
	}
	return results
}

func (s inserter) insert(ctx context.Context, tx *reference.Transaction) reference.Result {
	w := reference.Writes(tx)[0]
	body, err := json.Marshal(w.Body(""))
	if err != nil {
		return reference.Result{Tx: tx, Class: reference.Permanent, Cause: err.Error()}
	}
	_, err = s.client.Do(ctx, reference.Call{
		Method: http.MethodPost, Path: "/sobjects/" + w.Object, Type: "application/json", Body: body,
	})
	if err != nil {
		return reference.Result{Tx: tx, Class: s.client.Class(err), Cause: err.Error()}
	}
	return reference.Result{Tx: tx, Class: reference.Delivered}
}

var tornUnit = Mutant{
	Name:   "torn-unit",
	Defect: "It sends the records of a transaction one after another.",
	Source: "seen in integration platforms that split a business transaction into single calls",
	Breaks: []string{atomicity, consistency},
	Run: with(func(p *reference.Parts) {
		send := p.Send
		p.Send = func(ctx context.Context, b reference.Batch) []reference.Result {
			if b.Route.Kind != reference.Units {
				return send(ctx, b)
			}
			results := all(b, reference.Delivered)
			for i, tx := range b.Txs {
				results[i] = oneAfterAnother(ctx, tx, send)
			}
			return results
		}
	}),
}

func oneAfterAnother(ctx context.Context, tx *reference.Transaction,
	send func(context.Context, reference.Batch) []reference.Result) reference.Result {
	for i, w := range reference.Writes(tx) {
		record := tx.Records[i]
		record.ExternalIDField, record.ExternalID = w.Field, w.Value
		part := &reference.Transaction{ID: tx.ID, Key: tx.Key, Records: []reference.Record{record}}
		result := send(ctx, reference.Batch{Txs: []*reference.Transaction{part}})[0]
		if result.Class != reference.Delivered {
			return reference.Result{Tx: tx, Class: result.Class, Cause: result.Cause}
		}
	}
	return reference.Result{Tx: tx, Class: reference.Delivered}
}

var compositeOK = Mutant{
	Name:   "composite-200-ok",
	Defect: "It takes the status 200 of a composite call for the success of all that is in it.",
	Source: "seen in several public clients and their fixes: rows that failed were skipped in silence",
	Breaks: []string{noLoss},
	Run: with(func(p *reference.Parts) {
		p.Sender.Read = func(b reference.Batch, _ reference.Reply, _ func(*reference.Failure) reference.Class) []reference.Result {
			return all(b, reference.Delivered)
		}
	}),
}

var unescapedID = Mutant{
	Name:   "unescaped-external-id",
	Defect: "It puts external ids into URLs as they are: a ? or # cuts them short, a / leads elsewhere.",
	Source: "seen on the wire from a public Go client",
	Breaks: []string{noPhantoms},
	Run: with(func(p *reference.Parts) {
		p.Sender.Path = func(object, field, value string) string {
			return "/sobjects/" + object + "/" + field + "/" + value
		}
	}),
}
