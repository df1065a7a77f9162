// Package scenarios is what Squall promises to put to the test: one YAML file
// per promise, embedded in the program.
package scenarios

import (
	"embed"
	"fmt"
	"path"
	"sort"
	"strings"

	"github.com/squall-harness/squall/harness"
)

//go:embed *.yaml
var files embed.FS

// Names lists the scenarios.
func Names() []string {
	entries, err := files.ReadDir(".")
	if err != nil {
		return nil // an embedded folder can always be read
	}
	names := make([]string, 0, len(entries))
	for _, e := range entries {
		names = append(names, strings.TrimSuffix(e.Name(), path.Ext(e.Name())))
	}
	sort.Strings(names)
	return names
}

// Load returns a scenario by its name, or by the path of a YAML file of your
// own. What is wrong with it is told by its Err, by harness.Run and by
// harness.Test.
func Load(name string, set ...harness.Setting) *harness.Scenario {
	s, err := read(name, set)
	if err != nil {
		return harness.Invalid(err)
	}
	return s
}

func read(name string, set []harness.Setting) (*harness.Scenario, error) {
	if strings.HasSuffix(name, ".yaml") || strings.HasSuffix(name, ".yml") {
		return harness.ReadScenario(name, set...)
	}
	text, err := Text(name)
	if err != nil {
		return nil, err
	}
	return harness.ParseScenario(name+".yaml", text, set...)
}

// Text is the file of a scenario, to be copied and changed.
func Text(name string) ([]byte, error) {
	text, err := files.ReadFile(name + ".yaml")
	if err != nil {
		return nil, fmt.Errorf("no scenario %q; there are: %s; a file of your own must end in .yaml, and a command comes after --", name, strings.Join(Names(), ", "))
	}
	return text, nil
}
