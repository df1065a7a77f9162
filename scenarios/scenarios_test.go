package scenarios_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/squall-harness/squall/harness"
	"github.com/squall-harness/squall/harness/subject"
	"github.com/squall-harness/squall/harness/verify"
	"github.com/squall-harness/squall/scenarios"
	"github.com/squall-harness/squall/scenarios/mutants"
)

// squall is the program, built when it is first needed: in real time subjects
// are processes of their own, so that a kill is a kill.
var squall = sync.OnceValue(func() string {
	dir, err := os.MkdirTemp("", "squall-test-")
	if err != nil {
		panic(err)
	}
	built = dir
	program := filepath.Join(dir, "squall")
	if out, err := exec.Command("go", "build", "-o", program, "..").CombinedOutput(); err != nil {
		panic(string(out))
	}
	return program
})

var built string // the folder of squall

func TestMain(m *testing.M) {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(400) // a sixth less work for the whole matrix; memory there is enough
	}
	goleak.VerifyTestMain(m, goleak.Cleanup(func(code int) {
		_ = os.RemoveAll(built)
		os.Exit(code)
	}))
}

func TestEveryScenarioIsValidAndMakesAPromise(t *testing.T) {
	require.NotEmpty(t, scenarios.Names())
	for _, name := range scenarios.Names() {
		s := scenarios.Load(name)
		require.NoError(t, s.Err())
		assert.Equal(t, name, s.Name)
		assert.NotEmpty(t, s.Promise)
	}
	assert.ErrorContains(t, scenarios.Load("outtage").Err(), `no scenario "outtage"; there are: `+strings.Join(scenarios.Names(), ", "))
	assert.ErrorContains(t, scenarios.Load("nowhere.yaml").Err(), "nowhere.yaml")
}

const short = "testdata/outage-short.yaml"

// onTime admits two rehearsals in real time at once: each wants the better part
// of a processor, and has nobody to blame for being late.
var onTime = make(chan struct{}, 2)

func inTime() (done func()) {
	onTime <- struct{}{}
	return func() { <-onTime }
}

// rehearse runs a scenario on an integration of ours. A machine that was too
// busy to offer the load in time says nothing about it: then once more.
func rehearse(t *testing.T, s *harness.Scenario, name string) (r *harness.Result) {
	t.Helper()
	require.NoError(t, s.Err())
	defer inTime()()
	for range 3 {
		var err error
		r, err = harness.Run(t.Context(), s, subject.Process(squall(), "subject", name), harness.Options{Out: t.TempDir()})
		require.NoError(t, err)
		t.Log(r.Summary.Sentence)
		if !strings.Contains(r.Summary.Sentence, "the machine is too busy") {
			break
		}
	}
	return r
}

// A run in which nothing goes wrong proves little, and says so. That the
// reference passes in real time is shown by TestMyIntegrationSurvivesAnOutage.
func TestACalmRunProvesLittle(t *testing.T) {
	t.Parallel()
	calm := scenarios.Load(short, harness.Setting{Key: "load.for", Value: "13s"}).WithoutFaults()
	r := rehearse(t, calm, "reference")
	for _, v := range r.Summary.Guarantees {
		assert.NotEqual(t, verify.Fail, v.Result, "%s: %s", v.Guarantee, v.Reason)
	}
	assert.Equal(t, harness.ExitNoVerdict, r.Summary.Exit)
}

// A crash in real time is one of a process of its own, and what it took is found
// as in virtual time; so is a duplicate, by TestAFrozenProgramStandsStill.
func TestAMutantIsCaughtInRealTime(t *testing.T) {
	t.Parallel()
	m, ok := mutants.Find("ack-before-store")
	require.True(t, ok)
	assertCaught(t, rehearse(t, scenarios.Load(short), m.Name), m)
}

// assertCaught wants exit status 1 and one of the guarantees named that the
// mutant is known to break.
func assertCaught(t *testing.T, r *harness.Result, m mutants.Mutant) {
	t.Helper()
	var broken []string
	for _, v := range r.Summary.Guarantees {
		if v.Result == verify.Fail {
			broken = append(broken, string(v.Guarantee))
		}
	}
	assert.Equal(t, harness.ExitBroken, r.Summary.Exit)
	assert.NotEmpty(t, intersect(broken, m.Breaks), "broken: %v, expected one of: %v", broken, m.Breaks)
}

func intersect(a, b []string) (both []string) {
	for _, x := range a {
		for _, y := range b {
			if x == y {
				both = append(both, x)
			}
		}
	}
	return both
}

// Each guarantee has a mutant that breaks it: a checker without one proves
// nothing.
func TestEveryGuaranteeHasItsMutant(t *testing.T) {
	have := map[string]bool{}
	for _, m := range mutants.All {
		for _, g := range m.Breaks {
			have[g] = true
		}
	}
	for _, g := range verify.Guarantees {
		assert.True(t, have[string(g)], g)
	}
	assert.GreaterOrEqual(t, len(mutants.All), 12)
}
