package scenarios_test

import (
	"bufio"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/squall-harness/squall/harness"
	"github.com/squall-harness/squall/scenarios"
)

// keptSeeds holds the seeds on which the reference ever failed a scenario: a
// line each, such as "bad-rows 17".
const keptSeeds = "testdata/seeds.txt"

// fewSeeds is how many seeds the everyday tests play on the whole load.
const fewSeeds = 5

// No false alarm: the reference keeps every promise on every seed. The seeds
// that ever failed go first. SQUALL_SEEDS says how many more there are for each
// scenario; then new failures are kept, too.
func TestNoFalseAlarm(t *testing.T) {
	for _, name := range slices.Concat(shortOnes(), scenarios.Names()) {
		few, before := uint64(fewSeeds), kept(t, name)
		if !slices.Contains(shortOnes(), name) {
			few = 0 // built-in ones are longer, and have a test of their own
		}
		if testing.Short() {
			few, before = few/5, nil
		}
		for _, seed := range slices.Concat(before, upTo(seeds(t, "SQUALL_SEEDS", few))) {
			t.Run(name+"/"+strconv.FormatUint(seed, 10), func(t *testing.T) {
				t.Parallel()
				r := virtually(t, scenario(name, seed), scenarios.Reference)
				if !assert.Equal(t, harness.ExitPass, r.Summary.Exit, r.Summary.Sentence) {
					broken(t, r)
					keep(t, name, seed)
				}
			})
		}
	}
}

// lightSeeds is how many seeds every short scenario is played on in the
// everyday tests: the first few of them as they are, in TestNoFalseAlarm, the
// others on a twentieth of the load, in TestNoFalseAlarmOnALightLoad.
const lightSeeds = 50

// A light load may leave a promise without evidence; broken it is on no seed.
func TestNoFalseAlarmOnALightLoad(t *testing.T) {
	last := lightSeeds
	if testing.Short() {
		last = fewSeeds + 1
	}
	for _, name := range shortOnes() {
		for _, seed := range upTo(lightSeeds)[fewSeeds:last] {
			t.Run(name+"/"+strconv.FormatUint(seed, 10), func(t *testing.T) {
				t.Parallel()
				s := scenario(name, seed, light(name)...)
				r := virtually(t, s, scenarios.Reference)
				assert.NotEqual(t, harness.ExitBroken, r.Summary.Exit, r.Summary.Sentence)
				assert.Empty(t, broken(t, r))
			})
		}
	}
}

// light is a twentieth of a scenario's load. How many calls a record may cost is
// said for the whole load, which leaves more to put together.
func light(name string) []harness.Setting {
	rate := strconv.FormatFloat(scenario(name, 1).Load.Rate/20, 'f', -1, 64)
	return []harness.Setting{{Key: "load.rate", Value: rate}, {Key: "expect.calls", Value: "0"}}
}

// seeds is how many seeds an environment variable asks for.
func seeds(t *testing.T, variable string, otherwise uint64) uint64 {
	text := os.Getenv(variable)
	if text == "" {
		return otherwise
	}
	n, err := strconv.ParseUint(text, 10, 64)
	require.NoError(t, err, variable)
	return n
}

// upTo lists 1 to n.
func upTo(n uint64) (list []uint64) {
	for i := range n {
		list = append(list, i+1)
	}
	return list
}

// kept reads the seeds of a scenario from the file.
func kept(t *testing.T, name string) (list []uint64) {
	f, err := os.Open(keptSeeds)
	require.NoError(t, err)
	defer f.Close() // nothing was written
	for lines := bufio.NewScanner(f); lines.Scan(); {
		words := strings.Fields(lines.Text())
		if len(words) != 2 || words[0] != name {
			continue
		}
		seed, err := strconv.ParseUint(words[1], 10, 64)
		require.NoError(t, err, lines.Text())
		list = append(list, seed)
	}
	return list
}

// keep adds a seed to the file when many are tried; otherwise it says what to
// add.
func keep(t *testing.T, name string, seed uint64) {
	line := fmt.Sprintf("%s %d\n", name, seed)
	if os.Getenv("SQUALL_SEEDS") == "" {
		t.Logf("once this is understood, add to %s: %s", keptSeeds, line)
		return
	}
	f, err := os.OpenFile(keptSeeds, os.O_APPEND|os.O_WRONLY, 0o600)
	require.NoError(t, err)
	_, err = f.WriteString(line)
	assert.NoError(t, err)
	assert.NoError(t, f.Close())
}
