package mutants

import (
	"math"

	"github.com/squall-harness/squall/scenarios/reference"
)

var noOrderPerKey = Mutant{
	Name:   "no-order-per-key",
	Defect: "It sends whatever waits side by side, several versions of one record too.",
	Source: "seen wherever workers share a queue without looking at keys: the older version lands last",
	Breaks: []string{order},
	Run: with(func(p *reference.Parts) {
		p.Queue.Lane = func(tx *reference.Transaction) string { return tx.ID }
	}),
}

var oneByOne = Mutant{
	Name:   "one-by-one",
	Defect: "It makes one call for each transaction, however many wait.",
	Source: "seen in a post-mortem: six million changes in single calls took days and ran into the API limit",
	Breaks: []string{drained},
	Run: with(func(p *reference.Parts) {
		p.Queue.Plan.Workers = 10
		p.Queue.Plan.Rows, p.Queue.Plan.Graphs, p.Queue.Plan.BulkFrom = 1, 1, math.MaxInt
	}),
}
