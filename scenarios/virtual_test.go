package scenarios_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
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
	if path := os.Getenv(digestsOf); path != "" {
		writeDigests(t, path, playAll(t))
		return
	}
	if testing.Short() { // the race detector does not ask for one processor
		playAll(t)
		return
	}
	one := onOneProcessor(t)
	both := playAll(t)
	assert.Equal(t, both, one())
}

// playAll plays all scenarios and returns the digests of their ledgers.
func playAll(t *testing.T) map[string]map[string]string {
	var mu sync.Mutex
	sums := map[string]map[string]string{}
	t.Run(fmt.Sprintf("on %d processors", runtime.GOMAXPROCS(0)), func(t *testing.T) {
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

// digestsOf is the environment variable that makes a process of this test write
// the digests of the ledgers to a file, and no more.
const digestsOf = "SQUALL_DIGESTS"

// onOneProcessor begins to play the same scenarios in a process that has one
// processor, beside this one, and returns what waits for its digests.
func onOneProcessor(t *testing.T) func() map[string]map[string]string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "digests.json")
	var out bytes.Buffer
	pattern := append(strings.SplitN(flag.Lookup("test.run").Value.String(), "/", 3), "", "")
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.parallel=4", "-test.run=^"+t.Name()+"$/.*/"+pattern[2])
	cmd.Env = append(os.Environ(), "GOMAXPROCS=1", digestsOf+"="+path)
	cmd.Stdout, cmd.Stderr = &out, &out
	require.NoError(t, cmd.Start())
	return func() (sums map[string]map[string]string) {
		require.NoError(t, cmd.Wait(), "on one processor: %s", &out)
		text, err := os.ReadFile(path)
		require.NoError(t, err)
		require.NoError(t, json.Unmarshal(text, &sums))
		return sums
	}
}

func writeDigests(t *testing.T, path string, sums map[string]map[string]string) {
	text, err := json.Marshal(sums)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(path, text, 0o600))
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
