// Package export writes the ledgers of a run as files that other tools read.
// It knows no column: what a ledger holds comes out under the same names.
package export

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/apache/arrow-go/v18/arrow"

	"github.com/squall-harness/squall/harness/rundir"
)

// encoder writes the blocks of one ledger in one format.
type encoder interface {
	block(arrow.RecordBatch) error
	close() error
}

// encoders holds one for each format, by the ending of its files.
var encoders = map[string]func(io.Writer, *arrow.Schema) (encoder, error){
	"csv": newCSV, "ndjson": newNDJSON, "parquet": newParquet,
}

// Formats lists the formats, which are the endings of the files.
func Formats() []string { return slices.Sorted(maps.Keys(encoders)) }

// Options says what to write and where.
type Options struct {
	Format string // one of Formats
	Out    string // directory, made when it is missing; "" is the run directory
	Force  bool   // replace files that are there already
}

// Result is what an export wrote.
type Result struct {
	Files []string // paths
	Notes []string // what is missing from them, in sentences; empty when all is there
}

const (
	dirMode  = 0o700
	fileMode = 0o600
)

// Run writes each ledger of the run at path as one file. Of a ledger that was
// cut off or damaged it writes the blocks before that place, and says so in the
// notes. It writes nothing when a file is there already, unless forced.
func Run(path string, o Options) (Result, error) {
	if encoders[o.Format] == nil {
		return Result{}, fmt.Errorf("there is no format %q, choose one of %s", o.Format, strings.Join(Formats(), ", "))
	}
	run, err := rundir.Open(path)
	if err != nil {
		return Result{}, err
	}
	if o.Out == "" {
		o.Out = run.Path()
	}
	if err := os.MkdirAll(o.Out, dirMode); err != nil {
		return Result{}, fmt.Errorf("cannot make the directory %s: %w", o.Out, err)
	}
	root, err := os.OpenRoot(o.Out)
	if err != nil {
		return Result{}, fmt.Errorf("cannot write to %s: %w", o.Out, err)
	}
	defer root.Close()
	e := &exporter{Options: o, run: run, root: root}
	if err := e.mayWrite(); err != nil {
		return Result{}, err
	}
	return e.all()
}

// exporter is one export.
type exporter struct {
	Options
	run    *rundir.Dir
	root   *os.Root // no name leads out of it
	result Result
}

// name is the file that a ledger becomes.
func (e *exporter) name(ledger rundir.File) string {
	return strings.TrimSuffix(string(ledger), filepath.Ext(string(ledger))) + "." + e.Format
}

// mayWrite makes sure that nothing is overwritten unasked.
func (e *exporter) mayWrite() error {
	for _, ledger := range rundir.LedgerFiles {
		_, err := e.root.Lstat(e.name(ledger))
		if err == nil && !e.Force {
			return fmt.Errorf("%s is there already, and nothing is overwritten: give another directory with --out, or --force",
				filepath.Join(e.Out, e.name(ledger)))
		}
	}
	return nil
}

func (e *exporter) all() (Result, error) {
	for _, ledger := range rundir.LedgerFiles {
		if err := e.ledger(ledger); err != nil {
			return e.result, err
		}
	}
	if len(e.result.Files) == 0 {
		return e.result, fmt.Errorf("no ledger could be read: %s", strings.Join(e.result.Notes, "; "))
	}
	return e.result, nil
}

// ledger writes one ledger, into a file that gets its name when it is whole.
func (e *exporter) ledger(ledger rundir.File) error {
	name, temp := e.name(ledger), "."+e.name(ledger)
	file, err := e.root.OpenFile(temp, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, fileMode)
	if err != nil {
		return fmt.Errorf("cannot write %s: %w", filepath.Join(e.Out, name), err)
	}
	written, note, err := e.convert(ledger, file)
	if err = errors.Join(err, file.Close()); err != nil {
		return errors.Join(fmt.Errorf("cannot write %s: %w", filepath.Join(e.Out, name), err), e.root.Remove(temp))
	}
	if note != "" {
		e.result.Notes = append(e.result.Notes, note)
	}
	if !written {
		return e.root.Remove(temp)
	}
	e.result.Files = append(e.result.Files, filepath.Join(e.Out, name))
	return e.root.Rename(temp, name)
}

// convert tells whether there was anything to write, and what is wrong with
// the ledger. Its error is about the file that is written.
func (e *exporter) convert(ledger rundir.File, file io.Writer) (written bool, note string, err error) {
	buffer := bufio.NewWriterSize(file, 1<<16)
	var out encoder
	var failed error
	why := e.run.EachBlock(ledger, func(block arrow.RecordBatch) error {
		if out == nil {
			out, failed = encoders[e.Format](buffer, block.Schema())
		}
		if failed == nil {
			failed = out.block(block)
		}
		return failed
	})
	switch {
	case failed != nil:
		return false, "", failed
	case why != nil && !expected(why):
		return false, "", why
	case why != nil:
		note = why.Error()
	}
	if out == nil {
		return false, note, nil
	}
	return true, note, errors.Join(out.close(), buffer.Flush())
}

// expected tells the states of a ledger from failures to read it.
func expected(err error) bool {
	var cut *rundir.Truncated
	var bad *rundir.Corrupt
	return errors.As(err, &cut) || errors.As(err, &bad) || errors.Is(err, fs.ErrNotExist)
}
