package store

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/squall-harness/squall/mocksf/commitlog"
	"github.com/squall-harness/squall/mocksf/internal/apierr"
	"github.com/squall-harness/squall/mocksf/schema"
)

func TestRestoreUndoesWhatCameAfterTheBackup(t *testing.T) {
	s, log := open(t, schema.Default())
	account := table(t, s, "Account")
	key, _ := account.Field("Ext_Id__c")
	nameField, _ := account.Field("Name")
	write := func(id, name, phone string) (saved Saved) {
		_, err := s.Update(Author{Request: "r", Fate: commitlog.FateSent}, func(tx *Tx) (err *apierr.Error) {
			d := NewDraft(account, 2)
			require.Nil(t, d.Put("Name", Text, name))
			require.Nil(t, d.Put("Phone", Text, phone))
			saved, err = tx.Upsert(d, key, id, false)
			return err
		})
		require.Nil(t, err)
		return saved
	}
	remove := func(id string) {
		_, err := s.Update(Author{Request: "r", Fate: commitlog.FateSent}, func(tx *Tx) *apierr.Error { return tx.Delete(account, id) })
		require.Nil(t, err)
	}
	kept, changed, gone := write("kept", "k", ""), write("changed", "old", ""), write("gone", "g", "1")
	b := s.Backup()
	write("changed", "new", "2")
	remove(gone.ID())
	added := write("added", "a", "")
	brief := write("brief", "b", "")
	remove(brief.ID())

	assert.Equal(t, 5, s.Restore(b))
	commits := log.Since(0)
	last := commits[len(commits)-1]
	assert.Equal(t, []any{commitlog.APIRestore, commitlog.FateSent, commitlog.Backup(3)}, []any{last.API, last.Fate, last.Request})
	lsn, ok := last.RestoredTo()
	assert.True(t, ok)
	assert.EqualValues(t, 3, lsn)
	assert.Equal(t, []commitlog.Change{
		{Op: commitlog.Delete, Object: "Account", ID: added.ID(), ExternalID: "added"},
		{Op: commitlog.Update, Object: "Account", ID: changed.ID(), ExternalID: "changed", Fields: map[string]any{"Name": "old", "Phone": nil}},
		{Op: commitlog.Insert, Object: "Account", ID: gone.ID(), ExternalID: "gone", Fields: map[string]any{"Name": "g", "Phone": "1", "Ext_Id__c": "gone"}},
	}, last.Changes)
	s.View(func(v *View) {
		assert.Equal(t, 3, v.Count(account))
		for id, name := range map[string]string{"kept": "k", "changed": "old", "gone": "g"} {
			row, err := v.Match(account, key, id)
			require.Nil(t, err)
			require.NotNil(t, row, id)
			assert.Equal(t, name, row.Text(nameField))
		}
		row, _ := v.Match(account, key, "added")
		assert.Nil(t, row)
	})
	assert.NotEqual(t, added.ID(), write("added", "a", "").ID(), "an id is given once")
	assert.Equal(t, kept.ID(), write("kept", "k2", "").ID())

	b = s.Backup()
	assert.Zero(t, s.Restore(b), "nothing has happened since")
	assert.Len(t, log.Since(0), len(commits)+2, "and nothing was written")
}
