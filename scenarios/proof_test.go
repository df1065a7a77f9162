//go:build proof

package scenarios_test

import (
	"os"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/squall-harness/squall/harness"
	"github.com/squall-harness/squall/scenarios"
	"github.com/squall-harness/squall/scenarios/mutants"
)

// The full outage: the reference passes it on many seeds in a row.
func TestProofReference(t *testing.T) {
	seeds, err := strconv.ParseUint(os.Getenv("SQUALL_PROOF"), 10, 64)
	require.NoError(t, err, "SQUALL_PROOF is the number of seeds")
	for seed := range seeds {
		t.Run("seed "+strconv.FormatUint(seed+1, 10), func(t *testing.T) {
			t.Parallel()
			s := scenarios.Load("outage", harness.Setting{Key: "seed", Value: strconv.FormatUint(seed+1, 10)})
			assert.Equal(t, harness.ExitPass, rehearse(t, s, "reference").Summary.Exit)
		})
	}
}

// And it catches mutants.
func TestProofMutants(t *testing.T) {
	for _, name := range []string{"ack-before-store", "no-timeout"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m, ok := mutants.Find(name)
			require.True(t, ok)
			assertCaught(t, rehearse(t, scenarios.Load("outage"), m.Name), m)
		})
	}
}
