package harness_test

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/squall-harness/squall/harness"
	"github.com/squall-harness/squall/harness/verify"
)

func withControl(t *testing.T) harness.Options {
	return harness.Options{Out: t.TempDir(), Version: "test", Control: true}
}

func anomaly(t *testing.T, r *harness.Result, g verify.Guarantee) verify.Anomaly {
	for _, v := range r.Summary.Guarantees {
		if v.Guarantee == g {
			require.NotEmpty(t, v.Anomalies, "%+v", v)
			return v.Anomalies[0]
		}
	}
	return verify.Anomaly{}
}

// The integration loses what it cannot send during the outage. The control run
// shows that it does not otherwise, a rerun without the fault confirms it.
func TestTheControlRunAndARerunTellWhatTheFaultDid(t *testing.T) {
	t.Parallel()
	r, err := harness.RunVirtual(t, scenario(t), synchronous(pretend), withControl(t))
	require.NoError(t, err)
	assert.Equal(t, harness.ExitBroken, r.Summary.Exit)
	require.NotNil(t, r.Summary.Control)
	assert.Empty(t, r.Summary.Control.Broken)
	assert.Empty(t, r.Summary.Control.Wanting)
	assert.Positive(t, r.Summary.Control.Pace.Delivery.P99)
	assert.FileExists(t, filepath.Join(r.Dir, "control", "report.html"))
	lost := anomaly(t, r, verify.NoLoss)
	assert.False(t, lost.Unprovoked)
	cause := "Confirmed: gone (was at work meanwhile; gone in a rerun without it)."
	assert.Equal(t, cause, lost.Cause())
	page, err := os.ReadFile(filepath.Join(r.Dir, "report.html"))
	require.NoError(t, err)
	assert.Contains(t, string(page), cause)
	again, err := harness.Check(r.Dir)
	require.NoError(t, err)
	assert.Equal(t, r.Summary, again.Summary)
}

func TestARerunThatFailsConfirmsNothing(t *testing.T) {
	t.Parallel()
	r, err := harness.RunVirtual(t, scenario(t), synchronous(pretend), harness.Options{Out: t.TempDir()})
	require.NoError(t, err)
	assert.Nil(t, r.Summary.Control)
	assert.Equal(t, "Possibly: gone (was at work meanwhile).", anomaly(t, r, verify.NoLoss).Cause())
	wanting := &harness.Result{}
	wanting.Summary.Wanting = "the load was not reached"
	r, err = harness.ConfirmBlame(r.Dir, func(*harness.Scenario) (*harness.Result, error) { return wanting, nil })
	require.NoError(t, err)
	assert.Contains(t, r.Summary.Notes, `the rerun without fault "gone" shows nothing: the load was not reached`)
	assert.Equal(t, verify.NotRerun, anomaly(t, r, verify.NoLoss).Blame[0].Rerun)
}

// An integration that forgets every transaction is wrong without any fault,
// which is said first.
func TestWhatTheControlRunBreaksIsSaidFirst(t *testing.T) {
	t.Parallel()
	i := 0
	forgetful := func(s *integration, w http.ResponseWriter, body []byte) {
		if i++; i%2 == 0 {
			writeThrough(s, w, body)
		}
	}
	r, err := harness.RunVirtual(t, scenario(t, harness.Setting{Key: "load.rate", Value: "10"}), synchronous(forgetful), withControl(t))
	require.NoError(t, err)
	assert.Equal(t, harness.ExitBroken, r.Summary.Exit)
	assert.Regexp(t, `^NOT SAFE WITHOUT ANY FAULT: \d+ operations lost in the control run\. NOT SAFE: `, r.Summary.Sentence)
	lost := anomaly(t, r, verify.NoLoss)
	assert.True(t, lost.Unprovoked)
	assert.Contains(t, lost.Cause(), "It takes no fault")
}

func TestWithoutLeavesTheOtherFaultsAsTheyAre(t *testing.T) {
	t.Parallel()
	s := scenario(t)
	assert.Empty(t, s.Without("gone").Faults)
	assert.Equal(t, s.Faults, s.Without("other").Faults)
	assert.Len(t, s.Faults, 1, "the original stays")
}

// What the control run broke is part of the verdict, and no index tells of it.
func TestARunWithAControlRunIsJudgedAsAWhole(t *testing.T) {
	t.Parallel()
	s := scenario(t).WithoutFaults()
	fine, err := harness.RunVirtual(t, s, synchronous(writeThrough), harness.Options{Out: t.TempDir()})
	require.NoError(t, err)
	_, err = harness.CheckIndex(fine.Dir)
	require.NoError(t, err)
	broken, err := harness.RunVirtual(t, s, synchronous(garbling()), harness.Options{Out: t.TempDir()})
	require.NoError(t, err)
	require.NoError(t, os.Rename(broken.Dir, filepath.Join(fine.Dir, "control")))
	whole, err := harness.Check(fine.Dir)
	require.NoError(t, err)
	require.Equal(t, harness.ExitBroken, whole.Summary.Exit)
	_, err = harness.CheckIndex(fine.Dir)
	assert.ErrorIs(t, err, harness.ErrWhole)
}

// What the subject is told stays the same where a fault is left out: only its
// trouble is gone.
func TestTheStatusSiteIsThereWithoutItsFault(t *testing.T) {
	t.Parallel()
	text := strings.Replace(tiny, "for: 700ms}", "for: 700ms, site: disruption}", 1)
	s, err := harness.ParseScenario("tiny.yaml", []byte(text))
	require.NoError(t, err)
	var told map[bool]int
	sub := synchronous(func(i *integration, w http.ResponseWriter, body []byte) {
		told[i.env.StatusURL != ""]++
		writeThrough(i, w, body)
	})
	for _, s := range []*harness.Scenario{s, s.WithoutFaults(), s.Without("gone"), s.WithoutFaults().Without("gone")} {
		told = map[bool]int{}
		_, err := harness.RunVirtual(t, s, sub, harness.Options{Out: t.TempDir()})
		require.NoError(t, err)
		assert.Positive(t, told[true])
		assert.Zero(t, told[false])
	}
}
