package soql

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestSearchFindsWords(t *testing.T) {
	for text, want := range map[string][]string{
		"FIND {beta}": {id1},
		"FIND {BETA} RETURNING Account, Order__c": {id1},
		"FIND {bet}":                          {},
		"FIND {bet*}":                         {id1},
		"FIND {?eta}":                         {id1},
		"FIND {beta 1}":                       {id1},
		"FIND {beta OR alpha}":                {id1, id2},
		"FIND {beta alpha}":                   {},
		"FIND {beta AND \"a 1\"}":             {id1},
		"FIND {\"a 2\"}":                      {id2},
		"FIND {\"2 a\"}":                      {},
		"FIND {be* OR alpha AND NOT alpha}":   {id1},
		"FIND {(be* OR alpha) AND NOT alpha}": {id1},
		"FIND {100\\% it}":                    {id3},
		"FIND {a\\-1} IN ALL FIELDS":          {id1},
		"FIND {\"a-1\"} IN NAME FIELDS":       {},
		"FIND {o?}":                           nil,
		"FIND {o1 OR o2 OR beta} RETURNING Order__c(Id), Account":                                                    {"a00000000000001AAA", "a00000000000002AAA", id1},
		"find {o1 or o2 or beta} returning order__c(id order by name desc limit 1), account(name where Size__c = 3)": {"a00000000000002AAA"},
		"FIND {o1 OR o2 OR beta} LIMIT 2":                                                                            {id1, "a00000000000001AAA"},
	} {
		s, err := ParseSearch(text)
		if want == nil {
			assert.ErrorContains(t, err, "longer than one character", text)
			continue
		}
		require.NoError(t, err, text)
		found, err := RunSearch(s, world())
		require.NoError(t, err, text)
		got := []string{}
		for _, h := range found {
			for _, row := range h.Rows {
				got = append(got, row.Value(0).(string))
			}
		}
		assert.Equal(t, want, got, text)
	}
}

func TestSearchRefuses(t *testing.T) {
	for text, want := range map[string]struct{ code, part string }{
		"": {MalformedSearch, "No search term found. The search term must be enclosed in braces."},
		"FIND {beta} RETURNING Account(Id, (SELECT Id FROM Orders__r))": {MalformedSearch, "a child subquery is not allowed in a search"},
		"FIND {beta} RETURNING Account(COUNT(Id))":                      {MalformedSearch, "aggregation is not allowed in a search"},
		"FIND beta":                                   {MalformedSearch, "No search term found."},
		"FIND {}":                                     {MalformedSearch, "No search term found."},
		"FIND {beta":                                  {MalformedSearch, "No search term found."},
		"FIND {(beta}":                                {MalformedSearch, "more ("},
		"FIND {beta)}":                                {MalformedSearch, "unexpected term: ')'"},
		"FIND {beta AND}":                             {MalformedSearch, "unexpected end"},
		"FIND {beta} IN X FIELDS":                     {MalformedSearch, "Row:1:Column:16\nunexpected token: 'X'"},
		"FIND {beta} RETURNING Account(Id":            {MalformedSearch, "unexpected token: '<EOF>'"},
		"FIND {beta} RETURNING Nope(Id)":              {InvalidType, "Row:1:Column:23\nsObject type 'Nope' is not supported."},
		"FIND {beta} RETURNING Account(Nope)":         {InvalidField, "Row:1:Column:31\nNo such column 'Nope'"},
		"FIND {" + strings.Repeat("(", 200) + "beta}": {MalformedSearch, "nested"},
	} {
		s, err := ParseSearch(text)
		if err == nil {
			_, err = RunSearch(s, world())
		}
		var e *Error
		if assert.ErrorAs(t, err, &e, text) {
			assert.Equal(t, want.code, e.Code, text)
			assert.Contains(t, e.Message, want.part, text)
		}
	}
}

// FuzzSearch reads and runs whatever comes.
func FuzzSearch(f *testing.F) {
	for _, seed := range []string{
		"FIND {beta}", "FIND {a* OR \"b c\" AND NOT (d)} IN NAME FIELDS RETURNING Account(Id, Name WHERE Size__c > 1 ORDER BY Name LIMIT 1), Order__c LIMIT 3",
		"FIND {\\{\\}} RETURNING", "FIND {\"} ", "find\n{?*}", "FIND {((a b) OR NOT c}",
	} {
		f.Add(seed)
	}
	m := world()
	f.Fuzz(func(t *testing.T, text string) {
		s, err := ParseSearch(text)
		if err == nil {
			_, err = RunSearch(s, m)
		}
		var e *Error
		if err != nil {
			require.ErrorAs(t, err, &e)
		}
	})
}

// FuzzRun runs whatever the parser takes.
func FuzzRun(f *testing.F) {
	for _, seed := range []string{
		"SELECT Id, Name, (SELECT Name FROM Orders__r ORDER BY Name) FROM Account WHERE Id IN (SELECT Account__c FROM Order__c) AND At__c = LAST_N_DAYS:99999",
		"SELECT Live__c, COUNT(Id) c, MAX(At__c) FROM Account GROUP BY Live__c HAVING SUM(Size__c) > 1 ORDER BY AVG(Size__c) DESC LIMIT 1 OFFSET 1",
		"SELECT FIELDS(ALL) FROM Order__c WHERE Account__r.Ext__c IN ('a-1') OR Account__r.Tags__c = 'x' LIMIT 3",
		"SELECT Name, Live__c, GROUPING(Live__c) g, FORMAT(MAX(Day__c)), FORMAT(SUM(Size__c)) FROM Account GROUP BY CUBE(Live__c, Name) HAVING GROUPING(Name) = 0",
		"SELECT FORMAT(convertCurrency(x.Size__c)) n, x.Size__c, (SELECT Order__c.Id FROM x.Orders__r) FROM Account x",
		"SELECT FORMAT(a.At__c), a.Name FROM Order__c o, o.Account__r a WHERE a.Ext__c = 'a-1'",
		"SELECT Name, TYPEOF What WHEN Account THEN Name, Size__c WHEN Order__c THEN Account__r.Name ELSE Id END FROM Order__c o WHERE o.What.Name = 'x'",
		"SELECT Place__c, FORMAT(Size__c) s FROM Account WHERE DISTANCE(Place__c, GEOLOCATION(1.5, -2), 'mi') > 3 ORDER BY DISTANCE(Place__c, GEOLOCATION(0, 0), 'km') DESC",
		"SELECT COUNT() FROM Account WHERE Tags__c INCLUDES ('red;blue') AND NOT CALENDAR_YEAR(Day__c) = 2026",
	} {
		f.Add(seed)
	}
	m := world()
	f.Fuzz(func(t *testing.T, text string) {
		q, err := Parse(text)
		if err != nil {
			return
		}
		r, err := Run(q, m)
		_, checked := Check(q, m)
		assert.Equal(t, err == nil, checked == nil, "checking finds what running finds: %v, %v", err, checked)
		if err != nil || r.Shape == nil {
			return
		}
		for _, row := range r.Rows {
			for _, c := range r.Shape.Columns {
				if c.Child != nil {
					c.Members(row)
				}
				c.Parent(row)
			}
		}
	})
}
