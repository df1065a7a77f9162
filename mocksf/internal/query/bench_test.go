package query_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/squall-harness/squall/mocksf/internal/apierr"
	"github.com/squall-harness/squall/mocksf/internal/query"
	"github.com/squall-harness/squall/mocksf/internal/store"
)

// filled is a store with n contacts, ten to an account.
func filled(b *testing.B, n int) *store.Store {
	s := newStore(b)
	accounts, _ := s.Table("Account")
	contacts, _ := s.Table("Contact")
	parent := ""
	for from := 0; from < n; from += 1000 {
		_, err := s.Update(store.Author{}, func(tx *store.Tx) (err *apierr.Error) {
			for i := from; i < min(from+1000, n); i++ {
				if i%10 == 0 {
					d := store.NewDraft(accounts, 2)
					require.Nil(b, d.Put("Name", store.Cell, "Account"))
					require.Nil(b, d.Put("Ext_Id__c", store.Cell, fmt.Sprint("a-", i)))
					account, err := tx.Insert(d)
					require.Nil(b, err)
					parent = account.ID()
				}
				d := store.NewDraft(contacts, 3)
				require.Nil(b, d.Put("LastName", store.Cell, fmt.Sprint("Name ", i)))
				require.Nil(b, d.Put("Ext_Id__c", store.Cell, fmt.Sprint("c-", i)))
				require.Nil(b, d.Put("AccountId", store.Cell, parent))
				_, err = tx.Insert(d)
				require.Nil(b, err)
			}
			return nil
		})
		require.Nil(b, err)
	}
	return s
}

// BenchmarkFilter compares orgs of a thousand and of a million records: with an
// index the time must not depend on the number; what was modified late is found
// by blocks, and a scan is there for comparison.
func BenchmarkFilter(b *testing.B) {
	for _, n := range []int{1000, 1_000_000} {
		s := filled(b, n)
		for _, c := range [][2]string{
			{"key", "Ext_Id__c = 'c-77'"},
			{"lookup", "Account.Ext_Id__c = 'a-70'"},
			{"semijoin", "AccountId IN (SELECT Id FROM Account WHERE Ext_Id__c = 'a-70')"},
			{"modified", "SystemModstamp > TODAY"},
			{"scan", "LastName = 'Name 77'"},
		} {
			b.Run(fmt.Sprintf("%s/%d", c[0], n), func(b *testing.B) {
				for b.Loop() {
					_, err := query.Run(s, query.Ask{Text: "SELECT Id, LastName FROM Contact WHERE " + c[1]})
					require.NoError(b, err)
				}
			})
		}
	}
}
