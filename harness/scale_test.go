package harness

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/squall-harness/squall/harness/history"
	"github.com/squall-harness/squall/harness/rundir"
	"github.com/squall-harness/squall/harness/verify"
)

// hurtRun is a synthetic run in which a few operations went wrong.
func hurtRun(n int) *synthetic {
	s := &synthetic{n: n, hurt: map[int]string{}}
	for k, base := range []int{n / 8, n / 4, 3 * n / 4} {
		base -= base % 100
		for what, i := range map[string]int{"lost": 10, "twice": 20, "altered": 33, "late": 44, "torn": 59, "phantom": 67} {
			s.hurt[base+i+100*k] = what
		}
	}
	return s
}

// classesOf adds up what was found, by class.
func classesOf(verdicts []verify.Verdict) map[string]int {
	n := map[string]int{}
	for _, v := range verdicts {
		for _, c := range v.Classes {
			n[c.Name] += c.N
		}
	}
	return n
}

// A saved run judged by its index gets the verdict of one whose ledgers are
// read as a whole, and what went wrong in it is found exactly.
func TestARunJudgedByItsIndex(t *testing.T) {
	dir, err := rundir.Create(t.TempDir(), "synthetic")
	require.NoError(t, err)
	require.NoError(t, dir.Save("", hurtRun(50_000).parts()))
	want := judgeWhole(t, dir)
	dropUnclaimed(want.Verdicts)
	scenario := defaults()
	got, err := judgeSifted(dir, &scenario)
	require.NoError(t, err)
	assert.Equal(t, want, got.Judgement)
	assert.Equal(t, 50_000, got.offered)
	assert.Zero(t, got.late)
	assert.Equal(t, injected, classesOf(got.Verdicts))
}

// judgeWhole is the exact judge over everything.
func judgeWhole(t *testing.T, dir *rundir.Dir) verify.Judgement {
	scenario := defaults()
	in := verify.Input{Settings: scenario.settings()}
	events, err := dir.ReadHistory()
	require.NoError(t, err)
	in.History = history.Fold(events)
	in.Commits, err = dir.ReadCommits()
	require.NoError(t, err)
	in.Requests, err = dir.ReadRequests()
	require.NoError(t, err)
	return verify.JudgeAll(in)
}

// injected is what hurtRun does, whatever its size: a stranger that writes a
// record before its owner does makes a duplicate too, and what was lost or torn
// before the crash is gone after it.
var injected = map[string]int{
	"lost": 3, "duplicate": 6, "corrupted": 3, "stale overwrite": 3, "reordered": 3, "torn": 3, "phantom": 3, "not durable": 4,
}
