package rundir

import (
	"errors"
	"io"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/squall-harness/squall/harness/dense"
)

// readTable reads a table of the index as a whole into all.
func readTable(d *Dir, name string, all dense.Table) error {
	block := dense.NewIndexer("").Tables()[name]
	r, err := d.OpenColumns(name, "", block, 0)
	if err != nil {
		return err
	}
	defer r.Close()
	for {
		if err := r.Next(); err != nil {
			if errors.Is(err, io.EOF) {
				return nil
			}
			return err
		}
		for i, column := range all.Columns() {
			extend(column, block.Columns()[i])
		}
	}
}

// extend appends a column to another.
func extend(to, from dense.Column) {
	switch to := to.Values.(type) {
	case *[]uint8:
		*to = append(*to, *from.Values.(*[]uint8)...)
	case *[]uint32:
		*to = append(*to, *from.Values.(*[]uint32)...)
	case *[]int64:
		*to = append(*to, *from.Values.(*[]int64)...)
	case *[]uint64:
		*to = append(*to, *from.Values.(*[]uint64)...)
	}
}

func TestTheIndexHoldsWhatTheLedgersSay(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		recorder, log, requests := drawRun(t)
		parent, err := tempDir(t)
		require.NoError(t, err)
		defer os.RemoveAll(parent)
		d := newDir(t, parent)
		l, err := d.StartLedgers(recorder, log, "")
		require.NoError(t, err)
		for _, q := range requests {
			l.Request(q)
		}
		require.NoError(t, l.Close())
		want := dense.NewIndexer("")
		events, err := d.ReadHistory()
		require.NoError(t, err)
		for _, e := range events {
			want.Event(e)
		}
		commits, err := d.ReadCommits()
		require.NoError(t, err)
		for i := range commits {
			want.Commit(&commits[i])
		}
		for i := range requests {
			want.Request(&requests[i])
		}
		got := dense.NewIndexer("").Tables()
		for name, table := range want.Tables() {
			require.NoError(t, readTable(d, name, got[name]))
			assert.Equal(t, table, got[name])
		}
	})
}

func TestADamagedIndexIsNeverTakenForAWholeOne(t *testing.T) {
	recorder, log := sampleRun(40)
	d := writeRun(t, recorder, log)
	damage(t, d, "changes", 7)
	for name := range dense.NewIndexer("").Tables() {
		damage(t, d, name, 31)
	}
}

// damage alters a table at every so many bytes, and cuts it off there.
func damage(t *testing.T, d *Dir, name string, every int) {
	path := d.indexFile(name)
	whole, err := os.ReadFile(path)
	require.NoError(t, err)
	rows := func() (n int, err error) {
		all := dense.NewIndexer("").Tables()[name]
		err = readTable(d, name, all)
		return all.Rows(), err
	}
	full, err := rows()
	require.NoError(t, err)
	for i := 0; i < len(whole); i += every {
		damaged := append([]byte{}, whole...)
		damaged[i] ^= 1 << (i % 8)
		require.NoError(t, os.WriteFile(path, damaged, fileMode))
		if n, err := rows(); err == nil {
			assert.Equal(t, full, n, "byte %d of %s", i, name) // padding
		}
		require.NoError(t, os.WriteFile(path, whole[:i], fileMode))
		_, err := rows()
		assert.Error(t, err, "%s cut at byte %d", name, i)
	}
	require.NoError(t, os.WriteFile(path, whole, fileMode))
}

func TestAnIndexForAnotherTokenFieldIsRefused(t *testing.T) {
	recorder, log := sampleRun(3)
	d := writeRun(t, recorder, log)
	_, err := d.OpenColumns("changes", "Other__c", &dense.Changes{}, 0)
	assert.ErrorContains(t, err, "another format")
	_, err = newDir(t, t.TempDir()).OpenColumns("changes", "", &dense.Changes{}, 0)
	assert.ErrorContains(t, err, "cannot read")
}
