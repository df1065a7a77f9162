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

// readTable reads a table of the index as a whole.
func readTable(d *Dir, name string, all dense.Table, add func(block dense.Table)) error {
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
		add(block)
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
		var intents dense.Intents
		require.NoError(t, readTable(d, "intents", &intents, func(b dense.Table) {
			for i := range b.Rows() {
				intents.Append(b.(*dense.Intents), i)
			}
		}))
		assert.Equal(t, want.Intents, intents)
		var changes dense.Changes
		require.NoError(t, readTable(d, "changes", &changes, func(b dense.Table) {
			for i := range b.Rows() {
				changes.Append(b.(*dense.Changes), i)
			}
		}))
		assert.Equal(t, want.Changes, changes)
	})
}

func TestADamagedIndexIsNeverTakenForAWholeOne(t *testing.T) {
	recorder, log := sampleRun(40)
	d := writeRun(t, recorder, log)
	path := d.indexFile("changes")
	whole, err := os.ReadFile(path)
	require.NoError(t, err)
	rows := func() (n int, err error) {
		err = readTable(d, "changes", &dense.Changes{}, func(b dense.Table) { n += b.Rows() })
		return n, err
	}
	for i := 0; i < len(whole); i += 7 {
		damaged := append([]byte{}, whole...)
		damaged[i] ^= 1 << (i % 8)
		require.NoError(t, os.WriteFile(path, damaged, fileMode))
		if n, err := rows(); err == nil {
			assert.Equal(t, 40, n, "byte %d", i) // padding
		}
		require.NoError(t, os.WriteFile(path, whole[:i], fileMode))
		_, err := rows()
		assert.Error(t, err, "cut at byte %d", i)
	}
}

func TestAnIndexForAnotherTokenFieldIsRefused(t *testing.T) {
	recorder, log := sampleRun(3)
	d := writeRun(t, recorder, log)
	_, err := d.OpenColumns("changes", "Other__c", &dense.Changes{}, 0)
	assert.ErrorContains(t, err, "another format")
	_, err = newDir(t, t.TempDir()).OpenColumns("changes", "", &dense.Changes{}, 0)
	assert.ErrorContains(t, err, "cannot read")
}
