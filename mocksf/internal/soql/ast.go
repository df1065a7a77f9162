// Package soql reads and runs the part of SOQL that integrations use: SELECT of
// fields and parent fields, COUNT, WHERE, ORDER BY, LIMIT and OFFSET over one
// object. Parse turns text into a Query; Run evaluates a Query over tables that
// the caller provides.
//
// Grammar (keywords and names in any case):
//
//	query   = SELECT items FROM name [WHERE cond] [ORDER BY order {, order}] [LIMIT n] [OFFSET n]
//	items   = COUNT() | item {, item}
//	item    = path | COUNT(path) [alias]
//	cond    = term {AND term} | term {OR term}        (a mixture needs parentheses, as in Salesforce)
//	term    = NOT term | ( cond ) | path op literal | path [NOT] IN ( literal {, literal} )
//	op      = = | != | <> | < | <= | > | >= | LIKE
//	literal = 'text' | number | date | datetime | TRUE | FALSE | NULL
//	order   = path [ASC|DESC] [NULLS FIRST|LAST]
package soql

// Query is a parsed SOQL query.
type Query struct {
	Text    string // as it was given; messages quote it
	Count   bool   // SELECT COUNT(): no items, only a figure
	Items   []Item
	From    Name
	Where   Cond // nil without WHERE
	OrderBy []Order
	Limit   int // NoLimit without LIMIT
	Offset  int
}

// NoLimit is the Limit of a query that has none.
const NoLimit = -1

// Pos is a byte offset in the query's text.
type Pos int

// Name is an identifier with its place.
type Name struct {
	Text string
	Pos  Pos
}

// Path is a field, or a field of a parent: Account__r.Name is two parts.
type Path []Name

// Item is one column of the answer: a field, or the count of one.
type Item struct {
	Path    Path
	Counted bool   // COUNT(path)
	Alias   string // of a counted item; "" means expr0, expr1, ...
}

// Cond is a condition: And, Or, Not, Compare or In.
type Cond interface{ String() string }

// And holds when all of its terms hold.
type And struct{ Terms []Cond }

// Or holds when one of its terms holds.
type Or struct{ Terms []Cond }

// Not holds when its term does not.
type Not struct{ Term Cond }

// Op is a comparison operator in its canonical spelling.
type Op string

// The comparison operators.
const (
	Eq   Op = "="
	Ne   Op = "!="
	Lt   Op = "<"
	Le   Op = "<="
	Gt   Op = ">"
	Ge   Op = ">="
	Like Op = "LIKE"
)

// Compare compares a field with a literal.
type Compare struct {
	Path  Path
	Op    Op
	Value Literal
}

// In holds when the field has one of the values, or none of them when Negated.
type In struct {
	Path    Path
	Negated bool
	Values  []Literal
}

// Kind tells what a literal or a column holds.
type Kind uint8

// The kinds. A literal is never of kind ID: ids are written as strings.
const (
	Null Kind = iota
	String
	Number
	Bool
	Date
	DateTime
	ID
)

// Literal is a value written in a query. Text is its spelling, for a string
// the part between the quotes with the escapes still in it, so that LIKE can
// tell \% from %.
type Literal struct {
	Kind Kind
	Text string
	Pos  Pos
}

// Order is one key of ORDER BY.
type Order struct {
	Path      Path
	Desc      bool
	NullsLast bool // nulls come first unless said otherwise, in both directions
}
