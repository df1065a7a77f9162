package scenarios_test

import (
	"testing"

	"github.com/squall-harness/squall/harness"
	"github.com/squall-harness/squall/harness/subject"
	"github.com/squall-harness/squall/scenarios"
)

// This is all that an integration's own go test needs: a scenario, by name or
// as a file of your own, and the command that starts the integration. The test
// fails when a promise is broken, and its log says where the report is.
func TestMyIntegrationSurvivesAnOutage(t *testing.T) {
	t.Parallel()
	integration := subject.Process(squall(), "subject", "reference") // yours: subject.Process("./my-integration")
	harness.Test(t, scenarios.Load("testdata/outage-short.yaml"), integration, harness.Out(t.TempDir()))
}
