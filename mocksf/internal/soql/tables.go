package soql

import (
	"iter"
	"time"
)

// Tables is what a query runs over: one state of the org, which must not
// change while the query runs.
type Tables interface {
	// Table finds an object by its API name in any case.
	Table(name string) (Table, bool)
	// Names lists the objects.
	Names() []string
	// Time is the moment that date literals are relative to.
	Time() time.Time
}

// Table is one object with its rows.
type Table interface {
	Name() string // canonical
	// Column finds a field by its API name in any case.
	Column(name string) (Column, bool)
	// Columns lists all fields.
	Columns() []Column
	// Relation finds the lookup field that a relationship name stands for:
	// Account__c for Account__r, AccountId for Account.
	Relation(name string) (Relation, bool)
	// Child finds the lookup of another object, or of this one, that a child
	// relationship's name stands for, such as Contacts.
	Child(name string) (Child, bool)
	// Find looks a value up in the index of a column, without regard to case; ids
	// come with 15 or 18 characters. It may return rows that do not match;
	// indexed is false when there is no index.
	Find(column Column, value string) (rows []Row, indexed bool)
	// Since yields the rows whose column holds the time, in Unix milliseconds, or
	// a later one, oldest row first; maybe others too. ok is false when it is no
	// cheaper than Rows.
	Since(column Column, ms int64) (rows iter.Seq[Row], ok bool)
	// Rows yields all rows, oldest first.
	Rows() iter.Seq[Row]
	// Len is about the number of rows.
	Len() int
}

// Column is a field as far as a query is concerned.
type Column struct {
	Name   string // canonical
	Kind   Kind
	Index  int // what a Row is asked with
	Custom bool
	To     string // the object whose ids it holds, in any case; "" of other kinds, and where there are several
	Whole  bool   // a number without a fraction
	Money  bool   // an amount of the org's currency
	// Words says how a search treats the column: NAME, EMAIL, PHONE or ALL, which
	// is any other text; "" is not searched.
	Words string
	File  bool // it is shown, and nothing else: a file, or a compound field
	Multi bool // a multi-select picklist: its values are joined by semicolons

	// Of reads the column from a row that does not hold it under an Index, in the
	// form of Row.Value; nil for all others.
	Of func(Row) any
	// Place is where a location or address is, in degrees; ok is false where it does
	// not say. nil for other columns.
	Place func(Row) (latitude, longitude float64, ok bool)
}

// Read is what the column holds in a row.
func (c *Column) Read(row Row) any {
	if c.Of != nil {
		return c.Of(row)
	}
	return row.Value(c.Index)
}

// Relation is a lookup field seen as a way to the parent.
type Relation struct {
	Name   string // canonical, for example Account__r
	Column Column // the field that holds the parent's id
	Parent Table  // of a polymorphic lookup the one that stands for all of Kinds
	Kinds  []Table
}

// Polymorphic tells whether the lookup leads to records of several objects.
func (r *Relation) Polymorphic() bool { return len(r.Kinds) > 0 }

// Child is a lookup field seen from the parent.
type Child struct {
	Name   string // canonical, for example Contacts
	Table  Table
	Column Column // of Table, the field that holds the parent's id
}

// Row is one record, of a comparable type (a pointer), and the same one for the
// same record while a query runs. It must not change after it was handed out.
type Row interface {
	// Value returns what a column, given by its Index, holds: a string, a bool,
	// a float64 or nil. Dates and times are strings in ISO form.
	Value(column int) any
}

// Timed is a Row that knows some of its times as numbers, which spares reading
// their text.
type Timed interface {
	// Instant returns the Unix milliseconds of a column, ok false where it has
	// only text.
	Instant(column int) (ms int64, ok bool)
}
