package rundir

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestTheControlRunLiesWithinTheRun(t *testing.T) {
	d, err := Create(t.TempDir(), "x")
	require.NoError(t, err)
	_, there := d.Control()
	assert.False(t, there)
	c, err := d.CreateControl()
	require.NoError(t, err)
	assert.Equal(t, d.ID()+"-control", c.ID(), "its files are told from those of the run")
	_, there = d.Control()
	assert.False(t, there, "nothing is in it yet")
	require.NoError(t, c.WriteScenario([]byte("name: x")))
	require.NoError(t, c.WriteJSON(ReportFile, 1))
	again, there := d.Control()
	require.True(t, there)
	assert.Equal(t, filepath.Join(d.Path(), "control"), again.Path())
	assert.Contains(t, d.Files(), File(ControlReport))
	_, err = d.CreateControl()
	assert.Error(t, err, "there is one")
}

func TestALinkIsNoControlRun(t *testing.T) {
	elsewhere, err := Create(t.TempDir(), "x")
	require.NoError(t, err)
	require.NoError(t, elsewhere.WriteScenario([]byte("name: x")))
	d, err := Create(t.TempDir(), "y")
	require.NoError(t, err)
	require.NoError(t, os.Symlink(elsewhere.Path(), filepath.Join(d.Path(), "control")))
	_, there := d.Control()
	assert.False(t, there)
}
