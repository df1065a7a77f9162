package scenarios_test

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"sync"
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
	both := onProcessors(t, 2)
	if testing.Short() {
		return // the race detector does not ask for one processor
	}
	one := onProcessors(t, 1)
	for name := range one {
		assert.Equal(t, both[name], one[name], name)
	}
}

// onProcessors plays all scenarios on so many processors and returns the
// digests of their ledgers.
func onProcessors(t *testing.T, n int) map[string]map[string]string {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(n))
	var mu sync.Mutex
	sums := map[string]map[string]string{}
	t.Run(fmt.Sprintf("on %d processors", n), func(t *testing.T) {
		for _, name := range scenarios.Names() {
			if testing.Short() && scenarios.Load(name).Virtual {
				continue // hours and days: minutes under the race detector
			}
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				r := virtually(t, scenarios.Load(name), scenarios.Reference)
				assertPasses(t, r)
				mu.Lock()
				defer mu.Unlock()
				sums[name] = digests(t, r.Dir)
			})
		}
	})
	return sums
}

func assertPasses(t *testing.T, r *harness.Result) {
	t.Helper()
	assert.Equal(t, harness.ExitPass, r.Summary.Exit)
	for _, v := range r.Summary.Guarantees {
		assert.NotEqual(t, verify.Fail, v.Result, "%s: %s", v.Guarantee, v.Reason)
	}
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
