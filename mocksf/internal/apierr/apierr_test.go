package apierr

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestTableIsWhole(t *testing.T) {
	for _, k := range Table {
		assert.Regexp(t, `^[A-Z_]+$`, k.Code, "some clients make class names of it")
		assert.True(t, k.Status >= 300 && k.Status < 600, k.Code)
		assert.NotEmpty(t, k.Text, k.Code)
		assert.NotEmpty(t, k.Source, k.Code)
		assert.Equal(t, k.Status < 500, k.Definite, "%s: only trouble of the server's own leaves the outcome open", k.Code)
	}
}

// No kind is raised that the table, and so the page made of it, does not know.
func TestTableHoldsEveryKind(t *testing.T) {
	files, err := filepath.Glob("*.go")
	require.NoError(t, err)
	written := 0
	for _, name := range files {
		if !strings.HasSuffix(name, "_test.go") {
			text, err := os.ReadFile(name)
			require.NoError(t, err)
			written += strings.Count(string(text), "= &Kind{")
		}
	}
	assert.Equal(t, written, len(Table)+len(LoginTable))
}

func TestCustom(t *testing.T) {
	known := Custom("UNABLE_TO_LOCK_ROW", "")
	assert.Equal(t, "unable to obtain exclusive access to this record", known.Message)
	assert.True(t, known.Retryable)
	assert.Equal(t, "text", Custom("UNABLE_TO_LOCK_ROW", "text").Message)
	unknown := Custom("MY_OWN", "text")
	assert.Equal(t, 400, unknown.Status)
	assert.Equal(t, "MY_OWN: text", unknown.Error())
}

func TestWithStatusLeavesTheTableAlone(t *testing.T) {
	e := CrossReference.New().WithStatus(404)
	assert.Equal(t, 404, e.Status)
	assert.Equal(t, 400, CrossReference.Status)
}

func TestLoginTableIsWhole(t *testing.T) {
	for _, k := range LoginTable {
		assert.Regexp(t, `^[A-Za-z_]+$`, k.Code)
		assert.True(t, k.Status >= 400 && k.Status < 600 && k.Definite, "%s: a login that fails has changed nothing", k.Code)
		assert.NotEmpty(t, k.Text, k.Code)
		assert.NotEmpty(t, k.Source, k.Code)
	}
}
