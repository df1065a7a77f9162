package query_test

import (
	"fmt"
	"iter"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/squall-harness/squall/mocksf/internal/apierr"
	"github.com/squall-harness/squall/mocksf/internal/query"
	"github.com/squall-harness/squall/mocksf/internal/soql"
	"github.com/squall-harness/squall/mocksf/internal/store"
)

// plain is a state of the store whose indexes nobody knows, but that of ids.
type plain struct{ query.Tables }

type plainTable struct{ soql.Table }

func (p plain) Table(name string) (soql.Table, bool) {
	t, ok := p.Tables.Table(name)
	return plainTable{t}, ok
}

func (t plainTable) Find(c soql.Column, value string) ([]soql.Row, bool) {
	if c.Name != "Id" {
		return nil, false
	}
	return t.Table.Find(c, value)
}

func (t plainTable) Since(soql.Column, int64) (iter.Seq[soql.Row], bool) { return nil, false }

// TestIndexesChangeNoAnswer asks random questions with and without indexes.
func TestIndexesChangeNoAnswer(t *testing.T) {
	s := newStore(t)
	ids := populate(t, s)
	rapid.Check(t, func(t *rapid.T) {
		terms := append(rapid.SliceOfN(joins, 0, 2).Draw(t, "joins"), condition(ids, 2).Draw(t, "where"))
		text := "SELECT Id FROM Contact WHERE " + strings.Join(terms, " AND ")
		q, err := soql.Parse(text)
		require.NoError(t, err, text)
		for _, all := range []bool{false, true} {
			s.View(func(v *store.View) {
				tables := query.Tables{Store: s, View: v, All: all}
				with, err := soql.Run(q, tables)
				require.NoError(t, err, text)
				without, err := soql.Run(q, plain{tables})
				require.NoError(t, err, text)
				assert.ElementsMatch(t, without.Rows, with.Rows, text)
			})
		}
	})
}

// populate makes four accounts and twenty contacts, some of them deleted, and
// returns the accounts' ids.
func populate(t *testing.T, s *store.Store) (ids []string) {
	for i := range 4 {
		fields := map[string]string{"Name": fmt.Sprint("A", i), "Ext_Id__c": fmt.Sprint("a-", i)}
		if i > 0 {
			fields["ParentId"] = ids[i/2]
		}
		ids = append(ids, put(t, s, "Account", fields))
	}
	contacts, _ := s.Table("Contact")
	for i := range 20 {
		fields := map[string]string{"LastName": fmt.Sprint("C", i%5), "Ext_Id__c": fmt.Sprint("c-", i), "Legacy_Id__c": fmt.Sprint("l-", i%3)}
		if i%4 > 0 {
			fields["AccountId"] = ids[i%4]
		}
		id := put(t, s, "Contact", fields)
		if i%5 == 0 {
			_, err := s.Update(store.Author{}, func(tx *store.Tx) *apierr.Error { return tx.Delete(contacts, id) })
			require.Nil(t, err)
		}
	}
	return ids
}

// joins are semi-joins, which stand at the top of WHERE only.
var joins = rapid.SampledFrom([]string{
	"AccountId IN (SELECT Id FROM Account WHERE Ext_Id__c = 'a-3')", "AccountId NOT IN (SELECT Id FROM Account WHERE Name = 'A3')",
	"AccountId IN (SELECT ParentId FROM Account WHERE Name = 'A3')",
})

func condition(ids []string, depth int) *rapid.Generator[string] {
	leaf := rapid.SampledFrom([]string{
		"Ext_Id__c = 'C-1'", "Ext_Id__c IN ('c-2', 'c-5', 'c-2')", "Legacy_Id__c = 'l-1'", "LastName = 'C3'", "LastName != 'C3'", "Ext_Id__c = null",
		"AccountId = '" + ids[1] + "'", "AccountId = '" + ids[2][:15] + "'", "AccountId IN ('" + ids[1] + "', '" + ids[3] + "')", "AccountId = null",
		"Account.Ext_Id__c = 'a-2'", "Account.Parent.Ext_Id__c IN ('a-0', 'a-1')", "Account.Name = 'A1'", "Account.ParentId = '" + ids[0] + "'",
		"SystemModstamp >= 2026-03-04T05:06:07Z", "CreatedDate > 2026-03-04T05:06:07Z", "CreatedDate = TODAY", "NOT AccountId = '" + ids[1] + "'",
	})
	if depth == 0 {
		return leaf
	}
	return rapid.OneOf(leaf, rapid.Custom(func(t *rapid.T) string {
		terms := rapid.SliceOfN(condition(ids, depth-1), 2, 3).Draw(t, "terms")
		return "(" + strings.Join(terms, rapid.SampledFrom([]string{" AND ", " OR "}).Draw(t, "joint")) + ")"
	}))
}
