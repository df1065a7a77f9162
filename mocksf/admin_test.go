package mocksf_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/squall-harness/squall/mocksf"
)

// The user that logs in is a record too: the Salesforce CLI reads its name there.
func TestTheUserOfTheOrgHasTheNameThatLogsIn(t *testing.T) {
	for configured, want := range map[string]string{"": "integration@example.com", "ada@example.com": "ada@example.com"} {
		d := openDoor(t, mocksf.Config{Username: configured})
		users := d.query("SELECT Username FROM User WHERE Username = '" + want + "'")
		assert.Equal(t, 1, users.TotalSize)
	}
}
