// Package reference is an integration to Salesforce as it should be built: it
// accepts business transactions from a source, keeps them safe, and delivers
// each of them to an org exactly once in effect, in order, whole, whatever
// happens on the way.
//
// The main path, file by file:
//
//	source.go       POST /transactions: validate, store, then answer 2xx
//	feed.go         the other source: fetch, store with the cursor, read on
//	outbox.go       the store: SQLite, one writer, group commit
//	queue.go        what waits, in one lane per key; at most one of a lane is under way
//	plan.go         how much goes into one call, and when Bulk takes over
//	deliver.go      sixteen workers: take, send, settle
//	write.go        what makes every write repeatable
//	send.go         one row, a collection of rows, or graphs of units
//	results.go      what became of each of them
//	bulk.go         Bulk API 2.0 jobs for a large backlog, resumed after a crash
//	client.go       one HTTP call: timeout, status before body
//	session.go      one login at a time, and where a token may go
//	classify.go     the one table that says what a failure means
//	gate.go         how many calls may run: all, fewer, or a single probe
//	reconcile.go    what an org that was put back to a backup has lost
//	alert.go        telling people
//
// The promises, and where they come from:
//
//   - Nothing is lost. A transaction is on disk before the source is told so,
//     and leaves the outbox only after Salesforce said yes, or as a dead letter
//     that somebody is alerted about. An outage never makes a dead letter.
//   - Nothing happens twice. Every write is an upsert under an external id, so
//     that a call with unknown outcome is simply made again. A record that has
//     no external id of its own is given one (see Writes).
//   - A transaction is all or nothing. Several records go as one composite
//     graph, never by Bulk, which is not atomic across rows.
//   - Order per key. The next transaction of a key starts when the one before
//     it is known to be delivered, and that knowledge is on disk: otherwise a
//     crash would send the old version again, over the new one.
//   - Recovery is quick. While the org is down one probe at a time asks for it;
//     afterwards the backlog goes by Bulk and composite calls side by side, and
//     some workers always serve the newest transactions first.
//
// One thing the integration cannot rule out: a call that it gave up on may
// still reach the org later. Its timeout is therefore generous next to the
// time that a call takes.
//
// Assemble puts the parts together and RunParts runs them; whoever wants to
// know what one part is good for replaces it (package mutants does).
package reference
