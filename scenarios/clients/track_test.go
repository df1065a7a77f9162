//go:build track

package clients_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/squall-harness/squall/harness"
	"github.com/squall-harness/squall/harness/subject"
	"github.com/squall-harness/squall/harness/verify"
)

// TestTrack finds every defect of the track record again, and finds that it is
// gone where the integration avoids it.
func TestTrack(t *testing.T) {
	wanting := map[string]string{}
	for client := range versions {
		wanting[client] = build(t, client)
	}
	var said record
	t.Cleanup(func() { t.Log("\n" + said.String()) })
	for _, r := range rows {
		t.Run(r.client+"/"+r.name, func(t *testing.T) {
			t.Parallel()
			if why := wanting[r.client]; why != "" {
				missing(t, why)
			}
			t.Run("documented", func(t *testing.T) {
				t.Parallel()
				result := rehearse(t, r)
				said.add(r, "as documented", result)
				assertBroken(t, r, result)
			})
			t.Run("worked-around", func(t *testing.T) {
				t.Parallel()
				result := rehearse(t, r, "worked-around")
				said.add(r, "worked around", result)
				assertWhole(t, result)
			})
		})
	}
}

// record collects the verdicts for the end of a log in which the rehearsals run
// side by side.
type record struct {
	mu    sync.Mutex
	lines []string
}

func (c *record) add(r row, what string, result *harness.Result) {
	sentence, _, _ := strings.Cut(result.Summary.Sentence, ". ")
	c.mu.Lock()
	defer c.mu.Unlock()
	c.lines = append(c.lines, fmt.Sprintf("%-13s  %-20s  %-13s  %s", r.client, r.name, what, sentence))
}

func (c *record) String() string {
	slices.Sort(c.lines)
	return strings.Join(c.lines, "\n")
}

// build makes the integrations of a client ready. It says what is wanting, such
// as npm, or the network to a registry.
func build(t *testing.T, client string) string {
	t.Helper()
	if client == "jsforce" {
		for _, tool := range []string{"node", "npm"} {
			if _, err := exec.LookPath(tool); err != nil {
				return tool + " is not installed"
			}
		}
	}
	if out, err := exec.CommandContext(t.Context(), "./run.sh", "build", client).CombinedOutput(); err != nil {
		return client + " cannot be built: " + err.Error() + "\n" + string(out)
	}
	return ""
}

// missing skips a row; in the gate nothing may be missing.
func missing(t *testing.T, why string) {
	t.Helper()
	if os.Getenv("CI") == "true" {
		t.Fatal(why)
	}
	t.Skip(why)
}

// rehearse runs the scenario of a row. A machine that was too busy to offer
// the load in time says nothing about it: then once more.
func rehearse(t *testing.T, r row, args ...string) *harness.Result {
	t.Helper()
	s, err := harness.ReadScenario(r.scenario())
	require.NoError(t, err)
	var result *harness.Result
	for range 3 {
		result, err = harness.Run(t.Context(), s, r.subject(t, args...), harness.Options{Out: t.TempDir()})
		require.NoError(t, err)
		t.Log(result.Summary.Sentence)
		if !strings.Contains(result.Summary.Sentence, "the machine is too busy") {
			break
		}
	}
	return result
}

// subject is the integration of a row.
func (r row) subject(t *testing.T, args ...string) subject.Subject {
	t.Helper()
	bin, err := filepath.Abs("../../bin/track-go-salesforce")
	require.NoError(t, err)
	program, err := filepath.Abs(filepath.Join("jsforce", "track", r.name+".js"))
	require.NoError(t, err)
	if r.client == "jsforce" {
		return subject.Process("node", append([]string{program}, args...)...)
	}
	return subject.Process(bin, append([]string{r.name}, args...)...)
}

// assertBroken wants the guarantee of the row broken and no other, and a story.
func assertBroken(t *testing.T, r row, result *harness.Result) {
	t.Helper()
	assert.Equal(t, harness.ExitBroken, result.Summary.Exit)
	for _, v := range result.Summary.Guarantees {
		if v.Guarantee != r.breaks {
			assert.NotEqual(t, verify.Fail, v.Result, "%s: %s", v.Guarantee, v.Reason)
			continue
		}
		assert.Equal(t, verify.Fail, v.Result, v.Reason)
		require.NotEmpty(t, v.Anomalies)
		assert.NotEmpty(t, v.Anomalies[0].Story)
		t.Log(v.Anomalies[0].Text)
	}
	if r.name == "refresh-storm" { // the program is built with the race detector
		log, err := os.ReadFile(filepath.Join(result.Dir, "subject.log"))
		require.NoError(t, err)
		assert.Contains(t, string(log), "WARNING: DATA RACE")
	}
}

// assertWhole wants every guarantee kept.
func assertWhole(t *testing.T, result *harness.Result) {
	t.Helper()
	assert.Equal(t, harness.ExitPass, result.Summary.Exit)
	for _, v := range result.Summary.Guarantees {
		assert.NotEqual(t, verify.Fail, v.Result, "%s: %s", v.Guarantee, v.Reason)
	}
}
