package mutants

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"

	"github.com/squall-harness/squall/scenarios/reference"
)

var insertBlindRetry = Mutant{
	Name:     "insert-blind-retry",
	Defect:   "It POSTs new records without an external id, and again when the answer is lost.",
	Source:   "seen in a public issue: the read timed out, the object had been created, the retry made a second one",
	Scenario: outage,
	Breaks:   []string{noDuplicates},
	Run: with(func(p *reference.Parts) {
		insertBy(p, func(ctx context.Context, txs []*reference.Transaction) []reference.Result {
			return sideBySide(txs, func(tx *reference.Transaction) reference.Result { return create(ctx, p.Client, tx) })
		})
	}),
}

var checkThenCreate = Mutant{
	Name:     "check-then-create",
	Defect:   "It asks whether the record is there, and POSTs it when it is not.",
	Source:   "seen in fixes of public integrations that had to be fixed again: two attempts ask, both hear no, both create",
	Scenario: late,
	Breaks:   []string{noDuplicates},
	Run:      with(asking),
}

var transportRetry = Mutant{
	Name:     "transport-auto-retry",
	Defect:   "It asks before it creates, but its HTTP client repeats every request that failed on the network, POST too.",
	Source:   "seen in the source of a connector whose transport retries below the code that takes care",
	Scenario: outage,
	Breaks:   []string{noDuplicates},
	Run: with(func(p *reference.Parts) {
		asking(p)
		p.Client.HTTP.Transport = repeating{transport(p)}
	}),
}

// repeating sends a request up to three times.
type repeating struct{ *http.Transport }

func (r repeating) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := r.Transport.RoundTrip(req)
	for attempt := 2; attempt <= 3 && err != nil && req.Context().Err() == nil; attempt++ {
		again := req.Clone(req.Context())
		again.Body, _ = req.GetBody() // of bytes: it cannot fail
		resp, err = r.Transport.RoundTrip(again)
	}
	return resp, err
}

var firstErrorWins = Mutant{
	Name:     "first-error-wins",
	Defect:   "It takes one refused row for the refusal of the whole call, and creates all the rows again.",
	Source:   "seen in public clients that reject the whole promise when one record of a collection failed",
	Scenario: badRows,
	Breaks:   []string{noDuplicates},
	Run: with(func(p *reference.Parts) {
		c := &collector{client: p.Client, refused: map[string]bool{}}
		insertBy(p, c.insert)
	}),
}

// collector creates rows in one call. After a lost answer it asks for them;
// after a refusal it believes that none of them is there.
type collector struct {
	client  *reference.Client
	mu      sync.Mutex
	refused map[string]bool // by transaction
}

func (c *collector) insert(ctx context.Context, txs []*reference.Transaction) []reference.Result {
	b := reference.Batch{Txs: txs}
	there, err := tokensThere(ctx, c.client, c.doubtful(txs))
	if err != nil {
		return results(b, c.client.Class(err), err.Error())
	}
	missing := slices.DeleteFunc(slices.Clone(txs), func(tx *reference.Transaction) bool { return there[tokenOf(tx)] })
	if len(missing) == 0 {
		return results(b, reference.Delivered, "")
	}
	reply, err := c.client.Do(ctx, createAll(missing))
	if err != nil {
		return results(b, c.client.Class(err), err.Error())
	}
	if strings.Contains(string(reply.Body), `"success":false`) {
		c.believe(missing)
		return results(b, reference.Retry, "a row was refused")
	}
	return results(b, reference.Delivered, "")
}

// doubtful are the transactions that may be there.
func (c *collector) doubtful(txs []*reference.Transaction) []*reference.Transaction {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(txs), func(tx *reference.Transaction) bool { return c.refused[tx.ID] })
}

func (c *collector) believe(txs []*reference.Transaction) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, tx := range txs {
		c.refused[tx.ID] = true
	}
}

// createAll is one call that creates a record for each transaction.
func createAll(txs []*reference.Transaction) reference.Call {
	records := make([]map[string]any, len(txs))
	for i, tx := range txs {
		w := reference.Writes(tx)[0]
		records[i] = w.Body("")
		records[i]["attributes"] = map[string]string{"type": w.Object}
	}
	body, _ := json.Marshal(map[string]any{"allOrNone": false, "records": records}) // plain values
	return reference.Call{Method: http.MethodPost, Path: "/composite/sobjects", Type: "application/json", Body: body}
}

