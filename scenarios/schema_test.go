package scenarios_test

import (
	"os"
	"reflect"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/squall-harness/squall/harness"
	"github.com/squall-harness/squall/harness/fault"
	"github.com/squall-harness/squall/scenarios"
)

const schemaFile = "scenario.schema.json"

// Editors check scenarios by the schema: it knows every key, takes every
// scenario, and refuses what the program refuses.
func TestTheSchemaFitsTheScenarios(t *testing.T) {
	schema, err := jsonschema.NewCompiler().Compile(schemaFile)
	require.NoError(t, err)
	for _, name := range scenarios.Names() {
		text, err := scenarios.Text(name)
		require.NoError(t, err)
		assert.NoError(t, schema.Validate(decode(t, text)), name)
	}
	for _, bad := range []string{"name: x", "{name: x, load: {rate: 1, for: 5, mix: {}}}", "{name: x, load: {rate: 1, for: 5s, mix: {}}, lod: 1}",
		"{name: x, load: {rate: 1, for: 5s, mix: {}}, faults: [{name: a, kind: refues}]}"} {
		assert.Error(t, schema.Validate(decode(t, []byte(bad))), bad)
	}
}

func decode(t *testing.T, text []byte) (value any) {
	t.Helper()
	require.NoError(t, yaml.Unmarshal(text, &value))
	return value
}

func TestTheSchemaKnowsEveryKeyAndKind(t *testing.T) {
	text, err := os.ReadFile(schemaFile)
	require.NoError(t, err)
	schema := decode(t, text).(map[string]any)
	properties := schema["properties"].(map[string]any)
	for _, key := range keys("", reflect.TypeFor[harness.Scenario]()) {
		assert.NotNil(t, lookUp(properties, key), key)
	}
	inFault := schema["$defs"].(map[string]any)["fault"].(map[string]any)["properties"].(map[string]any)
	var kinds []any
	for _, k := range fault.Kinds {
		kinds = append(kinds, k.Name)
		for _, field := range append(k.Needs, k.Takes...) {
			assert.Contains(t, inFault, field)
		}
	}
	assert.ElementsMatch(t, kinds, inFault["kind"].(map[string]any)["enum"])
}

// lookUp finds group.key among properties.
func lookUp(properties map[string]any, key string) any {
	for i := range key {
		if key[i] == '.' {
			group, _ := properties[key[:i]].(map[string]any)
			inner, _ := group["properties"].(map[string]any)
			return inner[key[i+1:]]
		}
	}
	return properties[key]
}
