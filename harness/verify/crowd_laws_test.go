package verify

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/squall-harness/squall/harness/history"
	"github.com/squall-harness/squall/mocksf/commitlog"
)

// town is a run in which an integration that is in order, readers and users do
// whatever comes to them, in any order.
type town struct {
	*tale
	ops      []*history.Operation
	versions map[string]int
	open     map[string]string // user -> account that it has open
}

var townsfolk = map[string]func(*town, *rapid.T){
	"unit": func(w *town, t *rapid.T) {
		id := fmt.Sprintf("t-%d", len(w.ops))
		w.deliver(w.ack(id, w.account(t), append(unit("o-"+id), w.version(w.account(t)))...))
	},
	"version": func(w *town, t *rapid.T) {
		name := w.account(t)
		w.deliver(w.ack(fmt.Sprintf("t-%d", len(w.ops)), name, w.version(name)))
	},
	"repetition": func(w *town, _ *rapid.T) {
		if len(w.ops) > 0 {
			w.apply(w.ops[len(w.ops)-1])
		}
	},
	"look": func(w *town, t *rapid.T) {
		if len(w.ops) > 0 {
			w.look(rapid.SampledFrom([]string{"reader-1", "reader-2"}).Draw(t, "reader"), rapid.SampledFrom(w.ops).Draw(t, "unit"))
		}
	},
	"user opens": func(w *town, t *rapid.T) {
		user, name := w.user(t), w.account(t)
		if w.ids[target{"Account", name}] != "" {
			w.read(commitlog.CrowdIdentity(user), commitlog.APIRow, history.Record{Object: "Account", ExternalID: name})
			w.open[user] = name
		}
	},
	"user saves": func(w *town, t *rapid.T) {
		user := w.user(t)
		if name := w.open[user]; name != "" {
			w.write(commitlog.CrowdIdentity(user), "Account", name, map[string]any{"Phone": fmt.Sprint(len(w.in.Commits))})
		}
	},
}

func (w *town) account(t *rapid.T) string {
	return rapid.SampledFrom([]string{"x", "y"}).Draw(t, "account")
}
func (w *town) user(t *rapid.T) string {
	return rapid.SampledFrom([]string{"user-1", "user-2"}).Draw(t, "user")
}

func (w *town) version(account string) history.Record {
	w.versions[account]++
	return upsert("Account", account, w.versions[account])
}

func (w *town) deliver(op *history.Operation) {
	w.apply(op)
	w.ops = append(w.ops, op)
}

func drawTown(t *rapid.T) *town {
	w := &town{tale: crowded(), versions: map[string]int{}, open: map[string]string{}}
	for range rapid.IntRange(5, 25).Draw(t, "steps") {
		townsfolk[rapid.SampledFrom([]string{"unit", "version", "repetition", "look", "user opens", "user saves"}).Draw(t, "step")](w, t)
	}
	return w
}

// Whatever readers and users do, and whenever: an integration that writes whole
// units, and only what it was told to, harms nobody.
func TestNobodyIsHarmedByAnIntegrationThatIsInOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := of(drawTown(t).over(), Isolation)
		require.Equal(t, Pass, v.Result, "%+v", v.Anomalies)
	})
}

// A unit in two commits is found exactly when somebody looked in between.
func TestATornUnitIsFoundWhenSomebodyLooks(t *testing.T) {
	seen := map[bool]int{}
	CheckUntil(t, func() bool { return seen[true] > 0 && seen[false] > 0 }, func(t *rapid.T) {
		w := drawTown(t)
		op := w.ack("torn", "torn", unit("torn")...)
		w.applySome(op, 0)
		looked := rapid.Bool().Draw(t, "looked")
		if looked {
			w.look("reader-1", op)
		}
		w.applySome(op, 1)
		w.look("reader-2", op)
		v := of(w.over(), Isolation)
		seen[looked]++
		if !looked {
			require.Equal(t, Pass, v.Result, "%+v", v.Anomalies)
			return
		}
		require.Equal(t, []Count{{string(ReadSkew), 1}}, v.Classes)
		require.Equal(t, "torn", v.Anomalies[0].Operation)
	})
}

// What a user wrote is lost exactly when the next write of the integration
// gives the field another value.
func TestAnEditIsLostWhenItIsOverwritten(t *testing.T) {
	lost := 0
	CheckUntil(t, func() bool { return lost > 0 }, func(t *rapid.T) {
		w := drawTown(t)
		name := w.account(t)
		w.deliver(w.ack("before", name, w.version(name)))
		w.edit("user-3", "Account", name, map[string]any{"Phone": "mine"})
		after := w.apply(w.ack("after", name, w.version(name)))
		now := rapid.SampledFrom([]any{"mine", "theirs", nil, "unset"}).Draw(t, "phone")
		if now != "unset" {
			after.Changes[0].Fields["Phone"] = now
		}
		v := of(w.over(), Isolation)
		if now == "mine" || now == "unset" {
			require.Equal(t, Pass, v.Result, "%+v", v.Anomalies)
			return
		}
		lost++
		require.Equal(t, []Count{{string(LostUpdate), 1}}, v.Classes)
		require.Contains(t, v.Anomalies[0].Text, "What user-3 wrote into Phone of Account "+name)
	})
}

// BenchmarkJudgeTheCrowd judges consistency and isolation of a clean run of
// 300,000 changes, a tenth of them by users, and as many reads.
func BenchmarkJudgeTheCrowd(b *testing.B) {
	in, effects := bigCrowd(300_000)
	b.ResetTimer()
	for b.Loop() {
		l := join(in)
		require.Zero(b, isolation{}.judge(l).anomalies.found())
		require.Zero(b, consistency{}.judge(l).anomalies.found())
	}
	b.ReportMetric(float64(effects)*float64(b.N)/b.Elapsed().Seconds(), "changes/s")
}

func bigCrowd(n int) (Input, int) {
	s := newTale()
	s.in.Settings = everything
	effects, versions := map[string]uint64{}, map[string]int{}
	served := func(object, id string) commitlog.Served {
		return commitlog.Served{ID: s.ids[target{object, id}], ExternalID: id, LSN: effects[id]}
	}
	count := 0
	for i := 0; count < n; i++ {
		id, hot := fmt.Sprintf("t-%07d", i), fmt.Sprintf("acct-%d", i%5000)
		versions[hot]++
		op := s.ack(id, hot, append(unit("o-"+id), upsert("Account", hot, versions[hot]))...)
		s.apply(op)
		count += 3
		for _, r := range op.Records {
			effects[r.ExternalID] = uint64(len(s.in.Commits))
			s.in.Reads = append(s.in.Reads, commitlog.Read{Request: id, At: s.now, API: commitlog.APIComposite, Identity: "crowd/reader-1",
				LSN: uint64(len(s.in.Commits)), Object: r.Object, Exact: true, Records: []commitlog.Served{served(r.Object, r.ExternalID)}})
		}
		if i%3 == 0 {
			s.write("crowd/user-1", "Account", hot, map[string]any{"Phone": id})
			effects[hot] = uint64(len(s.in.Commits))
			count++
		}
	}
	return s.in, count
}
