package soql

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestRunRefuses(t *testing.T) {
	for text, want := range map[string]struct{ code, part string }{
		"SELECT Id FROM Nope":                                                {InvalidType, "Row:1:Column:16\nsObject type 'Nope' is not supported."},
		"SELECT Nope FROM Account":                                           {InvalidField, "Row:1:Column:8\nNo such column 'Nope' on entity 'Account'."},
		"SELECT Id FROM Account WHERE Nope = 1":                              {InvalidField, "No such column 'Nope' on entity 'Account'."},
		"SELECT Id FROM Account WHERE Nope IN ('x')":                         {InvalidField, "No such column 'Nope'"},
		"SELECT Id FROM Account ORDER BY Nope":                               {InvalidField, "No such column 'Nope'"},
		"SELECT COUNT(Nope) FROM Account":                                    {InvalidField, "No such column 'Nope'"},
		"SELECT Owner.Name FROM Account":                                     {InvalidField, "Didn't understand relationship 'Owner'"},
		"SELECT Account__r.Nope FROM Order__c":                               {InvalidField, "No such column 'Nope' on entity 'Account'."},
		"SELECT Id, ID FROM Account":                                         {InvalidField, "duplicate field selected: ID"},
		"SELECT Id FROM Account WHERE Name = 1":                              {InvalidField, "'Name' must be of type string and should be enclosed in quotes"},
		"SELECT Id FROM Account WHERE Size__c = '1'":                         {InvalidField, "'Size__c' must be of type double and should not be enclosed in quotes"},
		"SELECT Id FROM Account WHERE Live__c IN ('true')":                   {InvalidField, "must be of type boolean"},
		"SELECT Id FROM Account WHERE At__c > 2026-01-01":                    {InvalidField, "must be of type dateTime"},
		"SELECT Id FROM Account WHERE Id = 'x'":                              {InvalidFilter, "invalid ID field: x"},
		"SELECT Id FROM Account WHERE Size__c > null":                        {InvalidFilter, "null"},
		"SELECT Id FROM Account WHERE Size__c LIKE 1":                        {InvalidFilter, "invalid operator on double field"},
		"SELECT Id FROM Account WHERE Live__c > true":                        {InvalidFilter, "invalid operator on boolean field"},
		"SELECT Name, COUNT(Id) FROM Account":                                {MalformedQuery, "must be grouped or aggregated: Name"},
		"SELECT Name FROM Account GROUP BY Live__c":                          {MalformedQuery, "Row:1:Column:8\nField must be grouped or aggregated: Name"},
		"SELECT COUNT(Id) FROM Account LIMIT 1":                              {MalformedQuery, "cannot also use LIMIT"},
		"SELECT COUNT() FROM Account GROUP BY Name":                          {MalformedQuery, "COUNT()"},
		"SELECT SUM(Name) FROM Account":                                      {MalformedQuery, "field Name does not support aggregate operator SUM"},
		"SELECT Name, MAX(Size__c) name FROM Account GROUP BY Name":          {MalformedQuery, "duplicate alias: name"},
		"SELECT Name n FROM Account":                                         {MalformedQuery, "only aggregate expressions use field aliasing"},
		"SELECT CALENDAR_YEAR(Day__c) FROM Account":                          {MalformedQuery, "must be grouped"},
		"SELECT Id FROM Account WHERE COUNT(Id) > 1":                         {MalformedQuery, "aggregate"},
		"SELECT Id FROM Account WHERE CALENDAR_YEAR(Name) = 1":               {InvalidField, "CALENDAR_YEAR"},
		"SELECT At__c, COUNT(Id) FROM Account GROUP BY At__c":                {MalformedQuery, "can not be grouped"},
		"SELECT Id FROM Account GROUP BY Id HAVING MAX(Name) = 1":            {InvalidField, "must be of type string"},
		"SELECT Id FROM Account WHERE Name INCLUDES ('x')":                   {InvalidFilter, "multi-select"},
		"SELECT Id FROM Account WHERE Name = TODAY":                          {InvalidField, "must be of type string"},
		"SELECT FIELDS(ALL) FROM Account":                                    {MalformedQuery, "LIMIT of at most 200"},
		"SELECT FIELDS(CUSTOM) FROM Account LIMIT 201":                       {MalformedQuery, "LIMIT of at most 200"},
		"SELECT Id, FIELDS(STANDARD) FROM Account":                           {InvalidField, "duplicate field selected: Id"},
		"SELECT (SELECT Id FROM Nope__r) FROM Account":                       {InvalidType, "Row:1:Column:24\nDidn't understand relationship 'Nope__r' in FROM part of query call."},
		"SELECT (SELECT Nope FROM Orders__r) FROM Account":                   {InvalidField, "No such column 'Nope' on entity 'Order__c'"},
		"SELECT (SELECT COUNT(Id) FROM Orders__r) FROM Account":              {MalformedQuery, "subquery"},
		"SELECT Id FROM Account WHERE Id IN (SELECT Name FROM Order__c)":     {InvalidField, "semi join"},
		"SELECT Id FROM Account WHERE Name IN (SELECT Id FROM Order__c)":     {InvalidField, "semi join"},
		"SELECT Id FROM Account WHERE Id IN (SELECT Id, Name FROM Order__c)": {MalformedQuery, "one field"},
		"SELECT Id FROM Account WHERE Id IN (SELECT Id FROM Account WHERE Id IN (SELECT Account__c FROM Order__c))": {MalformedQuery, "Nesting of semi join"},
		"SELECT (SELECT Id FROM Orders__r WHERE Name = 'x' OR Account__c IN (SELECT Id FROM Account)) FROM Account": {MalformedQuery, "not allowed with the 'OR' operator"},
		"SELECT GROUPING(Name) FROM Account GROUP BY Name":                                                          {MalformedQuery, "GROUPING takes a field of GROUP BY ROLLUP"},
		"SELECT GROUPING(Live__c) FROM Account GROUP BY CUBE(Name)":                                                 {MalformedQuery, "GROUPING takes a field of GROUP BY ROLLUP"},
		"SELECT Id FROM Account WHERE GROUPING(Id) = 1":                                                             {MalformedQuery, "aggregate"},
		"SELECT FORMAT(Name) FROM Account":                                                                          {InvalidField, "field Name does not support the function FORMAT"},
		"SELECT convertCurrency(Name) FROM Account":                                                                 {InvalidField, "Name is none"},
		"SELECT Size__c, FORMAT(Size__c) FROM Account":                                                              {InvalidField, "duplicate field selected: Size__c"},
		"SELECT Size__c, FORMAT(Day__c) size__C FROM Account":                                                       {InvalidField, "duplicate field selected: Day__c"},
		"SELECT Id FROM Account.Orders__r":                                                                          {InvalidType, "'Account.Orders__r' is no object"},
		"SELECT Id FROM Account, Order__c":                                                                          {InvalidType, "write 'Order__c' as Account.Order__c"},
		"SELECT Id FROM Account a, a.Nope n":                                                                        {InvalidField, "Didn't understand relationship 'Nope'"},
		"SELECT (SELECT Id FROM Order__c.Orders__r) FROM Account":                                                   {InvalidType, "'Order__c' is not the object of the query"},
		"SELECT (SELECT Id FROM Orders__r o, o.Nope n) FROM Account":                                                {InvalidField, "Didn't understand relationship 'Nope'"},
		"SELECT Id FROM Account WHERE Name = 'x' OR Id IN (SELECT Account__c FROM Order__c)":                        {MalformedQuery, "not allowed with the 'OR' operator"},
		"SELECT Id FROM Account WHERE NOT Id IN (SELECT Account__c FROM Order__c)":                                  {MalformedQuery, "'NOT' operator: write NOT IN"},
		"SELECT Id FROM Account WHERE Name = 'x' AND (Size__c = 1 AND Id IN (SELECT Account__c FROM Order__c))":     {MalformedQuery, "only allowed at the top level"},
		"SELECT Id FROM Account WHERE Id IN (SELECT Id FROM account)":                                               {MalformedQuery, "should not be on the same object type"},
		"SELECT Id FROM Account WHERE Id IN (SELECT Account__c FROM Order__c LIMIT 1)":                              {MalformedQuery, "ORDER BY, LIMIT and OFFSET are not supported"},
		"SELECT Id FROM Account WHERE Id IN (SELECT Account__r.Id FROM Order__c)":                                   {MalformedQuery, "leads to another"},
		"SELECT Id FROM Account WHERE Id IN (SELECT Id FROM Order__c)":                                              {MalformedQuery, "Id are of Account, Id of Order__c"},
		"SELECT TYPEOF Account__r WHEN Account THEN Id END FROM Order__c":                                           {InvalidField, "Row:1:Column:15\nTYPEOF needs a relationship to several objects"},
		"SELECT TYPEOF Nope WHEN Account THEN Id END FROM Order__c":                                                 {InvalidField, "Didn't understand relationship 'Nope'"},
		"SELECT TYPEOF What WHEN Contact THEN Id END FROM Order__c":                                                 {InvalidType, "'What' does not lead to records of the type 'Contact'"},
		"SELECT TYPEOF What WHEN Account THEN Nope END FROM Order__c":                                               {InvalidField, "No such column 'Nope' on entity 'Account'"},
		"SELECT TYPEOF What WHEN Account THEN Id ELSE Nope END FROM Order__c":                                       {InvalidField, "No such column 'Nope'"},
		"SELECT TYPEOF What WHEN Account THEN Id, Id END FROM Order__c":                                             {InvalidField, "duplicate field selected: Id"},
		"SELECT TYPEOF What WHEN Account THEN Id END, TYPEOF what WHEN Account THEN Name END FROM Order__c":         {InvalidField, "duplicate field selected: what"},
		"SELECT What.Name, TYPEOF What WHEN Account THEN Id END FROM Order__c":                                      {MalformedQuery, "other fields of the SELECT clause lead over: What"},
		"SELECT TYPEOF What WHEN Account THEN Id END, Order__c.What.Name FROM Order__c":                             {MalformedQuery, "other fields of the SELECT clause lead over: What"},
		"SELECT w.Name, TYPEOF o.What WHEN Account THEN Id END FROM Order__c o, o.What w":                           {MalformedQuery, "other fields of the SELECT clause lead over: o.What"},
		"SELECT TYPEOF What WHEN Account THEN Id END, toLabel(Name) FROM Order__c":                                  {MalformedQuery, "functions in the SELECT clause"},
		"SELECT TYPEOF What WHEN Account THEN Id END, COUNT(Id) FROM Order__c":                                      {MalformedQuery, "do not return records"},
		"SELECT TYPEOF What WHEN Account THEN Id END FROM Order__c GROUP BY Name":                                   {MalformedQuery, "with GROUP BY"},
		"SELECT Id FROM Account WHERE Id IN (SELECT TYPEOF What WHEN Account THEN Id END FROM Order__c)":            {MalformedQuery, "one field"},
		"SELECT Id FROM Account WHERE DISTANCE(Name, GEOLOCATION(1, 2), 'km') < 5":                                  {InvalidField, "DISTANCE takes geolocation and address fields: Name is none"},
		"SELECT Id FROM Account WHERE DISTANCE(Place__c, GEOLOCATION(1, 2), 'km') <= 5":                             {InvalidFilter, "with < and > only"},
		"SELECT Id FROM Account WHERE DISTANCE(Place__c, GEOLOCATION(1, 2), 'km') IN (5)":                           {InvalidFilter, "with < and > only"},
		"SELECT Id FROM Account WHERE DISTANCE(Place__c, GEOLOCATION(1, 2), 'km') < '5'":                            {InvalidField, "must be of type double"},
		"SELECT Id FROM Account WHERE Place__c = '5'":                                                               {InvalidField, "can not be filtered"},
		"SELECT Name FROM Account GROUP BY Name ORDER BY DISTANCE(Place__c, GEOLOCATION(1, 2), 'km')":               {InvalidField, "can not be filtered, sorted or grouped"},
		"SELECT DISTANCE(Place__c, GEOLOCATION(1, 2), 'km') d FROM Account":                                         {MalformedQuery, "must be grouped"},
		"SELECT FORMAT(Id) Account__r, Account__r.Name FROM Order__c":                                               {InvalidField, "does not support the function FORMAT"},
		"SELECT toLabel(Name) account__R, Account__r.Name FROM Order__c":                                            {MalformedQuery, "duplicate alias: Account__r"},
		"SELECT Account__r.Name, FORMAT(Account__r.Size__c) name FROM Order__c":                                     {MalformedQuery, "duplicate alias: name"},
		"SELECT Account__r.a.b.c.d.e.Name FROM Order__c":                                                            {InvalidField, "longer than 5 levels"},
		"SELECT Id FROM Account WHERE NOT (Name='x' OR Q=1)":                                                        {InvalidField, "No such column 'Q'"},
		"SELECT Id FROM Account WHERE Name = 'x' AND Qq = 1":                                                        {InvalidField, "No such column 'Qq'"},
		"SELECT Id FROM Account WHERE Account.Account.Id = ''":                                                      {InvalidField, "Didn't understand relationship 'Account'"},
	} {
		q, err := Parse(text)
		require.NoError(t, err, text)
		_, err = Run(q, world())
		var e *Error
		if assert.ErrorAs(t, err, &e, text) {
			assert.Equal(t, want.code, e.Code, text)
			assert.Contains(t, e.Message, want.part, text)
		}
	}
}
