package scenarios_test

import (
	"fmt"
	"os"
	"reflect"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/squall-harness/squall/harness"
	"github.com/squall-harness/squall/harness/fault"
	"github.com/squall-harness/squall/scenarios/mutants"
)

// README.md tells of every kind of fault, every mutant and every key.
func TestTheDocumentationIsComplete(t *testing.T) {
	text, err := os.ReadFile("README.md")
	require.NoError(t, err)
	doc := string(text)
	for _, k := range fault.Kinds {
		assert.Contains(t, doc, fmt.Sprintf("| `%s` | %s | %s | %s |", k.Name, k.Does, codes(k.Needs), codes(k.Takes)))
	}
	for _, m := range mutants.All {
		assert.Contains(t, doc, fmt.Sprintf("| `%s` | %s | `%s` | %s |", m.Name, m.Defect, m.Scenario, strings.Join(m.Breaks, ", ")))
	}
	for _, key := range keys("", reflect.TypeFor[harness.Scenario]()) {
		assert.Contains(t, doc, "`"+key+"`")
	}
}

func codes(words []string) string {
	if len(words) == 0 {
		return ""
	}
	return "`" + strings.Join(words, "`, `") + "`"
}

// keys lists the keys of a scenario, those of groups with their group; the
// faults have a table of their own.
func keys(group string, t reflect.Type) (out []string) {
	for i := range t.NumField() {
		f := t.Field(i)
		key := f.Tag.Get("yaml")
		switch {
		case key == "":
		case f.Type.Kind() == reflect.Struct && group == "":
			out = append(out, keys(key+".", f.Type)...)
		default:
			out = append(out, group+key)
		}
	}
	return out
}
