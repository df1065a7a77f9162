package verify

import "time"

// Rest counts what is not in the ledgers of an Input: operations that were set
// aside because they are known to be in order, each acknowledged, applied once
// and verbatim, and alone on all that they touch. The zero value says that the
// ledgers are whole.
type Rest struct {
	Operations int // all of them acknowledged and applied
	Doubted    int // of these, acknowledged after an offer without an answer
	Unanswered int // attempts of the source without an answer
	Writes     int // changes that carry them out
	Inserts    int // of these, of records without external id
	Lookups    int // of these, of records with a parent
	Versions   int // of these, of records with a version
	Keys       int // keys with two operations or more
	Units      int // operations of several records
	Disturbed  int // of these, those that something got in the way of
	Open       int // operations that a crash found acknowledged and not wholly delivered
	Backlog    int // operations acknowledged before the heal and delivered in time after it
	Requests   int // lines of the request log, none of them a login

	Slowest time.Duration  // when the last of the backlog was delivered
	Beside  map[uint64]int // changes that a commit, by its lsn, made beside those that the ledgers hold
}
