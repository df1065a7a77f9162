package scenarios_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/squall-harness/squall/harness"
	"github.com/squall-harness/squall/harness/verify"
	"github.com/squall-harness/squall/scenarios"
)

// The reference keeps every promise that is built in; those that take days, even
// in virtual time, are left to the full proof.
func TestReferencePassesEveryScenario(t *testing.T) {
	for _, name := range scenarios.Names() {
		if scenarios.Load(name).Virtual {
			continue
		}
		t.Run(name, func(t *testing.T) {
			r := virtually(t, scenarios.Load(name), scenarios.Reference)
			assert.Equal(t, harness.ExitPass, r.Summary.Exit)
			for _, v := range r.Summary.Guarantees {
				assert.NotEqual(t, verify.Fail, v.Result, "%s: %s", v.Guarantee, v.Reason)
			}
		})
	}
}
