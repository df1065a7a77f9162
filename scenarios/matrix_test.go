package scenarios_test

import (
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/squall-harness/squall/harness"
	"github.com/squall-harness/squall/harness/verify"
	"github.com/squall-harness/squall/scenarios"
	"github.com/squall-harness/squall/scenarios/mutants"
)

// The matrix: the reference passes every scenario, and every mutant fails the
// one that the table names, by the guarantees that it names. A mutant that lives
// is a hole in the harness.

// A mutant is caught whatever the seed.
func TestMutantsDie(t *testing.T) {
	for i, m := range mutants.All {
		if testing.Short() && i%8 != 0 {
			continue // under the race detector each takes ten times as long
		}
		for seed := range seeds(t, "SQUALL_MUTANT_SEEDS", 1) {
			t.Run(m.Name+"/"+strconv.FormatUint(seed+1, 10), func(t *testing.T) {
				t.Parallel()
				r := virtually(t, scenario(m.Scenario, seed+1), m.Name)
				assert.Equal(t, harness.ExitBroken, r.Summary.Exit, m.Scenario)
				assert.Subset(t, broken(t, r), m.Breaks, m.Scenario)
			})
		}
	}
}

// broken lists the guarantees that a run found broken.
func broken(t *testing.T, r *harness.Result) (list []string) {
	for _, v := range r.Summary.Guarantees {
		if v.Result == verify.Fail || v.Result == verify.NoEvidence {
			t.Logf("%s: %s: %s", v.Result, v.Guarantee, v.Reason)
		}
		if v.Result == verify.Fail {
			list = append(list, string(v.Guarantee))
		}
	}
	return list
}

// scenario is one of the short ones, or a built-in one, with a seed and perhaps
// further settings.
func scenario(name string, seed uint64, set ...harness.Setting) *harness.Scenario {
	set = append(set, harness.Setting{Key: "seed", Value: strconv.FormatUint(seed, 10)})
	for _, short := range shortOnes() {
		if short == name {
			name = filepath.Join("testdata", name+".yaml")
		}
	}
	return scenarios.Load(name, set...)
}

// shortOnes are the scenarios in testdata, by name.
func shortOnes() (names []string) {
	files, _ := filepath.Glob("testdata/*.yaml") // the pattern is well-formed
	for _, f := range files {
		names = append(names, strings.TrimSuffix(filepath.Base(f), ".yaml"))
	}
	return names
}

// A scenario that catches nobody is none, and one that is not there catches
// nobody.
func TestEveryShortScenarioHasItsMutants(t *testing.T) {
	catches := map[string]bool{}
	for _, m := range mutants.All {
		s := scenario(m.Scenario, 1)
		require.NoError(t, s.Err(), m.Name)
		assert.Equal(t, m.Scenario, s.Name)
		catches[m.Scenario] = true
	}
	for _, name := range shortOnes() {
		assert.True(t, catches[name], name)
	}
}
