package store

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/squall-harness/squall/mocksf/commitlog"
	"github.com/squall-harness/squall/mocksf/internal/apierr"
	"github.com/squall-harness/squall/mocksf/schema"
)

// TestChildrenAreThoseOfAScan moves records between parents at random, some of
// it rolled back or restored, and compares the lists with the records.
func TestChildrenAreThoseOfAScan(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s, err := New(schema.Default(), &commitlog.Log{}, func() time.Duration { return 0 }, time.Now)
		require.NoError(t, err)
		accounts, _ := s.Table("Account")
		contacts, _ := s.Table("Contact")
		lookup, _ := contacts.Field("AccountId")
		parents := []string{""}
		for range 3 {
			parents = append(parents, add(t, s, accounts, map[string]string{"Name": "a"}))
		}
		then := s.Backup()
		var ids []string
		for range rapid.IntRange(0, 30).Draw(t, "writes") {
			to := rapid.SampledFrom(parents).Draw(t, "to")
			_, _ = s.Update(Author{}, func(tx *Tx) *apierr.Error {
				d := NewDraft(contacts, 2)
				require.Nil(t, d.Put("LastName", Cell, "x"))
				require.Nil(t, d.Put("AccountId", Cell, to))
				what := rapid.IntRange(0, 3).Draw(t, "what")
				switch {
				case what < 2 || len(ids) == 0:
					row, err := tx.Insert(d)
					require.Nil(t, err)
					ids = append(ids, row.ID())
				case what == 2:
					_ = tx.Update(rapid.SampledFrom(ids).Draw(t, "id"), d)
				default:
					_ = tx.Delete(contacts, rapid.SampledFrom(ids).Draw(t, "id"))
				}
				if rapid.IntRange(0, 4).Draw(t, "fail") == 0 {
					return apierr.Halted.New()
				}
				return nil
			})
		}
		checkChildren(t, s, contacts, lookup, parents)
		s.Restore(then)
		checkChildren(t, s, contacts, lookup, parents)
	})
}

func add(t *rapid.T, s *Store, table *Table, fields map[string]string) (id string) {
	_, err := s.Update(Author{}, func(tx *Tx) (err *apierr.Error) {
		d := NewDraft(table, len(fields))
		for name, text := range fields {
			require.Nil(t, d.Put(name, Cell, text))
		}
		row, err := tx.Insert(d)
		require.Nil(t, err)
		id = row.ID()
		return nil
	})
	require.Nil(t, err)
	return id
}

func checkChildren(t *rapid.T, s *Store, table *Table, field int, parents []string) {
	s.View(func(v *View) {
		for _, parent := range parents[1:] {
			for _, all := range []bool{false, true} {
				var want []*Row
				v.Each(table, all, func(r *Row) bool {
					if r.Text(field) == parent {
						want = append(want, r)
					}
					return true
				})
				assert.Equal(t, want, v.Children(table, field, parent[:15], all))
			}
		}
	})
}
