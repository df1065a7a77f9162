package store

import (
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/squall-harness/squall/mocksf/commitlog"
	"github.com/squall-harness/squall/mocksf/internal/apierr"
	"github.com/squall-harness/squall/mocksf/schema"
)

func open(t testing.TB, sc *schema.Schema) (*Store, *commitlog.Log) {
	t.Helper()
	log := &commitlog.Log{}
	s, err := New(sc, log, func() time.Duration { return 0 }, func() time.Time { return time.UnixMilli(1_800_000_000_000) })
	require.NoError(t, err)
	return s, log
}

func table(t testing.TB, s *Store, name string) *Table {
	t.Helper()
	found, ok := s.Table(name)
	require.True(t, ok)
	return found
}

func text(t testing.TB, tb *Table, pairs ...string) *Draft {
	t.Helper()
	d := NewDraft(tb, len(pairs)/2)
	for i := 0; i < len(pairs); i += 2 {
		require.Nil(t, d.Put(pairs[i], Text, pairs[i+1]))
	}
	return d
}

func TestLongID(t *testing.T) {
	for in, want := range map[string]string{
		"0015g0000000001":    "0015g0000000001AAA",
		"0015g0000000001AAA": "0015g0000000001AAA",
		"001D000000IRFmaIAH": "001D000000IRFmaIAH", // from Salesforce's documentation
		"001D000000IRFma":    "001D000000IRFmaIAH",
		"001D000000IRFmaIAG": "", // wrong checksum
		"001D000000IRFm":     "",
		"001D000000IRF-a":    "",
		"":                   "",
	} {
		got, ok := LongID(in)
		assert.Equal(t, want, got, in)
		assert.Equal(t, want != "", ok, in)
	}
}

func TestIDsCount(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.Uint32Min(1).Draw(t, "n")
		id := MakeID("a00", n)
		long, ok := LongID(id[:15])
		assert.True(t, ok && long == id)
		assert.Equal(t, n, Sequence(id))
	})
}

func FuzzLongID(f *testing.F) {
	f.Add("0015g0000000001")
	f.Add("001D000000IRFmaIAH")
	f.Fuzz(func(t *testing.T, in string) {
		s, _ := open(t, schema.Default())
		s.View(func(v *View) { v.Get(in) })
		if long, ok := LongID(in); ok {
			again, ok := LongID(long)
			assert.True(t, ok && again == long && long[:15] == in[:15])
		}
	})
}

func TestPackedIsWhatWasPacked(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		values := rapid.SliceOfN(rapid.OneOf(rapid.Just(""), rapid.String(), rapid.Just(strings.Repeat("x", 300))), 0, 200).Draw(t, "values")
		p := pack(values)
		back := make([]string, len(values))
		p.each(func(field int, text string) { back[field] = text })
		for i, want := range values {
			assert.Equal(t, want, back[i])
			assert.Equal(t, want, p.get(i))
		}
		assert.Empty(t, p.get(len(values)))
	})
}

func TestValuesBecomeCanonical(t *testing.T) {
	field := func(typ schema.Type) schema.Field {
		return schema.Field{Name: "F", Type: typ, Values: []string{"A", "B"}, Restricted: typ == schema.Picklist || typ == schema.MultiPicklist}
	}
	for _, c := range []struct {
		typ  schema.Type
		kind Kind
		in   string
		want string // or the code of the error
	}{
		{schema.Double, Number, "1.50", "1.5"}, {schema.Double, Number, "-0", "0"}, {schema.Double, Number, "1e3", "1000"}, {schema.Double, Text, " 1", "JSON_PARSER_ERROR"},
		{schema.Double, Text, "0x10", "JSON_PARSER_ERROR"}, {schema.Double, Cell, "inf", "INVALID_TYPE_ON_FIELD_IN_RECORD"}, {schema.Double, Number, "1e999", "NUMBER_OUTSIDE_VALID_RANGE"},
		{schema.Double, Bool, "true", "JSON_PARSER_ERROR"}, {schema.Int, Number, "7", "7"}, {schema.Int, Number, "3000000000", "JSON_PARSER_ERROR"},
		{schema.Boolean, Bool, "true", "true"}, {schema.Boolean, Text, "FALSE", "false"}, {schema.Boolean, Cell, "1", "true"}, {schema.Boolean, Text, "1", "JSON_PARSER_ERROR"},
		{schema.Date, Text, "2026-02-28", "2026-02-28"}, {schema.Date, Text, "2026-02-28T10:00:00Z", "2026-02-28"}, {schema.Date, Cell, "28.2.2026", "INVALID_TYPE_ON_FIELD_IN_RECORD"},
		{schema.DateTime, Text, "2026-01-02T03:04:05.678+01:00", "2026-01-02T02:04:05.000+0000"}, {schema.DateTime, Text, "2026-01-02T03:04:05.678+0100", "2026-01-02T02:04:05.000+0000"},
		{schema.DateTime, Text, "2026-01-02", "2026-01-02T00:00:00.000+0000"}, {schema.DateTime, Text, "tomorrow", "JSON_PARSER_ERROR"},
		{schema.Picklist, Text, "a", "a"}, {schema.Picklist, Text, "C", "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST"}, {schema.MultiPicklist, Text, "A;B", "A;B"},
		{schema.Email, Text, "a b@c.de", "INVALID_EMAIL_ADDRESS"}, {schema.Email, Text, " Ann.B@C.de ", "ann.b@c.de"},
		{schema.String, Text, "\t a b \r\n", "a b"}, {schema.String, Text, " \n", ""}, {schema.String, Text, "\u00a0a", "\u00a0a"}, {schema.Double, Null, "", ""}, {schema.Date, Text, "", ""},
	} {
		thing := newTable(&schema.Object{Fields: []schema.Field{field(c.typ)}}, "a00")
		got, err := thing.canonical(systemFields, c.kind, c.in)
		if err != nil {
			got = err.Code
		}
		assert.Equal(t, c.want, got, "%s %q", c.typ, c.in)
	}
}

