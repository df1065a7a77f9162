// Package mutants holds copies of the reference integration with one defect
// each. They judge the judge: a scenario that passes a mutant looked away.
//
// A mutant is the reference with one part replaced, so that reading it is
// reading the defect. Every one of them has been seen in a public client, an
// issue thread or a post-mortem.
package mutants

import (
	"context"
	"time"

	"github.com/squall-harness/squall/scenarios/reference"
)

// Mutant is an integration with one defect.
type Mutant struct {
	Name   string
	Defect string // what it does wrong, in one sentence
	Source string // where such a defect was seen
	// Scenario is the one that must catch it, and Breaks the guarantees that it
	// must find broken, each in the words of package verify.
	Scenario string
	Breaks   []string
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
	isolation    = "isolation"
	durability   = "durability"
	drained      = "drained in time"
	noOverload   = "no overload"
	alerted      = "alerted"
	backlogTold  = "backlog told truly"
)

// The scenarios.
const (
	outage    = "outage-short"
	badRows   = "bad-rows"
	bulkRows  = "bulk-rows"
	bulkFails = "bulk-fails"
	bulkCalls = "bulk-calls"
	slowBulk  = "slow-bulk"
	slowOrg   = "slow-org"
	limits    = "limits-short"
	deletes   = "deletes"
	deploys   = "deploys-short"
	restarts  = "restarts"
	resets    = "resets"
	late      = "late"
	poison    = "poison-short"
	crowd     = "crowd"
	restored  = "restored"
	feedShort = "feed-short"
)

// All lists the mutants, by the part in which their defect is.
var All = []Mutant{
	// what is accepted and kept
	ackBeforeStore, skipsAtRestart, markBeforeSend, offeredTwice, unorderedResume, idAtLoad, idWatermark, publishBeforeCommit, shutdownDrops,
	cursorFirst, cursorInMemory, readsWhenDelivered,
	// inserts, units, rows
	insertBlindRetry, checkThenCreate, transportRetry, firstErrorWins,
	tornUnit, unitCutAtLimit, wholeRecord, readModifyWrite, compositeOK, composite4xxOnly,
	collectionsOK, updateIsError, unescapedID, nullLeftOut, dropReference, fieldStripping, claimWithoutLock, leaseWithoutFence,
	// what a failure means
	timeoutMeansFailed, htmlIsPermanent, lockIsPermanent, outageSpendsAttempts,
	forbiddenIsPermanent, limitIsSuccess, waitsFor429, retryStorm, refreshOn401Only, choiceIsSuccess,
	// sessions and connections
	sessionNeverRefreshed, tokenCapturedOnce, loginPerCall, noTimeout, resetIsFinal, leakedBody,
	// what goes when, and which way
	noOrderPerKey, retryOvertaken, deleteOvertakes, childBesideParent, unknownTypeSkipped,
	oneByOne, thresholdOnPage, alwaysSerial, alwaysBulk, tinyJobs, poisonAtHead, trustsTheOrg,
	// Bulk
	headerFromFirstRow, nullAsEmpty, jobSuccess, failedJobSkipped, failedWithoutMessage, unprocessedIgnored, resultByIndex,
	pollTimeoutResubmit, pollErrorKillsJob, abortedNeverEnds, jobLeftOpen, ackAtUpload, uploadErrorLost, firstJobOnly,
	closeRetryAsNewJob, jobIDNotStored, restOvertakesBulk, bulkLimitWaits,
	// telling people
	swallowedFailure, backlogBlind, livenessOnly, alertLate, clearedTooEarly,
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
	return withStop(func(_ context.Context, p *reference.Parts) { change(p) })
}

// withStop is with for what must know when it is asked to stop.
func withStop(change func(context.Context, *reference.Parts)) func(context.Context, reference.Env) error {
	return func(ctx context.Context, env reference.Env) error {
		parts, err := reference.Assemble(env)
		if err != nil {
			return err
		}
		change(ctx, parts)
		return reference.RunParts(ctx, parts)
	}
}

// results gives every transaction of a batch the same result.
func results(b reference.Batch, class reference.Class, cause string) []reference.Result {
	list := make([]reference.Result, len(b.Txs))
	for i, tx := range b.Txs {
		list[i] = reference.Result{Tx: tx, Class: class, Cause: cause}
	}
	return list
}

// pause waits for d; false when ctx ended before.
func pause(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
