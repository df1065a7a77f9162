package rundir

import (
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestCreateMakesAPrivateDirectoryAndPointsLatestAtIt(t *testing.T) {
	parent := t.TempDir()
	first := newDir(t, parent)
	second := newDir(t, parent)
	assert.NotEqual(t, first.Path(), second.Path())
	assert.Regexp(t, `outage-\d{8}-\d{6}(-\d+)?$`, first.Path())
	require.NoError(t, second.WriteScenario([]byte("name: outage\n")))

	latest, err := Open(filepath.Join(parent, "latest"))
	require.NoError(t, err)
	assert.Equal(t, second.Path(), latest.Path())
	for path, mode := range map[string]os.FileMode{second.Path(): 0o700, second.StateDir(): 0o700, second.Join(ScenarioFile): 0o600} {
		info, err := os.Stat(path)
		require.NoError(t, err)
		assert.Equal(t, mode, info.Mode().Perm(), path)
	}
	assert.Equal(t, []File{ScenarioFile}, second.Files(), "the probe is gone")
}

func TestNoNameLeadsOutOfTheParent(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		name := SafeName(rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{"../../etc", "..", ".", "", "a/b", `c:\x`, "/"})).Draw(rt, "name"))
		assert.Equal(rt, filepath.Base(name), name)
		assert.True(rt, filepath.IsLocal(name) && name != "." && !strings.HasPrefix(name, "."), name)
		assert.LessOrEqual(rt, len(name), maxName)
	})
}

func TestAnOutputDirectoryThatCannotBeUsedIsAnErrorAtOnce(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(file, nil, fileMode))
	_, err := Create(file, "outage")
	assert.ErrorContains(t, err, "cannot make the output directory "+file)

	if _, err := os.Stat("/proc/self"); err == nil {
		_, err = Create("/proc/self", "outage")
		assert.ErrorContains(t, err, "choose another with --out")
	}
}

func TestOpenRefusesWhatIsNoRun(t *testing.T) {
	parent := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(parent, name)
		require.NoError(t, os.WriteFile(path, []byte(text), fileMode))
		return path
	}
	for path, want := range map[string]string{
		filepath.Join(parent, "none"):  "no run at",
		parent:                         "is no run directory",
		write("notes.txt", "x"):        "it is a file",
		write(latestName, "../secret"): "not a directory beside it",
	} {
		_, err := Open(path)
		assert.ErrorContains(t, err, want, path)
	}
}

func TestLatestMayBeAPlainFile(t *testing.T) {
	parent := t.TempDir()
	d := newDir(t, parent)
	require.NoError(t, d.WriteScenario(nil))
	latest := filepath.Join(parent, latestName)
	require.NoError(t, os.Remove(latest))
	require.NoError(t, os.WriteFile(latest, []byte(filepath.Base(d.Path())+"\n"), fileMode))
	opened, err := Open(latest)
	require.NoError(t, err)
	assert.Equal(t, d.Path(), opened.Path())
}

func TestJSONAndScenarioComeBack(t *testing.T) {
	d := newDir(t, t.TempDir())
	require.NoError(t, d.WriteJSON(PlanFile, map[string]int{"faults": 7}))
	var plan map[string]int
	require.NoError(t, d.ReadJSON(PlanFile, &plan))
	assert.Equal(t, map[string]int{"faults": 7}, plan)

	require.NoError(t, d.WriteScenario([]byte("name: x")))
	text, err := d.ReadScenario()
	require.NoError(t, err)
	assert.Equal(t, "name: x", string(text))

	require.NoError(t, os.WriteFile(d.Join(VerdictFile), []byte("{"), fileMode))
	assert.ErrorContains(t, d.ReadJSON(VerdictFile, &plan), "verdict.json")
	assert.ErrorContains(t, d.WriteJSON(VerdictFile, func() {}), "verdict.json")
	assert.ErrorAs(t, d.WriteJSON(VerdictFile, func() {}), new(*json.UnsupportedTypeError))
}

func TestAFailedWriteLeavesTheOldFile(t *testing.T) {
	d := newDir(t, t.TempDir())
	require.NoError(t, d.WriteScenario([]byte("old")))
	err := d.Write(ScenarioFile, func(w io.Writer) error {
		_, _ = w.Write([]byte("half"))
		return errors.New("no more")
	})
	require.ErrorContains(t, err, "no more")
	text, err := d.ReadScenario()
	require.NoError(t, err)
	assert.Equal(t, "old", string(text))
	entries, err := os.ReadDir(d.Path())
	require.NoError(t, err)
	assert.Len(t, entries, 2, "scenario and state, nothing left over")
}

func TestEveryFileHasAMeaning(t *testing.T) {
	for _, f := range all {
		assert.NotEmpty(t, f.Meaning(), f)
	}
}
