package mutants

import (
	"context"
	"encoding/json"
	"slices"

	"github.com/squall-harness/squall/scenarios/reference"
)

var tornUnit = Mutant{
	Name:     "torn-unit",
	Defect:   "It sends the records of a transaction one after another.",
	Source:   "seen in integration platforms that split a business transaction into single calls",
	Scenario: outage,
	Breaks:   []string{atomicity, consistency},
	Run:      with(func(p *reference.Parts) { sendInParts(p, 1) }),
}

var unitCutAtLimit = Mutant{
	Name:     "unit-cut-at-limit",
	Defect:   "It cuts a transaction that is larger than its calls: the first three records go, then the rest.",
	Source:   "seen in the documentation of integration platforms: beyond 25 operations there are several batches, of which some may fail",
	Scenario: outage,
	Breaks:   []string{atomicity},
	Run:      with(func(p *reference.Parts) { sendInParts(p, 3) }),
}

// sendInParts sends so many records of a unit at once, one part after the other.
func sendInParts(p *reference.Parts, size int) {
	send := p.Send
	p.Send = func(ctx context.Context, b reference.Batch) []reference.Result {
		if b.Route.Kind != reference.Units {
			return send(ctx, b)
		}
		return sideBySide(b.Txs, func(tx *reference.Transaction) reference.Result {
			return inParts(ctx, tx, size, send)
		})
	}
}

func inParts(ctx context.Context, tx *reference.Transaction, size int,
	send func(context.Context, reference.Batch) []reference.Result) reference.Result {
	for records := range slices.Chunk(tx.Records, size) {
		part := &reference.Transaction{ID: tx.ID, Key: tx.Key, Records: records}
		b := reference.Batch{Txs: []*reference.Transaction{part}}
		if len(records) > 1 {
			b.Route.Kind = reference.Units
		}
		if result := send(ctx, b)[0]; result.Class != reference.Delivered {
			return reference.Result{Tx: tx, Class: result.Class, Cause: result.Cause}
		}
	}
	return reference.Result{Tx: tx, Class: reference.Delivered}
}

var compositeOK = Mutant{
	Name:     "composite-200-ok",
	Defect:   "It takes the status 200 of a composite call for the success of all that is in it.",
	Source:   "seen in several public clients and their fixes: what had failed was skipped in silence",
	Scenario: outage,
	Breaks:   []string{noLoss},
	Run:      with(readingUnits(func(graphAnswer) bool { return true })),
}

var composite4xxOnly = Mutant{
	Name:     "composite-4xx-only",
	Defect:   "It looks for 4xx within a composite call: a part that failed with 500 passes.",
	Source:   "seen in the source of a public client that compares the first digit of each status with 4",
	Scenario: badRows,
	Breaks:   []string{noLoss},
	Run: with(readingUnits(func(g graphAnswer) bool {
		return !slices.ContainsFunc(g.Response.Nodes, func(n nodeAnswer) bool {
			return n.Status/100 == 4 && !isRolledBack(n)
		})
	})),
}

// graphAnswer is one graph of the answer to a composite call.
type graphAnswer struct {
	Successful bool `json:"isSuccessful"`
	Response   struct {
		Nodes []nodeAnswer `json:"compositeResponse"`
	} `json:"graphResponse"`
}

type nodeAnswer struct {
	Status int             `json:"httpStatusCode"`
	Body   json.RawMessage `json:"body"`
}

// isRolledBack tells whether a node only went with another one that failed.
func isRolledBack(n nodeAnswer) bool {
	var entries []struct {
		Code string `json:"errorCode"`
	}
	return json.Unmarshal(n.Body, &entries) == nil && len(entries) > 0 && entries[0].Code == "PROCESSING_HALTED"
}

// readingUnits takes for delivered, beside what is, the graphs that pass.
func readingUnits(passes func(graphAnswer) bool) func(*reference.Parts) {
	return func(p *reference.Parts) {
		read := p.Sender.Read
		p.Sender.Read = func(b reference.Batch, reply reference.Reply, classify func(*reference.Failure) reference.Class) []reference.Result {
			done := read(b, reply, classify)
			var answer struct{ Graphs []graphAnswer }
			if b.Route.Kind != reference.Units || json.Unmarshal(reply.Body, &answer) != nil || len(answer.Graphs) != len(done) {
				return done
			}
			for i, g := range answer.Graphs { // they come in the order of the request
				if passes(g) {
					done[i].Class = reference.Delivered
				}
			}
			return done
		}
	}
}
