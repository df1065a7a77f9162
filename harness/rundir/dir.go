// Package rundir is one run on disk, and the only package that knows its file
// names. Everything in a run directory is readable by its owner alone.
package rundir

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
)

const (
	dirMode  = 0o700
	fileMode = 0o600

	// latestName is the link to the newest run, beside the runs.
	latestName = "latest"
	// maxName bounds the part of a directory's name that comes from outside.
	maxName = 64
)

// Dir is one run on disk.
type Dir struct {
	path string
	id   string        // "" when nothing in it tells
	pace time.Duration // see Pace

	starts starts // of the blocks of the index
	spare  spare  // memory for them
}

// ID names the run apart from all others. Every block of its ledgers carries
// it, and run.json should as "run": then a file of another run is noticed.
func (d *Dir) ID() string { return d.id }

// Identify gives the run another id, before anything is written.
func (d *Dir) Identify(id string) { d.id = id }

// Create makes the directory parent/NAME-YYYYMMDD-HHMMSS (with -2, -3, ... when
// that exists), shows that it can be written to, and points parent/latest at
// it. Name may be any text; only letters, digits, dot, dash and underscore of
// it are used.
func Create(parent, name string) (*Dir, error) {
	if err := os.MkdirAll(parent, dirMode); err != nil {
		return nil, fmt.Errorf("cannot make the output directory %s: %w", parent, err)
	}
	path, err := makeUnique(parent, SafeName(name)+"-"+time.Now().Format("20060102-150405"))
	if err != nil {
		return nil, fmt.Errorf("cannot make a run directory in %s: %w; choose another with --out", parent, err)
	}
	d := &Dir{path: path, id: filepath.Base(path) + "-" + strings.ToLower(rand.Text()[:8])}
	if err := d.prepare(); err != nil {
		return nil, fmt.Errorf("cannot write to the run directory %s: %w; choose another with --out", path, err)
	}
	if err := pointLatest(parent, filepath.Base(path)); err != nil {
		return nil, fmt.Errorf("cannot point %s at the new run: %w", filepath.Join(parent, latestName), err)
	}
	return d, nil
}

// SafeName turns text from outside into one path element.
func SafeName(name string) string {
	safe := strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '-', r == '_', r == '.':
			return r
		}
		return '-'
	}, name)
	safe = strings.Trim(safe, "-.")
	if safe = safe[:min(len(safe), maxName)]; safe == "" {
		return "run"
	}
	return safe
}

func makeUnique(parent, base string) (string, error) {
	for n := 1; ; n++ {
		path := filepath.Join(parent, base)
		if n > 1 {
			path += fmt.Sprintf("-%d", n)
		}
		if err := os.Mkdir(path, dirMode); !errors.Is(err, fs.ErrExist) {
			return path, err
		}
	}
}

// prepare makes the state directory and shows at once, before anything is
// started, that the disk takes data: a run whose ledgers cannot be kept is
// worth nothing.
func (d *Dir) prepare() error {
	if err := os.Mkdir(d.StateDir(), dirMode); err != nil {
		return err
	}
	probe := filepath.Join(d.path, ".probe")
	defer os.Remove(probe)
	f, err := os.OpenFile(probe, os.O_WRONLY|os.O_CREATE|os.O_EXCL, fileMode)
	if err != nil {
		return err
	}
	_, err = f.Write(make([]byte, 1<<20))
	return errors.Join(err, f.Sync(), f.Close())
}

// pointLatest replaces the link in one step, so that a reader never finds none.
// Where symbolic links do not work it is a file that holds the name.
func pointLatest(parent, name string) error {
	temp := filepath.Join(parent, "."+name+".latest")
	if err := os.Symlink(name, temp); err != nil {
		if err := os.WriteFile(temp, []byte(name+"\n"), fileMode); err != nil {
			return err
		}
	}
	return os.Rename(temp, filepath.Join(parent, latestName))
}

// Open returns the run at path, which may be the link or file `latest`.
func Open(path string) (*Dir, error) {
	resolved, err := resolve(path)
	if err != nil {
		return nil, fmt.Errorf("no run at %s: %w", path, err)
	}
	d := &Dir{path: resolved}
	d.id = d.tellID()
	for _, f := range []File{ScenarioFile, HistoryFile, CommitsFile} {
		if _, err := os.Stat(d.Join(f)); err == nil {
			return d, nil
		}
	}
	return nil, fmt.Errorf("%s is no run directory: it holds neither %s nor %s", path, ScenarioFile, HistoryFile)
}

// tellID takes the word of run.json, else that of the first ledger that can be
// read.
func (d *Dir) tellID() (id string) {
	var run struct{ Run string }
	if err := d.ReadJSON(RunFile, &run); err == nil && run.Run != "" {
		return run.Run
	}
	for _, f := range LedgerFiles {
		enough := errors.New("enough")
		_ = d.EachBlock(f, func(block arrow.RecordBatch) error {
			s, _ := sealOf(block)
			id = s.run
			return enough
		})
		if id != "" {
			return id
		}
	}
	return ""
}

// resolve follows the link, or the file that stands for it. What that file
// names lies beside it: a name from outside never leads elsewhere.
func resolve(path string) (string, error) {
	target, err := filepath.EvalSymlinks(path)
	if err != nil {
		return "", err
	}
	info, err := os.Stat(target)
	if err != nil || info.IsDir() {
		return target, err
	}
	if filepath.Base(target) != latestName || info.Size() > 4096 {
		return "", errors.New("it is a file, not a run directory")
	}
	text, err := os.ReadFile(target)
	name := strings.TrimSpace(string(text))
	if err == nil && (name != filepath.Base(name) || !filepath.IsLocal(name)) {
		err = fmt.Errorf("the file names %q, which is not a directory beside it", name)
	}
	return filepath.Join(filepath.Dir(target), name), err
}
