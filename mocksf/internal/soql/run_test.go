package soql

import (
	"iter"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// memory is a hand-made org: accounts, and orders that look up to them.
type memory map[string]*memoryTable

func (m memory) Table(name string) (Table, bool) {
	for n, t := range m {
		if strings.EqualFold(n, name) {
			return t, true
		}
	}
	return nil, false
}

// noon is the time in it: a Sunday.
var noon = time.Date(2026, 1, 11, 12, 0, 0, 0, time.UTC)

func (m memory) Time() time.Time { return noon }

func (m memory) Names() []string { return slices.Sorted(maps.Keys(m)) }

func column(name string, kind Kind, index int) Column {
	return Column{Name: name, Kind: kind, Index: index, Custom: strings.HasSuffix(name, "__c"), Multi: name == "Tags__c", Money: name == "Size__c", Words: map[string]string{"Name": "NAME", "Ext__c": "ALL"}[name]}
}

func idOf(object string) Column {
	id := column("Id", ID, 0)
	id.To = object
	return id
}

type memoryTable struct {
	name      string
	columns   []Column
	relations []Relation
	child     Child
	rows      []Row
	scans     int
}

func (t *memoryTable) Name() string { return t.name }

func (t *memoryTable) Column(name string) (Column, bool) {
	i := slices.IndexFunc(t.columns, func(c Column) bool { return strings.EqualFold(c.Name, name) })
	if i < 0 {
		return Column{}, false
	}
	return t.columns[i], true
}

func (t *memoryTable) Relation(name string) (Relation, bool) {
	i := slices.IndexFunc(t.relations, func(r Relation) bool { return strings.EqualFold(r.Name, name) })
	if i < 0 {
		return Relation{}, false
	}
	return t.relations[i], true
}

func (t *memoryTable) Columns() []Column { return t.columns }

func (t *memoryTable) Len() int { return len(t.rows) }

func (t *memoryTable) Child(name string) (Child, bool) {
	if t.child.Table == nil || !strings.EqualFold(t.child.Name, name) {
		return Child{}, false
	}
	return t.child, true
}

func (t *memoryTable) Find(column Column, value string) (rows []Row, indexed bool) {
	for _, r := range t.rows {
		if s, _ := r.Value(column.Index).(string); strings.EqualFold(s, value) || column.Kind == ID && len(s) > 15 && s[:15] == value {
			rows = append(rows, r)
		}
	}
	return rows, column.Kind == ID || column.Name == "Ext__c"
}

// Since knows when the records were changed.
func (t *memoryTable) Since(c Column, ms int64) (iter.Seq[Row], bool) {
	return func(yield func(Row) bool) {
		for _, r := range t.rows {
			if at, _ := normal(DateTime, r.Value(c.Index)).(int64); at >= ms && !yield(r) {
				return
			}
		}
	}, c.Name == "At__c"
}

func (t *memoryTable) Rows() iter.Seq[Row] {
	t.scans++
	return slices.Values(t.rows)
}

type memoryRow []any

func (r *memoryRow) Value(column int) any { return (*r)[column] }

const id1, id2, id3 = "001000000000001AAA", "001000000000002AAA", "001000000000003AAA"

func world() memory {
	row := func(values ...any) Row { return (*memoryRow)(&values) }
	lookup := column("Account__c", ID, 2)
	lookup.To = "Account"
	orders := &memoryTable{
		name: "Order__c", columns: []Column{idOf("Order__c"), column("Name", String, 1), lookup},
		rows: []Row{row("a00000000000001AAA", "o1", id1), row("a00000000000002AAA", "o2", nil), row("a00000000000003AAA", "o3", id1), row("a00000000000004AAA", "o4", id2)},
	}
	accounts := &memoryTable{
		name: "Account", child: Child{"Orders__r", orders, lookup},
		columns: []Column{
			idOf("Account"), column("Name", String, 1), column("Ext__c", String, 2), column("Size__c", Number, 3), column("Live__c", Bool, 4),
			column("Day__c", Date, 5), column("At__c", DateTime, 6), column("Tags__c", String, 7),
			{Name: "Place__c", Custom: true, File: true, Place: func(r Row) (float64, float64, bool) { n, ok := r.Value(3).(float64); return n, 0, ok }},
		},
		rows: []Row{
			row(id1, "Beta", "a-1", 2.0, true, "2026-01-02", "2026-01-02T03:04:05.000+0000", "Red;Blue"),
			row(id2, "alpha", "A-2", 10.0, false, "2026-01-10", "2026-01-02T03:04:06.000+0000", "blue"),
			row(id3, "100% it's", nil, nil, false, nil, nil, nil),
		},
	}
	orders.relations = []Relation{
		{Name: "Account__r", Column: lookup, Parent: accounts},
		{Name: "What", Column: lookup, Parent: accounts, Kinds: []Table{orders, accounts}},
	}
	return memory{"Account": accounts, "Order__c": orders}
}

func namesOf(t *testing.T, m memory, where string) []string {
	t.Helper()
	q, err := Parse("SELECT Name FROM account " + where)
	require.NoError(t, err)
	r, err := Run(q, m)
	require.NoError(t, err, where)
	got := []string{}
	for _, row := range r.Rows {
		got = append(got, row.Value(1).(string))
	}
	return got
}

func TestRunFilters(t *testing.T) {
	const a, b, c = "Beta", "alpha", "100% it's"
	for where, want := range map[string][]string{
		"":                                            {a, b, c},
		"LIMIT 9223372036854775807 OFFSET 1":          {b, c},
		"WHERE NAME = 'beta'":                         {a},
		"WHERE Name != 'BETA'":                        {b, c},
		"WHERE Name <> 'BETA'":                        {b, c},
		"WHERE Name > 'alpha'":                        {a},
		"WHERE Name LIKE 'B%'":                        {a},
		"WHERE Name LIKE '_e%a'":                      {a},
		"WHERE Name LIKE '%\\%%\\'_'":                 {c},
		"WHERE Name LIKE '100\\_%'":                   {},
		"WHERE Size__c > 2":                           {b},
		"WHERE Size__c >= 2":                          {a, b},
		"WHERE Size__c < 10.5 AND Size__c <= 2":       {a},
		"WHERE NOT Size__c > 2":                       {a, c},
		"WHERE Size__c = NULL":                        {c},
		"WHERE Size__c != null":                       {a, b},
		"WHERE Ext__c = ''":                           {c},
		"WHERE Size__c IN (2, null)":                  {a, c},
		"WHERE Size__c NOT IN (2)":                    {b, c},
		"WHERE Live__c = TRUE":                        {a},
		"WHERE Live__c != true":                       {b, c},
		"WHERE Day__c < 2026-01-10":                   {a},
		"WHERE Day__c = NULL":                         {c},
		"WHERE At__c = 2026-01-02T04:04:05.000+01:00": {a},
		"WHERE At__c > 2026-01-02T03:04:05Z":          {b},
		"WHERE Id = '" + id1[:15] + "'":               {a},
		"WHERE Id IN ('" + id1 + "','" + id2 + "') AND Size__c = 2":           {a},
		"WHERE (Name = 'Beta' OR Size__c = 10) AND Live__c = false":           {b},
		"WHERE Account.Name = 'Beta'":                                         {a},
		"WHERE Day__c = YESTERDAY":                                            {b},
		"WHERE Day__c = LAST_N_DAYS:1":                                        {b},
		"WHERE Day__c < THIS_WEEK":                                            {a, b},
		"WHERE Day__c = LAST_WEEK":                                            {b},
		"WHERE Day__c != LAST_WEEK":                                           {a, c},
		"WHERE Day__c IN (N_DAYS_AGO:9, TODAY, 2026-01-10)":                   {a, b},
		"WHERE At__c = THIS_YEAR":                                             {a, b},
		"WHERE At__c >= TODAY":                                                {},
		"WHERE At__c > N_DAYS_AGO:10 AND At__c <= THIS_MONTH":                 {a, b},
		"WHERE CALENDAR_MONTH(Day__c) = 1":                                    {a, b},
		"WHERE DAY_IN_WEEK(Day__c) = 7":                                       {b},
		"WHERE DAY_ONLY(At__c) = 2026-01-02":                                  {a, b},
		"WHERE DISTANCE(Place__c, GEOLOCATION(0, 0), 'km') < 222.5":           {a},
		"WHERE DISTANCE(Place__c, GEOLOCATION(2, 0), 'km') > 889.5":           {b},
		"WHERE DISTANCE(Place__c, GEOLOCATION(0, 180), 'mi') > 12290":         {a},
		"WHERE DISTANCE(Account.Place__c, GEOLOCATION(1.5, 0), 'mi') < 1000":  {a, b},
		"WHERE Tags__c INCLUDES ('blue')":                                     {a, b},
		"WHERE Tags__c INCLUDES ('red;blue', 'green')":                        {a},
		"WHERE Tags__c EXCLUDES ('red')":                                      {b, c},
		"WHERE Id IN (SELECT Account__c FROM Order__c)":                       {a, b},
		"WHERE Id NOT IN (SELECT Account__c FROM Order__c WHERE Name = 'o4')": {a, c},
		"a WHERE a.Name = 'beta' AND Id IN (SELECT Account__c FROM Order__c)": {a},
		"AS a WITH USER_MODE ORDER BY a.Name LIMIT 1 FOR VIEW":                {c},
	} {
		assert.Equal(t, want, namesOf(t, world(), where), where)
	}
}

func TestRunOrdersAndCuts(t *testing.T) {
	for tail, want := range map[string][]string{
		"ORDER BY Name": {"100% it's", "alpha", "Beta"},
		"ORDER BY DISTANCE(Place__c, GEOLOCATION(9, 0), 'km') NULLS LAST": {"alpha", "Beta", "100% it's"},
		"ORDER BY Size__c":                       {"100% it's", "Beta", "alpha"},
		"ORDER BY Size__c DESC":                  {"100% it's", "alpha", "Beta"},
		"ORDER BY Size__c DESC NULLS LAST":       {"alpha", "Beta", "100% it's"},
		"ORDER BY Live__c DESC, Name ASC":        {"Beta", "100% it's", "alpha"},
		"ORDER BY Name LIMIT 1 OFFSET 1":         {"alpha"},
		"LIMIT 2":                                {"Beta", "alpha"},
		"LIMIT 0":                                {},
		"OFFSET 2":                               {"100% it's"},
		"LIMIT 1 OFFSET 9":                       {},
		"WHERE Live__c = false LIMIT 1 OFFSET 1": {"100% it's"},
	} {
		assert.Equal(t, want, namesOf(t, world(), tail), tail)
	}
}

func TestRunUsesTheIndex(t *testing.T) {
	for where, scans := range map[string]int{
		"WHERE Id = '" + id1 + "'":                                                      0,
		"WHERE Ext__c = 'A-1'":                                                          0,
		"WHERE Ext__c IN ('a-1', 'a-2', 'a-1')":                                         0,
		"WHERE Size__c > 1 AND Ext__c IN ('a-1')":                                       0,
		"WHERE Ext__c = 'a-1' OR Ext__c = 'a-2'":                                        0,
		"WHERE Ext__c = 'a-1' OR Name = 'Beta'":                                         1,
		"WHERE Id IN (SELECT Account__c FROM Order__c WHERE Id = 'a00000000000001AAA')": 0,
		"WHERE Ext__c IN ('a-1', null)":                                                 1,
		"WHERE NOT Ext__c = 'a-1'":                                                      1,
		"WHERE Name = 'Beta' AND Ext__c != 'zzzz'":                                      1,
	} {
		m := world()
		assert.NotEmpty(t, namesOf(t, m, where))
		assert.Equal(t, scans, m["Account"].scans, where)
	}
}

func TestRunFollowsParents(t *testing.T) {
	q, err := Parse("SELECT Name, account__r.name, Account__r.Id FROM Order__c WHERE Id < 'a00000000000003AAA' AND (Account__r.Name = 'beta' OR Account__r.Name = null) ORDER BY Account__r.Name NULLS LAST")
	require.NoError(t, err)
	r, err := Run(q, world())
	require.NoError(t, err)
	require.Len(t, r.Rows, 2)
	require.Len(t, r.Shape.Columns, 2)
	parent := r.Shape.Columns[1]
	assert.Equal(t, "Account__r", parent.Name)
	assert.Equal(t, []Shown{{Column: column("Name", String, 1)}, {Column: idOf("Account")}}, parent.Ways[0].Shape.Columns)
	assert.Equal(t, "Beta", parent.Ways[0].Follow(r.Rows[0]).Value(1))
	assert.Nil(t, parent.Ways[0].Follow(r.Rows[1]))
}
