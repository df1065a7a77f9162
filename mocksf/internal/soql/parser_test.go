package soql

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestParseReadsEveryPart(t *testing.T) {
	q, err := Parse("select id, Account__r.Name From Order__c where (Amount__c >= -1.5e3 AND Note__c like 'a\\_%') or not Ext__c not in ('x', null) " +
		"order by Name desc nulls last, Id limit 10 offset 20")
	require.NoError(t, err)
	assert.Equal(t, "SELECT id, Account__r.Name FROM Order__c WHERE (Amount__c >= -1.5e3 AND Note__c LIKE 'a\\_%') OR NOT Ext__c NOT IN ('x', NULL) "+
		"ORDER BY Name DESC NULLS LAST, Id LIMIT 10 OFFSET 20", q.String())
	or := q.Where.(Or)
	assert.Equal(t, Number, or.Terms[0].(And).Terms[0].(Compare).Value.Kind)
	assert.True(t, or.Terms[1].(Not).Term.(In).Negated)
}

func TestParseKeepsKeywordsUsableAsNames(t *testing.T) {
	for _, text := range []string{
		"SELECT Id FROM Order ORDER BY Id", "SELECT Count, Limit FROM Not WHERE Like = 'x'", "SELECT Fields, Sum FROM A AS Max WHERE Today = TODAY",
		"SELECT Name n, COUNT(Id) FROM A GROUP BY Name, CALENDAR_YEAR(At) HAVING COUNT(Id) > 1 ORDER BY MAX(Size) DESC",
		"SELECT FIELDS(ALL), (SELECT Id FROM B WHERE c IN (SELECT d FROM E)) FROM A WHERE x INCLUDES ('a;b', 'c') AND d IN (LAST_N_DAYS:3, NULL)",
		"SELECT COUNT(Id) total FROM Account", "SELECT COUNT(Id) FROM Account", "SELECT COUNT() FROM Account WHERE a = 2026-01-02",
		"SELECT TYPEOF a.W WHEN X THEN Y, b.Z WHEN End THEN Else ELSE Name END, TYPEOF V WHEN X THEN Y END FROM A",
		"SELECT TYPEOF t, Typeof FROM A",
		"SELECT Distance FROM A WHERE DISTANCE(b.L__c, GEOLOCATION(37.775, -122.418), 'mi') < 20 ORDER BY DISTANCE(b.L__c, GEOLOCATION(-1, +180.0), 'km') DESC",
		"SELECT FORMAT(convertCurrency(a)) b, FORMAT(MIN(c)), TYPEOF, Format FROM A AS x, x.P AS p, p.Q WHERE p.Id = NULL",
		"SELECT GROUPING(a) b, Rollup FROM A GROUP BY ROLLUP(a, DAY_ONLY(c)) HAVING GROUPING(a) = 1 ORDER BY GROUPING(a)",
		"SELECT (SELECT Id FROM A.Bs AS b) FROM A GROUP BY CUBE(c)",
		"SELECT Id FROM A WHERE t > 2026-01-02T03:04:05.000+0000 AND u <= 2026-01-02T03:04:05Z",
	} {
		q, err := Parse(text)
		if assert.NoError(t, err, text) {
			assert.Equal(t, text, q.String())
		}
	}
}

func TestParseRefuses(t *testing.T) {
	for text, want := range map[string]struct {
		row, column int
		reason      string
	}{
		"":                                                                {1, 1, "unexpected token: '<EOF>'"},
		"SELECT Id FORM Account":                                          {1, 11, "unexpected token: 'FORM'"},
		"SELECT Id FROM Account\nWHERE Name =":                            {2, 13, "unexpected token: '<EOF>'"},
		"SELECT Id FROM A WHERE a='x":                                     {1, 26, "not closed"},
		"SELECT Id FROM A WHERE a='\\x'":                                  {1, 27, "escape"},
		"SELECT Id FROM A WHERE a=1 AND b=1 OR c=1":                       {1, 36, "unexpected token: 'OR'"},
		"SELECT Id FROM A WHERE d = 2026-02-30":                           {1, 28, "no such date"},
		"SELECT Id FROM A LIMIT -1":                                       {1, 24, "unexpected token: '-1'"},
		"SELECT Id FROM A GROUP BY":                                       {1, 26, "unexpected token: '<EOF>'"},
		"SELECT NOPE(Id) FROM A":                                          {1, 8, "Unknown function: NOPE"},
		"SELECT Id FROM A WHERE d = LAST_N_DAYS":                          {1, 28, "unexpected token: 'LAST_N_DAYS'"},
		"SELECT Id FROM A WHERE d = LAST_N_DAYS:x":                        {1, 39, "unexpected token: ':'"},
		"SELECT Id FROM A ALL ROWS":                                       {1, 18, "ALL ROWS not allowed in this context"},
		"SELECT (SELECT Id FROM B FROM A":                                 {1, 26, "unexpected token: 'FROM'"},
		"SELECT Id, FROM A":                                               {1, 17, "unexpected token: 'A'"},
		"SELECT Id FROM A WHERE é = 1":                                    {1, 24, "unexpected token: 'é'"},
		"SELECT Id FROM A GROUP BY ROLLUP(b":                              {1, 35, "unexpected token: '<EOF>'"},
		"SELECT FORMAT(Id FROM A":                                         {1, 18, "unexpected token: 'FROM'"},
		"SELECT TYPEOF W WHEN X THEN Y FROM A":                            {1, 31, "unexpected token: 'FROM'"},
		"SELECT TYPEOF W ELSE Y END FROM A":                               {1, 17, "unexpected token: 'ELSE'"},
		"SELECT TYPEOF W WHEN X THEN FORMAT(Y) END":                       {1, 35, "unexpected token: '('"},
		"SELECT TYPEOF W WHEN X THEN TYPEOF V WHEN":                       {1, 36, "unexpected token: 'V'"},
		"SELECT Id FROM A WHERE TYPEOF W = 'x'":                           {1, 31, "unexpected token: 'W'"},
		"SELECT Id FROM A.B.C":                                            {1, 19, "unexpected token: '.'"},
		"SELECT Id FROM A ORDER BY DISTANCE(GEOLOCATION(1, 2), L, 'km')":  {1, 47, "unexpected token: '('"},
		"SELECT Id FROM A ORDER BY DISTANCE(L, GEOLOCATION(1, 2), 'nm')":  {1, 58, "unexpected token: 'nm'"},
		"SELECT Id FROM A ORDER BY DISTANCE(L, GEOLOCATION(1, :x), 'mi')": {1, 54, "unexpected token: ':'"},
		"SELECT Id FROM A WHERE a IN ()":                                  {1, 30, "unexpected token: ')'"},
	} {
		_, err := Parse(text)
		var e *Error
		if !assert.ErrorAs(t, err, &e, text) {
			continue
		}
		assert.Equal(t, MalformedQuery, e.Code, text)
		assert.Equal(t, [2]int{want.row, want.column}, [2]int{e.Row, e.Column}, text)
		assert.Contains(t, e.Message, want.reason)
	}
}

