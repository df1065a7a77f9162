package reference

// Plan holds the numbers that decide how much goes into one call, and which way.
type Plan struct {
	Workers   int // calls of the small way that run at once
	Rows      int // most rows of one collections call
	Graphs    int // most graphs of one composite graph call
	Nodes     int // most records of one composite graph call
	BulkFrom  int // Bulk takes over when so many transactions that may go that way wait
	BulkUntil int // and goes on until fewer than this many wait, so that the switch does not flap
	BulkRows  int // most transactions in one wave of Bulk jobs
	BulkLeast int // a job with fewer rows is not worth its start-up: the small way takes them
}

// DefaultPlan keeps to the limits of the APIs: 200 rows of a collection; 75
// graphs and 500 nodes of a composite graph, of which fewer are used because
// more than 14 failed graphs halt the rest of their call (Salesforce REST API
// guide, sObject Collections and Composite Graph Limits). Bulk's threshold is
// the point where its start-up of a second or so has paid off.
var DefaultPlan = Plan{
	Workers: 16, Rows: 200, Graphs: 25, Nodes: 500,
	BulkFrom: 800, BulkUntil: 200, BulkRows: 20_000, BulkLeast: 20,
}

// startingBulkAt is the plan with another threshold, and the end of Bulk at the
// same distance from it; 0 leaves the plan as it is.
func (p Plan) startingBulkAt(threshold int) Plan {
	if threshold > 0 {
		p.BulkFrom, p.BulkUntil = threshold, threshold*p.BulkUntil/p.BulkFrom
	}
	return p
}

// Batch is what one call carries: one transaction, or several of the same
// route, each of another key.
type Batch struct {
	Route Route
	Txs   []*Transaction
	nodes int
}

// Route is a kind of call together with what its passengers must share.
type Route struct {
	Kind          Kind
	Object, Field string // rows only
}

// Kind tells the calls of the small way apart.
type Kind uint8

// The kinds of calls.
const (
	Alone Kind = iota // nothing else may be in the call
	Rows              // one upsert, or a collection of them on one object
	Units             // composite graphs, one for each transaction
)

// route says which way a transaction goes.
func route(tx *Transaction) Route {
	if len(tx.Records) > 1 {
		return Route{Kind: Units}
	}
	w := Writes(tx)[0]
	if w.Delete || tx.alone {
		return Route{Kind: Alone}
	}
	return Route{Kind: Rows, Object: w.Object, Field: w.Field}
}

// share is the fair share of one worker when so many transactions are ready:
// with few of them everything goes at once and alone, with many the calls fill up.
func (p Plan) share(ready int) int { return max(1, (ready+p.Workers-1)/p.Workers) }

// add puts tx into the batch if it may go with what is there.
func (p Plan) add(b *Batch, tx *Transaction, share int) bool {
	r := route(tx)
	if len(b.Txs) > 0 && (r != b.Route || r.Kind == Alone || tx.alone || b.Txs[0].alone) {
		return false
	}
	most := p.Rows
	if r.Kind == Units {
		most = p.Graphs
	}
	if len(b.Txs) > 0 && (len(b.Txs) >= min(most, share) || r.Kind == Units && b.nodes+len(tx.Records) > p.Nodes) {
		return false
	}
	b.Route, b.Txs, b.nodes = r, append(b.Txs, tx), b.nodes+len(tx.Records)
	return true
}

// full tells whether nothing more will fit.
func (p Plan) full(b *Batch, share int) bool {
	return len(b.Txs) > 0 && (len(b.Txs) >= share || b.Route.Kind == Alone)
}

// mayBulk tells whether a transaction may go by Bulk at all: one upsert, since
// Bulk is not atomic across rows, whose values a CSV cell can carry.
func mayBulk(tx *Transaction) bool {
	if len(tx.Records) > 1 || tx.Records[0].Op != "" || tx.alone || tx.syncOnly {
		return false
	}
	for _, value := range tx.Records[0].Fields {
		if value == nullCell { // in a cell this text would clear the field
			return false
		}
	}
	return true
}
