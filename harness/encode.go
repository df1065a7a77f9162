package harness

import (
	"github.com/goccy/go-yaml"
)

// effective is the scenario as run, with everything that the command line
// changed: what a saved run is judged by.
func (s *Scenario) effective() []byte {
	text, err := yaml.MarshalWithOptions(*s, yaml.Indent(2))
	if err != nil {
		return s.text // it was read from YAML, so this does not happen; what was written is the next best
	}
	return text
}