func TestParsePointsAtThePlace(t *testing.T) {
	_, err := Parse(strings.Repeat("SELECT (", 4) + "SELECT Id FROM A" + strings.Repeat(") FROM A", 4))
	require.NoError(t, err, "five levels")
	_, err = Parse("SELECT Id FORM Account")
	assert.EqualError(t, err, "MALFORMED_QUERY: \nSELECT Id FORM Account\n          ^\nERROR at Row:1:Column:11\nunexpected token: 'FORM'")
}

func TestParseBoundsDepthLengthAndOffset(t *testing.T) {
	for text, code := range map[string]string{
		"SELECT Id FROM A WHERE " + strings.Repeat("(", 5000) + "a=1":       MalformedQuery,
		"SELECT Id FROM A WHERE " + strings.Repeat("NOT ", 5000) + "a=1":    MalformedQuery,
		"SELECT Id FROM A WHERE a = '" + strings.Repeat("x", 100_000):       MalformedQuery,
		strings.Repeat("SELECT (", 5) + "SELECT Id FROM A":                  MalformedQuery,
		"SELECT Id FROM A OFFSET 2001":                                      OutsideRange,
		"SELECT COUNT(Id) FROM A GROUP BY CUBE(b, c, d, e)":                 MalformedQuery,
		"SELECT Id FROM A ORDER BY DISTANCE(L, GEOLOCATION(91, 2), 'km')":   MalformedQuery,
		"SELECT Id FROM A ORDER BY DISTANCE(L, GEOLOCATION(1, -181), 'mi')": MalformedQuery,
	} {
		_, err := Parse(text)
		var e *Error
		require.ErrorAs(t, err, &e)
		assert.Equal(t, code, e.Code)
	}
}

func TestPrintedQueryParsesToTheSame(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := queries.Draw(t, "query")
		got, err := Parse(want.String())
		require.NoError(t, err, want.String())
		assert.Equal(t, strip(want), strip(got))
	})
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		"SELECT Id FROM Account", "select count() from A where b like '%\\%_' or not (c != null)",
		"SELECT A.B.C, COUNT(D) e FROM F WHERE g IN (1, -2.5, TRUE, 2026-01-02, 2026-01-02T03:04:05+01:00) ORDER BY h ASC NULLS FIRST LIMIT 1 OFFSET 2",
		"SELECT FIELDS(ALL), (SELECT Id, MAX(b) m FROM B) FROM A a WHERE x EXCLUDES ('a;b') AND d IN (LAST_N_DAYS:3, today) GROUP BY DAY_ONLY(convertTimezone(q)) HAVING COUNT(Id) > 1",
		"SELECT Id FROM A WHERE x = 'it\\'s \\n'", "((((", "SELECT", "\x00'\\",
		"SELECT FORMAT(convertCurrency(a)) b, GROUPING(c), (SELECT Id FROM x.Bs) FROM A x, x.P p, Q GROUP BY CUBE(c, DAY_ONLY(d))",
		"SELECT TYPEOF W.V WHEN X THEN Y, z.A WHEN B THEN C ELSE D END FROM A", "SELECT TYPEOF W WHEN X THEN Y END, DISTANCE(L, GEOLOCATION(1, 2), 'km') FROM A GROUP BY ROLLUP(a, b, c)",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		q, err := Parse(text)
		if err != nil {
			return
		}
		again, err := Parse(q.String())
		require.NoError(t, err, q.String())
		assert.Equal(t, strip(q), strip(again))
	})
}
