package soql

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func run(t *testing.T, text string) *Result {
	t.Helper()
	q, err := Parse(text)
	require.NoError(t, err, text)
	r, err := Run(q, world())
	require.NoError(t, err, text)
	return r
}

func TestRunAggregates(t *testing.T) {
	for text, want := range map[string][][]any{
		"SELECT COUNT(Id), COUNT(Size__c) FROM Account":                                                                                  {{3.0, 2.0}},
		"SELECT COUNT(Id) FROM Account WHERE Name = 'none of it'":                                                                        {{0.0}},
		"SELECT SUM(Size__c), AVG(Size__c) FROM Account WHERE Name = 'none'":                                                             {{nil, nil}},
		"SELECT SUM(Size__c), AVG(Size__c), MIN(Size__c), MAX(Name) FROM Account":                                                        {{12.0, 6.0, 2.0, "Beta"}},
		"SELECT MAX(At__c), MIN(Day__c) FROM Account":                                                                                    {{"2026-01-02T03:04:06.000+0000", "2026-01-02"}},
		"SELECT COUNT_DISTINCT(Account__c), COUNT(Account__c) FROM Order__c":                                                             {{2.0, 3.0}},
		"SELECT Live__c, COUNT(Id) FROM Account GROUP BY Live__c":                                                                        {{true, 1.0}, {false, 2.0}},
		"SELECT Live__c, Name, COUNT(Id) FROM Account WHERE Size__c != NULL GROUP BY ROLLUP(Live__c, Name)":                              {{true, "Beta", 1.0}, {false, "alpha", 1.0}, {true, nil, 1.0}, {false, nil, 1.0}, {nil, nil, 2.0}},
		"SELECT Name, SUM(Size__c) FROM Account WHERE Size__c != NULL GROUP BY CUBE(Live__c, Name) HAVING GROUPING(Live__c) = 1":         {{"Beta", 2.0}, {"alpha", 10.0}, {nil, 12.0}},
		"SELECT GROUPING(Name) g, Name FROM Account GROUP BY ROLLUP(Name) ORDER BY GROUPING(Name) DESC, Name LIMIT 2":                    {{1.0, nil}, {0.0, "100% it's"}},
		"SELECT COUNT(Id) FROM Account WHERE Name = 'none' GROUP BY ROLLUP(Name)":                                                        {},
		"SELECT FORMAT(MAX(Size__c)), FORMAT(COUNT(Id)), FORMAT(MIN(Day__c)) d, convertCurrency(SUM(Size__c)) FROM Account":              {{"$10.00", "3", "1/2/2026", 12.0}},
		"SELECT Account__c FROM Order__c GROUP BY Account__c":                                                                            {{id1}, {nil}, {id2}},
		"SELECT Account__r.Name n, COUNT(Id) FROM Order__c GROUP BY Account__r.Name":                                                     {{"Beta", 2.0}, {nil, 1.0}, {"alpha", 1.0}},
		"SELECT CALENDAR_YEAR(Day__c) y, COUNT(Id) FROM Account GROUP BY CALENDAR_YEAR(Day__c) ORDER BY COUNT(Id) DESC":                  {{2026.0, 2.0}, {nil, 1.0}},
		"SELECT Account__c, COUNT(Id) FROM Order__c GROUP BY Account__c HAVING COUNT(Id) > 1":                                            {{id1, 2.0}},
		"SELECT Account__c FROM Order__c WHERE Name != 'o1' GROUP BY Account__c HAVING COUNT(Id) = 1 AND Account__c != NULL LIMIT 1":     {{id1}},
		"SELECT Account__c, MAX(Name) FROM Order__c GROUP BY Account__c ORDER BY MAX(Name) DESC, Account__c NULLS LAST LIMIT 1 OFFSET 1": {{id1, "o3"}},
	} {
		assert.Equal(t, want, run(t, text).Groups, text)
	}
}

func TestAggregatesAreNamed(t *testing.T) {
	r := run(t, "SELECT Account__r.Name, COUNT(Id), COUNT(Name) names, MAX(Name) FROM Order__c GROUP BY Account__r.Name")
	var names []string
	for _, f := range r.Figures {
		names = append(names, f.Name)
	}
	assert.Equal(t, []string{"Name", "expr0", "names", "expr1"}, names)
	assert.Equal(t, []bool{false, true, true, false}, []bool{r.Figures[0].Whole, r.Figures[1].Whole, r.Figures[2].Whole, r.Figures[3].Whole})
	assert.Equal(t, 3, r.Total)
	assert.Equal(t, &Result{Total: 2}, run(t, "SELECT COUNT() FROM Account WHERE Live__c = false"))
}

