package reports

import (
	"cmp"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestRenderForTheEye writes both samples where REPORT_DIR points, to be looked
// at in a browser.
func TestRenderForTheEye(t *testing.T) {
	dir := cmp.Or(os.Getenv("REPORT_DIR"), t.TempDir())
	for name, broken := range map[string]bool{"pass.html": false, "fail.html": true} {
		s, d := newSample(broken)
		f, err := os.Create(filepath.Join(dir, name))
		require.NoError(t, err)
		require.NoError(t, WriteHTML(f, s, d))
		require.NoError(t, f.Close())
	}
}
