package scenarios_test

import (
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/squall-harness/squall/harness"
	"github.com/squall-harness/squall/harness/verify"
	"github.com/squall-harness/squall/scenarios"
)

// virtually rehearses a scenario in virtual time on one of our integrations.
func virtually(t *testing.T, s *harness.Scenario, name string) *harness.Result {
	t.Helper()
	require.NoError(t, s.Err())
	sub, err := scenarios.Func(name)
	require.NoError(t, err)
	r, err := harness.RunVirtual(t, s, sub, harness.Options{Out: t.TempDir()})
	require.NoError(t, err)
	t.Log(r.Summary.Sentence)
	return r
}

// The reference keeps every promise that is built in, and the same seed leads to
// the same ledgers, byte for byte, on one processor and on two.
func TestReferencePassesEveryScenarioAndRepeats(t *testing.T) {
	processors := []int{2, 1}
	if testing.Short() {
		processors = processors[:1] // the race detector does not ask for the second
	}
	for _, name := range scenarios.Names() {
		if testing.Short() && scenarios.Load(name).Virtual {
			continue // hours and days: minutes under the race detector
		}
		t.Run(name, func(t *testing.T) {
			var first map[string]string
			for _, n := range processors {
				got := onProcessors(n, func() map[string]string {
					r := virtually(t, scenarios.Load(name), scenarios.Reference)
					assertPasses(t, r)
					return digests(t, r.Dir)
				})
				if first == nil {
					first = got
				}
				assert.Equal(t, first, got, "with %d processors", n)
			}
		})
	}
}

func assertPasses(t *testing.T, r *harness.Result) {
	t.Helper()
	assert.Equal(t, harness.ExitPass, r.Summary.Exit)
	for _, v := range r.Summary.Guarantees {
		assert.NotEqual(t, verify.Fail, v.Result, "%s: %s", v.Guarantee, v.Reason)
	}
}

func onProcessors(n int, do func() map[string]string) map[string]string {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(n))
	return do()
}

// digests are the hashes of a run's ledgers by file.
func digests(t *testing.T, dir string) map[string]string {
	sums := map[string]string{}
	files, err := filepath.Glob(filepath.Join(dir, "*.arrows"))
	require.NoError(t, err)
	for _, path := range files {
		text, err := os.ReadFile(path)
		require.NoError(t, err)
		sum := sha256.Sum256(text)
		sums[filepath.Base(path)] = hex.EncodeToString(sum[:8])
	}
	require.NotEmpty(t, sums)
	return sums
}
