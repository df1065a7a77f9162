package rundir

import (
	"fmt"
	"os"
	"path/filepath"
)

// controlName is the directory, within a run, of its control run.
const controlName = "control"

// CreateControl makes the directory of the control run within the run.
func (d *Dir) CreateControl() (*Dir, error) {
	c := &Dir{path: filepath.Join(d.path, controlName), id: d.id + "-" + controlName}
	err := os.Mkdir(c.path, dirMode)
	if err == nil {
		err = c.prepare()
	}
	if err != nil {
		return nil, fmt.Errorf("cannot make the directory of the control run: %w", err)
	}
	return c, nil
}

// Control returns the control run, if the run has one. A link that leads
// elsewhere is none.
func (d *Dir) Control() (*Dir, bool) {
	path := filepath.Join(d.path, controlName)
	if info, err := os.Lstat(path); err != nil || !info.IsDir() {
		return nil, false
	}
	c, err := Open(path)
	return c, err == nil
}
