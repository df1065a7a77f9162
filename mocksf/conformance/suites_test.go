package conformance_test

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// suite is one program on one public client.
type suite struct {
	client, version string
	folder, program string // a file, or a command of the Go module that the folder is
	steps           int    // how many it reports: a program that ends early has fewer
}

// goModule is the folder of the programs on Go clients.
const goModule = "go"

var suites = []suite{
	{client: "jsforce", version: "3.10.16", folder: "js", program: "plain.js", steps: 21},
	{client: "jsforce", version: "3.10.16", folder: "js", program: "jsforce-login.js", steps: 24},
	{client: "jsforce", version: "3.10.16", folder: "js", program: "jsforce-records.js", steps: 40},
	{client: "jsforce", version: "3.10.16", folder: "js", program: "jsforce-query.js", steps: 44},
	{client: "jsforce", version: "3.10.16", folder: "js", program: "jsforce-bulk.js", steps: 34},
	{client: "node-sf-bulk2", version: "1.0.1", folder: "js", program: "node-sf-bulk2.js", steps: 25},
	{client: "nforce", version: "1.13.0", folder: "js", program: "nforce.js", steps: 44},
	{client: "ts-force", version: "3.5.0", folder: "js", program: "ts-force.js", steps: 30},
	{client: "@heroku/applink", version: "1.1.0", folder: "sf", program: "applink.js", steps: 21},
	{client: "@salesforce/cli", version: "2.150.6", folder: "sf", program: "sf.js", steps: 30},
	{client: "github.com/k-capehart/go-salesforce/v3", version: "v3.1.0", folder: goModule, program: "go-salesforce", steps: 53},
	{client: "github.com/simpleforce/simpleforce", version: "v0.0.0-20220429021116-acf4ac67ef68", folder: goModule, program: "simpleforce", steps: 23},
}

func (s suite) name() string {
	return strings.TrimSuffix(s.program, ".js")
}

// The README names what is locked, and how many steps there are.
func TestTheTableNamesEverySuite(t *testing.T) {
	text, err := os.ReadFile("README.md")
	require.NoError(t, err)
	for _, s := range suites {
		assert.Equal(t, s.version, s.locked(t))
		assert.Contains(t, string(text), fmt.Sprintf("| %s | %s | %d |", s.client, s.version, s.steps), s.name())
	}
}

// locked is the version of the client that the lock file of its folder has.
func (s suite) locked(t *testing.T) string {
	if s.folder == goModule {
		text, err := os.ReadFile(s.folder + "/go.mod")
		require.NoError(t, err)
		_, rest, _ := strings.Cut(string(text), s.client+" ")
		version, _, _ := strings.Cut(rest, "\n")
		return version
	}
	text, err := os.ReadFile(s.folder + "/package-lock.json")
	require.NoError(t, err)
	var lock struct {
		Packages map[string]struct{ Version string }
	}
	require.NoError(t, json.Unmarshal(text, &lock))
	return lock.Packages["node_modules/"+s.client].Version
}
