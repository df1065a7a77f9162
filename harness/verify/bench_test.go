package verify

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/squall-harness/squall/harness/history"
	"github.com/squall-harness/squall/mocksf/commitlog"
)

// BenchmarkJudge runs all checkers over a clean run of a million effects: a
// third of them inserts, a third versions of 20,000 hot records, a third units
// of three records.
func BenchmarkJudge(b *testing.B) {
	in, effects := bigRun(1_000_000)
	for b.Loop() {
		verdicts := Judge(in)
		require.Equal(b, Pass, of(verdicts, Integrity).Result)
		require.Zero(b, of(verdicts, NoLoss).Found)
	}
	b.ReportMetric(float64(effects)*float64(b.N)/b.Elapsed().Seconds(), "effects/s")
}

func bigRun(n int) (Input, int) {
	s := newTale()
	effects := 0
	for i := 0; effects < n; i++ {
		id := fmt.Sprintf("t-%07d", i)
		records := benchRecords(i, id)
		effects += len(records)
		s.now -= 100*time.Millisecond - time.Microsecond
		op := s.ack(id, records[0].ExternalID, records...)
		op.Attempts[0].Took = 0
		s.now -= 100*time.Millisecond - time.Microsecond
		s.apply(op)
	}
	s.fault("crash", "kill")
	s.mark(history.MarkQuiet)
	s.mark(history.MarkEnd)
	s.in.Settings.Minima = map[Guarantee]int{}
	s.in.Requests = []commitlog.Request{}
	return s.in, effects
}

func benchRecords(i int, id string) []history.Record {
	switch i % 7 {
	case 0, 1, 2:
		return []history.Record{insert("Activity_Log__c")}
	case 3, 4, 5:
		hot := i * 7919 % 20_000
		return []history.Record{upsert("Account", fmt.Sprintf("acct-%d", hot), i+1)}
	}
	return append(unit(id), under(upsert("OrderLine__c", id+"-2", 1), "Order__c", "Order__c", id))
}
