package mutants

import (
	"context"
	"maps"

	"github.com/squall-harness/squall/scenarios/reference"
)

var wholeRecord = Mutant{
	Name:     "writes-whole-record",
	Defect:   "It writes all fields of an account that it knows of, and null where the source says nothing: what users wrote there is gone.",
	Source:   "seen in mappers that turn a typed object into JSON without leaving empty fields out",
	Scenario: crowd,
	Breaks:   []string{isolation},
	Run: with(func(p *reference.Parts) {
		send := p.Send
		p.Send = func(ctx context.Context, b reference.Batch) []reference.Result {
			for _, tx := range b.Txs {
				for i := range tx.Records {
					fillIn(&tx.Records[i])
				}
			}
			return send(ctx, b)
		}
	}),
}

// fillIn adds the fields that the source did not give. A record may come here
// more than once.
func fillIn(r *reference.Record) {
	if r.Object != "Account" || r.Op == "delete" {
		return
	}
	r.Fields = maps.Clone(r.Fields)
	for _, field := range []string{"Description", "Phone"} {
		if _, given := r.Fields[field]; !given {
			r.Fields[field] = nil
		}
	}
}
