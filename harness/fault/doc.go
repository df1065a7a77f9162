// Package fault breaks things while a rehearsal runs, and puts them right
// again.
//
// Plan draws a Schedule from the faults of a scenario and a seed. A Nemesis
// runs it on the run's clock, and records a history.Window when a fault begins
// and again when it has ended, with what it did: Hits 0 means that it never
// fired. Faults work at three places:
//
//   - the org's requests, through Nemesis.Decide, which the org asks about each
//   - the subject, through Process
//   - the network between the two, through a Link: a proxy of our own on the
//     toxics of toxiproxy, which this package alone imports
//
// # Virtual time
//
// A link runs on any Network. On the one of package simnet, in a bubble of
// testing/synctest, its faults take exactly their virtual time and a run
// repeats to the nanosecond: toxics that draw at random are refused (jitter,
// size_variation), toxicity is always 1, and nothing holds a mutex while time
// passes, which would stop the bubble; a gate may be held. A Process must not
// let time pass in Kill, which is called while the org waits.
//
// # A new kind of fault
//
// Write kind_x.go with a variable of type Kind and add it to Kinds. The begin
// function sets the disturbance off and returns an effect, whose end takes it
// away and says what it did. An effect with a decide method is asked about
// requests. kind_reset.go is the smallest kind, kind_row_error.go the smallest
// on requests. Rules that the lists of fields cannot say go into check: above
// all, refuse what could never fire. Then add a row to the tables of
// kinds_test.go, seen as a client sees it.
package fault
