package harness

import (
	"errors"
	"io"
	"slices"

	"github.com/squall-harness/squall/harness/dense"
	"github.com/squall-harness/squall/harness/history"
	"github.com/squall-harness/squall/harness/rundir"
	"github.com/squall-harness/squall/harness/verify"
	"github.com/squall-harness/squall/harness/verify/sieve"
)

// judgeSifted judges a run by its index, and by what of its ledgers the index
// makes look suspicious: a fiftieth of the bytes, and memory for what is open
// at a time. It fails with sieve.ErrWhole when the ledgers must be read as a
// whole.
func judgeSifted(dir *rundir.Dir, settings verify.Settings) (verify.Judgement, error) {
	in := verify.Input{Settings: settings}
	notes, err := readNotes(dir, settings.TokenField)
	if err != nil {
		return verify.Judgement{}, err
	}
	in.History = history.Fold(notes)
	frame, err := sieve.FrameOf(&in)
	if err != nil {
		return verify.Judgement{}, err
	}
	left, err := sieve.Sift(columnsOf(dir, settings.TokenField), frame)
	if err != nil {
		return verify.Judgement{}, err
	}
	if err := readLeft(dir, left, notes, &in); err != nil {
		return verify.Judgement{}, err
	}
	return verify.JudgeAll(in), nil
}

func columnsOf(dir *rundir.Dir, token string) sieve.Source {
	return func(name string, t dense.Table) (sieve.Reader, error) { return dir.OpenColumns(name, token, t) }
}

// readNotes reads the fault windows, marks and alerts of a run.
func readNotes(dir *rundir.Dir, token string) ([]history.Event, error) {
	var t dense.Notes
	r, err := dir.OpenColumns("notes", token, &t)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	var seqs []uint32
	for err = r.Next(); err == nil; err = r.Next() {
		for i, kind := range t.Kind {
			if kind != dense.Gauge {
				seqs = append(seqs, t.Seq[i])
			}
		}
	}
	if !errors.Is(err, io.EOF) {
		return nil, err
	}
	return dir.PickEvents(seqs)
}

// readLeft reads of the ledgers what the sieve left to judge.
func readLeft(dir *rundir.Dir, left *sieve.Sifted, notes []history.Event, in *verify.Input) error {
	seqs := slices.Concat(left.Ops, left.Answers)
	slices.Sort(seqs)
	events, err := dir.PickEvents(seqs)
	if err != nil {
		return err
	}
	in.History, in.Rest = history.Fold(append(events, notes...)), left.Rest
	if in.Commits, err = dir.PickCommits(left.Changes); err != nil {
		return err
	}
	in.Requests, err = dir.PickRequests(left.Requests)
	return err
}
