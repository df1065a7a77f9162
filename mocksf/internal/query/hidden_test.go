package query_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/squall-harness/squall/mocksf/internal/query"
	"github.com/squall-harness/squall/mocksf/internal/soql"
	"github.com/squall-harness/squall/mocksf/internal/store"
)

// What access was taken from is not there, by whatever way it is asked for.
func TestHiddenPartsAreNotThere(t *testing.T) {
	s := newStore(t)
	put(t, s, "Case", map[string]string{"Subject": "secret words"})
	put(t, s, "Account", map[string]string{"Name": "shown", "Phone": "secret 1"})
	hidden := func(t *store.Table, field int) bool {
		return t.Name == "Case" || field >= 0 && (t.Fields[field].Name == "Phone" || t.Fields[field].Name == "ParentId")
	}
	s.View(func(v *store.View) {
		tables := query.Tables{Store: s, View: v, Hidden: hidden}
		for _, text := range []string{
			"SELECT Id FROM Case", "SELECT (SELECT Id FROM Cases) FROM Account", "SELECT Phone FROM Account", "SELECT Parent.Name FROM Account",
			"SELECT (SELECT Id FROM ChildAccounts) FROM Account", "SELECT Id FROM Account WHERE Phone = 'x'", "SELECT Id FROM Account ORDER BY Phone",
			"SELECT MAX(Phone) FROM Account", "SELECT Account.Phone FROM Contact",
		} {
			q, err := soql.Parse(text)
			require.NoError(t, err, text)
			_, err = soql.Run(q, tables)
			assert.Error(t, err, text)
		}
		q, err := soql.Parse("SELECT FIELDS(ALL) FROM Account LIMIT 1")
		require.NoError(t, err)
		r, err := soql.Run(q, tables)
		require.NoError(t, err)
		for _, c := range r.Shape.Columns {
			assert.NotContains(t, []string{"Phone", "ParentId"}, c.Name)
		}
		search, err := soql.ParseSearch("FIND {secret}")
		require.NoError(t, err)
		found, err := soql.RunSearch(search, tables)
		require.NoError(t, err)
		for _, h := range found {
			assert.Empty(t, h.Rows)
		}
	})
}