func TestAPanicLeavesNothingBehind(t *testing.T) {
	s, log := open(t, schema.Default())
	account := table(t, s, "Account")
	assert.Panics(t, func() {
		_, _ = s.Update(Author{}, func(tx *Tx) *apierr.Error {
			_, _ = tx.Insert(text(t, account, "Name", "n", "Ext_Id__c", "e"))
			panic("no")
		})
	})
	assert.Zero(t, log.Len())
	s.View(func(v *View) {
		assert.Zero(t, v.Count(account))
		row, err := v.Match(account, account.byName["Ext_Id__c"], "e")
		assert.Nil(t, row)
		assert.Nil(t, err)
	})
}

func TestSharedKeysKeepTheirIndex(t *testing.T) {
	s, _ := open(t, &schema.Schema{Objects: []schema.Object{{Name: "T__c", Fields: []schema.Field{{Name: "K__c", ExternalID: true, NotUnique: true}}}}})
	things := table(t, s, "T__c")
	k := things.byName["K__c"]
	var ids []string
	_, err := s.Update(Author{}, func(tx *Tx) *apierr.Error {
		for range 3 {
			row, err := tx.Insert(text(t, things, "K__c", "k"))
			require.Nil(t, err)
			ids = append(ids, row.ID())
		}
		_, err := tx.Upsert(text(t, things), k, "K", false)
		require.NotNil(t, err)
		assert.Equal(t, ids, err.IDs)
		require.Nil(t, tx.Delete(things, ids[0]))
		require.Nil(t, tx.Delete(things, ids[1]))
		saved, err := tx.Upsert(text(t, things), k, "k", false)
		require.Nil(t, err)
		assert.Equal(t, []any{ids[2], false}, []any{saved.ID(), saved.Created})
		return nil
	})
	require.Nil(t, err)
	s.View(func(v *View) { assert.Len(t, v.Find(things, k, "k"), 1) })
}

func TestDefaultsOfNewRecords(t *testing.T) {
	s, log := open(t, schema.Default())
	_, err := s.Update(Author{}, func(tx *Tx) *apierr.Error {
		order, err := tx.Insert(text(t, table(t, s, "Order__c")))
		require.Nil(t, err)
		ticket, err := tx.Insert(text(t, table(t, s, "Case")))
		require.Nil(t, err)
		name, _ := order.Table().Field("Name")
		assert.Equal(t, order.ID(), order.Value(name), "a record without a name is named by its id")
		assert.Equal(t, AdminID, order.Value(FieldOwnerID))
		number, _ := ticket.Table().Field("CaseNumber")
		assert.Equal(t, "00000001", ticket.Value(number))
		return nil
	})
	require.Nil(t, err)
	assert.Empty(t, log.Since(0)[0].Changes[0].Fields, "the log holds what was written, not what the org filled in")
}

// TestMemoryPerRecord holds the store to its aim: at most 400 bytes for a
// record of ten fields, indexes included, commit log not.
func TestMemoryPerRecord(t *testing.T) {
	s, log := open(t, schema.Default())
	account := table(t, s, "Account")
	const n = 20_000
	before := heap()
	_, err := s.Update(Author{}, func(tx *Tx) *apierr.Error {
		for i := range n {
			d := text(t, account, "Name", fmt.Sprint("Customer ", i), "Phone", fmt.Sprint("+49 30 ", i), "BillingCity", "Springfield", "Industry", "Retail",
				"Website", fmt.Sprint("https://example.com/", i), "Token__c", fmt.Sprintf("t-%06d.0", i), "Status__c", "active", "Ext_Id__c", fmt.Sprintf("acct-%06d", i), "Amount__c", "12.5", "Active__c", "true")
			if _, err := tx.Insert(d); err != nil {
				return err
			}
		}
		return nil
	})
	require.Nil(t, err)
	per := (heap() - before) / n
	runtime.KeepAlive(log)
	runtime.KeepAlive(s)
	t.Logf("%d bytes per record, with its line in the commit log", per)
	assert.Less(t, per, uint64(400))
}

func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
