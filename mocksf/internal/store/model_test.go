package store

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"pgregory.net/rapid"

	"github.com/squall-harness/squall/mocksf/commitlog"
	"github.com/squall-harness/squall/mocksf/internal/apierr"
	"github.com/squall-harness/squall/mocksf/schema"
)

// model is the plainest store that keeps the same promises: a map of records
// by id, copied before each unit.
type model struct {
	rows map[string]map[string]string
}

func (m *model) copy() *model {
	c := &model{map[string]map[string]string{}}
	for id, row := range m.rows {
		c.rows[id] = map[string]string{}
		for k, v := range row {
			c.rows[id][k] = v
		}
	}
	return c
}

func (m *model) byKey(key string) string {
	for id, row := range m.rows {
		if key != "" && strings.EqualFold(row["K__c"], key) {
			return id
		}
	}
	return ""
}

// set is what the model says about a write: whether it succeeds.
func (m *model) set(id string, fields map[string]string) bool {
	if owner := m.byKey(fields["K__c"]); owner != "" && owner != id {
		return false
	}
	row := m.rows[id]
	name, given := fields["Name"]
	if given && name == "" || !given && row["Name"] == "" {
		return false
	}
	if id == "" {
		return true
	}
	if row == nil {
		row = map[string]string{}
		m.rows[id] = row
	}
	for k, v := range fields {
		row[k] = v
	}
	return true
}

func modelSchema() *schema.Schema {
	return &schema.Schema{Objects: []schema.Object{{Name: "T__c", KeyPrefix: "a00", Fields: []schema.Field{
		{Name: "Name", Required: true}, {Name: "K__c", ExternalID: true}, {Name: "A__c"},
	}}}}
}

// TestStoreAgreesWithTheModel runs random units, some of them rolled back, and
// compares the store with the model and with a replay of the log.
func TestStoreAgreesWithTheModel(t *testing.T) {
	keys := rapid.SampledFrom([]string{"", "a", "A", "b", "c"})
	words := rapid.SampledFrom([]string{"", "x", "y"})
	rapid.Check(t, func(t *rapid.T) {
		log := &commitlog.Log{}
		s, err := New(modelSchema(), log, func() time.Duration { return 0 }, time.Now)
		assert.NoError(t, err)
		things, _ := s.Table("T__c")
		m := &model{map[string]map[string]string{}}
		var ids []string
		for range rapid.IntRange(1, 8).Draw(t, "units") {
			next := m.copy()
			_, failed := s.Update(Author{}, func(tx *Tx) *apierr.Error {
				for range rapid.IntRange(0, 5).Draw(t, "writes") {
					ids = append(ids, step(t, tx, things, next, ids, keys, words)...)
				}
				if rapid.Bool().Draw(t, "fail") {
					return apierr.Halted.New()
				}
				return nil
			})
			if failed == nil {
				m = next
			}
		}
		compare(t, s, things, m)
		replay(t, log, m)
	})
}

// step makes one random write in both and returns the id of a new record.
func step(t *rapid.T, tx *Tx, things *Table, m *model, ids []string, keys, words *rapid.Generator[string]) []string {
	fields := map[string]string{}
	for _, name := range []string{"Name", "A__c"} {
		if rapid.Bool().Draw(t, "has") {
			fields[name] = words.Draw(t, name)
		}
	}
	draft := func() *Draft {
		d := NewDraft(things, 3)
		for name, v := range fields {
			assert.Nil(t, d.Put(name, Text, v))
		}
		return d
	}
	key := keys.Draw(t, "key")
	id := ""
	if len(ids) > 0 {
		id = rapid.SampledFrom(ids).Draw(t, "id")
	}
	_, alive := m.rows[id]
	switch rapid.SampledFrom([]string{"insert", "update", "upsert", "delete"}).Draw(t, "op") {
	case "insert":
		fields["K__c"] = key
		return insertBoth(t, tx, draft(), m, fields)
	case "update":
		if id != "" {
			ok := alive && m.set(id, fields)
			assert.Equal(t, ok, tx.Update(id, draft()) == nil, "update %s %v", id, fields)
		}
	case "upsert":
		return upsertBoth(t, tx, draft(), m, fields, key)
	case "delete":
		if id != "" {
			assert.Equal(t, alive, tx.Delete(things, id) == nil)
			delete(m.rows, id)
		}
	}
	return nil
}

func insertBoth(t *rapid.T, tx *Tx, d *Draft, m *model, fields map[string]string) []string {
	ok := m.set("", fields)
	row, err := tx.Insert(d)
	assert.Equal(t, ok, err == nil, "insert %v: %v", fields, err)
	if err != nil {
		return nil
	}
	m.set(row.ID(), fields)
	return []string{row.ID()}
}

func upsertBoth(t *rapid.T, tx *Tx, d *Draft, m *model, fields map[string]string, key string) []string {
	old := m.byKey(key)
	saved, err := tx.Upsert(d, d.Table.byName["K__c"], key, false)
	if old != "" {
		assert.Equal(t, m.set(old, fields), err == nil)
		return nil
	}
	fields["K__c"] = key
	ok := key != "" && m.set("", fields)
	assert.Equal(t, ok, err == nil, "upsert %q %v: %v", key, fields, err)
	if err != nil {
		return nil
	}
	assert.True(t, saved.Created)
	m.set(saved.ID(), fields)
	return []string{saved.ID()}
}

func compare(t *rapid.T, s *Store, things *Table, m *model) {
	s.View(func(v *View) {
		assert.Equal(t, len(m.rows), v.Count(things))
		for id, want := range m.rows {
			row, ok := v.Get(id)
			assert.True(t, ok && !row.Deleted(), id)
			for i, f := range things.Fields[systemFields:] {
				assert.Equal(t, want[f.Name], row.Text(systemFields+i), "%s.%s", id, f.Name)
			}
			if key := want["K__c"]; key != "" {
				found, err := v.Match(things, things.byName["K__c"], strings.ToUpper(key))
				assert.Nil(t, err)
				assert.Same(t, row, found)
			}
		}
	})
}

// replay plays the log from its start and expects the model's state.
func replay(t *rapid.T, log *commitlog.Log, m *model) {
	state := map[string]map[string]string{}
	for i, c := range log.Since(0) {
		assert.Equal(t, uint64(i)+1, c.LSN)
		for _, ch := range c.Changes {
			if ch.Op == commitlog.Delete {
				delete(state, ch.ID)
				continue
			}
			if ch.Op == commitlog.Insert {
				assert.NotContains(t, state, ch.ID)
				state[ch.ID] = map[string]string{}
			}
			for name, v := range ch.Fields {
				state[ch.ID][name] = ""
				if v != nil {
					state[ch.ID][name] = fmt.Sprint(v)
				}
			}
			assert.Equal(t, state[ch.ID]["K__c"], ch.ExternalID)
		}
	}
	for _, rows := range []map[string]map[string]string{state, m.rows} {
		for _, row := range rows {
			for k, v := range row {
				if v == "" {
					delete(row, k)
				}
			}
		}
	}
	assert.Equal(t, m.rows, state)
}
