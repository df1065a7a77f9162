// Package mutants holds copies of the reference integration with one defect
// each. They judge the judge: a scenario that passes a mutant looked away.
//
// A mutant is the reference with one part replaced, so that reading it is
// reading the defect. Every one of them has been seen in a public client, an
// issue thread or a post-mortem.
package mutants

import (
	"context"

	"github.com/squall-harness/squall/scenarios/reference"
)

// Mutant is an integration with one defect.
type Mutant struct {
	Name   string
	Defect string // what it does wrong, in one sentence
	Source string // where such a defect was seen
	// Breaks names the guarantees that a scenario must find broken, each in the
	// words of package verify.
	Breaks []string
	// Run runs it like reference.Run.
	Run func(context.Context, reference.Env) error
}

// The guarantees, in the words of package verify.
const (
	noLoss       = "no loss"
	noDuplicates = "no duplicates"
	noPhantoms   = "no phantoms"
	integrity    = "integrity"
	order        = "order"
	atomicity    = "atomicity"
	consistency  = "consistency"
	durability   = "durability"
	drained      = "drained in time"
	noOverload   = "no overload"
)

// All lists the mutants, by the part in which their defect is.
var All = []Mutant{
	ackBeforeStore, skipsAtRestart, markBeforeSend,
	insertBlindRetry, tornUnit, compositeOK, unescapedID,
	timeoutMeansFailed, htmlIsPermanent, lockIsPermanent, outageSpendsAttempts,
	sessionNeverRefreshed, loginPerCall, noTimeout,
	noOrderPerKey, oneByOne,
	headerFromFirstRow, nullAsEmpty,
}

// Find returns the mutant of that name.
func Find(name string) (Mutant, bool) {
	for _, m := range All {
		if m.Name == name {
			return m, true
		}
	}
	return Mutant{}, false
}

// with returns a Run that changes one part of the reference.
func with(change func(*reference.Parts)) func(context.Context, reference.Env) error {
	return func(ctx context.Context, env reference.Env) error {
		parts, err := reference.Assemble(env)
		if err != nil {
			return err
		}
		change(parts)
		return reference.RunParts(ctx, parts)
	}
}
