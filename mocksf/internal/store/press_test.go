package store

import (
	"math"
	"strconv"
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

// A record packed ahead of its transaction and one that was not are the same,
// and so is what the log tells of them.
func TestPackedAheadOrNotARecordIsTheSame(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		press := &Press{Block: 64}
		for range 3 {
			name := rapid.SampledFrom([]string{"Account", "Case", "Order__c"}).Draw(t, "object")
			fields := rapid.MapOf(rapid.SampledFrom([]string{"Name", "Note__c", "Status__c"}), rapid.SampledFrom([]string{"", "x", "some text"})).Draw(t, "fields")
			by := rapid.Bool().Draw(t, "upsert")
			ahead, aheadErr := inserted(t, press, name, fields, by)
			plainly, err := inserted(t, nil, name, fields, by)
			require.Equal(t, err, aheadErr)
			assert.Equal(t, plainly, ahead)
		}
	})
}

// inserted writes one record into a store of its own and returns its values
// and the log.
func inserted(t *rapid.T, press *Press, object string, fields map[string]string, upsert bool) (all []any, err *apierr.Error) {
	s, log, openErr := openStill()
	require.NoError(t, openErr)
	table, _ := s.Table(object)
	d, by, value := NewDraft(table, 4), FieldID, ""
	if upsert {
		by, value = table.byName["Ext_Id__c"], "k-1"
	}
	for name, text := range fields {
		if err := d.Put(name, Text, text); err != nil {
			return nil, err
		}
	}
	if press != nil {
		press.Pack(d, by, value)
	}
	_, err = s.Update(Author{}, func(tx *Tx) *apierr.Error {
		_, err := tx.Upsert(d, by, value, false)
		return err
	})
	s.View(func(v *View) {
		v.Scan(table, func(r *Row) bool {
			for i := range table.Fields {
				all = append(all, r.Value(i))
			}
			return true
		})
	})
	return append(all, log.Since(0)), err
}

// openStill is open for a property test: a store whose clock stands still.
func openStill() (*Store, *commitlog.Log, error) {
	log := &commitlog.Log{}
	s, err := New(schema.Default(), log, func() time.Duration { return 0 }, func() time.Time { return time.UnixMilli(1_800_000_000_000) })
	return s, log, err
}

func TestAPressPacksWhatDependsOnTheDraftAlone(t *testing.T) {
	s, _ := open(t, schema.Default())
	account, orders := table(t, s, "Account"), table(t, s, "Order__c")
	key := account.byName["Ext_Id__c"]
	for what, c := range map[string]struct {
		draft *Draft
		by    int
		value string
		ahead bool
	}{
		"a plain record":           {text(t, account, "Name", "n"), FieldID, "", true},
		"one with its external id": {text(t, account, "Name", "n"), key, "e", true},
		"a cleared field":          {text(t, account, "Name", "n", "Phone", ""), FieldID, "", false},
		"a field given twice":      {text(t, account, "Name", "n", "Name", "n"), FieldID, "", false},
		"the key given twice":      {text(t, account, "Name", "n", "Ext_Id__c", "e"), key, "e", false},
		"a required field missing": {text(t, account, "Phone", "1"), FieldID, "", false},
		"no key":                   {text(t, account, "Name", "n"), key, "", true},
		"a name made of the id":    {text(t, orders, "Note__c", "n"), FieldID, "", false},
		"a name of its own":        {text(t, orders, "Name", "n"), FieldID, "", true},
		"an auto number":           {text(t, table(t, s, "Case"), "Subject", "n"), FieldID, "", false},
	} {
		new(Press).Pack(c.draft, c.by, c.value)
		assert.Equal(t, c.ahead, c.draft.row != nil, what)
	}
}

// The law behind the short way of number: what is plain comes out of a
// conversion as it went in.
func TestPlainNumbersNeedNoConversion(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.OneOf(
			rapid.StringMatching(`[0-9]{1,16}(\.[0-9]{0,9})?`),
			rapid.Map(rapid.Int64Range(0, 1e12), func(n int64) string { return strconv.FormatFloat(float64(n)/100, 'f', -1, 64) }),
		).Draw(t, "text")
		n, err := strconv.ParseFloat(text, 64)
		if !plain(text) {
			return
		}
		require.NoError(t, err)
		assert.Less(t, math.Abs(n), 1e18)
		assert.Equal(t, strconv.FormatFloat(n, 'f', -1, 64), text)
	})
	assert.True(t, plain("0") && plain("1.25") && plain("0.5") && plain("123456789012345"))
	for _, text := range []string{"", ".", "1.", ".5", "01", "1.50", "-1", "+1", "1e3", "1234567890123456", "1.2.3"} {
		assert.False(t, plain(text), text)
	}
}

// The length of a large value takes more room than that of a small one.
func TestALargeValueIsPacked(t *testing.T) {
	s, _ := open(t, &schema.Schema{Objects: []schema.Object{{Name: "T__c", Fields: []schema.Field{{Name: "Body__c", Type: schema.Base64}}}}})
	text := strings.Repeat("QUJD", 1<<19)
	d := NewDraft(table(t, s, "T__c"), 1)
	require.Nil(t, d.Put("Body__c", Text, text))
	for _, press := range []*Press{{}, {Block: 16 << 10}} {
		press.Pack(d, FieldID, "")
		require.Equal(t, text, d.row.values.get(systemFields))
	}
}