// insertBy sends inserts on a way of their own: new records without an
// external id, which nothing keeps from being created twice.
func insertBy(p *reference.Parts, insert func(context.Context, []*reference.Transaction) []reference.Result) {
	mayBulk, send := p.Queue.MayBulk, p.Send
	p.Queue.MayBulk = func(tx *reference.Transaction) bool { return !isInsert(tx) && mayBulk(tx) }
	p.Send = func(ctx context.Context, b reference.Batch) (done []reference.Result) {
		rest := reference.Batch{Route: b.Route}
		var inserts []*reference.Transaction
		for _, tx := range b.Txs {
			if isInsert(tx) {
				inserts = append(inserts, tx)
			} else {
				rest.Txs = append(rest.Txs, tx)
			}
		}
		if len(inserts) > 0 {
			done = insert(ctx, inserts)
		}
		if len(rest.Txs) > 0 {
			done = append(done, send(ctx, rest)...)
		}
		return done
	}
}

func isInsert(tx *reference.Transaction) bool {
	return len(tx.Records) == 1 && tx.Records[0].ExternalID == ""
}

// asking looks each insert up before it creates it.
func asking(p *reference.Parts) {
	insertBy(p, func(ctx context.Context, txs []*reference.Transaction) []reference.Result {
		return sideBySide(txs, func(tx *reference.Transaction) reference.Result {
			there, err := tokensThere(ctx, p.Client, []*reference.Transaction{tx})
			switch {
			case err != nil:
				return reference.Result{Tx: tx, Class: p.Client.Class(err), Cause: err.Error()}
			case there[tokenOf(tx)]:
				return reference.Result{Tx: tx, Class: reference.Delivered}
			}
			return create(ctx, p.Client, tx)
		})
	})
}

// tokensThere asks which of the inserts are there already.
func tokensThere(ctx context.Context, client *reference.Client, txs []*reference.Transaction) (map[string]bool, error) {
	there := map[string]bool{}
	if len(txs) == 0 {
		return there, nil
	}
	tokens := make([]string, len(txs))
	for i, tx := range txs {
		tokens[i] = "'" + tokenOf(tx) + "'"
	}
	query := "SELECT Token__c FROM " + txs[0].Records[0].Object + " WHERE Token__c IN (" + strings.Join(tokens, ",") + ")"
	reply, err := client.Do(ctx, reference.Call{Method: http.MethodGet, Path: "/query?q=" + url.QueryEscape(query)})
	if err != nil {
		return nil, err
	}
	var answer struct {
		Records []struct {
			Token string `json:"Token__c"`
		}
	}
	err = json.Unmarshal(reply.Body, &answer)
	for _, r := range answer.Records {
		there[r.Token] = true
	}
	return there, err
}

func tokenOf(tx *reference.Transaction) string {
	token, _ := tx.Records[0].Fields["Token__c"].(string)
	return token
}

// create is POST /sobjects/X.
func create(ctx context.Context, client *reference.Client, tx *reference.Transaction) reference.Result {
	w := reference.Writes(tx)[0]
	body, err := json.Marshal(w.Body(""))
	if err != nil {
		return reference.Result{Tx: tx, Class: reference.Permanent, Cause: err.Error()}
	}
	_, err = client.Do(ctx, reference.Call{
		Method: http.MethodPost, Path: "/sobjects/" + w.Object, Type: "application/json", Body: body,
	})
	if err != nil {
		return reference.Result{Tx: tx, Class: client.Class(err), Cause: err.Error()}
	}
	return reference.Result{Tx: tx, Class: reference.Delivered}
}

func sideBySide(txs []*reference.Transaction, deliver func(*reference.Transaction) reference.Result) []reference.Result {
	done := make([]reference.Result, len(txs))
	var all sync.WaitGroup
	for i, tx := range txs {
		all.Go(func() { done[i] = deliver(tx) })
	}
	all.Wait()
	return done
}
