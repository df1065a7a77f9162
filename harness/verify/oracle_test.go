package verify

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/squall-harness/squall/harness/history"
	"github.com/squall-harness/squall/mocksf/commitlog"
)

// oracleCases is how many random cases each oracle is asked.
const oracleCases = 10_000

// offer is one operation of the one key, as an oracle sees it: it writes a
// version of a record, and the source knows no more of when it was taken in
// than that it was from invoked to acked.
type offer struct {
	record, version int
	invoked, acked  int
}

// judged asks the checker: does this log, a list of operations in the order of
// their commits, break the order?
func judged(offers []offer, log []int) bool {
	return order{}.judge(join(ledgersOf(offers, log))).anomalies.found() > 0
}

func ledgersOf(offers []offer, log []int) Input {
	in := Input{History: &history.History{}}
	for i, o := range offers {
		at := time.Duration(o.invoked) * time.Second
		op := &history.Operation{ID: fmt.Sprint(i), Key: "k", Due: at, Outcome: history.OK, Records: []history.Record{o.intends(i)}}
		op.Attempts = []history.Attempt{{At: at, Took: time.Duration(o.acked-o.invoked) * time.Second, Outcome: history.OK}}
		in.History.Operations = append(in.History.Operations, op)
	}
	for n, i := range log {
		rec := offers[i].intends(i)
		in.Commits = append(in.Commits, commitlog.Commit{LSN: uint64(n + 1), API: commitlog.APIRow, Changes: []commitlog.Change{
			{Op: commitlog.Update, Object: rec.Object, ID: rec.ExternalID, ExternalID: rec.ExternalID, Fields: rec.Fields}}})
	}
	return in
}

// intends is an upsert of the record; version 0 makes it a record of its own.
func (o offer) intends(i int) history.Record {
	name := fmt.Sprintf("record-%d", o.record)
	if o.version == 0 {
		name = fmt.Sprintf("own-%d", i)
	}
	return history.Record{Object: "Account", ExternalIDField: "Ext_Id__c", ExternalID: name, Version: o.version,
		Fields: map[string]any{defaultTokenField: fmt.Sprint("token-", i), "Ext_Id__c": name}}
}

// For a key, an integration is a FIFO queue: an offer puts an operation in, at
// some instant between its invocation and its acknowledgement, and each commit
// takes the next one out. Commits come one after the other, so their order is
// known exactly; they may come long after the acknowledgement, so when they
// came says nothing, and they are told to porcupine as following all offers.
// Order is kept exactly when that history of a queue is linearizable. Each
// operation takes effect once here: redelivery is the register's, below.
func TestOrderOfAKeyAgreesWithAQueueInPorcupine(t *testing.T) {
	compare(t, func(r *rand.Rand) (offers []offer, log []int, kept bool) {
		for range 2 + r.IntN(7) {
			at := r.IntN(12)
			offers = append(offers, offer{invoked: at, acked: at + r.IntN(6)})
		}
		log = scrambled(r, offers)
		return offers, log, porcupine.CheckOperations(queue, asQueue(offers, log))
	})
}

func asQueue(offers []offer, log []int) (events []porcupine.Operation) {
	end := 0
	for i, o := range offers {
		end = max(end, o.acked)
		if slices.Contains(log, i) {
			events = append(events, porcupine.Operation{ClientId: i, Input: i, Call: int64(o.invoked), Output: enqueued, Return: int64(o.acked)})
		}
	}
	for n, i := range log {
		at := int64(end + 1 + 2*n)
		events = append(events, porcupine.Operation{ClientId: len(offers), Input: dequeue, Call: at, Output: i, Return: at + 1})
	}
	return events
}

