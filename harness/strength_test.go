package harness

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/squall-harness/squall/mocksf"
)

func TestAScenarioNamesAProfile(t *testing.T) {
	var c mocksf.Config
	require.NoError(t, Org{Profile: "calm", Call: time.Second}.strength(&c))
	assert.Equal(t, mocksf.Service{Call: time.Second, Record: 6500 * time.Microsecond, BulkStart: 8 * time.Second, BulkChunk: 260 * time.Millisecond, BulkParallel: 7}, c.Service)
	assert.Equal(t, 10*time.Second, c.Limits.LockWait)

	c = mocksf.Config{}
	require.NoError(t, Org{BulkSlots: 3}.strength(&c))
	assert.Equal(t, mocksf.Config{Service: mocksf.Service{BulkParallel: 3}}, c, "without one nothing changes")

	text := (&Scenario{Org: Org{Profile: "measured"}}).effective()
	assert.Contains(t, string(text), "profile: measured", "a saved run can be repeated")
	_, err := ParseScenario("x.yaml", []byte("name: x\npromise: p\norg: {profile: nix}\nload: {rate: 1, for: 1s, mix: {upsert: 1}}\n"))
	assert.ErrorContains(t, err, `x.yaml:3:`)
	assert.ErrorContains(t, err, `org.profile: there is no profile "nix"`)
}
