package scenarios_test

import (
	"testing"

	"github.com/squall-harness/squall/harness"
	"github.com/squall-harness/squall/harness/subject"
	"github.com/squall-harness/squall/scenarios"
)

// This is all that an integration's own go test needs: a scenario, by name or
// as a file of your own, and the command that starts the integration. The test
// fails when a promise is broken, and its log says where the report is. It takes
// real time, and has no t.Parallel: beside tests that compute, the integration
// would be as slow as the machine.
func TestMyIntegrationSurvivesAnOutage(t *testing.T) {
	integration := subject.Process(squall(), "subject", "reference") // yours: subject.Process("./my-integration")
	harness.Test(t, scenarios.Load("testdata/outage-short.yaml"), integration, harness.Out(t.TempDir()))
}
