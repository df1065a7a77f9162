package reports

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestRenderForTheEye writes both samples where REPORT_DIR points, to be looked
// at in a browser.
func TestRenderForTheEye(t *testing.T) {
	dir := os.Getenv("REPORT_DIR")
	if dir == "" {
		t.Skip("REPORT_DIR is not set: nobody wants to look")
	}
	for name, broken := range map[string]bool{"pass.html": false, "fail.html": true} {
		s, d := newSample(broken)
		f, err := os.Create(filepath.Join(dir, name))
		require.NoError(t, err)
		require.NoError(t, WriteHTML(f, s, d))
		require.NoError(t, f.Close())
	}
}
