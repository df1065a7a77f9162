package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestSecretsComeByTheEnvironment(t *testing.T) {
	t.Setenv("SQUALL_CLIENT_SECRET", "hush")
	t.Setenv("SQUALL_PASSWORD", "word")
	a, err := parseServe([]string{"--password", "other"})
	require.NoError(t, err)
	assert.Equal(t, "hush", a.cfg.ClientSecret)
	assert.Equal(t, "other", a.cfg.Password, "the command line goes first")
}

// Whichever of two described objects comes first on the command line, one may
// look the other up.
func TestDescribesThatLookEachOtherUp(t *testing.T) {
	region := filepath.Join(t.TempDir(), "Region__c.json")
	require.NoError(t, os.WriteFile(region, []byte(`{"name":"Region__c","fields":[{"name":"Name","type":"string"}]}`), 0o600))
	a, err := parseServe([]string{"--describe", "mocksf/schema/testdata/describes/Project__c.json", "--describe", region})
	require.NoError(t, err)
	project, _ := a.cfg.Schema.Object("Project__c")
	for _, f := range project.Fields {
		if f.Name == "Region__c" {
			assert.Equal(t, []string{"Region__c"}, f.Targets())
		}
	}
}
