package store

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/squall-harness/squall/mocksf/commitlog"
	"github.com/squall-harness/squall/mocksf/internal/apierr"
)

// TestSinceMissesNothing writes while the clock goes forward and back, and
// compares what is found by blocks with a scan.
func TestSinceMissesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		at := int64(1000)
		s, err := New(modelSchema(), &commitlog.Log{}, func() time.Duration { return 0 }, func() time.Time { return time.UnixMilli(at) })
		require.NoError(t, err)
		things, _ := s.Table("T__c")
		var ids []string
		for range 200 {
			ids = append(ids, add(t, s, things, map[string]string{"Name": "n"}))
		}
		for range rapid.IntRange(0, 10).Draw(t, "writes") {
			at = rapid.Int64Range(990, 1020).Draw(t, "at")
			s.Rehearse(Author{}, func(tx *Tx) {
				for range rapid.IntRange(0, 100).Draw(t, "rehearsed") {
					d := NewDraft(things, 1)
					require.Nil(t, d.Put("Name", Cell, "n"))
					_, err := tx.Insert(d)
					require.Nil(t, err)
				}
			})
			_, _ = s.Update(Author{}, func(tx *Tx) *apierr.Error {
				id := rapid.SampledFrom(ids).Draw(t, "id")
				if rapid.Bool().Draw(t, "delete") {
					return tx.Delete(things, id)
				}
				d := NewDraft(things, 1)
				require.Nil(t, d.Put("A__c", Cell, "x"))
				return tx.Update(id, d)
			})
		}
		since := rapid.Int64Range(995, 1020).Draw(t, "since")
		s.View(func(v *View) {
			for _, all := range []bool{false, true} {
				var want, got []*Row
				v.Each(things, all, func(r *Row) bool {
					if r.created >= since || r.modified >= since {
						want = append(want, r)
					}
					return true
				})
				v.Since(things, since, all, func(r *Row) bool { got = append(got, r); return true })
				assert.Equal(t, want, got)
			}
		})
	})
}
