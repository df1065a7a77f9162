//go:build scale

package rundir

import (
	"errors"
	"io"
	"os"
	"slices"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/squall-harness/squall/harness/dense"
)

// copies puts copies of the index of a run one after another: a run of a
// hundred million operations whose ledgers would fill the disk. Each copy has
// hashes, numbers and times of its own.
type copies struct {
	mask                           uint64 // of the hashes of the copy at hand
	op, lsn, requests, key, target uint32 // what is added to its numbers
	at                             int64  // and to its times
}

func (c *copies) hashes(all ...[]uint64) {
	for _, column := range all {
		for i, h := range column {
			if h != 0 {
				column[i] = h ^ c.mask
			}
		}
	}
}

func (c *copies) shorts(all ...[]uint32) {
	for _, column := range all {
		for i, h := range column {
			if h != 0 {
				column[i] = h ^ uint32(c.mask>>32)&^(1<<31)
			}
		}
	}
}

func plus[T int64 | uint32](n T, all ...[]T) {
	for _, column := range all {
		for i := range column {
			column[i] += n
		}
	}
}

// named adds to numbers of which 0 is none.
func named(n uint32, all ...[]uint32) {
	for _, column := range all {
		for i := range column {
			if column[i] != 0 {
				column[i] += n
			}
		}
	}
}

func (c *copies) alter(t dense.Table) {
	switch t := t.(type) {
	case *dense.Operations:
		named(c.key, t.Key)
		plus(c.op, t.Op)
		plus(c.at, t.At)
	case *dense.Intents:
		c.hashes(t.Token)
		named(c.key, t.Key)
		named(c.target, t.Target, t.Parent)
		plus(c.op, t.Op)
	case *dense.Answers:
		plus(c.op, t.Op, t.Seq)
		plus(c.at, t.Start, t.End)
	case *dense.Effects:
		named(c.op, t.Op)
		plus(c.lsn, t.LSN)
		plus(c.at, t.At)
	case *dense.Changes:
		named(c.op, t.Op)
		c.shorts(t.Record, t.Request)
		named(c.target, t.Target)
	case *dense.Strays:
		c.hashes(t.Token)
	case *dense.Requests:
		c.shorts(t.ID, t.Job)
		plus(c.at, t.At)
	case *dense.Traces:
		c.hashes(t.Token)
		plus(c.requests, t.Request)
	}
}

// step is how far one copy is from the next.
func step(t *testing.T, d *Dir) (s copies) {
	x := dense.NewIndexer("")
	for name, table := range x.Tables() {
		require.NoError(t, walk(d, name, table, func() error {
			s.requests += uint32(len(x.Requests.At))
			for i, op := range x.Answers.Seq {
				s.op, s.at = max(s.op, op+1000), max(s.at, x.Answers.End[i]+1e7)
			}
			for _, lsn := range x.Effects.LSN {
				s.lsn = max(s.lsn, lsn)
			}
			for _, n := range x.Operations.Key {
				s.key = max(s.key, n)
			}
			for _, n := range slices.Concat(x.Intents.Target, x.Intents.Parent, x.Changes.Target) {
				s.target = max(s.target, n)
			}
			table.Clear()
			return nil
		}))
	}
	return s
}

func walk(d *Dir, name string, table dense.Table, use func() error) error {
	r, err := d.OpenColumns(name, "", table, 0)
	if err != nil {
		return err
	}
	defer r.Close()
	for {
		if err := r.Next(); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		if err := use(); err != nil {
			return err
		}
	}
}

// TestCopies makes such a run: SQUALL_SCALE_COPIES=15 of SQUALL_SCALE_OF=DIR in
// SQUALL_SCALE_DIR.
func TestCopies(t *testing.T) {
	n, err := strconv.Atoi(os.Getenv("SQUALL_SCALE_COPIES"))
	require.NoError(t, err, "SQUALL_SCALE_COPIES=15 says how many copies of an index to put together")
	from, err := Open(os.Getenv("SQUALL_SCALE_OF"))
	require.NoError(t, err)
	to, err := Create(os.Getenv("SQUALL_SCALE_DIR"), "copies")
	require.NoError(t, err)
	require.NoError(t, to.WriteScenario(nil))
	x, err := newIndexWriter(to, "")
	require.NoError(t, err)
	one := step(t, from)
	for name, table := range x.Tables() {
		for i := range n {
			c := copies{mask: uint64(i) * 0x5851f42d4c957f2d >> 1, op: one.op * uint32(i), lsn: one.lsn * uint32(i), requests: one.requests * uint32(i), key: one.key * uint32(i), target: one.target * uint32(i), at: one.at * int64(i)}
			if name == "notes" && i > 0 {
				continue
			}
			require.NoError(t, walk(from, name, table, func() error {
				c.alter(table)
				return x.files[name].block()
			}))
		}
	}
	require.NoError(t, x.close(true))
	t.Log(to.Path())
}
