package query_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/squall-harness/squall/mocksf/commitlog"
	"github.com/squall-harness/squall/mocksf/internal/apierr"
	"github.com/squall-harness/squall/mocksf/internal/query"
	"github.com/squall-harness/squall/mocksf/internal/soql"
	"github.com/squall-harness/squall/mocksf/internal/store"
	"github.com/squall-harness/squall/mocksf/schema"
)

func now() time.Time { return time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC) }

func newStore(t testing.TB) *store.Store {
	s, err := store.New(schema.Default(), &commitlog.Log{}, func() time.Duration { return 0 }, now)
	require.NoError(t, err)
	return s
}

// put creates a record of an object and returns its id.
func put(t *testing.T, s *store.Store, object string, fields map[string]string) (id string) {
	table, ok := s.Table(object)
	require.True(t, ok)
	_, err := s.Update(store.Author{}, func(tx *store.Tx) (err *apierr.Error) {
		d := store.NewDraft(table, len(fields))
		for name, text := range fields {
			require.Nil(t, d.Put(name, store.Cell, text))
		}
		row, err := tx.Insert(d)
		require.Nil(t, err)
		id = row.ID()
		return nil
	})
	require.Nil(t, err)
	return id
}

func TestFlatAnswersStayWhatTheyWere(t *testing.T) {
	s := newStore(t)
	account := put(t, s, "Account", map[string]string{"Name": "Acme"})
	for i := range 5 {
		put(t, s, "Order__c", map[string]string{"Ext_Id__c": fmt.Sprint("o-", i), "Amount__c": "1.5", "Account__c": account})
	}
	put(t, s, "Order__c", map[string]string{"Ext_Id__c": "o-9"})
	ask := query.Ask{Text: "SELECT ext_id__c, amount__c, account__r.name, Paid__c FROM order__c ORDER BY Ext_Id__c"}
	object, err := query.Check(s, ask)
	require.NoError(t, err)
	assert.Equal(t, "Order__c", object)
	answer, err := query.Run(s, ask)
	require.NoError(t, err)
	put(t, s, "Order__c", map[string]string{"Ext_Id__c": "later"})
	accounts, _ := s.Table("Account")
	_, renamed := s.Update(store.Author{}, func(tx *store.Tx) *apierr.Error {
		d := store.NewDraft(accounts, 1)
		require.Nil(t, d.Put("Name", store.Cell, "Other"))
		return tx.Update(account, d)
	})
	require.Nil(t, renamed)

	assert.Equal(t, []query.Column{{"Ext_Id__c", schema.String}, {"Amount__c", schema.Currency}, {"Account__r.Name", schema.String}, {"Paid__c", schema.Boolean}}, answer.Columns)
	require.Equal(t, 6, answer.Len())
	var rows [][]string
	for from := 0; from < answer.Len(); from += 4 {
		answer.Page(from, 4, func(_ query.Family, cells []string) { rows = append(rows, append([]string(nil), cells...)) })
	}
	require.Len(t, rows, 6)
	assert.Equal(t, []string{"o-0", "1.5", "Acme", "false"}, rows[0])
	assert.Equal(t, []string{"o-9", "", "", "false"}, rows[5])
}

func TestFlatRefusesWhatNoFileCanShow(t *testing.T) {
	s := newStore(t)
	for text, code := range map[string]string{
		"SELECT COUNT() FROM Account": "API_ERROR", "SELECT COUNT(Id) FROM Account": "API_ERROR", "SELECT Id FROM Account OFFSET 1": "API_ERROR",
		"SELECT Name FROM Account GROUP BY Name": "API_ERROR", "SELECT Id, (SELECT Id FROM Contacts) FROM Account": "API_ERROR",
		"SELECT Nope FROM Account": soql.InvalidField, "SELECT Id FROM Nope": soql.InvalidType, "SELECT": soql.MalformedQuery,
		"SELECT Id FROM Account WHERE Nope = 1": soql.InvalidField, "SELECT Id FROM Account ORDER BY Nope": soql.InvalidField,
	} {
		var e *soql.Error
		_, err := query.Check(s, query.Ask{Text: text})
		require.ErrorAs(t, err, &e, text)
		assert.Equal(t, code, e.Code, text)
		_, err = query.Run(s, query.Ask{Text: text})
		require.ErrorAs(t, err, &e, text)
		assert.Equal(t, code, e.Code, text)
	}
}
