package mutants

import (
	"context"
	"encoding/json"
	"maps"
	"net/http"
	"net/url"

	"github.com/squall-harness/squall/scenarios/reference"
)

var wholeRecord = Mutant{
	Name:     "writes-whole-record",
	Defect:   "It writes all fields of an account that it knows of, and null where the source says nothing: what users wrote there is gone.",
	Source:   "seen in mappers that turn a typed object into JSON without leaving empty fields out",
	Scenario: crowd,
	Breaks:   []string{isolation},
	Run: with(func(p *reference.Parts) {
		fillIn(p, func(context.Context, *reference.Record) map[string]any {
			return map[string]any{"Description": nil, "Phone": nil}
		})
	}),
}

var readModifyWrite = Mutant{
	Name:     "read-modify-write",
	Defect:   "It reads an account, changes what the source says, and writes all of it back: what users wrote meanwhile is gone.",
	Source:   "seen in integrations on object mappers, which save objects and not changes",
	Scenario: crowd,
	Breaks:   []string{isolation},
	Run: with(func(p *reference.Parts) {
		fillIn(p, func(ctx context.Context, r *reference.Record) (fields map[string]any) {
			path := "/sobjects/Account/" + r.ExternalIDField + "/" + url.PathEscape(r.ExternalID) + "?fields=Description,Phone"
			reply, err := p.Client.Do(ctx, reference.Call{Method: http.MethodGet, Path: path})
			if err != nil || json.Unmarshal(reply.Body, &fields) != nil {
				return nil // not there yet
			}
			delete(fields, "attributes")
			delete(fields, "Id") // Salesforce adds it
			return fields
		})
	}),
}

// fillIn adds fields of accounts that the source does not give, anew at every
// attempt.
func fillIn(p *reference.Parts, others func(context.Context, *reference.Record) map[string]any) {
	send := p.Send
	p.Send = func(ctx context.Context, b reference.Batch) []reference.Result {
		for _, tx := range b.Txs {
			for i := range tx.Records {
				r := &tx.Records[i]
				if r.Object == "Account" && r.Op != "delete" {
					r.Fields = maps.Clone(r.Fields)
					maps.Copy(r.Fields, others(ctx, r))
				}
			}
		}
		return send(ctx, b)
	}
}