// The same question side by side, on one key whose operations overlap by
// threes: here and in porcupine, which searches.
func BenchmarkOrderOfAKey(b *testing.B) {
	for _, n := range []int{100, 1000, 10_000} {
		offers, log := make([]offer, n), make([]int, n)
		for i := range offers {
			offers[i], log[i] = offer{invoked: 2 * i, acked: 2*i + 5}, i
		}
		in, events := ledgersOf(offers, log), asQueue(offers, log)
		b.Run(fmt.Sprintf("squall/%d", n), func(b *testing.B) {
			for b.Loop() {
				require.Zero(b, order{}.judge(join(in)).anomalies.found())
			}
			b.ReportMetric(float64(n*b.N)/b.Elapsed().Seconds(), "ops/s")
		})
		b.Run(fmt.Sprintf("porcupine/%d", n), func(b *testing.B) {
			for b.Loop() {
				require.True(b, porcupine.CheckOperations(queue, events))
			}
			b.ReportMetric(float64(n*b.N)/b.Elapsed().Seconds(), "ops/s")
		})
	}
}

// scrambled is the order of invocation with some neighbours exchanged, so that
// both answers are common; some operations never take effect.
func scrambled(r *rand.Rand, offers []offer) (log []int) {
	for i := range offers {
		if r.IntN(8) > 0 {
			log = append(log, i)
		}
	}
	slices.SortStableFunc(log, func(a, b int) int { return offers[a].invoked - offers[b].invoked })
	for range r.IntN(4) {
		if len(log) > 1 {
			i := r.IntN(len(log) - 1)
			log[i], log[i+1] = log[i+1], log[i]
		}
	}
	return log
}

const (
	dequeue  = -1 // input that takes the next one out; others put themselves in
	enqueued = -2 // output of an input that puts itself in
)

// queue has the operations that wait as its state, oldest first, one rune each.
var queue = porcupine.Model{
	Init: func() any { return "" },
	Step: func(state, input, output any) (bool, any) {
		waiting := state.(string)
		if input != dequeue {
			return true, waiting + string(rune('a'+input.(int)))
		}
		rest, oldest := strings.CutPrefix(waiting, string(rune('a'+output.(int))))
		return oldest, rest
	},
}

// A record is a register: an operation writes a version, at the instant of its
// first commit, which lies between invocation and acknowledgement (the
// integration delivers before it answers), and after each commit, a redelivery
// too, somebody reads what the record holds. Versions never go back exactly
// when that history of a register is linearizable: a write takes effect once, so
// nobody may read an old version after a new one.
func TestVersionsOfARecordAgreeWithARegisterInPorcupine(t *testing.T) {
	compare(t, func(r *rand.Rand) (offers []offer, log []int, kept bool) {
		var events []porcupine.Operation
		for v := range 2 + r.IntN(6) {
			log = append(log, v)
			for range r.IntN(3) {
				again := v
				if r.IntN(5) == 0 {
					again = r.IntN(v + 1)
				}
				log = append(log, again)
			}
		}
		for n, v := range log {
			if v == len(offers) { // its first commit
				offers = append(offers, offer{version: v + 1, invoked: 10*n - r.IntN(25), acked: 10*n + r.IntN(25)})
				o := offers[v]
				events = append(events, porcupine.Operation{ClientId: v, Input: v + 1, Call: int64(o.invoked), Output: 0, Return: int64(o.acked)})
			}
			events = append(events, porcupine.Operation{ClientId: 100, Input: 0, Call: int64(10*n + 1), Output: v + 1, Return: int64(10*n + 2)})
		}
		return offers, log, porcupine.CheckOperations(register, events)
	})
}

// register holds a version; input 0 reads it, any other is written.
var register = porcupine.Model{
	Init: func() any { return 0 },
	Step: func(state, input, output any) (bool, any) {
		if input == 0 {
			return state == output, state
		}
		return true, input
	},
}

// compare asks both, and makes sure that neither answer is rare.
func compare(t *testing.T, draw func(r *rand.Rand) (offers []offer, log []int, kept bool)) {
	kept := 0
	for n := range oracleCases {
		offers, log, linearizable := draw(rand.New(rand.NewPCG(14, uint64(n))))
		require.Equal(t, linearizable, !judged(offers, log), "case %d: %+v, log %v", n, offers, log)
		if linearizable {
			kept++
		}
	}
	t.Logf("%d of %d keep the order", kept, oracleCases)
	assert.InDelta(t, oracleCases/2, kept, oracleCases*4/10)
}