func TestSubqueriesListChildren(t *testing.T) {
	r := run(t, "SELECT Name, (SELECT Name, Account__r.Name FROM orders__R WHERE Name != 'o4' ORDER BY Name DESC LIMIT 1) FROM Account ORDER BY Name DESC")
	column := r.Shape.Columns[1]
	assert.Equal(t, []string{"Orders__r", "Order__c"}, []string{column.Name, column.Child.Object})
	var got [][]any
	for _, row := range r.Rows {
		names := []any{row.Value(1)}
		for _, child := range column.Members(row) {
			names = append(names, child.Value(1), column.Child.Columns[1].Ways[0].Follow(child).Value(1))
		}
		got = append(got, names)
	}
	assert.Equal(t, [][]any{{"Beta", "o3", "Beta"}, {"alpha"}, {"100% it's"}}, got)
}

func TestFieldSets(t *testing.T) {
	for text, want := range map[string][]string{
		"SELECT FIELDS(STANDARD) FROM Account":                    {"Id", "Name"},
		"SELECT FIELDS(CUSTOM), Name FROM Account LIMIT 200":      {"Ext__c", "Size__c", "Live__c", "Day__c", "At__c", "Tags__c", "Place__c", "Name"},
		"SELECT Account__r.Id, FIELDS(all) FROM Order__c LIMIT 1": {"Account__r", "Id", "Name", "Account__c"},
	} {
		var got []string
		for _, c := range run(t, text).Shape.Columns {
			got = append(got, c.Name)
		}
		assert.Equal(t, want, got, text)
	}
}

func TestExplainNamesTheIndex(t *testing.T) {
	for where, want := range map[string]Plan{
		"":                     {Object: "Account", Rows: 3, Total: 3},
		"WHERE Name = 'x'":     {Object: "Account", Rows: 3, Total: 3},
		"WHERE ext__c = 'a-1'": {Object: "Account", Index: true, Fields: []string{"Ext__c"}, Rows: 1, Total: 3},
		"WHERE Name = 'x' AND (Ext__c = 'a-1' OR Id = '" + id2 + "')":  {Object: "Account", Index: true, Fields: []string{"Ext__c", "Id"}, Rows: 2, Total: 3},
		"WHERE Name = 'x' AND Id IN (SELECT Account__c FROM Order__c)": {Object: "Account", Index: true, Fields: []string{"Id"}, Rows: 2, Total: 3},
	} {
		q, err := Parse("SELECT Id FROM Account " + where)
		require.NoError(t, err)
		got, err := Explain(q, world())
		require.NoError(t, err)
		assert.Equal(t, want, got, where)
	}
}

func TestParentsAreFoundByTheirIndex(t *testing.T) {
	m := world()
	q, err := Parse("SELECT Name FROM Order__c WHERE Account__r.Ext__c IN ('a-1', 'nobody') AND Account__r.Size__c = 2")
	require.NoError(t, err)
	r, err := Run(q, m)
	require.NoError(t, err)
	assert.Equal(t, 2, r.Total)
	assert.Zero(t, m["Order__c"].scans)
}

func TestParentsAndChildrenAreNamedByAlias(t *testing.T) {
	for text, want := range map[string]int{
		"SELECT o.Name, a.Name FROM Order__c o, o.Account__r a WHERE a.Name = 'beta'":                              2,
		"SELECT COUNT() FROM Order__c, Order__c.Account__r WHERE Account__r.Name = 'beta'":                         2,
		"SELECT a.Name, (SELECT Order__c.Name, o.Id FROM a.Orders__r o WHERE o.Name != NULL) FROM Account a":       3,
		"SELECT Account.Name, (SELECT Orders__r.Name FROM Account.Orders__r ORDER BY Orders__r.Name) FROM Account": 3,
	} {
		assert.Equal(t, want, run(t, text).Total, text)
	}
	q, err := Parse("SELECT Id FROM Account a WHERE a.Ext__c = 'a-1'")
	require.NoError(t, err)
	matches, exact := q.Matches()
	assert.Equal(t, []Match{{Field: "Ext__c", Values: []any{"a-1"}}}, matches)
	assert.True(t, exact)
}

func TestFormatWritesAsPeopleRead(t *testing.T) {
	r := run(t, "SELECT Size__c, FORMAT(convertCurrency(Size__c)) money, FORMAT(At__c), FORMAT(Day__c) day, toLabel(Name) label FROM Account WHERE Name = 'Beta'")
	var got []any
	for _, c := range r.Shape.Columns {
		v := r.Rows[0].Value(c.Index)
		if c.Format != nil {
			v = c.Format(v)
		}
		got = append(got, c.Name, v)
	}
	assert.Equal(t, []any{"Size__c", 2.0, "money", "$2.00", "At__c", "1/2/2026, 3:04 AM", "day", "1/2/2026", "label", "Beta"}, got)
	for n, want := range map[float64]string{0: "0", 999: "999", -1000: "-1,000", 1234567.25: "1,234,567.25"} {
		assert.Equal(t, want, decimal(n))
	}
	assert.Equal(t, []string{"$44,000.00", "-$1,234.50"}, []string{currency(44000.0), currency(-1234.5)})
}
